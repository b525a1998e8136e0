//! What was done to the instance, and by that, which answers are right.
//!
//! Nothing here knows what the service has fetched. A key is known to it from when it has first accepted a token under it:
//! from then on, and until the key is withdrawn, every token under it has to be accepted, whatever is out of order. Before,
//! a refusal is right for as long as the SDK says that it may last, and no longer.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use crate::{
    script::{Ailment, Place},
    traffic::{Answer, Asked, Class, KeyOf, Kid},
};

/// Since the beginning of the run.
pub(crate) type At = Duration;

/// What the SDK says of keys (`CachePolicy`), each with the five seconds that a fetch may take, and one for the machine
/// that all this runs on.
mod promised {
    use std::time::Duration;

    const FETCH: u64 = 6;
    /// A call that is not about keys.
    pub(super) const CALL: Duration = Duration::from_secs(FETCH);
    /// Where made-up ids keep coming, an unknown one has to wait for a minute, and otherwise it is looked for at once.
    pub(super) const FOUND_UNDER_ATTACK: Duration = Duration::from_secs(60 + FETCH);
    pub(super) const FOUND: Duration = Duration::from_secs(FETCH);
    /// The longest pause after failures.
    pub(super) const RECOVERY: Duration = Duration::from_secs(30 + FETCH);
    /// The time to live: a withdrawn key is gone after it.
    pub(super) const WITHDRAWAL: Duration = Duration::from_secs(300 + FETCH);
}

/// From when a request was sent until it was answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) sent: At,
    pub(crate) answered: At,
}

#[derive(Clone, Copy, Debug)]
struct Interval {
    from: At,
    /// `None` while it lasts.
    until: Option<At>,
}

impl Interval {
    /// Whether it, with what may come of it within `after`, has something in common with the span.
    fn concerns(&self, span: Span, after: Duration) -> bool {
        self.from <= span.answered && self.until.is_none_or(|until| span.sent <= until + after)
    }
}

#[derive(Clone, Copy, Debug)]
struct Trouble {
    keys: bool,
    sessions: bool,
    during: Interval,
}

#[derive(Clone, Debug)]
struct Key {
    published: At,
    signs: Option<Interval>,
    withdrawn: Option<At>,
}

#[derive(Debug, Default)]
pub(crate) struct History {
    keys: BTreeMap<Kid, Key>,
    troubles: Vec<Trouble>,
    attacks: Vec<Interval>,
    urgent: Vec<At>,
}

/// What one service has shown of the keys it has.
#[derive(Debug, Default)]
pub(crate) struct Knowledge {
    /// When it had first accepted a token under the key.
    accepted: BTreeMap<Kid, At>,
    /// When it had first shown that it has the key no longer: it has refused a token under it, or accepted one under a key
    /// that was published in its place.
    dropped: BTreeMap<Kid, At>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// As if nothing were out of order.
    Expected,
    /// What the SDK says is answered under the fault, the attack or the rotation that there was.
    Injected,
    Unexpected,
}

impl History {
    pub(crate) fn publish(&mut self, kid: Kid, at: At) {
        self.keys.entry(kid).or_insert(Key {
            published: at,
            signs: None,
            withdrawn: None,
        });
    }

    /// The key signs from now on, and none before it. If it is urgent, no other is published any more.
    pub(crate) fn sign_with(&mut self, kid: &Kid, at: At, urgent: bool) {
        self.publish(Arc::clone(kid), at);
        for (other, key) in &mut self.keys {
            if other == kid {
                key.signs = Some(Interval {
                    from: at,
                    until: None,
                });
                continue;
            }
            if let Some(signs) = &mut key.signs {
                signs.until = signs.until.or(Some(at));
            }
            if urgent {
                key.withdrawn = key.withdrawn.or(Some(at));
            }
        }
        if urgent {
            self.urgent.push(at);
        }
    }

    pub(crate) fn break_down(&mut self, place: Place, ailment: Ailment, at: At) {
        if ailment.prevents() {
            self.troubles.push(Trouble {
                keys: place == Place::Keys || ailment.is_everywhere(),
                sessions: place == Place::Sessions || ailment.is_everywhere(),
                during: Interval {
                    from: at,
                    until: None,
                },
            });
        }
    }

    pub(crate) fn mend(&mut self, at: At) {
        for trouble in &mut self.troubles {
            trouble.during.until = trouble.during.until.or(Some(at));
        }
    }

    pub(crate) fn begin_attack(&mut self, at: At) {
        self.attacks.push(Interval {
            from: at,
            until: None,
        });
    }

    pub(crate) fn end_attack(&mut self, at: At) {
        for attack in &mut self.attacks {
            attack.until = attack.until.or(Some(at));
        }
    }

    pub(crate) fn is_under_attack(&self) -> bool {
        self.attacks.iter().any(|attack| attack.until.is_none())
    }

    /// Keys that have signed and were not withdrawn, for as long as the service has to have found them.
    pub(crate) fn never_found(&self, knowledge: &Knowledge, now: At) -> Vec<Kid> {
        let unknown = self.keys.iter().filter(|(kid, key)| {
            let signed_for = key.signs.map_or(Duration::ZERO, |signs| {
                signs.until.unwrap_or(now).saturating_sub(signs.from)
            });
            signed_for > 2 * promised::FOUND_UNDER_ATTACK && !knowledge.accepted.contains_key(*kid)
        });
        unknown.map(|(kid, _)| Arc::clone(kid)).collect()
    }

    /// Whether nobody needs a fetch to answer this, sent then.
    pub(crate) fn is_at_hand(&self, knowledge: &Knowledge, key: &KeyOf, sent: At) -> bool {
        match key {
            KeyOf::Nobody => true,
            KeyOf::MadeUp => false,
            KeyOf::Instance(kid) => self.is_known(
                knowledge,
                kid,
                Span {
                    sent,
                    answered: sent,
                },
            ),
        }
    }

    /// Whether the service has to have the key for the whole of the span.
    fn is_known(&self, knowledge: &Knowledge, kid: &Kid, span: Span) -> bool {
        let accepted = knowledge.accepted.get(kid);
        accepted.is_some_and(|at| *at <= span.sent) && !self.is_withdrawn(kid, span.answered)
    }

    fn is_withdrawn(&self, kid: &Kid, at: At) -> bool {
        let key = self.keys.get(kid);
        key.and_then(|key| key.withdrawn)
            .is_some_and(|withdrawn| withdrawn <= at)
    }

    /// Keys that are in no set that has this one, since they were withdrawn before it was published.
    fn withdrawn_before(&self, kid: &Kid) -> impl Iterator<Item = Kid> {
        let published = self.keys.get(kid).map(|key| key.published);
        let gone = self.keys.iter().filter(move |(_, key)| {
            let pair = key.withdrawn.zip(published);
            pair.is_some_and(|(withdrawn, published)| withdrawn <= published)
        });
        gone.map(|(kid, _)| Arc::clone(kid))
    }

    pub(crate) fn judge(
        &self,
        knowledge: &Knowledge,
        asked: &Asked,
        answer: &Answer,
        span: Span,
    ) -> Verdict {
        if asked.settled.is(answer) {
            return match &asked.key {
                KeyOf::Instance(kid) if asked.settled.status == 200 => {
                    self.judge_acceptance(knowledge, kid, span)
                }
                _ => Verdict::Expected,
            };
        }
        let is_right = match &asked.key {
            KeyOf::Nobody => false,
            KeyOf::MadeUp => answer.is_without_keys() && self.keys_were_out_of_reach(span),
            KeyOf::Instance(kid) => self.is_right_without(knowledge, kid, answer, span),
        };
        let of_refresh = asked.class == Class::Refresh
            && self.is_right_of_refresh(knowledge, asked, answer, span);
        if is_right || of_refresh {
            Verdict::Injected
        } else {
            Verdict::Unexpected
        }
    }

    /// No token is accepted under a key that was dropped, or that was withdrawn longer ago than keys live. Where they
    /// could not be fetched meanwhile, older ones may serve for an hour.
    fn judge_acceptance(&self, knowledge: &Knowledge, kid: &Kid, span: Span) -> Verdict {
        let is_dropped = knowledge.dropped.get(kid).is_some_and(|at| *at < span.sent);
        let withdrawn = self.keys.get(kid).and_then(|key| key.withdrawn);
        let has_outlived = withdrawn.is_some_and(|withdrawn| {
            let since = Span {
                sent: withdrawn,
                answered: span.sent,
            };
            let hindered = self.keys_were_out_of_reach(since);
            span.sent > withdrawn + promised::WITHDRAWAL && !hindered
        });
        if is_dropped || has_outlived {
            Verdict::Unexpected
        } else {
            Verdict::Expected
        }
    }

    /// Whether this is the answer to a token under a key that the service cannot have.
    fn is_right_without(
        &self,
        knowledge: &Knowledge,
        kid: &Kid,
        answer: &Answer,
        span: Span,
    ) -> bool {
        if self.is_known(knowledge, kid, span) {
            return false;
        }
        if answer.is_without_keys() {
            return self.keys_were_out_of_reach(span);
        }
        answer.is_unknown_key()
            && (self.is_withdrawn(kid, span.answered) || self.is_too_new(kid, span.sent))
    }

    fn is_too_new(&self, kid: &Kid, sent: At) -> bool {
        let Some(key) = self.keys.get(kid) else {
            return false;
        };
        let before = Span {
            sent: key.published.saturating_sub(promised::FOUND_UNDER_ATTACK),
            answered: sent,
        };
        // Tokens under withdrawn keys live for a minute, and are as unknown as others.
        let restless = (self.attacks.iter()).any(|attack| attack.concerns(before, Duration::ZERO))
            || (self.urgent.iter()).any(|at| {
                let lookups = Interval {
                    from: *at,
                    until: Some(*at + Duration::from_secs(60)),
                };
                lookups.concerns(before, Duration::ZERO)
            });
        let within = if restless {
            promised::FOUND_UNDER_ATTACK
        } else {
            promised::FOUND
        };
        sent <= key.published + within
    }

    fn keys_were_out_of_reach(&self, span: Span) -> bool {
        let mut troubles = self.troubles.iter().filter(|trouble| trouble.keys);
        troubles.any(|trouble| trouble.during.concerns(span, promised::RECOVERY))
    }

    /// Whether an expired session could not be had anew: Clerk was out of reach, has signed with a key that the service
    /// cannot have, or does not know its own token any more.
    fn is_right_of_refresh(
        &self,
        knowledge: &Knowledge,
        asked: &Asked,
        answer: &Answer,
        span: Span,
    ) -> bool {
        let mut signing = (self.keys.iter()).filter(|(_, key)| {
            key.signs
                .is_some_and(|signs| signs.concerns(span, Duration::ZERO))
        });
        let cannot_have = |kid: &Kid| {
            !self.is_known(knowledge, kid, span)
                && (self.is_too_new(kid, span.sent) || self.keys_were_out_of_reach(span))
        };
        let is_too_new = signing.any(|(kid, _)| cannot_have(kid));
        if answer.is_without_keys() {
            return is_too_new && self.keys_were_out_of_reach(span);
        }
        let mut troubles = self.troubles.iter().filter(|trouble| trouble.sessions);
        let out_of_reach = troubles.any(|trouble| trouble.during.concerns(span, promised::CALL));
        let is_withdrawn =
            matches!(&asked.key, KeyOf::Instance(kid) if self.is_withdrawn(kid, span.answered));
        answer.is_refresh_failure() && (out_of_reach || is_too_new || is_withdrawn)
    }
}

impl Knowledge {
    /// Takes an answer for what it shows of the service's keys.
    pub(crate) fn learn(&mut self, history: &History, asked: &Asked, answer: &Answer, at: At) {
        let KeyOf::Instance(kid) = &asked.key else {
            return;
        };
        let is_accepted = asked.settled.status == 200 && asked.settled.is(answer);
        if is_accepted && asked.class != Class::Refresh && !self.accepted.contains_key(kid) {
            self.accepted.insert(Arc::clone(kid), at);
            for gone in history.withdrawn_before(kid) {
                self.dropped.entry(gone).or_insert(at);
            }
        }
        if answer.is_unknown_key() && history.is_withdrawn(kid, at) {
            self.dropped.entry(Arc::clone(kid)).or_insert(at);
        }
    }
}

#[cfg(test)]
mod tests;

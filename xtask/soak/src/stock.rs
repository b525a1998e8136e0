//! The credentials that visitors have at hand: minted anew before they expire, by whatever key signs then.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clerk_core::{Clock as _, SystemClock, UnixTime};
use clerk_emulator::{Defect, Emulator, Seed, TokenBuilder, UserSeed};

use crate::{
    history::At,
    traffic::{
        Asked, Class, EXPIRED, FORGERIES, KeyOf, MISSING_ROLE, Settled, made_up, without_token,
    },
};

const USERS: usize = 20;
/// No token is older when a run begins: they live for a minute.
const OLDEST: Duration = Duration::from_secs(50);
/// A browser that slept: its token expires at once, and no clock that is off by the usual five seconds takes it any more.
const ASLEEP: Duration = Duration::from_secs(7);
/// Whatever was asked with its token has been answered by then, or given up.
const ANSWERED: Duration = Duration::from_secs(20);
const SLEEPERS: usize = 8;

/// What a request carries.
#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    None,
    Bearer(Arc<str>),
    Cookie(Arc<str>),
}

#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) asked: Asked,
    pub(crate) credentials: Credentials,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Bearer(usize),
    Cookie(usize),
    Expired(usize),
    /// Of [`FORGERIES`].
    Forgery(usize),
    Admin,
    Member,
}

impl Kind {
    fn all() -> Vec<Self> {
        let users = (0..USERS).flat_map(|user| [Self::Bearer(user), Self::Cookie(user)]);
        let expired = (0..4).map(Self::Expired);
        let forgeries = (0..FORGERIES.len()).map(Self::Forgery);
        let others = [Self::Admin, Self::Member];
        users
            .chain(expired)
            .chain(forgeries)
            .chain(others)
            .collect()
    }

    const fn class(self) -> Class {
        match self {
            Self::Bearer(_) => Class::Bearer,
            Self::Cookie(_) => Class::Cookie,
            Self::Expired(_) => Class::Expired,
            Self::Forgery(_) => Class::Forged,
            Self::Admin => Class::Admin,
            Self::Member => Class::Member,
        }
    }
}

#[derive(Debug)]
struct Slot {
    kind: Kind,
    ticket: Ticket,
    renewed_at: At,
}

/// A browser that comes back after its token has expired.
#[derive(Debug)]
struct Sleeper {
    ticket: Ticket,
    awake_at: At,
    /// When it has come back.
    came: Option<At>,
}

/// Something to be minted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Errand {
    Slot(usize, Kind),
    /// Of a service, and its number.
    Sleeper(usize, usize),
}

impl Errand {
    pub(crate) fn run(self, emulator: &Emulator) -> Ticket {
        match self {
            Self::Slot(_, kind) => mint(emulator, kind, Duration::ZERO),
            Self::Sleeper(service, number) => put_to_sleep(emulator, &sleeper(service, number)),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Stock {
    /// The age at which tokens are minted anew.
    renewal: Duration,
    slots: Vec<Slot>,
    /// Those of each service: what a browser holds is renewed once.
    sleepers: Vec<Vec<Sleeper>>,
}

fn user(number: usize) -> String {
    format!("user-{number:02}@example.com")
}

fn sleeper(service: usize, number: usize) -> String {
    format!("sleeper-{service}-{number}@example.com")
}

/// An instance with everybody who comes to so many services.
pub(crate) fn seed(services: usize) -> Seed {
    let users = (0..USERS).map(user);
    let sleepers =
        (0..services).flat_map(|of| (0..SLEEPERS).map(move |number| sleeper(of, number)));
    users.chain(sleepers).fold(Seed::example(), |seed, email| {
        seed.user(UserSeed::new(email))
    })
}

impl Stock {
    /// Tokens of all ages, so that they are not renewed together.
    pub(crate) fn new(
        emulator: &Emulator,
        (services, renewal): (usize, Duration),
        random: &mut fastrand::Rng,
    ) -> Self {
        let renewal = renewal.min(OLDEST);
        for number in 0..USERS {
            // Their sessions are older than any of their tokens.
            drop(
                emulator
                    .token()
                    .user(user(number))
                    .issued_ago(2 * OLDEST)
                    .sign(now()),
            );
        }
        let slots = Kind::all().into_iter().map(|kind| {
            let age = Duration::from_secs(random.u64(0..renewal.as_secs()));
            Slot {
                kind,
                ticket: mint(emulator, kind, age),
                renewed_at: renewal.saturating_sub(age),
            }
        });
        let slots = slots.collect();
        let of_service = |service| {
            let tickets =
                (0..SLEEPERS).map(|number| put_to_sleep(emulator, &sleeper(service, number)));
            tickets
                .map(|ticket| Sleeper::new(ticket, Duration::ZERO))
                .collect()
        };
        Self {
            sleepers: (0..services).map(of_service).collect(),
            slots,
            renewal,
        }
    }

    /// What has to be minted anew. Signing takes a millisecond, and is done while others take tickets.
    pub(crate) fn errands(&self, at: At) -> Vec<Errand> {
        let slots = self.slots.iter().enumerate();
        let old = slots.filter(|(_, slot)| slot.renewed_at <= at);
        let slots = old.map(|(index, slot)| Errand::Slot(index, slot.kind));
        let sleepers = self.sleepers.iter().enumerate().flat_map(|(service, all)| {
            let all = all.iter().enumerate();
            let spent = all.filter(|(_, one)| one.came.is_some_and(|came| came + ANSWERED <= at));
            spent.map(move |(index, _)| Errand::Sleeper(service, index))
        });
        slots.chain(sleepers).collect()
    }

    pub(crate) fn put(&mut self, errand: Errand, ticket: Ticket, at: At) {
        match errand {
            Errand::Slot(index, kind) => {
                self.slots[index] = Slot {
                    kind,
                    ticket,
                    renewed_at: at + self.renewal,
                };
            }
            Errand::Sleeper(service, index) => {
                self.sleepers[service][index] = Sleeper::new(ticket, at);
            }
        }
    }

    /// What a visitor of this class sends. Where no browser has just woken, nobody comes.
    pub(crate) fn ticket(
        &mut self,
        class: Class,
        service: usize,
        (at, random): (At, &mut fastrand::Rng),
    ) -> Option<Ticket> {
        match class {
            Class::Plain | Class::Stranger | Class::Absent => Some(Ticket {
                asked: without_token(class),
                credentials: Credentials::None,
            }),
            Class::Refresh => {
                let mut sleepers = self.sleepers.get_mut(service)?.iter_mut();
                let awake = |one: &&mut Sleeper| one.came.is_none() && one.awake_at <= at;
                let sleeper = sleepers.find(awake)?;
                sleeper.came = Some(at);
                Some(sleeper.ticket.clone())
            }
            Class::MadeUp => Some(Ticket {
                asked: made_up(),
                credentials: self.with_made_up_key(random)?,
            }),
            class => {
                let of_class: Vec<&Slot> = self
                    .slots
                    .iter()
                    .filter(|slot| slot.kind.class() == class)
                    .collect();
                Some(random.choice(of_class)?.ticket.clone())
            }
        }
    }

    /// A token of somebody's, of which nothing but the key id is another.
    fn with_made_up_key(&self, random: &mut fastrand::Rng) -> Option<Credentials> {
        let mut bearers = self
            .slots
            .iter()
            .filter_map(|slot| match &slot.ticket.credentials {
                Credentials::Bearer(token) => Some(token),
                _ => None,
            });
        let (_, rest) = bearers.next()?.split_once('.')?;
        let id: String = (0..27).map(|_| random.alphanumeric()).collect();
        let header = format!(r#"{{"alg":"RS256","kid":"ins_{id}","typ":"JWT"}}"#);
        let header = URL_SAFE_NO_PAD.encode(header);
        Some(Credentials::Bearer(format!("{header}.{rest}").into()))
    }
}

impl Sleeper {
    fn new(ticket: Ticket, at: At) -> Self {
        Self {
            ticket,
            awake_at: at + ASLEEP,
            came: None,
        }
    }
}

/// Cookies with a token that expires within a second.
fn put_to_sleep(emulator: &Emulator, user: &str) -> Ticket {
    let brief = emulator.token().user(user).lifetime(Duration::from_secs(1));
    let asked = Asked {
        class: Class::Refresh,
        key: KeyOf::Instance(emulator.key_id().into()),
        settled: Settled::page(page_of(emulator, user)),
    };
    Ticket {
        asked,
        credentials: Credentials::Cookie(brief.cookies(now()).into()),
    }
}

fn now() -> UnixTime {
    SystemClock::new().now()
}

/// What the route for who is signed in answers.
fn page_of(emulator: &Emulator, user: &str) -> String {
    let id = emulator.user_id(user).unwrap_or_default();
    format!("{id}\n")
}

fn mint(emulator: &Emulator, kind: Kind, age: Duration) -> Ticket {
    let token = |user: &str| emulator.token().user(user).issued_ago(age);
    let mut key = KeyOf::Instance(emulator.key_id().into());
    let bearer = |token: TokenBuilder| Credentials::Bearer(token.sign(now()).into());
    let (credentials, settled) = match kind {
        Kind::Bearer(number) => {
            let user = user(number);
            (
                bearer(token(&user)),
                Settled::page(page_of(emulator, &user)),
            )
        }
        Kind::Cookie(number) => {
            let user = user(number);
            let cookies = token(&user).cookies(now());
            (
                Credentials::Cookie(cookies.into()),
                Settled::page(page_of(emulator, &user)),
            )
        }
        Kind::Expired(number) => {
            let token = token(&user(number)).defect(Defect::Expired);
            (bearer(token), Settled::refusal(EXPIRED))
        }
        Kind::Forgery(number) => {
            let (defect, reason, looks_for_key) = FORGERIES[number];
            if !looks_for_key {
                key = KeyOf::Nobody;
            }
            (
                bearer(token(&user(number)).defect(defect)),
                Settled::refusal(reason),
            )
        }
        Kind::Admin => {
            let admin = "ada@example.com";
            let id = emulator.user_id(admin).unwrap_or_default();
            let settled = Settled::page(format!("{id} may change the settings\n"));
            (bearer(token(admin).organization("acme")), settled)
        }
        Kind::Member => {
            let settled = Settled {
                status: 403,
                reason: Some(MISSING_ROLE),
                body: None,
            };
            (
                bearer(token("bob@example.com").organization("acme")),
                settled,
            )
        }
    };
    let asked = Asked {
        class: kind.class(),
        key,
        settled,
    };
    Ticket { asked, credentials }
}

#[cfg(test)]
mod tests;

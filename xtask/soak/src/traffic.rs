//! What is asked of the service, and what the answer is where nothing is out of order.

use std::{fmt, sync::Arc};

use clerk_emulator::Defect;

/// Requests that are answered alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// A route without authentication.
    Plain,
    /// A route for who is signed in, with a valid token in the header.
    Bearer,
    /// The same route, with the token in a browser's cookies.
    Cookie,
    /// The same route, from a browser whose token has expired, and may be refreshed.
    Refresh,
    /// The same route, with an expired token in the header.
    Expired,
    /// The same route, with a token that is none, or not the instance's.
    Forged,
    /// The same route, with a key id that nobody has.
    MadeUp,
    /// The same route, without any token.
    Absent,
    /// A route for everybody, without any token.
    Stranger,
    /// A route for admins, as one.
    Admin,
    /// A route for admins, as a member.
    Member,
}

impl Class {
    pub(crate) const ALL: [Self; 11] = [
        Self::Plain,
        Self::Bearer,
        Self::Cookie,
        Self::Refresh,
        Self::Expired,
        Self::Forged,
        Self::MadeUp,
        Self::Absent,
        Self::Stranger,
        Self::Admin,
        Self::Member,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "no authentication",
            Self::Bearer => "signed in, header",
            Self::Cookie => "signed in, cookie",
            Self::Refresh => "refreshed session",
            Self::Expired => "expired token",
            Self::Forged => "forged token",
            Self::MadeUp => "made-up key id",
            Self::Absent => "no token",
            Self::Stranger => "stranger, open route",
            Self::Admin => "admin",
            Self::Member => "member, not allowed",
        }
    }

    /// The route whose latency is held against the plain one's.
    pub(crate) const fn is_authenticated(self) -> bool {
        matches!(self, Self::Bearer | Self::Cookie)
    }

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Plain => "/health",
            Self::Stranger => "/",
            Self::Admin | Self::Member => "/settings",
            _ => "/me",
        }
    }

    /// Two requests of five have no authentication, and two are of those who are signed in, so that the two are
    /// comparable.
    pub(crate) fn choose(random: &mut fastrand::Rng, is_under_attack: bool) -> Self {
        match random.u32(0..100) {
            0..40 => Self::Plain,
            40..60 => Self::Bearer,
            60..80 => Self::Cookie,
            80..82 => Self::Refresh,
            82..86 => Self::Expired,
            86..90 => Self::Forged,
            90..94 if is_under_attack => Self::MadeUp,
            90..94 => Self::Absent,
            94..96 => Self::Stranger,
            96..98 => Self::Admin,
            _ => Self::Member,
        }
    }
}

/// A key id.
pub(crate) type Kid = Arc<str>;

/// Under whose key a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyOf {
    /// There is none to be looked for.
    Nobody,
    MadeUp,
    Instance(Kid),
}

/// The answer where nothing is out of order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) status: u16,
    pub(crate) reason: Option<&'static str>,
    /// Where it has to be this one: above all, it names the user.
    pub(crate) body: Option<Arc<str>>,
}

impl Settled {
    pub(crate) fn page(body: impl Into<Arc<str>>) -> Self {
        Self {
            status: 200,
            reason: None,
            body: Some(body.into()),
        }
    }

    pub(crate) const fn refusal(reason: &'static str) -> Self {
        Self {
            status: 401,
            reason: Some(reason),
            body: None,
        }
    }

    pub(crate) fn is(&self, answer: &Answer) -> bool {
        match answer {
            Answer::Response(response) => {
                self.status == response.status
                    && self.reason == response.reason.as_deref()
                    && self
                        .body
                        .as_deref()
                        .is_none_or(|body| body == response.body)
            }
            Answer::Failed(_) => false,
        }
    }
}

/// A request, as far as its answer is concerned.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) class: Class,
    pub(crate) key: KeyOf,
    pub(crate) settled: Settled,
}

#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Response(Response),
    /// There was none.
    Failed(&'static str),
}

#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// `x-clerk-auth-reason`.
    pub(crate) reason: Option<String>,
    pub(crate) body: String,
}

impl Answer {
    fn is_of(&self, status: u16, reason: impl FnOnce(&str) -> bool) -> bool {
        match self {
            Self::Response(response) => {
                response.status == status && response.reason.as_deref().is_some_and(reason)
            }
            Self::Failed(_) => false,
        }
    }

    /// The keys could not be fetched.
    pub(crate) fn is_without_keys(&self) -> bool {
        self.is_of(503, |reason| reason.starts_with("jwk-remote-"))
    }

    pub(crate) fn is_unknown_key(&self) -> bool {
        self.is_of(401, |reason| reason == UNKNOWN_KEY)
    }

    pub(crate) fn is_refresh_failure(&self) -> bool {
        self.is_of(401, |reason| {
            reason.starts_with("session-token-expired-refresh-")
        })
    }
}

/// As it is counted: a class of errors, where it is none that was expected.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(Response {
                status,
                reason: Some(reason),
                ..
            }) => {
                write!(f, "{status} {reason}")
            }
            Self::Response(response) => write!(f, "{}", response.status),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

const UNKNOWN_KEY: &str = "jwk-kid-mismatch";
pub(crate) const MISSING_ROLE: &str = "role_missing";
pub(crate) const EXPIRED: &str = "session-token-expired-refresh-non-eligible-no-refresh-cookie";

/// Tokens that nobody may be let in with, what they are refused for, and whether their key is looked for before.
pub(crate) const FORGERIES: [(Defect, &str, bool); 9] = [
    (Defect::DamagedSignature, "token-invalid-signature", true),
    (Defect::TamperedPayload, "token-invalid-signature", true),
    (Defect::ForeignKey, "token-invalid-signature", true),
    (Defect::AlgNone, "token-invalid-algorithm", false),
    (Defect::AlgHs256PublicKey, "token-invalid-algorithm", false),
    (Defect::WrongIssuer, "token-invalid-issuer", true),
    (Defect::HeaderNotJson, "token-invalid", false),
    (Defect::TwoParts, "token-invalid", false),
    (Defect::NonCanonicalBase64, "token-invalid", true),
];

/// What is asked without any token: nothing is known of the browser, which pages of a development instance need.
pub(crate) fn without_token(class: Class) -> Asked {
    const UNKNOWN_BROWSER: &str = "dev-browser-missing";
    let settled = match class {
        Class::Plain => Settled::page("I am well, whoever asks\n"),
        Class::Stranger => Settled {
            reason: Some(UNKNOWN_BROWSER),
            ..Settled::page("Hello stranger\n")
        },
        _ => Settled::refusal(UNKNOWN_BROWSER),
    };
    Asked {
        class,
        key: KeyOf::Nobody,
        settled,
    }
}

/// A token under a key id that nobody has.
pub(crate) fn made_up() -> Asked {
    Asked {
        class: Class::MadeUp,
        key: KeyOf::MadeUp,
        settled: Settled::refusal(UNKNOWN_KEY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_come_with_authentication_as_without_and_everybody_comes() {
        let mut random = fastrand::Rng::with_seed(1);
        let chosen: Vec<Class> = (0..100_000)
            .map(|_| Class::choose(&mut random, true))
            .collect();
        let count = |is: fn(&Class) -> bool| chosen.iter().filter(|class| is(class)).count();
        let plain = count(|class| *class == Class::Plain);
        let authenticated = count(|class| class.is_authenticated());
        assert!(
            plain.abs_diff(authenticated) < 1_000,
            "{plain}, {authenticated}"
        );
        let calm: Vec<Class> = (0..10_000)
            .map(|_| Class::choose(&mut random, false))
            .collect();
        assert!(!calm.contains(&Class::MadeUp));
        for class in Class::ALL {
            let comes = chosen.contains(&class) || calm.contains(&class);
            assert!(comes, "{}", class.name());
        }
    }

    #[test]
    fn an_answer_is_known_by_status_reason_and_body() {
        let settled = Settled {
            reason: Some("a-reason"),
            ..Settled::page("user_1\n")
        };
        let answer = |status, reason: Option<&str>, body: &str| {
            Answer::Response(Response {
                status,
                reason: reason.map(str::to_owned),
                body: body.to_owned(),
            })
        };
        assert!(settled.is(&answer(200, Some("a-reason"), "user_1\n")));
        for other in [
            answer(201, Some("a-reason"), "user_1\n"),
            answer(200, None, "user_1\n"),
            answer(200, Some("another"), "user_1\n"),
            answer(200, Some("a-reason"), "user_12\n"),
            Answer::Failed("no answer in time"),
        ] {
            assert!(!settled.is(&other), "{other:?}");
        }
        // The service's own trouble is not that of the keys.
        assert!(!answer(503, Some("unexpected-error"), "").is_without_keys());
        assert!(!answer(500, Some("jwk-remote-failed-to-load"), "").is_without_keys());
        assert!(!answer(403, Some("jwk-kid-mismatch"), "").is_unknown_key());
    }
}

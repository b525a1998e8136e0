use std::{fmt, sync::Arc, time::Duration};

use http::{HeaderMap, Response, StatusCode, header};

use crate::{TransportError, TransportErrorKind, runtime::seed_of_std};

/// How often, and after which waits, an operation is sent again.
///
/// Any operation is sent again where it cannot have been carried out: after a 429, with which Clerk
/// turns it away unread, and after [`TransportErrorKind::Connect`], for there was no connection.
/// One that is [idempotent](crate::Operation::IDEMPOTENT) is sent again after any other transport
/// error and after a 5xx answer, too. Any other answer is final, and so is a response that is too
/// large: asking again changes nothing.
///
/// The waits double from [`first_delay`](Self::first_delay) up to
/// [`longest_delay`](Self::longest_delay), and are lengthened at random by up to half, so that
/// clients that failed together do not come back together. A `Retry-After` that asks for more
/// is followed to the second. An operation may have fewer [`Attempts`](crate::Attempts), and a longer
/// [`FirstDelay`](crate::FirstDelay). All of it stays within [`budget`](Self::budget), and within the
/// operation's [`Deadline`](crate::Deadline) if it has one: where the next wait does not fit, the
/// call ends with the answer it has.
///
/// ```
/// use clerk_http::Retry;
/// use std::time::Duration;
///
/// let patient = Retry::default().attempts(5).budget(Duration::from_secs(120));
/// let once = Retry::none();
/// # let _ = (patient, once);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Retry {
    attempts: u32,
    first_delay: Duration,
    longest_delay: Duration,
    budget: Duration,
    seed: Seed,
}

/// Where the seed for the waits of a call comes from.
#[derive(Clone)]
enum Seed {
    /// It is always this one.
    Set(u64),
    Std,
    Runtime(Arc<dyn Fn() -> u64 + Send + Sync>),
}

/// What is drawn anew each time is alike, wherever it is drawn.
impl PartialEq for Seed {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Set(one), Self::Set(other)) => one == other,
            (Self::Set(_), _) | (_, Self::Set(_)) => false,
            _ => true,
        }
    }
}

impl Eq for Seed {}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set(seed) => write!(f, "Set({seed})"),
            Self::Std => f.write_str("Std"),
            Self::Runtime(_) => f.write_str("Runtime"),
        }
    }
}

impl Default for Retry {
    /// Three attempts, 250 ms before the second, no backoff above 10 s, 60 s in all.
    fn default() -> Self {
        Self {
            attempts: 3,
            first_delay: Duration::from_millis(250),
            longest_delay: Duration::from_secs(10),
            budget: Duration::from_secs(60),
            seed: Seed::Std,
        }
    }
}

impl Retry {
    /// Every operation is sent once.
    pub fn none() -> Self {
        Self::default().attempts(1)
    }

    /// How often an operation is sent at most, the first time included. Zero means one.
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The wait before the second attempt; each further one is twice as long.
    pub const fn first_delay(mut self, delay: Duration) -> Self {
        self.first_delay = delay;
        self
    }

    /// Where the doubling stops. A `Retry-After` may ask for more.
    pub const fn longest_delay(mut self, delay: Duration) -> Self {
        self.longest_delay = delay;
        self
    }

    /// How long a call may take from its first attempt to the end of its last one. The first
    /// attempt has its own timeout; later ones are cut off where the budget ends. What callers wait
    /// for, as keys and the verification of a request, has a shorter
    /// [`Deadline`](crate::Deadline) of its own, which longer budgets do not lengthen.
    pub const fn budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// Makes the random part of the waits the same each time, for tests and simulations.
    pub fn jitter_seed(mut self, seed: u64) -> Self {
        self.seed = Seed::Set(seed);
        self
    }

    /// A seed for the waits of one call: the one that was set, or a new one each time. In the settings of a
    /// client that is one of its runtime's ([`Runtime::seed`](crate::Runtime::seed)).
    pub fn seed(&self) -> u64 {
        match &self.seed {
            Seed::Set(seed) => *seed,
            Seed::Std => seed_of_std(),
            Seed::Runtime(draw) => draw(),
        }
    }

    pub(crate) fn drawing_seeds(self, draw: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        match self.seed {
            Seed::Set(_) => self,
            Seed::Std | Seed::Runtime(_) => Self {
                seed: Seed::Runtime(Arc::new(draw)),
                ..self
            },
        }
    }

    pub(crate) const fn whole_budget(&self) -> Duration {
        self.budget
    }

    /// How long to wait before sending again, after attempt number `attempt` (from 1 on) ended in
    /// `outcome` and `left` is left of the call's time; `None` where the call ends here. The first wait is at
    /// least `first_delay`.
    pub(crate) fn wait<B>(
        &self,
        idempotent: bool,
        attempt: u32,
        outcome: &Result<Response<B>, TransportError>,
        left: Duration,
        (first_delay, seed): (Duration, u64),
    ) -> Option<Duration> {
        let may_repeat = match outcome {
            Ok(response) => {
                let status = response.status();
                turns_away(status) || (idempotent && is_transient_status(status))
            }
            Err(error) => {
                let kind = error.kind();
                kind == TransportErrorKind::Connect || (idempotent && is_transient_kind(kind))
            }
        };
        if !may_repeat || attempt >= self.attempts {
            return None;
        }
        let asked = outcome
            .as_ref()
            .ok()
            .and_then(|response| retry_after(response.headers()));
        let backoff = self.backoff(attempt, first_delay);
        let wait = backoff
            .max(asked.unwrap_or_default())
            .saturating_add(jitter(backoff, seed, attempt));
        (wait < left).then_some(wait)
    }

    fn backoff(&self, attempt: u32, at_least: Duration) -> Duration {
        2_u32
            .checked_pow(attempt.saturating_sub(1))
            .and_then(|factor| self.first_delay.max(at_least).checked_mul(factor))
            .unwrap_or(Duration::MAX)
            .min(self.longest_delay.max(at_least))
    }
}

/// From nothing to half of `backoff`, evenly. The mixing is SplitMix64's.
fn jitter(backoff: Duration, seed: u64, attempt: u32) -> Duration {
    let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(u64::from(attempt)));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    let half = u64::try_from((backoff / 2).as_nanos()).unwrap_or(u64::MAX);
    let scaled = (u128::from(mixed) * u128::from(half)) >> 64;
    Duration::from_nanos(u64::try_from(scaled).unwrap_or(half))
}

/// Whether the answer says that the request was not even looked into (RFC 6585 §4).
pub(crate) fn turns_away(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS
}

/// Whether the same request may succeed later.
pub(crate) fn is_transient_status(status: StatusCode) -> bool {
    turns_away(status) || status.is_server_error()
}

/// Whether the same request may succeed later.
pub(crate) const fn is_transient_kind(kind: TransportErrorKind) -> bool {
    !matches!(
        kind,
        TransportErrorKind::TooLarge | TransportErrorKind::Request | TransportErrorKind::Untrusted
    )
}

/// How long a response asks to wait (RFC 9110 §10.2.3).
///
/// A date is measured against the response's own `Date`: the two come from one clock, ours may
/// be off. Without a `Date` it says nothing.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let value = text(header::RETRY_AFTER)?;
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let date = httpdate::parse_http_date(text(header::DATE)?).ok()?;
    Some(until.duration_since(date).unwrap_or_default())
}

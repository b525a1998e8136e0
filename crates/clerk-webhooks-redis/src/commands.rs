//! What Redis is asked, and what its answers mean: built once, and sent by both modes.

use std::time::Duration;

use clerk_webhooks::{Claim, ClaimError, Claimant};
use redis::{Cmd, RedisError};

/// What stands before the claimant.
const IN_PROGRESS: &str = "in-progress:";
const DONE: &str = "done";

/// Whether a claim is there and what it says are one question: between two commands it could end. One's
/// own is as good as none.
const CLAIM: &str = "\
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return false end \
local held = redis.call('GET', KEYS[1]) \
if held == ARGV[1] then return false end \
return held";

/// What was acted on stays so, and so does another's claim, should one be given up late.
const RELEASE: &str = "\
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end \
return false";

/// Redis adds this to the time of day, and refuses what overflows. It is 146 million years.
const LONGEST: u64 = i64::MAX as u64 / 2;

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) cmd: Cmd,
}

/// Whether a command that failed like this is sent once more.
///
/// Whatever the error, no connection over which one has come is used again. That the server was demoted,
/// is starting, has lost its memory of who we are, or was never Redis, does not pass by asking it again,
/// and behind its address there may be another by now. A list of the errors that this mends would be out
/// of date with the next server, and to connect once for nothing costs little where nothing works.
///
/// No command does harm if the one before was carried out unheard of. But whoever has waited for an
/// answer in vain is not made to wait for another.
pub(crate) fn is_sent_again(error: &RedisError) -> bool {
    !error.is_timeout()
}

impl Command {
    pub(crate) fn claim(prefix: &str, key: &str, by: Claimant, lease: Duration) -> Self {
        let mut cmd = script(CLAIM, prefix, key);
        cmd.arg(in_progress(by)).arg(milliseconds(lease));
        Self { cmd }
    }

    pub(crate) fn complete(prefix: &str, key: &str, keep: Duration) -> Self {
        let mut cmd = redis::cmd("SET");
        cmd.arg(prefixed(prefix, key)).arg(DONE);
        cmd.arg("PX").arg(milliseconds(keep));
        Self { cmd }
    }

    pub(crate) fn release(prefix: &str, key: &str, by: Claimant) -> Self {
        let mut cmd = script(RELEASE, prefix, key);
        cmd.arg(in_progress(by));
        Self { cmd }
    }
}

/// What the answer to [`Command::claim`] says.
pub(crate) fn claimed(held: Option<&str>) -> Result<Claim, ClaimError> {
    match held {
        None => Ok(Claim::First),
        Some(DONE) => Ok(Claim::Done),
        Some(held) if held.starts_with(IN_PROGRESS) => Ok(Claim::InProgress),
        Some(_) => Err(ClaimError::new(
            "another program uses the same keys in this Redis; give the claims a prefix of their own",
        )),
    }
}

/// As text: these servers keep the source of a script they have seen, and a hash of it would have to
/// be answered for when they forget.
fn script(source: &str, prefix: &str, key: &str) -> Cmd {
    let mut cmd = redis::cmd("EVAL");
    cmd.arg(source).arg(1).arg(prefixed(prefix, key));
    cmd
}

fn in_progress(by: Claimant) -> String {
    format!("{IN_PROGRESS}{by}")
}

fn prefixed(prefix: &str, key: &str) -> String {
    format!("{prefix}{key}")
}

/// At least one: Redis refuses nought.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).map_or(LONGEST, |millis| millis.clamp(1, LONGEST))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn words(command: &Command) -> Vec<String> {
        let packed = String::from_utf8(command.cmd.get_packed_command()).unwrap();
        // RESP: a count, then for each word its length and itself, a line each.
        let words = packed.split_terminator("\r\n").skip(2).step_by(2);
        words.map(str::to_owned).collect()
    }

    #[test]
    fn what_is_sent() {
        let minute = Duration::from_secs(60);
        let by = Claimant::new().unwrap();
        let held = format!("in-progress:{by}");
        let claim = words(&Command::claim("p:", "msg_1", by, minute));
        assert_eq!(claim, ["EVAL", CLAIM, "1", "p:msg_1", &held, "60000"]);
        let complete = words(&Command::complete("p:", "msg_1", minute));
        assert_eq!(complete, ["SET", "p:msg_1", "done", "PX", "60000"]);
        let release = words(&Command::release("", "msg_1", by));
        assert_eq!(release, ["EVAL", RELEASE, "1", "msg_1", &held]);
    }

    #[test]
    fn what_an_answer_says() {
        let rows = [
            (None, Some(Claim::First)),
            (Some("in-progress:0f"), Some(Claim::InProgress)),
            (Some("in-progress"), None),
            (Some("done"), Some(Claim::Done)),
            (Some("DONE"), None),
            (Some(""), None),
        ];
        for (held, expected) in rows {
            assert_eq!(claimed(held).ok(), expected, "{held:?}");
        }
    }

    #[test]
    fn durations_are_ones_that_redis_takes() {
        let rows = [
            (Duration::ZERO, 1),
            (Duration::from_nanos(1), 1),
            (Duration::from_micros(1_999), 1),
            (Duration::from_secs(60), 60_000),
            (Duration::from_millis(LONGEST + 1), LONGEST),
            (Duration::from_millis(u64::MAX), LONGEST),
            (Duration::MAX, LONGEST),
        ];
        for (duration, expected) in rows {
            assert_eq!(milliseconds(duration), expected, "{duration:?}");
        }
    }

    #[test]
    fn whoever_was_answered_or_cut_off_asks_again_and_whoever_has_waited_does_not() {
        let error = |kind| RedisError::from(io::Error::from(kind));
        for kind in [io::ErrorKind::TimedOut, io::ErrorKind::WouldBlock] {
            assert!(!is_sent_again(&error(kind)), "{kind}");
        }
        for kind in [
            io::ErrorKind::BrokenPipe,
            io::ErrorKind::ConnectionRefused,
            io::ErrorKind::ConnectionReset,
            io::ErrorKind::UnexpectedEof,
        ] {
            assert!(is_sent_again(&error(kind)), "{kind}");
        }
        let answer = redis::parse_redis_value(b"-READONLY You can't write.\r\n").unwrap();
        assert!(is_sent_again(&answer.extract_error().unwrap_err()));
    }
}

use std::hash::{BuildHasher, Hasher};

use clerk_core::UnixTime;

/// When seeded records were created: 2025-01-01T00:00:00Z, so that no seed depends on the clock.
pub(crate) const SEEDED_AT: UnixTime = UnixTime::from_secs(1_735_689_600);

/// What the time in an identifier counts from, in Unix seconds: 2014-05-13T16:53:20Z.
const KSUID_EPOCH: i64 = 1_400_000_000;

/// How far the generator goes with each number (Steele, Lea, Flood 2014).
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
/// More numbers than an emulator draws before it is started again.
const DRAWN_BY_A_START: u64 = 1 << 40;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Makes identifiers of the shapes Clerk's have. They need to differ, not to be unguessable.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    state: u64,
    now: UnixTime,
}

impl Ids {
    /// The identifiers that follow from `seed`: the same ones each time.
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self {
            state: seed,
            now: SEEDED_AT,
        }
    }

    /// A seed that differs in each run.
    pub(crate) fn random_seed() -> u64 {
        let state = std::collections::hash_map::RandomState::new();
        state.build_hasher().finish()
    }

    /// Those that follow from `seed` where it has served before: as many starts ago as this, each with a
    /// million million of them, so that none comes twice.
    pub(crate) fn after_starts(seed: u64, starts: u64) -> Self {
        let drawn = starts.wrapping_mul(DRAWN_BY_A_START);
        Self::from_seed(seed.wrapping_add(drawn.wrapping_mul(STEP)))
    }

    /// Has those that follow made at this time. Until then, it is when seeds are planted.
    pub(crate) fn set_time(&mut self, now: UnixTime) {
        self.now = now;
    }

    /// When those that follow are made.
    pub(crate) fn time(&self) -> UnixTime {
        self.now
    }

    /// `prefix`, then 27 characters of base 62: `user_…`, `sess_…`, `ins_…`.
    pub(crate) fn object(&mut self, prefix: &str) -> String {
        self.object_made_at(prefix, self.now)
    }

    /// The same for something that was made at another time. As Clerk's do, the characters begin with
    /// the time, in seconds (a KSUID), so that texts of one prefix sort by it.
    pub(crate) fn object_made_at(&mut self, prefix: &str, at: UnixTime) -> String {
        object_of(prefix, at, [self.next(), self.next()])
    }

    /// `prefix`, then 32 upper-case hexadecimal digits: `mt_…`, `oat_…`.
    pub(crate) fn machine(&mut self, prefix: &str) -> String {
        self.text(prefix, b"0123456789ABCDEF", 32)
    }

    /// Lower-case hexadecimal digits: trace ids (32) and `jti` of session tokens (20).
    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.text("", b"0123456789abcdef", length)
    }

    fn text(&mut self, prefix: &str, alphabet: &[u8], length: usize) -> String {
        let mut text = String::with_capacity(prefix.len() + length);
        text.push_str(prefix);
        for _ in 0..length {
            // The high bits: in this generator they are the better mixed ones.
            let index = (self.next() >> 33) as usize % alphabet.len();
            text.push(char::from(alphabet[index]));
        }
        text
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): small, fast, and every seed is a good one.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// An identifier of something that was made at this time, and what tells it from others of that time.
pub(crate) fn object_of(prefix: &str, at: UnixTime, payload: [u64; 2]) -> String {
    let seconds = at.as_secs().saturating_sub(KSUID_EPOCH).max(0);
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    format!("{prefix}{}", ksuid(seconds, payload))
}

/// Four bytes of time and sixteen of anything, as a number in base 62.
fn ksuid(seconds: u32, payload: [u64; 2]) -> String {
    let halves = payload
        .iter()
        .flat_map(|half| [half >> 32, half & 0xffff_ffff]);
    let mut limbs: Vec<u64> = std::iter::once(u64::from(seconds)).chain(halves).collect();
    let mut digits = [b'0'; 27];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0;
        for limb in &mut limbs {
            let value = (remainder << 32) | *limb;
            (*limb, remainder) = (value / 62, value % 62);
        }
        *digit = BASE62[remainder as usize];
    }
    digits.into_iter().map(char::from).collect()
}

/// Whether `id` is `prefix` and 27 characters of base 62.
pub(crate) fn is_object_id(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 27 && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that KSUID's own description gives, and the ends of its range.
    #[test]
    fn writes_time_and_payload_as_others_read_them() {
        for (seconds, payload, expected) in [
            (0, [0, 0], "000000000000000000000000000"),
            (
                107_608_047,
                [0xb5a1_cd34_b5f9_9d11, 0x54fb_6853_345c_9735],
                "0ujtsYcgvSTl8PAuAdqWYSMnLOv",
            ),
            (u32::MAX, [u64::MAX; 2], "aWgEPTl1tmebfsQzFP4bxwgy80V"),
        ] {
            assert_eq!(ksuid(seconds, payload), expected);
        }
    }

    #[test]
    fn identifiers_sort_by_the_time_they_are_made_at() {
        let mut ids = Ids::from_seed(7);
        let mut before = String::new();
        for seconds in [
            0,
            1_400_000_000,
            1_500_000_000,
            1_800_000_000,
            1_800_000_001,
        ] {
            ids.set_time(UnixTime::from_secs(seconds));
            let id = ids.object("user_");
            assert!(is_object_id(&id, "user_"), "{id}");
            assert!(seconds <= KSUID_EPOCH || before < id, "{before} {id}");
            before = id;
        }
    }
}

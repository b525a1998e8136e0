use std::hash::{BuildHasher, Hasher};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Makes identifiers of the shapes Clerk's have. They need to differ, not to be unguessable.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    state: u64,
}

impl Ids {
    /// The identifiers that follow from `seed`: the same ones each time.
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Identifiers that differ in each run.
    pub(crate) fn random() -> Self {
        let state = std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish();
        Self { state }
    }

    /// `prefix`, then 27 characters of base 62: `user_…`, `sess_…`, `ins_…`.
    pub(crate) fn object(&mut self, prefix: &str) -> String {
        self.text(prefix, BASE62, 27)
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
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Whether `id` is `prefix` and 27 characters of base 62.
pub(crate) fn is_object_id(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 27 && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

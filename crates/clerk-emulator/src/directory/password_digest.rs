use std::num::NonZeroU32;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{digest, pbkdf2};

/// More than anybody's digests have; each is a hash that the whole emulator waits for.
const MOST_ITERATIONS: u32 = 2_000_000;

/// What another system has kept of a password, in the form that Clerk takes it in.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
#[serde(into = "(String, String)", try_from = "(String, String)")]
pub(crate) struct PasswordDigest {
    hasher: Hasher,
    text: String,
}

/// How a digest was made, by Clerk's name for it.
#[derive(Clone, Copy)]
struct Hasher {
    name: &'static str,
    form: Form,
}

/// How digests of a hasher are written.
#[derive(Clone, Copy)]
enum Form {
    /// SHA-256, in hexadecimal.
    Sha256,
    /// The name, the iterations, the salt and the hash, with `$` between them.
    Pbkdf2(pbkdf2::Algorithm, Encoding),
    /// So many hexadecimal digits, which nobody here can make.
    Hex(usize),
    /// What begins so, and cannot be made here either.
    Foreign(&'static [&'static str]),
}

/// How salt and hash are written.
#[derive(Clone, Copy)]
enum Encoding {
    Base64,
    /// The salt stands there as it is.
    Django,
    Hex,
}

static HASHERS: [Hasher; 18] = {
    const fn hasher(name: &'static str, form: Form) -> Hasher {
        Hasher { name, form }
    }
    [
        hasher("argon2i", Form::Foreign(&["$argon2i$"])),
        hasher("argon2id", Form::Foreign(&["$argon2id$"])),
        hasher("bcrypt", Form::Foreign(&["$2a$", "$2b$", "$2x$", "$2y$"])),
        hasher("bcrypt_sha256_django", Form::Foreign(&["bcrypt_sha256$"])),
        hasher("ldap_ssha", Form::Foreign(&["{SSHA}"])),
        hasher("md5", Form::Hex(32)),
        hasher("md5_phpass", Form::Foreign(&["$P$", "$H$"])),
        hasher("phpass", Form::Foreign(&["$P$", "$H$"])),
        hasher(
            "pbkdf2_sha1",
            Form::Pbkdf2(pbkdf2::PBKDF2_HMAC_SHA1, Encoding::Base64),
        ),
        hasher(
            "pbkdf2_sha256",
            Form::Pbkdf2(pbkdf2::PBKDF2_HMAC_SHA256, Encoding::Base64),
        ),
        hasher(
            "pbkdf2_sha256_django",
            Form::Pbkdf2(pbkdf2::PBKDF2_HMAC_SHA256, Encoding::Django),
        ),
        hasher(
            "pbkdf2_sha512",
            Form::Pbkdf2(pbkdf2::PBKDF2_HMAC_SHA512, Encoding::Base64),
        ),
        hasher(
            "pbkdf2_sha512_hex",
            Form::Pbkdf2(pbkdf2::PBKDF2_HMAC_SHA512, Encoding::Hex),
        ),
        hasher("scrypt_firebase", Form::Foreign(&[""])),
        hasher("scrypt_werkzeug", Form::Foreign(&["scrypt:"])),
        hasher("sha256", Form::Sha256),
        hasher("sha256_salted", Form::Foreign(&[""])),
        hasher("sha512_symfony", Form::Foreign(&["sha512_symfony$"])),
    ]
};

/// Why a digest is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidDigest {
    /// Clerk knows no such hasher.
    Hasher,
    /// It is not one that the hasher makes.
    Digest,
}

impl PasswordDigest {
    pub(crate) fn read(hasher: &str, text: String) -> Result<Self, InvalidDigest> {
        let known = HASHERS.iter().find(|known| known.name == hasher);
        let hasher = *known.ok_or(InvalidDigest::Hasher)?;
        let is_hex = |digits| text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit());
        let is_valid = match hasher.form {
            Form::Sha256 => is_hex(64),
            Form::Hex(digits) => is_hex(digits),
            Form::Pbkdf2(_, encoding) => Derived::read(&text, encoding).is_some(),
            Form::Foreign(beginnings) => {
                !text.is_empty()
                    && beginnings
                        .iter()
                        .any(|beginning| text.starts_with(beginning))
            }
        };
        match is_valid {
            true => Ok(Self { hasher, text }),
            false => Err(InvalidDigest::Digest),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn hasher(&self) -> &'static str {
        self.hasher.name
    }

    /// Whether digests of its hasher can be made here.
    pub(crate) fn can_be_made(&self) -> bool {
        matches!(self.hasher.form, Form::Sha256 | Form::Pbkdf2(..))
    }

    /// Whether it is one of this password, if that can be told.
    pub(crate) fn is_of(&self, password: &str) -> Option<bool> {
        match self.hasher.form {
            Form::Sha256 => {
                let made = digest::digest(&digest::SHA256, password.as_bytes());
                Some(hex(&self.text).as_deref() == Some(made.as_ref()))
            }
            Form::Pbkdf2(algorithm, encoding) => {
                let Derived {
                    iterations,
                    salt,
                    hash,
                } = Derived::read(&self.text, encoding)?;
                let secret = password.as_bytes();
                Some(pbkdf2::verify(algorithm, iterations, &salt, secret, &hash).is_ok())
            }
            Form::Hex(_) | Form::Foreign(_) => None,
        }
    }
}

impl From<PasswordDigest> for (String, String) {
    fn from(digest: PasswordDigest) -> Self {
        (digest.hasher().to_owned(), digest.text)
    }
}

impl TryFrom<(String, String)> for PasswordDigest {
    type Error = String;

    fn try_from((hasher, text): (String, String)) -> Result<Self, String> {
        Self::read(&hasher, text).map_err(|_| format!("this is no digest by {hasher}"))
    }
}

/// What a digest by PBKDF2 says.
struct Derived {
    iterations: NonZeroU32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Derived {
    fn read(text: &str, encoding: Encoding) -> Option<Self> {
        let mut parts = text.split('$');
        let is_named = parts.next()?.starts_with("pbkdf2_sha");
        let iterations: NonZeroU32 = parts.next()?.parse().ok()?;
        let (salt, hash) = (parts.next()?, parts.next()?);
        let (salt, hash) = match encoding {
            Encoding::Base64 => (STANDARD.decode(salt).ok()?, STANDARD.decode(hash).ok()?),
            Encoding::Django => (salt.as_bytes().to_vec(), STANDARD.decode(hash).ok()?),
            Encoding::Hex => (hex(salt)?, hex(hash)?),
        };
        let is_whole = is_named && parts.next().is_none() && (16..=64).contains(&hash.len());
        let is_bearable = iterations.get() <= MOST_ITERATIONS;
        (is_whole && is_bearable).then_some(Self {
            iterations,
            salt,
            hash,
        })
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let pairs = digits.filter(|digits| digits.len() % 2 == 0)?;
    let bytes = pairs.chunks(2);
    bytes
        .map(|pair| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit)).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &str = "d5e0a7d0f5bbd1a3b5f7a7b8c6f36a4d5cdd2b2b8a7ff0d5c9b7f6a2b3c4d5e6";

    fn read(hasher: &str, text: &str) -> Result<PasswordDigest, InvalidDigest> {
        PasswordDigest::read(hasher, text.to_owned())
    }

    #[test]
    fn digests_are_of_the_form_that_their_hasher_makes() {
        for (hasher, text, expected) in [
            ("bcrypt", "$2a$10$abc", None),
            ("bcrypt", "abc", Some(InvalidDigest::Digest)),
            ("md5", "5f4dcc3b5aa765d61d8327deb882cf99", None),
            (
                "md5",
                "5f4dcc3b5aa765d61d8327deb882cf9",
                Some(InvalidDigest::Digest),
            ),
            ("sha256", SHA256, None),
            ("sha256", "", Some(InvalidDigest::Digest)),
            ("scrypt_firebase", "", Some(InvalidDigest::Digest)),
            (
                "pbkdf2_sha256",
                "pbkdf2_sha256$1$c2FsdA==$AAAA",
                Some(InvalidDigest::Digest),
            ),
            (
                "pbkdf2_sha256",
                "pbkdf2_sha256$0$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAA==",
                Some(InvalidDigest::Digest),
            ),
            (
                "pbkdf2_sha256",
                "pbkdf2_sha256$2000001$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAA==",
                Some(InvalidDigest::Digest),
            ),
            (
                "pbkdf2_sha256",
                "pbkdf2_sha256$1$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAA==",
                None,
            ),
            ("rot13", "abc", Some(InvalidDigest::Hasher)),
        ] {
            assert_eq!(read(hasher, text).err(), expected, "{hasher} {text}");
        }
    }

    /// RFC 7914 §11 has PBKDF2 with HMAC-SHA-256 of `passwd` and `salt`, once; RFC 6070 with HMAC-SHA-1 of
    /// `password` and `salt`, twice. FIPS 180-2 has SHA-256 of `abc`.
    #[test]
    fn what_is_common_is_made_again_and_compared() {
        let once = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc\
                    49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783";
        let once = STANDARD.encode(hex(once).unwrap());
        let twice = STANDARD.encode(hex("ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957").unwrap());
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let of = |hasher: &str, text: &str, password: &str| {
            read(hasher, text)
                .ok()
                .and_then(|digest| digest.is_of(password))
        };
        let sha256 = format!("pbkdf2_sha256$1$c2FsdA==${once}");
        let django = format!("pbkdf2_sha256$1$salt${once}");
        assert_eq!(of("pbkdf2_sha256", &sha256, "passwd"), Some(true));
        assert_eq!(of("pbkdf2_sha256", &sha256, "password"), Some(false));
        assert_eq!(of("pbkdf2_sha256_django", &django, "passwd"), Some(true));
        let sha1 = format!("pbkdf2_sha1$2$c2FsdA==${twice}");
        assert_eq!(of("pbkdf2_sha1", &sha1, "password"), Some(true));
        assert_eq!(of("pbkdf2_sha1", &sha1, "passwd"), Some(false));
        assert_eq!(of("sha256", abc, "abc"), Some(true));
        assert_eq!(of("sha256", abc, "abd"), Some(false));
        assert_eq!(of("bcrypt", "$2a$10$abc", "abc"), None);
    }
}

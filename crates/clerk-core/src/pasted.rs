use core::fmt;

/// What a text is that stands where a key belongs, going by its form alone.
///
/// Keys reach a program by many hands, so all that read them, whatever the key, read them by this:
/// [`strip`](Pasted::strip) takes off what can be no part of a key, and [`of`](Pasted::of) names what
/// was pasted in place of the right one. Neither repeats any of the text.
///
/// ```
/// use clerk_core::Pasted;
///
/// let line = "export CLERK_SECRET_KEY=\"sk_test_abc\"\n";
/// assert_eq!(Pasted::strip(line), "sk_test_abc");
/// assert_eq!(Pasted::of("pk_test_..."), Some(Pasted::Placeholder));
/// assert_eq!(Pasted::of("https://clerk.example.com"), Some(Pasted::Url));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pasted {
    /// `sk_test_...`, `sk_test_changeme`, `<your key>`, `$CLERK_SECRET_KEY`, `undefined` and the like.
    Placeholder,
    /// `pk_…`.
    PublishableKey,
    /// `sk_…`.
    SecretKey,
    /// `ak_…`: a machine's secret key, or an API key.
    MachineSecretKey,
    /// `mch_…`.
    MachineId,
    /// `whsec_…`.
    SigningSecret,
    /// A JSON Web Token, or an opaque one of a machine or of OAuth.
    Token,
    /// A public key in PEM.
    PublicKey,
    /// A private key, in PEM or as a JWK.
    PrivateKey,
    /// A certificate in PEM.
    Certificate,
    /// A JWK Set (RFC 7517 §5).
    JwkSet,
    /// A single JWK.
    Jwk,
    /// An address.
    Url,
    /// One of these keys in base64 once more.
    Encoded,
}

/// What a text begins with that is one of them.
const PREFIXES: [(&str, Pasted); 10] = [
    ("pk_", Pasted::PublishableKey),
    ("sk_", Pasted::SecretKey),
    ("ak_", Pasted::MachineSecretKey),
    ("mch_", Pasted::MachineId),
    ("whsec_", Pasted::SigningSecret),
    ("v1,whsec_", Pasted::SigningSecret),
    ("mt_", Pasted::Token),
    ("oat_", Pasted::Token),
    ("https://", Pasted::Url),
    ("http://", Pasted::Url),
];

/// `sk_test_`, `sk_live_`, `pk_test_`, `pk_live_`, `whsec_` and `-----BEGIN` in base64.
const ENCODED: [&str; 6] = [
    "c2tfdGVzdF",
    "c2tfbGl2ZV",
    "cGtfdGVzdF",
    "cGtfbGl2ZV",
    "d2hzZWNf",
    "LS0tLS1CRUdJTi",
];

impl Pasted {
    /// The text without what can be no part of any key: white space, quotes and byte order
    /// marks around it, a comma or a semicolon behind it, and the name of a variable in front of it
    /// (`NAME=value`, also after `export`).
    ///
    /// A name has an underscore in it and no small letter: no key and no base64 begins like that.
    pub fn strip(text: &str) -> &str {
        let text = without_quotes(text);
        let line = text.strip_prefix("export ").unwrap_or(text).trim_start();
        match line.split_once('=') {
            Some((name, value)) if is_variable(name.trim_end()) => without_quotes(value),
            _ => text,
        }
    }

    /// What the text is; `None` where its form does not tell. The text has been
    /// [stripped](Self::strip).
    pub fn of(text: &str) -> Option<Self> {
        // A file may have both halves of a key in it.
        if text.contains("PRIVATE KEY-----") {
            return Some(Self::PrivateKey);
        }
        if is_placeholder(text) {
            return Some(Self::Placeholder);
        }
        if let Some(label) = text.strip_prefix("-----BEGIN ") {
            return match label.split_once("-----")?.0 {
                "PUBLIC KEY" => Some(Self::PublicKey),
                "CERTIFICATE" => Some(Self::Certificate),
                _ => None,
            };
        }
        if text.starts_with('{') {
            return json(text);
        }
        if text.starts_with("eyJ") && text.matches('.').count() == 2 {
            return Some(Self::Token);
        }
        if ENCODED.iter().any(|encoded| text.starts_with(encoded)) {
            return Some(Self::Encoded);
        }
        let prefix = PREFIXES.iter().find(|(one, _)| text.starts_with(one));
        prefix.map(|(_, found)| *found)
    }

    /// Whether whoever reads it can do with it what its owner can.
    pub const fn is_secret(self) -> bool {
        matches!(
            self,
            Self::SecretKey | Self::MachineSecretKey | Self::SigningSecret | Self::PrivateKey
        )
    }
}

fn without_quotes(text: &str) -> &str {
    const QUOTES: [char; 7] = [
        '"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}',
    ];
    // U+FEFF and U+200B are no white space to Unicode, and as little to be seen.
    let around = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    text.trim_start_matches(|c| around(c) || QUOTES.contains(&c))
        .trim_end_matches(|c| around(c) || QUOTES.contains(&c) || matches!(c, ',' | ';'))
}

fn is_variable(name: &str) -> bool {
    let in_names = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.contains('_') && name.bytes().all(in_names)
}

fn is_placeholder(text: &str) -> bool {
    const PARTS: [&str; 4] = ["...", "\u{2026}", "\u{2022}", "***"];
    const WORDS: [&str; 10] = [
        "undefined",
        "null",
        "none",
        "changeme",
        "change_me",
        "change-me",
        "todo",
        "placeholder",
        "password",
        "secret",
    ];
    const STARTS: [&str; 4] = ["<", "$", "{{", "%"];
    let words = ["sk_", "pk_", "ak_", "mch_", "whsec_"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text);
    let words = ["test_", "live_"]
        .iter()
        .find_map(|prefix| words.strip_prefix(prefix))
        .unwrap_or(words);
    // What is made at random has neither of these signs behind four letters.
    let is_yours = words
        .get(..4)
        .is_some_and(|it| it.eq_ignore_ascii_case("your"))
        && words
            .get(4..)
            .is_some_and(|rest| rest.starts_with(['_', '-', ' ']));
    let is_crossed = words.len() > 2 && words.bytes().all(|byte| matches!(byte, b'x' | b'X'));
    PARTS.iter().any(|part| text.contains(part))
        || STARTS.iter().any(|start| text.starts_with(start))
        || WORDS.iter().any(|word| words.eq_ignore_ascii_case(word))
        || is_yours
        || is_crossed
}

/// This crate reads no JSON. The names of members tell enough, with escaped quotes too.
fn json(text: &str) -> Option<Pasted> {
    let names = |name| text.split(['"', '\'', '\\']).any(|piece| piece == name);
    if names("d") || names("k") {
        Some(Pasted::PrivateKey)
    } else if names("keys") {
        Some(Pasted::JwkSet)
    } else if names("kty") {
        Some(Pasted::Jwk)
    } else {
        None
    }
}

/// What it is and where it belongs, to be read after `this is` or `but`.
impl fmt::Display for Pasted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Placeholder => "a placeholder for one",
            Self::PublishableKey => {
                "a publishable key (pk_\u{2026}), which CLERK_PUBLISHABLE_KEY takes"
            }
            Self::SecretKey => "an instance's secret key (sk_\u{2026}), which CLERK_SECRET_KEY takes",
            Self::MachineSecretKey => {
                "an API key or a machine's secret key (ak_\u{2026}), of which \
                 CLERK_MACHINE_SECRET_KEY takes the latter"
            }
            Self::MachineId => "a machine's id (mch_\u{2026}), which CLERK_MACHINE_ID takes",
            Self::SigningSecret => {
                "a webhook's signing secret (whsec_\u{2026}), which CLERK_WEBHOOK_SIGNING_SECRET takes"
            }
            Self::Token => "a token, which no setting takes",
            Self::PublicKey => "a public key in PEM, which CLERK_JWT_KEY takes",
            Self::PrivateKey => {
                "a private key, which no setting takes (rotate it: it may have been read)"
            }
            Self::Certificate => "a certificate, which no setting takes",
            Self::JwkSet => "a JWK Set in JSON, which the builder's `jwks` takes",
            Self::Jwk => "a JSON Web Key, which no setting takes",
            Self::Url => "a URL",
            Self::Encoded => "one in base64 once more, to be decoded first",
        })
    }
}

#[cfg(test)]
mod tests;

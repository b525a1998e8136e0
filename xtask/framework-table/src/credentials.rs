use std::{collections::BTreeMap, time::Duration};

use clerk_core::UnixTime;
use clerk_emulator::{Defect, Emulator};
use serde_json::json;

/// What the braces in the table stand for.
pub(crate) struct Credentials(BTreeMap<&'static str, String>);

impl Credentials {
    pub(crate) fn of(emulator: &Emulator, suffix: &str, now: UnixTime) -> Self {
        let ada = || {
            emulator
                .token()
                .user("ada@example.com")
                .organization("acme")
        };
        let bob = || {
            emulator
                .token()
                .user("bob@example.com")
                .organization("acme")
        };
        let token = ada().sign(now);
        let stale = ada().issued_ago(Duration::from_secs(90)).sign(now);
        let plain = browser("", Some(&token));
        let encoded = plain.replace("; ", "%3B%20").replace('=', "%3D");
        let suffix = format!("_{suffix}");
        let many: Vec<String> = (0..1000).map(|n| format!("cookie_{n}={n}")).collect();
        let mut credentials = BTreeMap::from([
            ("ada", token.clone()),
            ("bob", bob().sign(now)),
            ("stale", stale.clone()),
            ("pending", ada().claim("sts", "pending").sign(now)),
            (
                "verified-long-ago",
                ada().claim("fva", json!([30, 30])).sign(now),
            ),
            ("verified-now", ada().claim("fva", json!([0, 0])).sign(now)),
            ("template", ada().template("hasura").sign(now)),
            ("m2m", emulator.token().machine().sign(now)),
            ("m2m-opaque", emulator.token().opaque_machine().sign(now)),
            (
                "oauth",
                emulator.token().user("ada@example.com").oauth().sign(now),
            ),
            (
                "oauth-opaque",
                emulator
                    .token()
                    .user("ada@example.com")
                    .opaque_oauth()
                    .sign(now),
            ),
            (
                "api-key",
                emulator.token().user("ada@example.com").api_key().sign(now),
            ),
            ("cookies", browser(&suffix, Some(&token))),
            ("plain-cookies", plain),
            ("encoded-cookies", encoded),
            ("signed-out-cookies", browser("", None)),
            ("stale-cookies", browser(&suffix, Some(&stale))),
            ("handshake", handshake(emulator, &token)),
            ("suffix", suffix),
            ("many-cookies", many.join("; ")),
            ("64KiB", "a".repeat(64 * 1024)),
        ]);
        for (name, defect) in [
            ("foreign", Defect::ForeignKey),
            ("unknown-key", Defect::UnknownKeyId),
            ("other-instance", Defect::WrongIssuer),
            ("alg-none", Defect::AlgNone),
            ("tampered", Defect::TamperedPayload),
        ] {
            credentials.insert(name, ada().defect(defect).sign(now));
        }
        Self(credentials)
    }

    /// `text` with credentials in place of their names in braces.
    ///
    /// # Panics
    ///
    /// There is a name that stands for nothing.
    pub(crate) fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, named)) = rest.split_once('{') {
            let (name, after) = named
                .split_once('}')
                .expect("a brace closes what one opens");
            let value = self.0.get(name);
            filled.push_str(before);
            filled.push_str(value.unwrap_or_else(|| panic!("there are no credentials `{name}`")));
            rest = after;
        }
        filled + rest
    }
}

/// The cookies of a browser that the instance knows, under names with this suffix.
fn browser(suffix: &str, session: Option<&str>) -> String {
    let known = format!("__clerk_db_jwt{suffix}=dvb_example");
    match session {
        None => format!("{known}; __client_uat{suffix}=0"),
        Some(token) => {
            format!("{known}; __client_uat{suffix}=1799999000; __session{suffix}={token}")
        }
    }
}

/// What Clerk sends a browser back with that is signed in.
fn handshake(emulator: &Emulator, token: &str) -> String {
    let session = format!("__session={token}; Path=/");
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": emulator.key_id() });
    let payload = json!({ "handshake": ["__client_uat=1799999000; Path=/", session] });
    emulator.sign(&header, payload.to_string().as_bytes())
}

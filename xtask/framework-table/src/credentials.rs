use std::{collections::BTreeMap, time::Duration};

use clerk_core::UnixTime;
use clerk_emulator::{Defect, Emulator, TokenBuilder};
use serde_json::json;

use crate::{Row, application::OWN_MACHINE};

/// What the braces in the table stand for.
#[derive(Debug)]
pub(crate) struct Credentials(BTreeMap<&'static str, String>);

impl Credentials {
    pub(crate) fn of(emulator: &Emulator, suffix: &str, now: UnixTime) -> Self {
        let signed = |(name, token): (_, TokenBuilder)| (name, token.sign(now));
        let mut credentials: BTreeMap<_, _> = sessions(emulator)
            .into_iter()
            .chain(machines(emulator))
            .map(signed)
            .collect();
        let (token, stale) = (credentials["ada"].clone(), credentials["stale"].clone());
        let suffixed = format!("_{suffix}");
        let plain = browser("", Some(&token));
        let many: Vec<String> = (0..1000).map(|n| format!("cookie_{n}={n}")).collect();
        credentials.extend([
            ("handshake", handshake(emulator, &token)),
            ("cookies", browser(&suffixed, Some(&token))),
            ("stale-cookies", browser(&suffixed, Some(&stale))),
            ("signed-out-cookies", browser("", None)),
            (
                "encoded-cookies",
                plain.replace("; ", "%3B%20").replace('=', "%3D"),
            ),
            ("plain-cookies", plain),
            ("many-cookies", many.join("; ")),
            ("64KiB", "a".repeat(64 * 1024)),
        ]);
        Self(credentials)
    }

    /// The row with credentials in place of their names.
    pub(crate) fn fill_row(&self, mut row: Row) -> Row {
        let fill = |text: &mut String| *text = self.fill(text);
        fill(&mut row.target);
        for (_, value) in &mut row.headers {
            fill(value);
        }
        row.answer.location.iter_mut().for_each(fill);
        row.answer.cookies.iter_mut().for_each(fill);
        row
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

/// Tokens that are a session's, or nearly.
fn sessions(emulator: &Emulator) -> Vec<(&'static str, TokenBuilder)> {
    let member = |email| emulator.token().user(email).organization("acme");
    let ada = || member("ada@example.com");
    vec![
        ("ada", ada()),
        ("bob", member("bob@example.com")),
        ("pending", ada().claim("sts", "pending")),
        ("verified-long-ago", ada().claim("fva", vec![30, 30])),
        ("verified-now", ada().claim("fva", vec![0, 0])),
        ("stale", ada().issued_ago(Duration::from_secs(90))),
        ("template", ada().template("hasura")),
        ("foreign", ada().defect(Defect::ForeignKey)),
        ("unknown-key", ada().defect(Defect::UnknownKeyId)),
        ("other-instance", ada().defect(Defect::WrongIssuer)),
        ("alg-none", ada().defect(Defect::AlgNone)),
        ("tampered", ada().defect(Defect::TamperedPayload)),
    ]
}

fn machines(emulator: &Emulator) -> Vec<(&'static str, TokenBuilder)> {
    let of_ada = || emulator.token().user("ada@example.com");
    vec![
        ("m2m", emulator.token().machine().scope(OWN_MACHINE)),
        (
            "m2m-opaque",
            emulator.token().opaque_machine().scope(OWN_MACHINE),
        ),
        (
            "m2m-for-another",
            emulator.token().machine().scope("mch_another"),
        ),
        (
            "m2m-opaque-for-another",
            emulator.token().opaque_machine().scope("mch_another"),
        ),
        ("oauth", of_ada().oauth()),
        ("oauth-opaque", of_ada().opaque_oauth()),
        ("api-key", of_ada().api_key()),
    ]
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

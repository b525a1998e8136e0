//! Every class of token that Clerk signs, offered to everything that accepts tokens.
//!
//! One key signs them all, so each acceptor has to tell its own class from the others.

use std::sync::Arc;

use clerk_core::UnixTime;
use clerk_jwt::{
    M2mClaims, MachineScopes, OAuthClaims, Policy, SessionClaims, TemplateClaims, TokenClaims,
    UnverifiedToken,
};

use crate::{
    play::{Driver, Play},
    recipes::{Keys, Names},
    script::{self, NOW, Script},
    scripts,
};

/// Each of them says `handshake`, as the author of a template or of a machine's token can have it
/// do. `opted_out` are those of an instance whose tokens do not say what class they are of.
const CLASSES: &str = r#"
let brought = session {} {"sub":"user_2","sid":"sess_2"}
let session_token = session {} {"handshake":["__session={brought}; Path=/"]}
let session_token_uncategorized = session_token {"cat":null} {}
let session_token_opted_out = session_token {"cat":"cl_I7d4PD111III"} {}
let template_token = template {} {"handshake":["__session={brought}; Path=/"]}
let template_token_uncategorized = template_token {"cat":null} {}
let template_token_opted_out = template_token {"cat":"cl_I7d4PD111III"} {}
let template_token_with_sid = template_token {} {"sid":"sess_1"}
let m2m_token = m2m {} {"handshake":["__session={brought}; Path=/"]}
let m2m_token_uncategorized = m2m_token {"cat":null} {}
let m2m_token_opted_out = m2m_token {"cat":"cl_I7d4PD111III"} {}
let m2m_token_with_sid = m2m_token_opted_out {} {"sid":"sess_1"}
let m2m_token_as_session = m2m_token {"cat":"cl_B7d4PD111AAA"} {"sid":"sess_1"}
let m2m_category_of_a_user = session_token {"cat":"cl_B7d4PD333AAA"} {}
let oauth_token = oauth {} {"handshake":["__session={brought}; Path=/"]}
let oauth_token_opted_out = oauth_token {"cat":"cl_I7d4PD111III"} {}
let oauth_token_with_sid = oauth_token {"cat":"cl_B7d4PD111AAA"} {"sid":"sess_1"}
let handshake_token = handshake {} {"handshake":["__session={brought}; Path=/"]}
let handshake_token_uncategorized = handshake_token {"cat":null} {}
let handshake_token_opted_out = handshake_token {"cat":"cl_I7d4PD111III"} {}
let unknown_category = session_token {"cat":"cl_B7d4PD999AAA"} {}
"#;

/// What the token signs in as: a session, a machine (M2M), an OAuth client; or that it is taken
/// for a handshake and the session it brings signs in.
///
/// A handshake token has no claims but one, so a session token that says `handshake` is not told
/// apart from it: who customizes session tokens is trusted with sessions anyway. Nor is a template
/// token of an instance that has opted out of saying so.
const TABLE: &str = "
                               header cookie any     session+api_key machines api_key m2m oauth handshake | session template m2m oauth
session_token                  S      S      S       S               -        -       -   -     H         | yes     -        -   -
session_token_uncategorized    S      S      S       S               -        -       -   -     H         | yes     -        -   -
session_token_opted_out        S      S      S       S               -        -       -   -     H         | yes     -        -   -
template_token                 -      -      -       -               -        -       -   -     -         | -       yes      -   -
template_token_uncategorized   -      -      -       -               -        -       -   -     H         | -       yes      -   -
template_token_opted_out       -      -      -       -               -        -       -   -     H         | -       yes      -   -
template_token_with_sid        -      -      -       -               -        -       -   -     -         | -       yes      -   -
m2m_token                      -      -      M       -               M        -       M   -     -         | -       -        yes -
m2m_token_uncategorized        -      -      M       -               M        -       M   -     -         | -       -        yes -
m2m_token_opted_out            -      -      M       -               M        -       M   -     -         | -       -        yes -
m2m_token_with_sid             -      -      M       -               M        -       M   -     -         | -       -        yes -
m2m_token_as_session           -      -      -       -               -        -       -   -     -         | -       -        -   -
m2m_category_of_a_user         -      -      -       -               -        -       -   -     -         | -       -        -   -
oauth_token                    -      -      O       -               O        -       -   O     -         | -       -        -   yes
oauth_token_opted_out          -      -      O       -               O        -       -   O     -         | -       -        -   yes
oauth_token_with_sid           -      -      O       -               O        -       -   O     -         | -       -        -   yes
handshake_token                -      -      -       -               -        -       -   -     H         | -       -        -   -
handshake_token_uncategorized  -      -      -       -               -        -       -   -     H         | -       -        -   -
handshake_token_opted_out      -      -      -       -               -        -       -   -     H         | -       -        -   -
unknown_category               -      -      -       -               -        -       -   -     -         | -       -        -   -
";

fn recipes() -> Vec<String> {
    let classes = CLASSES.lines().filter_map(|line| line.strip_prefix("let "));
    let mut recipes = scripts::recipes();
    recipes.extend(classes.map(str::to_owned));
    recipes
}

/// A request with the token where the acceptor reads it.
fn request(acceptor: &str, class: &str) -> Script {
    let accepts = match acceptor {
        "header" | "cookie" | "handshake" => "session_token",
        "session+api_key" => "session_token, api_key",
        "machines" => "api_key, m2m_token, oauth_token",
        "m2m" => "m2m_token",
        "oauth" => "oauth_token",
        other => other,
    };
    let carrier = match acceptor {
        "cookie" => format!("cookie: __session={{{class}}}; __client_uat=1799999990"),
        "handshake" => {
            format!("sec-fetch-dest: document\n  cookie: __clerk_handshake={{{class}}}")
        }
        _ => format!("authorization: Bearer {{{class}}}"),
    };
    let text = format!(
        "{class}\n  with accepts {accepts}\n  GET https://example.com/\n  {carrier}\n  -> keys\n{}",
        "  <- found\n".repeat(4)
    );
    script::read(&text).remove(0)
}

fn accepted(acceptor: &str, class: &str, recipes: &[String], keys: &Arc<Keys>) -> &'static str {
    let transcript = Play::of(&request(acceptor, class), recipes, keys).transcript(Driver::ByHand);
    let decided = transcript.iter().find(|line| line.starts_with("== "));
    let is_set = transcript
        .iter()
        .any(|line| line.starts_with("set-cookie: ") && !line.ends_with("Max-Age=0"));
    match decided.map_or("nothing", |line| line.as_str()) {
        "== signed-in, session_token" if is_set => "H",
        "== signed-in, session_token" => "S",
        "== signed-in, m2m_token" => "M",
        "== signed-in, oauth_token" => "O",
        decided => {
            assert!(decided.starts_with("== signed-out "), "{class}: {decided}");
            assert!(!is_set, "{acceptor} sets cookies of {class}");
            "-"
        }
    }
}

fn verified<C: TokenClaims>(token: &str, keys: &Keys) -> &'static str {
    let policy = Policy::default().machine_scopes(MachineScopes::Ignore);
    let token = UnverifiedToken::parse(token).expect("a token");
    let verified = token.verify::<C>(&keys.verifying(), UnixTime::from_secs(NOW), &policy);
    if verified.is_ok() { "yes" } else { "-" }
}

#[test]
fn every_class_is_accepted_where_it_belongs_and_nowhere_else() {
    let (recipes, keys) = (recipes(), Keys::new());
    let mut names = Names::new(&keys);
    names.define("frontend_api", "clerk.example.com");
    names.define("suffix", "unused");
    for recipe in &recipes {
        names.read(recipe);
    }
    let mut rows = TABLE.lines().filter(|line| !line.is_empty());
    let acceptors: Vec<&str> = rows.next().expect("a head").split_whitespace().collect();
    let bar = acceptors.iter().position(|one| *one == "|").expect("a bar");
    for row in rows {
        let mut cells = row.split_whitespace();
        let class = cells.next().expect("a class");
        let token = names.fill(&format!("{{{class}}}"));
        let mut found: Vec<&str> = acceptors[..bar]
            .iter()
            .map(|acceptor| accepted(acceptor, class, &recipes, &keys))
            .collect();
        found.extend([
            "|",
            verified::<SessionClaims>(&token, &keys),
            verified::<TemplateClaims>(&token, &keys),
            verified::<M2mClaims>(&token, &keys),
            verified::<OAuthClaims>(&token, &keys),
        ]);
        assert_eq!(found, cells.collect::<Vec<_>>(), "{class}: {acceptors:?}");
    }
    let classes = CLASSES
        .lines()
        .filter(|line| line.starts_with("let "))
        .count();
    assert_eq!(
        TABLE.lines().filter(|line| !line.is_empty()).count(),
        classes
    );
}

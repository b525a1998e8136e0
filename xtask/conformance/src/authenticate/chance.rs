//! Requests as chance has them: an ordinary one, and a few things about it that are not.

use serde_json::Value;

use crate::random::Random;

use super::{
    draft::Draft,
    grid,
    instance::Instance,
    token::{Mint, NOW, STATES, SUBJECTS, Token},
};

/// Changes one thing about a request.
type Change = fn(&mut Random, &mut Draft, &Mint);

/// A change, its name in a story, and how often it is drawn.
struct Mutation {
    name: &'static str,
    weight: usize,
    change: Change,
}

const fn mutation(name: &'static str, weight: usize, change: Change) -> Mutation {
    Mutation {
        name,
        weight,
        change,
    }
}

const MUTATIONS: &[Mutation] = &[
    mutation("session in another state", 12, |random, draft, mint| {
        let token = session(random, draft.instance).sign(mint);
        draft.forget("__session");
        carry(random, draft, "__session", &token);
    }),
    mutation(
        "another session under the other name",
        4,
        |random, draft, mint| {
            let token = session(random, draft.instance).sign(mint);
            carry(random, draft, "__session", &token);
        },
    ),
    mutation("no session", 4, |_, draft, _| draft.forget("__session")),
    mutation("client_uat", 6, |random, draft, _| {
        let value = random.pick(&[
            "0",
            "1",
            "1799999000",
            "1799999994",
            "1799999996",
            "1800000100",
            "",
            "odd",
            "12.5",
            "12abc",
            "-1",
            "1e9",
            " 5",
            "9999999999999999999",
            "%31",
            "\"1799999000\"",
        ]);
        draft.forget("__client_uat");
        carry(random, draft, "__client_uat", value);
    }),
    mutation("no client_uat", 3, |_, draft, _| {
        draft.forget("__client_uat");
    }),
    mutation("no browser", 3, |_, draft, _| {
        draft.forget("__clerk_db_jwt");
    }),
    mutation("one form of a cookie", 4, |random, draft, _| {
        let name = random.pick(&["__session", "__client_uat", "__clerk_db_jwt"]);
        let prefix = if random.one_in(2) {
            format!("{name}=")
        } else {
            draft.instance.suffixed(name)
        };
        draft.cookies.retain(|cookie| !cookie.starts_with(&prefix));
    }),
    mutation("an odd cookie", 5, |random, draft, _| {
        let cookie = random.pick(&[
            "",
            "=",
            "a",
            "a=b=c",
            "=x",
            "a=\"b;c\"",
            "__session",
            "__session=",
            "__session=%20",
            "__session=a%3Bb",
            "__client_uat=1%3B__session=x",
            "__session=\"quoted\"",
            " __session = x ",
            "a=%E0%A4%A",
            "__proto__=x",
            "constructor=x",
            "theme=dark",
            "__SESSION=x",
            "a\u{e9}=b\u{e9}",
        ]);
        let at = random.below(draft.cookies.len() + 1);
        draft.cookies.insert(at, cookie.to_owned());
    }),
    mutation("quoted or encoded cookies", 3, |random, draft, _| {
        let quote = random.one_in(2);
        for cookie in &mut draft.cookies {
            let (name, value) = cookie.split_once('=').unwrap_or((cookie, ""));
            *cookie = if quote {
                format!("{name}=\"{value}\"")
            } else {
                format!("{name}={}", value.replace('.', "%2E").replace('_', "%5f"))
            };
        }
    }),
    mutation("cookies in another order", 2, |random, draft, _| {
        let middle = random.below(draft.cookies.len());
        draft.cookies.rotate_left(middle);
    }),
    mutation("refresh token", 6, |random, draft, mint| {
        let token = session(random, draft.instance).sign(mint);
        let refresh = grid::refresh(random.below(grid::REFRESHES), &token);
        draft.suffixed("__refresh", &refresh);
    }),
    mutation(
        "expired session and refresh token",
        5,
        |random, draft, mint| {
            let expired = Token::session(draft.instance).with(|token| token.claim("exp", NOW - 30));
            let fresh = session(random, draft.instance).sign(mint);
            draft.forget("__session");
            draft.session(&expired.sign(mint));
            let refresh = grid::refresh(random.below(grid::REFRESHES), &fresh);
            draft.suffixed("__refresh", &refresh);
        },
    ),
    mutation("handshake token", 5, |random, draft, mint| {
        let (_, change) = random.pick(grid::HANDSHAKES);
        let session = session(random, draft.instance).sign(mint);
        let directives = grid::directives(random.below(100), &session);
        let token = Token::handshake(draft.instance, &directives).with(change);
        come_back(random, draft, "__clerk_handshake", &token.sign(mint));
    }),
    mutation("handshake nonce", 4, |random, draft, mint| {
        let session = session(random, draft.instance).sign(mint);
        let directives = grid::directives(random.below(100), &session);
        let nonce = grid::nonce(random.below(grid::NONCES), &directives);
        come_back(random, draft, "__clerk_handshake_nonce", &nonce);
    }),
    mutation("redirect count", 4, |random, draft, _| {
        let count = random.pick(&["1", "2", "3", "3"]);
        draft.plain("__clerk_redirect_count", count);
    }),
    mutation("token in the header", 4, |random, draft, mint| {
        let (_, token) = random.pick(&grid::bearers(draft.instance, mint));
        // In another case the scheme is one of an entry's, which has its rows.
        let (_, shapes) = grid::AUTHORIZATIONS.split_at(2);
        let shape = random.pick(shapes);
        let shape = if random.one_in(3) { shape } else { "Bearer {}" };
        draft.header("authorization", &shape.replace("{}", &token));
    }),
    mutation("accepted tokens", 4, |random, draft, _| {
        let accepted = random.pick(&grid::ACCEPTED);
        draft.accepts(serde_json::from_str(accepted).unwrap_or(Value::Null));
    }),
    mutation("referrer", 5, |random, draft, _| {
        let referrer = random.pick(&grid::REFERRERS);
        draft.header("referer", referrer);
    }),
    mutation("method", 3, |random, draft, _| {
        draft.method = random.pick(&["POST", "HEAD", "PUT", "OPTIONS", "DELETE", "PATCH"]);
    }),
    mutation("destination", 5, |random, draft, _| {
        draft.drop_header("sec-fetch-dest");
        let destination = random.pick(&["document", "iframe", "empty", "image", "", "Document"]);
        if !destination.is_empty() {
            draft.header("sec-fetch-dest", destination);
        }
        let accept = random.pick(&[
            "text/html",
            "text/html,*/*",
            "*/*",
            "application/json",
            "Text/HTML",
            "",
        ]);
        if !accept.is_empty() {
            draft.header("accept", accept);
        }
    }),
    mutation("path", 3, |random, draft, _| {
        draft.path = random.pick(&grid::PATHS).to_owned();
    }),
    mutation("query", 5, |random, draft, _| {
        let query = random.pick(&grid::QUERIES);
        draft.ask(query);
    }),
    mutation("forwarded", 4, |random, draft, _| {
        for (name, value) in random.pick(grid::FORWARDED) {
            draft.header(name, value);
        }
    }),
    mutation("organization sync", 5, |random, draft, _| {
        let (organization, personal, path) = random.pick(grid::ORGANIZATIONS);
        draft.organizations(organization, personal);
        draft.path = path.to_owned();
    }),
    mutation("configuration", 5, |random, draft, _| {
        let (_, configure) = random.pick(grid::CONFIGURATIONS);
        configure(draft);
    }),
    mutation("keys from the API", 3, |_, draft, _| draft.keys_from_api()),
    mutation("satellite", 4, |random, draft, _| {
        if random.one_in(3) {
            draft.proxied_satellite();
        } else {
            draft.satellite();
        }
        draft.options.satellite_auto_sync = random.pick(&[None, Some(false), Some(true)]);
    }),
    mutation("origin", 2, |random, draft, _| {
        let origin = random.pick(&[
            "https://example.com",
            "https://satellite.example.net",
            "null",
        ]);
        draft.header("origin", origin);
    }),
    mutation("another time", 2, |random, draft, _| {
        let steps = [
            -100_000, -20_001, -5_000, 4_999, 5_000, 5_001, 59_999, 60_000, 60_001, 90_000,
        ];
        draft.now_ms += random.pick(&steps);
    }),
    mutation("pending counts", 1, |_, draft, _| {
        draft.treat_pending_as_signed_out = Some(false);
    }),
];

/// Makes up draft `index` of the run `seed`.
pub(super) fn draft(seed: u64, index: usize, mint: &Mint) -> Draft {
    let random = &mut Random::of_case(seed, index);
    let instance = random.pick(&Instance::BOTH);
    let mut draft = match random.below(10) {
        0 => Draft::navigation(instance),
        1 => Draft::call(instance, &session(random, instance).sign(mint)),
        2 => {
            let (_, token) = random.pick(&grid::bearers(instance, mint));
            let mut draft = Draft::call(instance, &token);
            draft.accepts("any".into());
            draft
        }
        _ => Draft::visit(instance, mint),
    };
    for _ in 0..random.pick(&[1, 1, 1, 2, 2, 2, 3, 3, 4, 5]) {
        let Mutation { name, change, .. } = draw(random);
        change(random, &mut draft, mint);
        draft.tell(name);
    }
    draft
}

fn draw(random: &mut Random) -> &'static Mutation {
    let total = MUTATIONS.iter().map(|mutation| mutation.weight).sum();
    let mut ticket = random.below(total);
    for mutation in MUTATIONS {
        if ticket < mutation.weight {
            return mutation;
        }
        ticket -= mutation.weight;
    }
    &MUTATIONS[0]
}

fn session(random: &mut Random, instance: Instance) -> Token {
    let issuing = if random.one_in(12) {
        random.pick(&Instance::BOTH)
    } else {
        instance
    };
    let (_, subject) = random.pick(SUBJECTS);
    let token = Token::session(issuing).with(subject);
    if random.one_in(3) {
        return token;
    }
    let (_, state) = random.pick(STATES);
    token.with(state)
}

fn carry(random: &mut Random, draft: &mut Draft, name: &str, value: &str) {
    match random.below(4) {
        0 => draft.plain(name, value),
        1 => draft.suffixed(name, value),
        _ => draft.both(name, value),
    }
}

/// Production sends browsers back with a cookie, development with a query.
fn come_back(random: &mut Random, draft: &mut Draft, name: &str, value: &str) {
    if draft.instance == Instance::Production && random.one_in(2) {
        draft.plain(name, value);
    } else {
        draft.ask(&format!("{name}={value}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signer::Signers;

    #[test]
    fn a_draft_is_the_same_each_time() {
        let mint = Mint::new(Signers::new().unwrap());
        for index in 0..20 {
            let line = || draft(7, index, &mint).finish().to_line().unwrap();
            assert_eq!(line(), line());
        }
    }

    #[test]
    fn every_mutation_is_drawn() {
        let random = &mut Random::of_case(1, 0);
        let mut missing: Vec<&str> = MUTATIONS.iter().map(|mutation| mutation.name).collect();
        for _ in 0..5_000 {
            let drawn = draw(random).name;
            missing.retain(|name| *name != drawn);
        }
        assert_eq!(missing, [""; 0]);
    }
}

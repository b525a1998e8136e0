//! What requests carry is shown to nobody.

use std::fmt::Write as _;

use clerk_auth::PendingSessions;

use crate::places::{PLACES, Places, Request, Run, TOKENS};

/// A secret in each place of a request, and nothing that shows it.
#[test]
fn no_secret_of_a_request_is_ever_shown() {
    let places = Places::new();
    let planted = "planted_secret";
    let parameters = "__clerk_db_jwt=planted_secret&__clerk_handshake_nonce=planted_secret";
    let cookie = "__session={token}; __client_uat=1799999900; __refresh_{suffix}=planted_secret; \
                  __clerk_db_jwt=planted_secret; __clerk_handshake={token}; other=planted_secret";
    let answers = [
        (
            200,
            r#"{"directives":["__session={token}; Path=/"],"cookies":["__session={token}"]}"#,
        ),
        (404, r#"{"errors":[{"code":"no","message":"no"}]}"#),
        (500, "planted_secret"),
    ];
    for (place, token) in (0..PLACES).flat_map(|place| TOKENS.map(|token| (place, token))) {
        for (query, carrier) in [
            (parameters, "cookie"),
            ("__clerk_db_jwt=planted_secret", "cookie"),
            ("__clerk_handshake={token}", "cookie"),
            ("", "cookie"),
            ("", "authorization"),
        ] {
            for (status, body) in answers {
                let with_token = |text: &str| text.replace("{token}", &format!("{{{token}}}"));
                let value = match carrier {
                    "cookie" => with_token(cookie),
                    _ => with_token("Bearer {token}"),
                };
                let request = Request {
                    method: "GET".to_owned(),
                    target: with_token(&format!("https://example.com/?{query}")),
                    headers: vec![
                        ("sec-fetch-dest".to_owned(), b"document".to_vec()),
                        (carrier.to_owned(), value.into_bytes()),
                        ("x-api-key".to_owned(), planted.as_bytes().to_vec()),
                    ],
                };
                let (request, answer) = places.filled(place, &request, &(status, with_token(body)));
                let run = places.run(places.settings(place), &request, &answer);
                let secret = places.token(place, token);
                let shown = show(&run);
                for secret in [planted, &secret] {
                    assert!(!shown.contains(secret), "{token} at {place}: {shown}");
                }
            }
        }
    }
}

/// All that a program may put into its logs.
fn show(run: &Run) -> String {
    let mut shown = format!("{} {:?}", run.shown, run.decided);
    match &run.decided {
        Ok(state) => {
            write!(shown, "{:?}", state.headers()).expect("a text");
            let auth = state.to_auth(PendingSessions::SignedIn);
            write!(shown, "{auth:?} {:?}", state.reason()).expect("a text");
        }
        Err(error) => {
            let mut source: Option<&dyn std::error::Error> = Some(error);
            while let Some(error) = source {
                write!(shown, "{error} {error:?}").expect("a text");
                source = error.source();
            }
            write!(shown, "{:?}", error.headers()).expect("a text");
        }
    }
    shown
}

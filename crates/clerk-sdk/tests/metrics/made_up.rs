//! Attack: who can have a series made by making a text up fills the memory of the service, and of whoever scrapes it.

use std::collections::BTreeSet;

use clerk::auth::RequestHead;
use clerk_emulator::{Defect, Fault};

use crate::world::{Mode, NOW, Series, World, recorded};

/// Everything that somebody outside can choose, with `planted` in it.
fn make_up(world: &World, planted: &str) {
    let token = || world.emulator.token().user("ada@example.com");
    let header =
        serde_json::json!({ "alg": "RS256", "typ": planted, "cat": planted, "kid": planted });
    let payload =
        serde_json::json!({ "sub": planted, "iss": planted, "azp": planted, "sid": planted });
    let signed = world.emulator.sign(&header, payload.to_string().as_bytes());
    let header = serde_json::json!({ "alg": "RS256", "typ": "JWT", "kid": planted });
    let other_key = world.emulator.sign(&header, payload.to_string().as_bytes());
    let header = serde_json::json!({ "alg": planted, "kid": planted });
    let other_algorithm = world.emulator.sign(&header, payload.to_string().as_bytes());
    let own_claims = token()
        .claim("azp", planted)
        .claim("own", planted)
        .sign(NOW);
    for bearer in [
        signed.as_str(),
        &other_key,
        &other_algorithm,
        &own_claims,
        &format!("{planted}.{planted}.{planted}"),
        &format!("ak_{planted}"),
        &format!("mt_{planted}"),
        &format!("oat_{planted}"),
    ] {
        world.verify(bearer);
        let authorization = format!("Bearer {bearer}");
        let url = format!("http://localhost:3000/{planted}?__clerk_handshake_nonce={planted}");
        let head = RequestHead::new("GET", &url)
            .header("authorization", authorization.as_bytes())
            .header("origin", planted.as_bytes())
            .header("x-planted", planted.as_bytes());
        world.admit(&head, |_| ());
    }

    let suffix = world.emulator.publishable_key().cookie_suffix();
    let expired = token().defect(Defect::Expired).sign(NOW);
    let cookies = format!(
        "__session={expired}; __client_uat=1; __clerk_db_jwt={planted}; \
         __refresh_{suffix}={planted}"
    );
    let fault = Fault::status(422).code(planted).method("POST");
    world.emulator.add_fault(fault.times(1));
    let head = RequestHead::new("GET", "http://localhost:3000/")
        .header("cookie", cookies.as_bytes())
        .header("accept", b"text/plain");
    world.admit(&head, |_| ());

    world
        .emulator
        .add_fault(Fault::status(422).code(planted).times(1));
    world.get_user(planted);
    world.get_user(planted);
    let headers = [
        ("svix-id", planted),
        ("svix-timestamp", planted),
        ("svix-signature", planted),
    ];
    let body = format!(r#"{{"type":"{planted}"}}"#);
    world.receive(&headers, body.as_bytes(), Ok(()));
    let sent = crate::world::secrets()
        .sign(planted, NOW, body.as_bytes())
        .unwrap();
    world.receive(&sent.svix(), body.as_bytes(), Err(planted.into()));
}

#[test]
fn who_makes_things_up_makes_no_series() {
    for mode in [Mode::Async, Mode::Blocking] {
        let once = recorded(mode, |world| make_up(world, "planted0"));
        let often = recorded(mode, |world| {
            for at in 0..20 {
                make_up(world, &format!("planted{at}"));
            }
        });
        let names = |all: &BTreeSet<Series>| -> Vec<_> {
            all.iter()
                .map(|one| (one.name.clone(), one.labels.clone()))
                .collect()
        };
        let text = format!("{:?}", names(&often));
        assert!(!text.contains("planted"), "{text}");
        assert_eq!(names(&once), names(&often), "{mode:?}");
        for tried in ["session-token-expired-refresh-refused", "jwk-kid-mismatch"] {
            assert!(text.contains(tried), "{tried} was not tried: {text}");
        }
    }
}

//! Things that go wrong on purpose, and what is written down of requests.

mod support;

use std::time::Duration;

use bytes::Bytes;
use clerk_emulator::{Emulator, Fault, Outcome};
use http::{Request, Response};
use serde_json::{Value, json};
use support::{NOW, call, emulator, get, request, send};

const ADA: &str = "/v1/users/user_0adaLovelaceExample00000000";

fn statuses(emulator: &Emulator, path: &str, times: usize) -> Vec<u16> {
    (0..times).map(|_| get(emulator, path).0).collect()
}

#[test]
fn an_error_happens_as_often_as_it_should_and_nothing_is_carried_out() {
    let emulator = emulator();
    emulator.add_fault(Fault::status(503).method("get").path("/v1/jwks").times(2));
    assert_eq!(statuses(&emulator, "/v1/jwks", 3), [503, 503, 200]);

    emulator.add_fault(Fault::status(500));
    let user = json!({ "username": "eve" });
    assert_eq!(call(&emulator, "POST", "/v1/users", Some(&user)).0, 500);
    emulator.clear_faults();
    assert_eq!(get(&emulator, "/v1/users/count").1["total_count"], 2);
}

#[test]
fn errors_have_clerks_shape() {
    let emulator = emulator();
    for (fault, status, code, retry_after) in [
        (
            Fault::status(429).retry_after(7),
            429,
            "too_many_requests",
            Some("7"),
        ),
        (Fault::status(500), 500, "internal_clerk_error", None),
        (Fault::status(401), 401, "clerk_key_invalid", None),
        (
            Fault::status(403).code("user_banned"),
            403,
            "user_banned",
            None,
        ),
        (Fault::status(404), 404, "resource_not_found", None),
        (Fault::status(418), 418, "bad_request", None),
        (Fault::status(200), 500, "internal_clerk_error", None),
        (Fault::status(9999), 500, "internal_clerk_error", None),
    ] {
        emulator.add_fault(fault.times(1));
        let response = send(&emulator, request("GET", "/v1/jwks", None));
        assert_eq!(response.status(), status);
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["errors"][0]["code"], code);
        assert_eq!(body["clerk_trace_id"].as_str().unwrap().len(), 32);
        let found = response.headers().get("retry-after");
        assert_eq!(found.map(|value| value.to_str().unwrap()), retry_after);
    }
}

#[test]
fn delays_and_drops_are_data() {
    let emulator = emulator();
    emulator.add_fault(Fault::delay(Duration::from_secs(3)).path("/v1/jwks"));
    emulator.add_fault(
        Fault::drop_connection()
            .after(Duration::from_secs(5))
            .path(ADA),
    );
    let answer = emulator.handle(request("GET", "/v1/jwks", None), NOW);
    assert_eq!(answer.delay, Duration::from_secs(3));
    assert_eq!(answer.into_response().unwrap().status(), 200);

    let answer = emulator.handle(request("GET", ADA, None), NOW);
    assert_eq!(answer.delay, Duration::from_secs(5));
    assert!(matches!(answer.outcome, Outcome::Drop));
    assert!(answer.into_response().is_none());
}

#[test]
fn any_answer_can_be_given() {
    let emulator = emulator();
    let page = Response::builder()
        .status(502)
        .header("content-type", "text/html")
        .body(Bytes::from_static(b"<h1>Bad gateway</h1>"))
        .unwrap();
    emulator.add_fault(Fault::answer(page).times(1));
    let response = send(&emulator, request("GET", "/v1/jwks", None));
    assert_eq!(response.status(), 502);
    assert_eq!(response.headers()["content-type"], "text/html");
    assert_eq!(response.body(), "<h1>Bad gateway</h1>");
}

#[test]
fn a_fault_finds_its_requests() {
    for (fault, path, hit) in [
        (Fault::status(500), "/v1/jwks", true),
        (Fault::status(500), "/nowhere", true),
        (Fault::status(500).method("POST"), "/v1/jwks", false),
        (Fault::status(500).method("GET"), "/v1/jwks", true),
        (Fault::status(500).path("/v1/jwks"), "/v1/jwks?x=1", true),
        (Fault::status(500).path("/v1/jwks"), "/v1/users", false),
        (Fault::status(500).path("/v1/users/{user_id}"), ADA, true),
        (
            Fault::status(500).path("/v1/users/{user_id}"),
            "/v1/users/count",
            false,
        ),
        (Fault::status(500).path("/v1/users*"), ADA, true),
        (Fault::status(500).path("/v1/users/*"), "/v1/users", false),
        (Fault::status(500).times(0), "/v1/jwks", false),
    ] {
        let emulator = emulator();
        let description = format!("{fault:?} {path}");
        emulator.add_fault(fault);
        assert_eq!(get(&emulator, path).0 == 500, hit, "{description}");
    }
}

#[test]
fn of_several_faults_the_first_one_happens() {
    let emulator = emulator();
    emulator.add_fault(Fault::status(500).times(1));
    emulator.add_fault(Fault::status(503).times(1));
    assert_eq!(statuses(&emulator, "/v1/jwks", 3), [500, 503, 200]);
}

#[test]
fn the_log_tells_what_was_asked_but_no_secrets() {
    let emulator = emulator();
    emulator.add_fault(Fault::drop_connection().path("/v1/jwks").times(1));
    emulator.handle(request("GET", "/v1/jwks", None), NOW);
    get(&emulator, "/v1/jwks");
    get(&emulator, &format!("{ADA}?token=planted_in_query"));
    get(&emulator, "/nowhere");
    let body = json!({ "username": "x", "password": "planted_in_body" });
    call(&emulator, "POST", "/v1/users", Some(&body));
    let planted = Request::get("/v1/users").header("authorization", "Bearer planted_in_header");
    send(&emulator, planted.body(Bytes::new()).unwrap());
    get(&emulator, "/_emulator/health");

    let log = emulator.requests();
    let lines: Vec<String> = log
        .iter()
        .map(|entry| {
            let status = entry.status.map_or(0, |status| status.as_u16());
            let operation = entry.operation.unwrap_or("-");
            format!("{} {} {operation} {status}", entry.method, entry.path)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "GET /v1/jwks GetJWKS 0",
            "GET /v1/jwks GetJWKS 200",
            &format!("GET {ADA} GetUser 200"),
            "GET /nowhere - 404",
            "POST /v1/users CreateUser 200",
            "GET /v1/users GetUserList 401",
        ]
    );
    assert_eq!(emulator.count_requests("GET", "/v1/jwks"), 2);
    assert_eq!(emulator.count_requests("POST", "/v1/jwks"), 0);
    assert_eq!(emulator.count_requests("GET", "/v1/users/{user_id}"), 1);

    let (_, over_http) = get(&emulator, "/_emulator/requests");
    for text in [format!("{log:?}"), over_http.to_string()] {
        for secret in ["planted", "sk_test_emulator", "Bearer"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn the_log_is_bounded() {
    let emulator = emulator();
    for _ in 0..1001 {
        get(&emulator, "/nowhere");
    }
    get(&emulator, "/v1/jwks");
    let log = emulator.requests();
    assert_eq!(log.len(), 1000);
    assert_eq!(log[999].path, "/v1/jwks");
}

#[test]
fn nothing_shows_a_key() {
    let pem = include_str!("../src/keys/signing-2.pem");
    let builder = Emulator::builder()
        .secret_key("sk_test_planted")
        .signing_key_pkcs8_pem(pem);
    let emulator = builder.clone().build().unwrap();
    let lines: Vec<&str> = pem.lines().filter(|line| !line.contains("KEY")).collect();
    let health = get(&emulator, "/_emulator/health").1.to_string();
    let token = format!("{:?}", emulator.token());
    for text in [
        format!("{builder:?}"),
        format!("{emulator:?}"),
        health,
        token,
    ] {
        assert!(!text.contains("planted"), "{text}");
        assert!(!lines.iter().any(|line| text.contains(line)), "{text}");
    }
}

//! `request authenticate`, for people: what was read, what decided, what would change it.

mod support;

use clerk_emulator::{Emulator, Fault, Server};
use serde_json::{Value, json};
use support::{NOW, NOW_SECS, as_json, emulator, file, program, run, said};

/// Asks about a request as an instance with the emulator's key would judge it.
fn authenticate(emulator: &Emulator, request: &str, more: &[&str]) -> (String, i32) {
    let output = run(command(emulator, more), request.as_bytes());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    said(&output)
}

fn command(emulator: &Emulator, more: &[&str]) -> std::process::Command {
    let now = NOW_SECS.to_string();
    let mut arguments = vec!["request", "authenticate", "-"];
    if !more.contains(&"--now") {
        arguments.extend(["--now", now.as_str()]);
    }
    arguments.extend(more);
    let mut command = program(&arguments);
    command
        .env("CLERK_PUBLISHABLE_KEY", emulator.publishable_key().as_str())
        .env("CLERK_JWT_KEY", emulator.public_key_pem());
    command
}

fn head(headers: &[(&str, &str)]) -> String {
    let mut head = "GET /page?tab=1 HTTP/1.1\r\nHost: localhost:3000\r\n".to_owned();
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head
}

#[test]
fn a_request_is_explained() {
    let emulator = emulator();
    let bearer = |token: String| format!("Bearer {token}");
    let good = bearer(emulator.token().sign(NOW));
    let template = bearer(emulator.token().template("hasura").sign(NOW));
    let machine = bearer(emulator.token().machine().sign(NOW));
    let cookies = emulator.token().cookies(NOW);
    let signed_out = emulator.signed_out_cookies();
    let no_token = cookies.replace("__session", "__other");
    let no_uat = cookies.replace("__client_uat", "__other");
    let circles = format!("{no_token}; __clerk_redirect_count=3");
    let page = ("Accept", "text/html");
    let (later, authorization) = ("1800000070", "Authorization");
    for (headers, more, code, expected) in [
        (
            vec![(authorization, &*good)],
            vec![],
            0,
            vec![
                "yes: signed in (session_token)\n",
                "authorization   session token, issued by http://127.0.0.1:4010, for \
             http://localhost:3000, expires in 1 min 0 s (not verified)\n",
                "The token in the header is good.",
            ],
        ),
        (
            vec![("Cookie", &*cookies)],
            vec![],
            0,
            vec![
                "cookies         those with the instance's suffix count\n",
                "client_uat      signed in, 1800000000",
                "dev browser     there\n",
                "refresh         there\n",
                "The session cookie is good",
            ],
        ),
        (
            vec![("Cookie", &*signed_out)],
            vec![],
            1,
            vec![
                "no: signed out, session-token-and-uat-missing\n",
                "client_uat      signed out\n",
                "Sign in with the browser",
            ],
        ),
        (
            vec![],
            vec![],
            1,
            vec![
                "no: signed out, dev-browser-missing\n",
                "request         GET http://localhost:3000/page\n",
                "redirect        not possible: no page is loaded",
            ],
        ),
        (
            vec![page],
            vec![],
            1,
            vec![
                "no: to be sent to Clerk first, dev-browser-missing\n",
                "redirect        possible\n",
                "answer          307 to http://127.0.0.1:4010/v1/client/handshake\n",
                "sets            __clerk_redirect_count\n",
            ],
        ),
        (
            vec![page, ("Cookie", &*no_token)],
            vec![],
            1,
            vec![
                "no: to be sent to Clerk first, client-uat-but-no-session-token\n",
                "session         none\n",
            ],
        ),
        (
            vec![page, ("Cookie", &*no_uat)],
            vec![],
            1,
            vec!["no: to be sent to Clerk first, session-token-but-no-client-uat\n"],
        ),
        (
            vec![page, ("Cookie", &*circles)],
            vec![],
            1,
            vec![
                "no: signed out, client-uat-but-no-session-token\n",
                "redirect        not possible: there were three",
            ],
        ),
        (
            vec![(authorization, &*good)],
            vec!["--now", later],
            1,
            vec![
                "no: signed out, session-token-expired-refresh-non-eligible-no-refresh-cookie\n",
                "expired 10 s ago (not verified)\n",
                "no refresh cookie",
            ],
        ),
        (
            vec![("Cookie", &*cookies)],
            vec!["--now", later],
            1,
            vec![
                "no: signed out, session-token-expired-refresh-missing-api-client\n",
                "Set CLERK_SECRET_KEY.",
            ],
        ),
        (
            vec![(authorization, &*template)],
            vec![],
            1,
            vec![
                "no: signed out, token-type-mismatch\n",
                "authorization   JWT template token",
            ],
        ),
        (
            vec![(authorization, &*machine)],
            vec!["--accept", "m2m_token", "--ignore-machine-scopes"],
            0,
            vec!["yes: signed in (m2m_token)\n"],
        ),
        (
            vec![(authorization, &*good)],
            vec!["--accept", "api_key"],
            1,
            vec![
                "no: signed out, token-type-mismatch\n",
                "accept this one with --accept",
            ],
        ),
        (
            vec![],
            vec!["--accept", "api_key"],
            1,
            vec!["no: signed out, No token in header\n"],
        ),
        (
            vec![(authorization, "Basic eDp5"), page],
            vec![],
            1,
            vec!["authorization   there, but with another scheme than Bearer"],
        ),
        (
            vec![(authorization, &*good)],
            vec!["--issuer", "https://other.example"],
            1,
            vec!["no: signed out, token-invalid-issuer\n"],
        ),
        (
            vec![(authorization, &*good)],
            vec!["--authorized-party", "https://other.example"],
            1,
            vec!["no: signed out, token-invalid-authorized-parties\n"],
        ),
        (
            vec![
                ("Cookie", &*cookies),
                ("Upgrade", "websocket"),
                ("Origin", "https://evil.example"),
            ],
            vec!["--allowed-origin", "https://app.example.com"],
            1,
            vec![
                "no: signed out, origin-not-allowed\n",
                "name its origin among the allowed ones",
            ],
        ),
        (
            vec![
                ("Cookie", &*cookies),
                ("Upgrade", "websocket"),
                ("Origin", "https://app.example.com"),
            ],
            vec!["--allowed-origin", "https://app.example.com"],
            0,
            vec!["yes: signed in (session_token)\n"],
        ),
        (
            vec![("Cookie", &*cookies), page],
            vec!["--organization-pattern", "/:slug"],
            1,
            vec![
                "no: to be sent to Clerk first, active-organization-mismatch\n",
                "path of         the organization page\n",
            ],
        ),
        (
            vec![page, ("Cookie", "__clerk_redirect_count=3")],
            vec![],
            1,
            vec![
                "no: signed out, dev-browser-missing\n",
                "The browser goes in a circle",
                "one of more than 4096 bytes",
            ],
        ),
        (
            vec![page, ("X-Forwarded-Host", "evil.example")],
            vec!["--public-url", "https://example.com/app"],
            1,
            vec!["GET https://example.com/app/page\n"],
        ),
        (
            vec![page, ("X-Forwarded-Host", "evil.example")],
            vec!["--ignore-forwarded-headers"],
            1,
            vec!["GET http://localhost:3000/page\n"],
        ),
        (
            vec![
                ("Sec-Fetch-Dest", "document"),
                ("X-Forwarded-Proto", "https"),
            ],
            vec![
                "--satellite",
                "--satellite-auto-sync",
                "--domain",
                "localhost:3000",
                "--sign-in-url",
                "https://primary.example/sign-in",
            ],
            1,
            vec![
                "no: to be sent to Clerk first, satellite-needs-syncing\n",
                "GET https://localhost:3000/page\n",
                "answer          307 to https://primary.example/sign-in\n",
            ],
        ),
    ] {
        let (text, found) = authenticate(&emulator, &head(&headers), &more);
        assert_eq!(found, code, "{more:?}\n{text}");
        for line in expected {
            assert!(text.contains(line), "{more:?} lacks {line:?}\n{text}");
        }
        // The first part of every token.
        assert!(!text.contains("eyJ"), "{text}");
    }
}

#[test]
fn the_same_as_json() {
    let emulator = emulator();
    let token = emulator.token().organization("acme").sign(NOW);
    let request = head(&[("Authorization", &format!("Bearer {token}"))]);
    let (answer, code) = as_json(&authenticate(&emulator, &request, &["--json"]));
    assert_eq!(code, 0);
    assert_eq!(answer["signed_in"], true);
    assert_eq!(answer["reason"], Value::Null);
    assert_eq!(answer["auth"]["org_slug"], "acme");
    let evidence = &answer["evidence"];
    assert_eq!(evidence["public_url"], "http://localhost:3000/page");
    assert_eq!(evidence["authorization"]["kind"], "session");
    assert_eq!(evidence["authorization"]["exp"], NOW_SECS + 60);

    let page = head(&[("Sec-Fetch-Dest", "document")]);
    let (answer, code) = as_json(&authenticate(&emulator, &page, &["--json"]));
    assert_eq!(code, 1);
    assert_eq!(answer["signed_in"], false);
    assert_eq!(answer["status"], "handshake");
    assert_eq!(answer["auth"], Value::Null);
    assert_eq!(
        answer["redirect"],
        "http://127.0.0.1:4010/v1/client/handshake"
    );
    assert_eq!(answer["sets"], json!(["__clerk_redirect_count"]));
    assert!(answer["advice"].as_str().unwrap().len() > 40);
}

#[test]
fn an_object_of_the_batch_contract_is_explained_by_its_own_settings() {
    let emulator = emulator();
    let token = emulator.token().claim("sts", "pending").sign(NOW);
    let mut question = json!({
        "now": NOW_SECS,
        "request": {
            "url": "https://example.com/x",
            "headers": [["authorization", format!("Bearer {token}")]],
        },
        "options": {
            "publishable_key": emulator.publishable_key().as_str(),
            "jwt_key": emulator.public_key_pem(),
        },
        "has": [{ "role": "org:admin" }],
    });
    let ask = |question: &Value, more: &[&str]| {
        let path = file("object.json", &format!("{question:#}"));
        let mut arguments = vec!["request", "authenticate", &path];
        arguments.extend(more);
        said(&run(program(&arguments), b""))
    };
    let (text, code) = ask(&question, &[]);
    assert_eq!(code, 1);
    assert!(text.starts_with("no: signed in, but pending\n"), "{text}");
    assert!(text.contains("GET https://example.com/x\n"), "{text}");
    assert!(text.contains("has             no\n"), "{text}");

    question["treat_pending_as_signed_out"] = json!(false);
    let (text, code) = ask(&question, &[]);
    assert_eq!(code, 0, "{text}");
    let (text, code) = ask(&question, &["--issuer", "https://other.example"]);
    assert_eq!(code, 1, "flags have the last word: {text}");
}

#[test]
fn whose_pages_may_act_is_an_option_of_the_batch_contract() {
    let emulator = emulator();
    let cookies = emulator.token().cookies(NOW);
    let question = |allowed: Value| {
        let question = json!({
            "id": 1,
            "now": NOW_SECS,
            "request": {
                "method": "POST",
                "url": "https://example.com/x",
                "headers": [["cookie", cookies], ["origin", "https://app.example.com"]],
            },
            "options": {
                "publishable_key": emulator.publishable_key().as_str(),
                "jwt_key": emulator.public_key_pem(),
                "allowed_origins": allowed,
            },
        });
        let output = run(
            program(&["request", "authenticate", "--batch"]),
            question.to_string().as_bytes(),
        );
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    for (allowed, status, reason) in [
        (json!(null), "signed-in", json!(null)),
        (json!(["https://app.example.com"]), "signed-in", json!(null)),
        (
            json!(["https://other.example"]),
            "signed-out",
            json!("origin-not-allowed"),
        ),
        // The application's own pages are left.
        (json!([]), "signed-out", json!("origin-not-allowed")),
    ] {
        let answer = question(allowed.clone());
        assert_eq!(answer["status"], status, "{allowed}: {answer}");
        assert_eq!(answer["reason"], reason, "{allowed}: {answer}");
    }
    let answer = question(json!(["app.example.com"]));
    let error = answer["error"].as_str().unwrap();
    assert!(
        error.contains("`app.example.com` is not an origin"),
        "{error}"
    );
}

#[test]
fn what_cannot_be_told_is_neither_yes_nor_no() {
    let server = Server::start(Emulator::builder()).unwrap();
    let emulator = server.emulator();
    let key = head(&[("Authorization", "Bearer ak_planted")]);
    let token = emulator.token().sign(NOW);
    let session = head(&[("Authorization", &format!("Bearer {token}"))]);
    emulator.add_fault(Fault::drop_connection());
    let url = server.url();
    let nobody = command(emulator, &[]);
    let any = ["--accept", "any", "--ignore-machine-scopes"];
    let mut unreachable = command(emulator, &[&["--api-url", url], &any[..]].concat());
    unreachable.env("CLERK_SECRET_KEY", "sk_test_planted");
    let mut no_keys = command(emulator, &["--api-url", url]);
    no_keys
        .env_remove("CLERK_JWT_KEY")
        .env("CLERK_SECRET_KEY", "sk_test_planted");
    let no_secret = command(emulator, &any);
    let no_machine = command(emulator, &["--accept", "any"]);
    let mut nothing = command(emulator, &[]);
    nothing.env_remove("CLERK_PUBLISHABLE_KEY");
    for (command, request, read, problem) in [
        (unreachable, &*key, true, "unexpected-error: "),
        (no_keys, &session, true, "jwk-remote-failed-to-load: "),
        (no_secret, &key, true, "CLERK_SECRET_KEY"),
        (no_machine, &key, false, "CLERK_MACHINE_ID"),
        (nothing, &key, false, "CLERK_PUBLISHABLE_KEY"),
        (nobody, "not a request planted", false, "GET /path HTTP/1.1"),
    ] {
        let output = run(command, request.as_bytes());
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        let (text, code) = said(&output);
        assert_eq!(code, 2, "{problem}");
        assert!(error.contains(problem), "{problem}: {error}");
        assert_eq!(text.contains("authorization "), read, "{problem}: {text}");
        assert!(
            !format!("{text}{error}").contains("planted"),
            "{text}{error}"
        );
    }
}

//! `webhook verify` and `webhook sign`.

mod support;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use support::{
    NOW_SECS, answer, answer_bytes, answers, as_json, failure, file, program, run, said,
};

const SECRET: &str = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";
const BODY: &str = r#"{"type":"user.created"}"#;
/// Made with another implementation.
const SIGNATURE: &str = "v1,geIUXOknYiSAYd5Px3lErdeylNvppix19OSLtLqOSpY=";

fn question() -> Value {
    json!({
        "id": 1,
        "now": NOW_SECS,
        "secret": SECRET,
        "headers": [["svix-id", "msg_1"], ["svix-timestamp", "1800000000"], ["svix-signature", SIGNATURE]],
        "body_base64": STANDARD.encode(BODY),
    })
}

fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut question = question();
    change(&mut question);
    answer("webhook", question)
}

#[test]
fn a_good_delivery_is_said_to_be_good() {
    assert_eq!(answer("webhook", question()), json!({"id": 1, "ok": true}));
    let rotated =
        changed(|q| q["secret"] = json!(["whsec_YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0", SECRET]));
    assert_eq!(rotated["ok"], true);
}

#[test]
fn each_reason_has_its_name() {
    let lines: Vec<Value> = [
        ("header-missing", json!([])),
        (
            "header-repeated",
            json!([["svix-id", "a"], ["svix-id", "a"]]),
        ),
        (
            "header-invalid",
            json!([
                ["svix-id", "a.b"],
                ["svix-timestamp", "1"],
                ["svix-signature", "v1"]
            ]),
        ),
        (
            "timestamp-too-old",
            json!([
                ["svix-id", "a"],
                ["svix-timestamp", "1799999699"],
                ["svix-signature", "v1"]
            ]),
        ),
        (
            "timestamp-too-new",
            json!([
                ["svix-id", "a"],
                ["svix-timestamp", "1800000301"],
                ["svix-signature", "v1"]
            ]),
        ),
        (
            "signature-mismatch",
            json!([
                ["svix-id", "a"],
                ["svix-timestamp", "1800000000"],
                ["svix-signature", SIGNATURE]
            ]),
        ),
        (
            "too-many-signatures",
            json!([
                ["svix-id", "a"],
                ["svix-timestamp", "1800000000"],
                ["svix-signature", "v1 ".repeat(17)]
            ]),
        ),
    ]
    .into_iter()
    .map(|(reason, headers)| {
        let mut line = question();
        line["id"] = json!(reason);
        line["headers"] = headers;
        line
    })
    .collect();
    for answer in answers("webhook", &lines) {
        assert_eq!(
            (&answer["reason"], &answer["ok"]),
            (&answer["id"], &json!(false))
        );
        assert!(!answer["message"].as_str().unwrap().contains("msg_1"));
    }
}

#[test]
fn a_line_that_asks_nothing_sensible_is_told_so() {
    for (member, value, problem) in [
        ("secret", json!("whsec_*"), "secret: a signing secret is"),
        ("secret", json!([]), "secret: there is no signing secret"),
        ("now", json!("later"), "now: "),
        ("headers", json!({"svix-id": "a"}), "headers: "),
        ("body_base64", json!("e30"), "body_base64: expected base64"),
    ] {
        let answer = changed(|q| q[member] = value);
        assert!(
            answer["error"].as_str().unwrap().starts_with(problem),
            "{answer}"
        );
    }
    assert_eq!(answer_bytes("webhook", b"{}\n").len(), 1);
}

#[test]
fn what_is_signed_is_verified_and_nothing_else() {
    let body = file("webhook-body.json", BODY);
    let now = NOW_SECS.to_string();
    let signing = |more: &[&str]| {
        let mut arguments = vec![
            "webhook", "sign", "--id", "msg_1", "--now", &now, "--body", &body,
        ];
        arguments.extend(more);
        let mut command = program(&arguments);
        command.env("CLERK_WEBHOOK_SIGNING_SECRET", SECRET);
        said(&run(command, b""))
    };
    let expected =
        format!("svix-id: msg_1\nsvix-timestamp: 1800000000\nsvix-signature: {SIGNATURE}\n");
    assert_eq!(signing(&[]), (expected.clone(), 0));
    let (headers, _) = as_json(&signing(&["--json", "--standard"]));
    assert_eq!(headers["webhook-signature"], SIGNATURE);

    let copied: String = expected
        .lines()
        .map(|line| format!("> {line}\r\n"))
        .collect();
    let copied = format!("> POST /hooks HTTP/1.1\r\n{copied}>\r\n");
    let verifying = |headers: &str, secret: &str, more: &[&str]| {
        let mut arguments = vec!["webhook", "verify", "--headers", headers, "--body", &body];
        arguments.extend(more);
        let mut command = program(&arguments);
        command.env("CLERK_WEBHOOK_SIGNING_SECRET", secret);
        said(&run(command, b""))
    };
    let good = "good: msg_1, signed at 1800000000, 23 bytes\n".to_owned();
    for (name, text) in [("plain", &expected), ("curl", &copied)] {
        let headers = file(&format!("webhook-headers-{name}.txt"), text);
        assert_eq!(
            verifying(&headers, SECRET, &["--now", &now]),
            (good.clone(), 0)
        );
        let both = format!("whsec_YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0 {SECRET}");
        assert_eq!(
            verifying(&headers, &both, &["--now", &now]),
            (good.clone(), 0)
        );
        let (text, code) = verifying(
            &headers,
            "whsec_YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0",
            &["--now", &now],
        );
        assert!(text.starts_with("refused: signature-mismatch\n"), "{text}");
        assert_eq!(code, 1);
        let late = ["--now", "1800000310", "--json"];
        let (json, code) = as_json(&verifying(&headers, SECRET, &late));
        assert_eq!(
            (json["reason"].as_str(), code),
            (Some("timestamp-too-old"), 1)
        );
        let late = ["--now", "1800000310", "--tolerance", "310"];
        assert_eq!(verifying(&headers, SECRET, &late), (good.clone(), 0));
    }
}

#[test]
fn ids_that_are_not_given_are_made_up() {
    let body = file("webhook-unnamed-body.json", BODY);
    let now = NOW_SECS.to_string();
    let sign = |more: &[&str]| {
        let mut command = program(&["webhook", "sign", "--now", &now, "--body", &body]);
        command
            .args(more)
            .env("CLERK_WEBHOOK_SIGNING_SECRET", SECRET);
        command
    };
    let (first, _) = as_json(&said(&run(sign(&["--json"]), b"")));
    let (second, _) = as_json(&said(&run(sign(&["--json"]), b"")));
    assert!(first["svix-id"].as_str().unwrap().starts_with("msg_"));
    assert_ne!(first["svix-id"], second["svix-id"]);
    assert!(failure(sign(&["--id", ""])).contains("--id <ID>"));
}

#[test]
fn a_file_without_the_headers_is_said_to_have_none() {
    let empty = file("webhook-empty-headers.txt", "");
    let unsigned = file(
        "webhook-unsigned-headers.txt",
        "svix-id: msg_1\nsvix-timestamp: 1\n",
    );
    for (headers, name) in [(&empty, "svix-id"), (&unsigned, "svix-signature")] {
        let arguments = ["webhook", "verify", "--headers", headers, "--body", headers];
        let mut command = program(&arguments);
        command.env("CLERK_WEBHOOK_SIGNING_SECRET", SECRET);
        let (text, code) = said(&run(command, b""));
        assert!(text.starts_with("refused: header-missing\n"), "{text}");
        let hint = format!("\n{headers} has no line `{name}: …`\n");
        assert!(text.ends_with(&hint), "{text}");
        assert_eq!(code, 1);
    }
}

#[test]
fn without_a_secret_or_a_file_nothing_can_be_told() {
    let headers = file("webhook-no-headers.txt", "");
    let arguments = [
        "webhook",
        "verify",
        "--headers",
        &headers,
        "--body",
        &headers,
    ];
    assert!(failure(program(&arguments)).contains("CLERK_WEBHOOK_SIGNING_SECRET"));
    let mut planted = program(&arguments);
    planted.env("CLERK_WEBHOOK_SIGNING_SECRET", "whsec_planted!");
    assert!(!failure(planted).contains("planted"));
    let mut missing = program(&["webhook", "sign", "--id", "a", "--body", "/no/such/file"]);
    missing.env("CLERK_WEBHOOK_SIGNING_SECRET", SECRET);
    assert!(failure(missing).contains("/no/such/file"));
    let mut unsound = program(&["webhook", "sign", "--id", "a.b", "--body", &headers]);
    unsound.env("CLERK_WEBHOOK_SIGNING_SECRET", SECRET);
    assert!(failure(unsound).contains("svix-id"));
}

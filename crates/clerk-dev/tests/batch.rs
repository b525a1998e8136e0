//! `token verify --batch`: the contract that other programs rely on.

mod support;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    sync::mpsc,
    time::Duration,
};

use clerk::UnixTime;
use serde_json::{Value, json};
use support::{NOW, NOW_SECS, answer, answer_bytes, answers, emulator, program, run};

/// A line with a good token.
fn good() -> Value {
    let emulator = emulator();
    json!({
        "id": 1,
        "now": NOW_SECS,
        "token": emulator.token().sign(NOW),
        "options": { "jwt_key": emulator.public_key_pem() },
    })
}

/// The good line with a member of its options set.
fn with_option(name: &str, value: Value) -> Value {
    let mut line = good();
    line["options"][name] = value;
    line
}

fn error(line: Value) -> String {
    let answer = answer("token", line);
    assert!(answer.get("ok").is_none(), "{answer}");
    answer["error"].as_str().unwrap().to_owned()
}

fn reason(line: Value) -> String {
    let answer = answer("token", line);
    assert_eq!(answer["ok"], false, "{answer}");
    assert!(!answer["message"].as_str().unwrap().is_empty());
    answer["reason"].as_str().unwrap().to_owned()
}

fn is_ok(line: Value) -> bool {
    answer("token", line)["ok"] == true
}

#[test]
fn each_line_is_answered_in_order_under_its_own_id() {
    let line = good();
    let (token, options) = (&line["token"], &line["options"]);
    let ids = [
        "7",
        "-0.0",
        "1e3",
        "12345678901234567890123",
        "\"a \\u00e9 \\\\ b\"",
        "null",
        "true",
        "[1, {\"x\": 2}]",
    ];
    let input: String = ids
        .iter()
        .map(|id| {
            format!("{{\"id\":{id},\"now\":{NOW_SECS},\"token\":{token},\"options\":{options}}}\n")
        })
        .collect();
    let answers = answer_bytes("token", input.as_bytes());
    assert_eq!(answers.len(), ids.len());
    for (id, answer) in ids.iter().zip(answers) {
        let start = format!("{{\"id\":{id},\"ok\":true,\"claims\":{{");
        assert!(answer.starts_with(&start), "{answer}");
    }
}

#[test]
fn claims_are_the_payload_as_it_was() {
    let emulator = emulator();
    let header = json!({ "alg": "RS256", "kid": emulator.key_id() });
    let payload = r#"{"z":1.0,"exp":1800000060,"sub":"user_1","big":123456789012345678901234567890,
        "small":1e-400,"text":"\u0041\ud83d\ude00é","a":[1.50,-0,{"b":null}]}"#;
    let line = json!({
        "now": NOW_SECS,
        "token": emulator.sign(&header, format!(" {payload}\n").as_bytes()),
        "options": { "jwt_key": emulator.public_key_pem() },
    });
    let answers = answer_bytes("token", line.to_string().as_bytes());
    let expected = payload.replace('\n', " ");
    assert_eq!(
        answers,
        [format!("{{\"id\":null,\"ok\":true,\"claims\":{expected}}}")]
    );
}

#[test]
fn a_bad_line_is_answered_and_the_rest_goes_on() {
    let good = good();
    let mut input = Vec::new();
    for line in [
        b"nonsense".as_slice(),
        b"{\"id\":1,\"token\":\"\xff\"}",
        b"{\"id\":2}",
        b"{\"id\":3,\"token\":5}",
        b"{\"id\":4,\"token\":\"x\",\"token\":\"y\"}",
        b"{\"id\":5,\"id\":6,\"token\":\"x\"}",
        b"[7,\"x\"]",
        b"",
        b" \t\r",
        b"{\"id\":8,\"token\":\"x\"}}",
        b"{\"id\":9,\"token\":\"x\",\"options\":[]}",
        b"{\"id\":10,\"token\":\"x\",\"options\":{\"audience\":\"a\",\"audience\":\"b\"}}",
        format!("{good}\r").as_bytes(),
    ] {
        input.extend_from_slice(line);
        input.push(b'\n');
    }
    // The last line need not end.
    input.extend_from_slice(b"{\"id\":\"last\",\"token\":\"x\"}");
    let answers: Vec<Value> = answer_bytes("token", &input)
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let seen: Vec<(&Value, bool)> = answers
        .iter()
        .map(|answer| (&answer["id"], answer["error"].is_string()))
        .collect();
    assert_eq!(
        seen,
        [
            (&json!(null), true),
            (&json!(1), true),
            (&json!(2), true),
            (&json!(3), true),
            (&json!(4), true),
            (&json!(null), true),
            (&json!(null), true),
            (&json!(null), true),
            (&json!(9), true),
            (&json!(10), true),
            (&json!(1), false),
            (&json!("last"), false),
        ]
    );
}

#[test]
fn an_error_names_what_is_wrong_and_repeats_no_value() {
    for (line, expected) in [
        (json!({}), "token: expected a string"),
        (json!({ "token": null }), "token: expected a string"),
        (json!({ "token": ["planted"] }), "token: expected a string"),
        (
            json!({ "token": "x", "now": "planted" }),
            "now: expected Unix time in seconds, a number in range",
        ),
        (
            json!({ "token": "x", "now": 1e30 }),
            "now: expected Unix time in seconds, a number in range",
        ),
        (
            json!({ "token": "x", "options": "planted" }),
            "options: expected an object",
        ),
        (
            with_option("audience", json!({ "planted": 1 })),
            "options.audience: expected a string or a list of strings",
        ),
        (
            with_option("authorized_parties", json!("planted")),
            "options.authorized_parties: expected a sequence",
        ),
        (
            with_option("issuer", json!(["x", 5])),
            "options.issuer: expected a string or a list of strings",
        ),
        (
            with_option("clock_skew_ms", json!(-0.001)),
            "options.clock_skew_ms: expected milliseconds, a number in range that is not negative",
        ),
        (
            with_option("clock_skew_ms", json!("planted")),
            "options.clock_skew_ms: expected milliseconds, a number in range that is not negative",
        ),
        (
            with_option("jwt_key", json!("planted")),
            "options.jwt_key: the PEM is damaged: its content is not base64; set all of its text, with \
             line breaks or with \\n in place of them, and not the name of a file",
        ),
        (
            json!({ "token": "x", "options": { "jwks": "planted" } }),
            "options.jwks: not a JWK Set: an object with a keys array was expected",
        ),
        (
            json!({ "token": "x", "options": { "jwks": { "keys": {} } } }),
            "options.jwks: not a JWK Set: an object with a keys array was expected",
        ),
    ] {
        assert_eq!(error(line.clone()), expected, "{line}");
    }
}

#[test]
fn a_line_that_is_no_json_is_told_where_it_goes_wrong() {
    let answers = answer_bytes("token", b"{\"id\":1,\nx\n{\"id\":2,\"token\":\"x\"} y\n");
    assert_eq!(
        answers,
        [
            r#"{"id":null,"error":"EOF while parsing a value at column 8"}"#,
            r#"{"id":null,"error":"expected value at column 1"}"#,
            r#"{"id":null,"error":"trailing characters at column 22"}"#,
        ]
    );
}

#[test]
fn an_unknown_option_is_an_error_that_names_it() {
    for name in ["audiences", "jwtKey", "secret_key", "clockSkewInMs"] {
        let text = error(with_option(name, json!(null)));
        assert!(text.contains(&format!("unknown field `{name}`")), "{text}");
    }
    let mut line = good();
    line["note"] = json!("members beside the options are the asker's own");
    assert!(is_ok(line));
}

#[test]
fn null_and_empty_options_ask_for_nothing() {
    for (name, value) in [
        ("jwks", json!(null)),
        ("audience", json!(null)),
        ("audience", json!("")),
        ("audience", json!([])),
        ("audience", json!([""])),
        ("issuer", json!(null)),
        ("issuer", json!("")),
        ("issuer", json!([""])),
        ("authorized_parties", json!(null)),
        ("authorized_parties", json!([])),
        ("clock_skew_ms", json!(null)),
    ] {
        assert!(is_ok(with_option(name, value.clone())), "{name}: {value}");
    }
    let mut line = good();
    line["options"]["authorized_parties"] = json!([""]);
    assert_eq!(reason(line), "token-invalid-authorized-parties");
}

#[test]
fn the_pem_key_has_precedence_and_without_any_key_nothing_is_resolved() {
    assert!(is_ok(with_option("jwks", json!({ "keys": [] }))));
    assert!(is_ok(with_option("jwks", json!("not even looked at"))));

    let mut line = with_option("jwks", emulator().jwks_json());
    line["options"]["jwt_key"] = json!("");
    assert!(is_ok(line.clone()));
    line["options"]["jwks"] = json!({ "keys": [] });
    assert_eq!(reason(line.clone()), "jwk-kid-mismatch");
    line["options"]["jwks"] = json!(null);
    assert_eq!(reason(line.clone()), "jwk-failed-to-resolve");
    line["options"] = json!(null);
    assert_eq!(reason(line.clone()), "jwk-failed-to-resolve");
    line["token"] = json!("x");
    assert_eq!(reason(line), "token-invalid");
}

/// The reason, or `ok`, where `now` and the clock skew are written as given: a float in between
/// would be off by a millisecond.
fn judged_at(now: &str, skew: &str, token: &str) -> String {
    let pem = json!(emulator().public_key_pem());
    let options = format!("{{\"jwt_key\":{pem},\"clock_skew_ms\":{skew}}}");
    let line = format!("{{\"now\":{now},\"token\":\"{token}\",\"options\":{options}}}");
    let answer = answer_bytes("token", line.as_bytes()).remove(0);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["reason"].as_str().unwrap_or("ok").to_owned()
}

#[test]
fn expiry_is_exact_to_the_millisecond() {
    let token = emulator().token().claim("exp", 1000).sign(NOW);
    let undated = emulator().token().claim("exp", 1000).without("iat");
    let undated = undated.without("nbf").sign(NOW);
    assert_eq!(judged_at("1000", "5", &token), "token-not-active-yet");
    for (now, skew, expected) in [
        ("999.999", "0", "ok"),
        ("999.9999999999", "0", "ok"),
        ("1000", "0", "token-expired"),
        ("1000.0", "-0.0", "token-expired"),
        ("1000.004", "5", "ok"),
        ("1000.0049999", "5", "ok"),
        ("1000.005", "5", "token-expired"),
        ("1000.005", "6", "ok"),
        ("1000005e-3", "5", "token-expired"),
        ("1.0000049e3", "5", "ok"),
        ("1000", "0.5", "ok"),
        ("1000.001", "0.5", "token-expired"),
        ("1000.001", "1.001", "ok"),
        ("1005", "null", "token-expired"),
        ("1004.999", "null", "ok"),
        ("9e15", "1e19", "ok"),
    ] {
        assert_eq!(judged_at(now, skew, &undated), expected, "{now} {skew}");
    }
}

#[test]
fn the_beginning_is_exact_to_the_millisecond() {
    let token = emulator().token().claim("nbf", 1000).without("iat");
    let token = token.claim("exp", 2000).sign(NOW);
    for (now, skew, expected) in [
        ("1000", "0", "ok"),
        ("999.999", "0", "token-not-active-yet"),
        ("999.9999999999", "0", "token-not-active-yet"),
        ("999.995", "5", "ok"),
        ("999.994", "5", "token-not-active-yet"),
        ("999.994", "5.9", "token-not-active-yet"),
        ("999.994", "6", "ok"),
        ("-1e3", "1e9", "ok"),
    ] {
        assert_eq!(judged_at(now, skew, &token), expected, "{now} {skew}");
    }
}

#[test]
fn without_a_time_it_is_now() {
    let token = || emulator().token().issued_at(UnixTime::EPOCH);
    let mut line = good();
    line["now"] = json!(null);
    line["token"] = json!(token().claim("exp", 9_000_000_000_u64).sign(NOW));
    assert!(is_ok(line.clone()));
    line["token"] = json!(token().sign(NOW));
    assert_eq!(reason(line), "token-expired");
}

#[test]
fn keys_are_told_apart_however_many_there_are() {
    let emulator = emulator();
    let token = emulator.token().sign(NOW);
    let good = emulator.jwks_json();
    let questions: Vec<Value> = (0..300)
        .map(|number| {
            let mut jwks = if number % 3 == 0 {
                json!({ "keys": [] })
            } else {
                good.clone()
            };
            jwks["note"] = json!(number % 150);
            json!({ "id": number, "now": NOW_SECS, "token": token, "options": { "jwks": jwks } })
        })
        .collect();
    for (number, answer) in answers("token", &questions).iter().enumerate() {
        assert_eq!(answer["id"], number);
        assert_eq!(answer["ok"], number % 3 != 0, "{answer}");
    }
}

#[test]
fn a_pem_and_a_key_set_of_the_same_text_are_not_the_same() {
    let jwks = emulator().jwks_json();
    let mut line = with_option("jwks", jwks.clone());
    line["options"]["jwt_key"] = json!(null);
    let mut confused = good();
    confused["options"]["jwt_key"] = json!(jwks.to_string());
    let answers = answers("token", &[line.clone(), confused, line]);
    assert_eq!(answers[0]["ok"], true);
    assert!(answers[1]["error"].is_string(), "{}", answers[1]);
    assert_eq!(answers[2]["ok"], true);
}

#[test]
fn lines_of_megabytes_are_answered() {
    let mut jwks = emulator().jwks_json();
    jwks["note"] = json!("x".repeat(5 << 20));
    let mut line = with_option("jwks", jwks);
    line["options"]["jwt_key"] = json!(null);
    assert!(is_ok(line));

    let mut line = good();
    line["token"] = json!("x".repeat(5 << 20));
    assert_eq!(reason(line), "token-invalid");
}

#[test]
fn an_answer_does_not_wait_for_the_next_question() {
    let mut child = program(&["token", "verify", "--batch"]).spawn().unwrap();
    let mut questions = child.stdin.take().unwrap();
    let answers = BufReader::new(child.stdout.take().unwrap());
    let (send, received) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in answers.lines() {
            send.send(line.unwrap()).unwrap();
        }
    });
    for id in 0..3 {
        // The beginning of the next line must not hold the answer back either.
        write!(questions, "\n{{\"id\":{id},\"token\":\"x\"}}\n{{").unwrap();
        write!(questions, "\"id\":").unwrap();
        questions.flush().unwrap();
        let answer = received.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(answer.starts_with(&format!("{{\"id\":{id},")), "{answer}");
        writeln!(questions, "\"x\"}}").unwrap();
        let answer = received.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(answer.starts_with("{\"id\":\"x\",\"error\""), "{answer}");
    }
    drop(questions);
    reader.join().unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let mut child = program(&["token", "verify", "--batch"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut questions = child.stdin.take().unwrap();
    // It may be gone before it has read all of this.
    let line = b"{\"id\":1,\"token\":\"x\"}\n";
    while questions.write_all(line).is_ok() {}
    drop(questions);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}

/// `request authenticate --batch`, for a machine's token.
fn machine_in_batch(options: &Value) -> Value {
    let emulator = emulator();
    let token = emulator.token().machine().scope("mch_own").sign(NOW);
    let mut question = json!({
        "id": 1,
        "now": NOW_SECS,
        "request": {
            "url": "https://example.com/",
            "headers": [["authorization", format!("Bearer {token}")]],
        },
        "options": {
            "publishable_key": emulator.publishable_key().as_str(),
            "jwt_key": emulator.public_key_pem(),
            "accepts_token": "m2m_token",
        },
    });
    let all = question["options"].as_object_mut().unwrap();
    all.extend(options.as_object().unwrap().clone());
    let command = program(&["request", "authenticate", "--batch"]);
    let output = run(command, format!("{question}\n").as_bytes());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn scopes_are_asked_about_where_the_question_says_which_machine_it_is() {
    for options in [
        json!({}),
        json!({ "machine_id": null }),
        json!({ "machine_id": "" }),
        json!({ "machine_id": "mch_own" }),
        // Lists without entries are as good as absent.
        json!({ "audience": [], "issuer": [], "authorized_parties": [] }),
    ] {
        let answer = machine_in_batch(&options);
        assert_eq!(answer["status"], "signed-in", "{options}: {answer}");
    }
    let answer = machine_in_batch(&json!({ "machine_id": "mch_other" }));
    let told = [&answer["status"], &answer["reason"], &answer["token_type"]];
    assert_eq!(
        told,
        ["signed-out", "token-verification-failed", "m2m_token"]
    );
    let answer = machine_in_batch(&json!({ "machine_id": "ak_planted" }));
    let error = answer["error"].as_str().unwrap();
    assert!(
        error.contains("machine id") && !error.contains("planted"),
        "{error}"
    );
}

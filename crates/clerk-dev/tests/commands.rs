//! The commands for people, and the exit codes that scripts go by.

mod support;

use clerk_emulator::{Defect, Emulator, Server};
use serde_json::{Value, json};
use support::{NOW, NOW_SECS, as_json, ask, emulator, failure, file, program, run, said};

/// `token verify` with the emulator's PEM key, at the fixed time.
fn verify(name: &str, emulator: &Emulator, token: &str, more: &[&str]) -> (String, i32) {
    let pem = file(&format!("{name}.pem"), &emulator.public_key_pem());
    let now = NOW_SECS.to_string();
    let mut arguments = vec!["token", "verify", "--pem", &pem, "--now", &now];
    arguments.extend(more);
    arguments.extend(["--", token]);
    ask(&arguments)
}

#[test]
fn a_good_token_is_a_yes() {
    let emulator = emulator();
    let token = emulator
        .token()
        .organization("acme")
        .claim("x", json!([1.5]))
        .sign(NOW);
    let (text, code) = verify("good", &emulator, &token, &[]);
    assert_eq!(code, 0);
    assert!(
        text.starts_with("yes: session token, expires in 1 min 0 s\n"),
        "{text}"
    );
    assert!(
        text.contains("\n  \"sub\": \"user_0adaLovelaceExample00000000\""),
        "{text}"
    );

    let bearer = format!("bearer  {token}\n");
    let (answer, code) = as_json(&verify("good", &emulator, &bearer, &["--json"]));
    assert_eq!(code, 0);
    assert_eq!(
        (&answer["ok"], &answer["kind"]),
        (&json!(true), &json!("session"))
    );
    assert_eq!(answer["claims"]["o"]["slg"], "acme");
}

#[test]
fn a_bad_token_is_a_no_that_names_the_check() {
    let emulator = emulator();
    for (defect, check, reason) in [
        (Defect::TwoParts, "form", "token-invalid"),
        (Defect::PayloadNotJson, "form", "token-invalid"),
        (Defect::WrongType, "header", "token-invalid"),
        (Defect::AlgNone, "header", "token-invalid-algorithm"),
        (Defect::CriticalHeader, "header", "token-invalid"),
        (Defect::TemplateCategory, "header", "token-type-mismatch"),
        (Defect::AlgMismatch, "key", "token-verification-failed"),
        (Defect::ForeignKey, "signature", "token-invalid-signature"),
        (Defect::MachineSubject, "kind", "token-type-mismatch"),
        (
            Defect::MissingSubject,
            "claims",
            "token-verification-failed",
        ),
        (Defect::Expired, "claims", "token-expired"),
        (Defect::NotYetActive, "claims", "token-not-active-yet"),
    ] {
        let token = emulator.token().defect(defect).sign(NOW);
        let (answer, code) = as_json(&verify("bad", &emulator, &token, &["--json"]));
        assert_eq!(code, 1, "{defect}");
        assert_eq!(answer["ok"], false, "{defect}");
        assert_eq!(answer["check"], check, "{defect}");
        assert_eq!(answer["reason"], reason, "{defect}");
        assert!(answer["advice"].as_str().unwrap().len() > 40, "{defect}");

        let (text, code) = verify("bad", &emulator, &token, &[]);
        assert_eq!(code, 1, "{defect}");
        assert!(text.starts_with(&format!("no: {reason}\n")), "{text}");
        assert!(text.contains(&format!("\n{check:<9}  NO: ")), "{text}");
    }
}

#[test]
fn what_is_asked_for_is_what_is_checked() {
    let emulator = emulator();
    let token = emulator
        .token()
        .claim("aud", "api")
        .claim("azp", "https://a.example")
        .sign(NOW);
    let issuer = emulator.issuer();
    for (options, reason) in [
        (["--audience", "api"], None),
        (["--audience", "other"], Some("token-verification-failed")),
        (["--authorized-party", "https://a.example"], None),
        (
            ["--authorized-party", "https://b.example"],
            Some("token-invalid-authorized-parties"),
        ),
        (["--issuer", issuer], None),
        (
            ["--issuer", "https://clerk.example.com"],
            Some("token-invalid-issuer"),
        ),
        (["--clock-skew-ms", "0"], None),
        (["--kind", "user"], None),
        (["--kind", "any"], None),
        (["--kind", "template"], Some("token-type-mismatch")),
        (["--kind", "m2m"], Some("token-type-mismatch")),
        (["--kind", "oauth"], Some("token-invalid")),
    ] {
        let [option, value] = options;
        let (answer, code) = as_json(&verify(
            "asked",
            &emulator,
            &token,
            &[option, value, "--json"],
        ));
        assert_eq!(answer["reason"].as_str(), reason, "{options:?}");
        assert_eq!(code, i32::from(reason.is_some()), "{options:?}");
    }
    let several = [
        "--audience",
        "x",
        "--audience",
        "api",
        "--issuer",
        "x",
        "--issuer",
        issuer,
    ];
    assert_eq!(verify("asked", &emulator, &token, &several).1, 0);

    for (kind, token) in [
        ("template", emulator.token().template("hasura").sign(NOW)),
        ("m2m", emulator.token().machine().sign(NOW)),
        ("oauth", emulator.token().oauth().sign(NOW)),
    ] {
        let (answer, code) = as_json(&verify(
            "asked",
            &emulator,
            &token,
            &["--kind", kind, "--json"],
        ));
        assert_eq!((answer["kind"].as_str(), code), (Some(kind), 0));
    }

    let machine = emulator.token().machine().scope("mch_own").sign(NOW);
    for (own, expected) in [("mch_own", 0), ("mch_other", 1)] {
        let asked = ["--kind", "m2m", "--machine-id", own];
        let (text, code) = verify("asked", &emulator, &machine, &asked);
        assert_eq!(code, expected, "{text}");
    }
}

#[test]
fn keys_come_from_a_key_set_or_from_the_environment_too() {
    let server = Server::start(Emulator::builder()).unwrap();
    let emulator = server.emulator();
    let now = NOW_SECS.to_string();
    let token = emulator.token().sign(NOW);
    let asked = ["token", "verify", "--now", &now, &token];

    let jwks = file("environment.json", &emulator.jwks_json().to_string());
    assert_eq!(
        ask(&["token", "verify", "--now", &now, "--jwks", &jwks, &token]).1,
        0
    );

    let secret = (
        "CLERK_SECRET_KEY",
        emulator.secret_key().expose().to_owned(),
    );
    let publishable = (
        "CLERK_PUBLISHABLE_KEY",
        emulator.publishable_key().to_string(),
    );
    let url = ("CLERK_API_URL", server.url().to_owned());
    let pem = (
        "CLERK_JWT_KEY",
        emulator.public_key_pem().replace('\n', "\\n"),
    );
    let nowhere = ("CLERK_API_URL", "http://127.0.0.1:1".to_owned());
    let with = |variables: &[&(&str, String)]| {
        let mut command = program(&asked);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command
    };
    for variables in [
        [&secret, &url].as_slice(),
        &[&publishable],
        &[&pem],
        &[&pem, &secret, &nowhere],
    ] {
        let (text, code) = said(&run(with(variables), b""));
        assert_eq!(code, 0, "{text}");
    }

    // Clerk out of reach, a key that is refused: nobody has said no.
    let text = failure(with(&[&secret, &nowhere]));
    assert!(
        text.starts_with("clerk-dev: jwk-remote-failed-to-load: "),
        "{text}"
    );
    let other = ("CLERK_SECRET_KEY", "sk_test_planted".to_owned());
    let text = failure(with(&[&other, &url]));
    assert!(
        text.starts_with("clerk-dev: secret-key-invalid: "),
        "{text}"
    );
    assert!(!text.contains("planted"), "{text}");
    let text = failure(with(&[]));
    assert!(text.contains("give --pem or --jwks"), "{text}");
}

#[test]
fn mistakes_of_usage_and_configuration_are_told_from_answers() {
    let token = emulator().token().sign(NOW);
    let bad = file("mistake.pem", "not a key");
    for (arguments, expected) in [
        (
            vec!["token", "verify", "--pem", "no/such/file", &token],
            "cannot read no/such/file",
        ),
        (vec!["token", "verify", "--pem", &bad, &token], "not base64"),
        (
            vec!["token", "verify", "--jwks", &bad, &token],
            "not a JWK Set",
        ),
        (
            vec!["token", "verify", "--pem", &bad, "--jwks", &bad, &token],
            "cannot be used with",
        ),
        (vec!["token", "verify"], "required"),
        (
            vec!["token", "verify", "--batch", &token],
            "cannot be used with",
        ),
        (
            vec!["token", "verify", "--now", "today", &token],
            "seconds since 1970",
        ),
        (
            vec!["token", "verify", "--kind", "api-key", &token],
            "possible values",
        ),
        (vec!["token", "decode"], "required"),
        (
            vec!["token", "mint", "--defect", "nonsense"],
            "damaged-signature",
        ),
        (vec!["token", "mint", "--claim", "novalue"], "plan=pro"),
        (
            vec!["token", "mint", "--machine", "--oauth"],
            "cannot be used with",
        ),
        (
            vec!["token", "mint", "--emulator", "http://127.0.0.1:1"],
            "clerk-dev emulator",
        ),
        (
            vec!["token", "mint", "--emulator", "nonsense"],
            "--emulator cannot be used",
        ),
        (vec!["jws", "verify"], "--batch"),
        (vec!["emulator", "--token-version", "3"], "1 or 2"),
        (vec!["emulator", "--seed", &bad], "mistake.pem"),
        (vec!["emulator", "--signing-key", &bad], "PKCS#8"),
        (vec!["nonsense"], "unrecognized subcommand"),
    ] {
        let text = failure(program(&arguments));
        assert!(text.contains(expected), "{arguments:?}: {text}");
    }
}

#[test]
fn decoding_shows_what_there_is_and_what_speaks_against_it() {
    let emulator = emulator();
    let now = NOW_SECS.to_string();
    let decode = |token: &str| as_json(&ask(&["token", "decode", "--json", "--now", &now, token]));
    for (token, kind, refused) in [
        (emulator.token().sign(NOW), "session", None),
        (
            emulator.token().template("hasura").sign(NOW),
            "template",
            None,
        ),
        (emulator.token().machine().sign(NOW), "m2m", None),
        (emulator.token().oauth().sign(NOW), "oauth", None),
        (
            emulator.token().header("cat", "cl_X").sign(NOW),
            "unknown",
            None,
        ),
        // The signature is not looked at, and the text says so.
        (
            emulator.token().defect(Defect::ForeignKey).sign(NOW),
            "session",
            None,
        ),
        (
            emulator.token().defect(Defect::Expired).sign(NOW),
            "session",
            Some("token-expired"),
        ),
        (
            emulator.token().defect(Defect::AlgNone).sign(NOW),
            "session",
            Some("token-invalid-algorithm"),
        ),
        (
            emulator.token().without("sub").sign(NOW),
            "session",
            Some("token-verification-failed"),
        ),
    ] {
        let (answer, code) = decode(&token);
        assert_eq!(code, 0);
        assert_eq!(answer["kind"], kind);
        assert_eq!(answer["refused"]["reason"].as_str(), refused, "{answer}");
        assert_eq!(answer["claims"]["iss"], emulator.issuer());
        assert!(answer["header"]["alg"].is_string());
    }
    let (answer, code) = decode(&emulator.token().defect(Defect::PayloadNotJson).sign(NOW));
    assert_eq!(
        (code, &answer["kind"], &answer["claims"]),
        (1, &json!(null), &json!(null))
    );
    assert_eq!(answer["refused"]["reason"], "token-invalid");
    assert_eq!(answer["header"]["alg"], "RS256");
    assert_eq!(decode("nonsense").1, 1);
}

#[test]
fn decoding_is_fit_for_reading() {
    let emulator = emulator();
    let header = json!({ "alg": "RS256", "kid": "ins_1" });
    let payload = "{\"sub\":\"\u{9b}2J\",\"sid\":\"sess_1\",\"big\":12345678901234567890123,\
                   \"iat\":1799999940,\"exp\":1800000060}";
    let token = emulator.sign(&header, payload.as_bytes());
    let now = NOW_SECS.to_string();
    let output = run(
        program(&["token", "decode", "--now", &now, "-"]),
        token.as_bytes(),
    );
    let (text, code) = said(&output);
    assert_eq!(code, 0);
    assert_eq!(
        text,
        r#"header {
  "alg": "RS256",
  "kid": "ins_1"
}

claims {
  "sub": "\u009b2J",
  "sid": "sess_1",
  "big": 12345678901234567890123,
  "iat": 1799999940,
  "exp": 1800000060
}

issued   iat  1799999940  Fri, 15 Jan 2027 07:59:00 GMT  1 min 0 s ago
expires  exp  1800000060  Fri, 15 Jan 2027 08:01:00 GMT  in 1 min 0 s
kind       session
signature  not checked; see `clerk-dev token verify --help`
otherwise  nothing speaks against it
"#
    );
}

#[test]
fn a_minted_token_is_what_was_asked_for() {
    let server = Server::start(Emulator::builder()).unwrap();
    let url = server.url();
    let mint = |more: &[&str]| {
        let mut arguments = vec!["token", "mint", "--emulator", url];
        arguments.extend(more);
        let (text, code) = ask(&arguments);
        assert_eq!(code, 0, "{text}");
        text.trim_end().to_owned()
    };
    let decode = |token: &str| as_json(&ask(&["token", "decode", "--json", token])).0;

    let token = mint(&[
        "--as",
        "bob@example.com",
        "--org",
        "acme",
        "--claim",
        "n=[1]",
    ]);
    let token = decode(&token);
    assert_eq!(token["claims"]["sub"], "user_0bobExampleMemberOfAcme0000");
    assert_eq!(token["claims"]["o"]["slg"], "acme");
    assert_eq!(token["claims"]["n"], json!([1]));
    let token = decode(&mint(&[
        "--claim", "plan=pro", "--claim", "a=b=c", "--header", "kid=5",
    ]));
    assert_eq!(token["claims"]["plan"], "pro");
    assert_eq!(token["claims"]["a"], "b=c");
    assert_eq!(token["header"]["kid"], 5);
    assert_eq!(decode(&mint(&["--template", "hasura"]))["kind"], "template");
    assert_eq!(decode(&mint(&["--machine"]))["kind"], "m2m");
    assert_eq!(decode(&mint(&["--oauth"]))["kind"], "oauth");
    assert_eq!(
        decode(&mint(&["--issued-ago", "90"]))["refused"]["reason"],
        "token-expired"
    );
    let token = decode(&mint(&["--issued-ago", "90", "--lifetime", "3600"]));
    assert_eq!(token["refused"], Value::Null);
    assert_eq!(
        decode(&mint(&["--defect", "missing-subject"]))["refused"]["reason"],
        "token-verification-failed"
    );
    let json: Value = serde_json::from_str(&mint(&["--json"])).unwrap();
    assert_eq!(decode(json["jwt"].as_str().unwrap())["kind"], "session");

    let text = failure(program(&[
        "token",
        "mint",
        "--emulator",
        url,
        "--as",
        "eve",
    ]));
    assert!(text.contains("there is no user eve"), "{text}");
}

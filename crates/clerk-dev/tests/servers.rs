//! The commands that serve: the emulator and the demo.

mod support;

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command},
};

use bytes::Bytes;
use clerk::{
    Clock as _, SystemClock,
    webhooks::{Error, SigningSecrets, Verifier},
};
use http::{Request, Response};
use serde_json::{Value, json};
use support::{as_json, ask, failure, file, program, run, said};

/// A running server, and what it said of itself.
struct Running {
    child: Child,
    about: Value,
}

impl Running {
    /// Starts an emulator.
    fn start(more: &[&str]) -> Self {
        let mut arguments = vec!["emulator", "--port", "0", "--json"];
        arguments.extend(more);
        Self::waiting_for("url", &arguments)
    }

    /// Starts a program that says where it is in an object with the member `name`.
    fn waiting_for(name: &str, arguments: &[&str]) -> Self {
        Self::spawn(name, program(arguments))
    }

    /// Starts a program that reads this first.
    fn fed(arguments: &[&str], input: &[u8]) -> Self {
        let mut child = program(arguments).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Self::once_it_says("url", child)
    }

    fn spawn(name: &str, mut command: Command) -> Self {
        Self::once_it_says(name, command.spawn().unwrap())
    }

    fn once_it_says(name: &str, mut child: Child) -> Self {
        let output = BufReader::new(child.stdout.take().unwrap());
        let about = output
            .lines()
            .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap())
            .find(|about| about.get(name).is_some());
        let about = about.expect("it ended without saying where it is");
        Self { child, about }
    }

    fn text(&self, name: &str) -> &str {
        self.about[name].as_str().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn the_emulator_serves_what_it_was_described_as() {
    let seed = file(
        "seed.json",
        r#"{"users":[{"email":"grace@example.com","id":"user_0graceHopperExample00000000"}]}"#,
    );
    let emulator = Running::start(&[
        "--seed",
        &seed,
        "--issuer",
        "https://clerk.example.com",
        "--token-version",
        "1",
    ]);
    assert!(emulator.text("notice").contains("not Clerk"));
    let url = emulator.text("url");
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert_eq!(emulator.text("sign_in_url"), format!("{url}/sign-in"));
    let (token, code) = ask(&["token", "mint", "--emulator", url]);
    assert_eq!(code, 0);
    let mut verify = program(&["token", "verify", "--json", token.trim_end()]);
    verify
        .env("CLERK_API_URL", url)
        .env("CLERK_SECRET_KEY", emulator.text("secret_key"));
    let (answer, code) = as_json(&said(&run(verify, b"")));
    assert_eq!(code, 0);
    assert_eq!(answer["claims"]["iss"], "https://clerk.example.com");
    assert_eq!(answer["claims"]["sub"], "user_0graceHopperExample00000000");
    assert_eq!(answer["claims"].get("v"), None);

    let port = url.rsplit_once(':').unwrap().1;
    let text = failure(program(&["emulator", "--port", port]));
    assert!(text.contains("is taken"), "{text}");
}

#[test]
fn a_seed_comes_from_standard_input_and_goes_out_again() {
    let start = |seed: &[u8]| {
        let arguments = [
            "emulator", "--port", "0", "--json", "--stable", "--seed", "-",
        ];
        Running::fed(&arguments, seed)
    };
    let first = start(br#"{"users":[{"email":"grace@example.com"}]}"#);
    let export = |emulator: &Running| {
        let response = get(&format!("{}/_emulator/seed", emulator.text("url")), None);
        assert_eq!(response.status(), 200);
        response.into_body()
    };
    let exported = export(&first);
    let second = start(&exported);
    assert_eq!(export(&second), exported);
    assert_eq!(second.text("key_id"), first.text("key_id"));
}

#[test]
fn a_seed_that_is_wrong_says_its_line() {
    let seed = file(
        "wrong.json",
        "{\n  \"users\": [{ \"emial\": \"ada@example.com\" }]\n}",
    );
    let said = failure(program(&["emulator", "--port", "0", "--seed", &seed]));
    assert!(
        said.contains("wrong.json: line 2 of the seed, users[0].emial: unknown field"),
        "{said}"
    );
    let both = [
        "emulator",
        "--port",
        "0",
        "--seed",
        "-",
        "--until-stdin-ends",
    ];
    let said = failure(program(&both));
    assert!(said.contains("put the seed into a file"), "{said}");
}

#[test]
fn the_emulator_says_by_which_address_pages_come() {
    let application = "http://localhost:5173/__clerk";
    for (arguments, expected) in [
        (&["--proxy-url", application][..], Some(application)),
        (&["--proxy-url"], None),
    ] {
        let emulator = Running::start(arguments);
        let expected = expected.unwrap_or(emulator.text("url"));
        assert_eq!(emulator.text("proxy_url"), expected);
        assert_eq!(emulator.text("issuer"), expected);
        // `emulator.lcl.dev`, which clerk-js takes for a host of instances in development.
        let key = emulator.text("publishable_key");
        assert_eq!(key, "pk_test_ZW11bGF0b3IubGNsLmRldiQ");
        // Whoever has the key has the proxy too, and the same issuer.
        let (token, code) = ask(&["token", "mint", "--emulator", emulator.text("url")]);
        assert_eq!(code, 0);
        let mut verify = program(&["token", "verify", "--json", token.trim_end()]);
        verify
            .env("CLERK_API_URL", emulator.text("url"))
            .env("CLERK_SECRET_KEY", emulator.text("secret_key"))
            .env("CLERK_PUBLISHABLE_KEY", key)
            .env("CLERK_PROXY_URL", expected);
        let (answer, code) = as_json(&said(&run(verify, b"")));
        assert_eq!((code, &answer["claims"]["iss"]), (0, &json!(expected)));
    }
    let text = failure(program(&[
        "emulator",
        "--port",
        "0",
        "--proxy-url",
        "/__clerk",
    ]));
    assert!(text.contains("is no proxy URL"), "{text}");
}

#[test]
fn the_emulator_is_a_development_host_whose_authority_stays() {
    let path = &file("ca.pem", "");
    let certificate = Path::new(path);
    let key = certificate.with_extension("key");
    fs::remove_file(certificate).unwrap();
    drop(fs::remove_file(&key));
    let arguments = ["--tls", "--tls-port", "0", "--ca-file", path];
    let first = Running::start(&arguments);
    assert_eq!(
        first.text("sign_in_url"),
        "https://emulator.lcl.dev/sign-in"
    );
    assert_eq!(
        first.text("publishable_key"),
        "pk_test_ZW11bGF0b3IubGNsLmRldiQ"
    );
    let host = &first.about["development_host"];
    assert_eq!(host["name"], "emulator.lcl.dev");
    assert_eq!(
        host["certificate"],
        fs::read_to_string(certificate).unwrap()
    );
    let address: SocketAddr = host["address"].as_str().unwrap().parse().unwrap();
    assert!(TcpStream::connect(address).is_ok());

    let second = Running::start(&arguments);
    assert_eq!(
        second.about["development_host"]["key_hash"],
        host["key_hash"]
    );
    let other = [
        "emulator",
        "--port",
        "0",
        "--tls",
        "other.lcl.dev",
        "--tls-port",
        "0",
        "--ca-file",
        path,
    ];
    let text = failure(program(&other));
    assert!(text.contains("cannot vouch for other.lcl.dev"), "{text}");
    fs::remove_file(key).unwrap();
    let text = failure(program(&other));
    assert!(text.contains("ca.key"), "{text}");
    assert!(failure(program(&["emulator", "--tls", "localhost"])).contains("no development host"));
}

#[test]
fn the_emulator_sends_webhooks_where_it_is_told_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/webhooks", listener.local_addr().unwrap());
    let emulator = Running::start(&["--webhook", &endpoint]);
    let secret = emulator.text("webhook_secret");
    assert_eq!(deleted_bob(&emulator, &listener, secret), Ok(()));

    let elsewhere = [
        "emulator",
        "--port",
        "0",
        "--webhook",
        "https://example.com/",
    ];
    let text = failure(program(&elsewhere));
    assert!(text.contains("of this machine"), "{text}");
}

#[test]
fn the_emulator_signs_webhooks_with_the_secret_that_is_set() {
    const SECRET: &str = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/webhooks", listener.local_addr().unwrap());
    let arguments = ["emulator", "--port", "0", "--json", "--webhook", &endpoint];
    let with = |secret: &str, arguments: &[&str]| {
        let mut command = program(arguments);
        command.env("CLERK_WEBHOOK_SIGNING_SECRET", secret);
        command
    };
    let emulator = Running::spawn("url", with(SECRET, &arguments));
    assert_eq!(emulator.about["webhook_secret"], Value::Null);
    assert_eq!(deleted_bob(&emulator, &listener, SECRET), Ok(()));

    for (secret, arguments) in [("", &arguments[..]), (SECRET, &arguments[..4])] {
        let emulator = Running::spawn("url", with(secret, arguments));
        assert!(emulator.text("webhook_secret").starts_with("whsec_"));
    }
    let text = failure(with("whsec_planted!", &arguments));
    assert!(text.contains("CLERK_WEBHOOK_SIGNING_SECRET"), "{text}");
    assert!(!text.contains("planted"), "{text}");
}

/// Deletes Bob, and verifies with `secret` what a service is sent of it.
fn deleted_bob(emulator: &Running, listener: &TcpListener, secret: &str) -> Result<(), Error> {
    let bob = "user_0bobExampleMemberOfAcme0000";
    let deletion = Request::delete(format!("{}/v1/users/{bob}", emulator.text("url"))).header(
        "authorization",
        format!("Bearer {}", emulator.text("secret_key")),
    );
    assert_eq!(send(deletion).status(), 200);

    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            match line.trim_end() {
                "" => break,
                first => assert_eq!(first, "POST /webhooks HTTP/1.1"),
            }
            continue;
        };
        head.push((name.to_owned(), value.to_owned()));
    }
    let headers: Vec<(&str, &str)> = head.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let length = headers.iter().find(|(name, _)| *name == "content-length");
    let mut body = vec![0; length.unwrap().1.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    let verifier = Verifier::new(SigningSecrets::new(secret).unwrap());
    let delivery = verifier.verify(headers.as_slice(), &body, SystemClock::new().now())?;
    assert_eq!(delivery.event().unwrap().event_type(), "user.deleted");
    Ok(())
}

#[test]
fn the_emulator_writes_its_settings_where_a_service_reads_them() {
    let path = file(
        "settings.env",
        "PORT=3000\nCLERK_API_URL=https://api.clerk.com\n",
    );
    let emulator = Running::start(&["--env-file", &path, "--strict"]);
    let url = emulator.text("url");
    let written = std::fs::read_to_string(&path).unwrap();
    let begin = format!(
        "PORT=3000\nCLERK_API_URL={url}\nCLERK_SECRET_KEY={}\n",
        emulator.text("secret_key")
    );
    assert!(written.starts_with(&begin), "{written}");
    for name in ["publishable_key", "sign_in_url", "webhook_secret"] {
        assert!(written.contains(emulator.text(name)), "{name}: {written}");
    }
    let uri = format!("{url}/v1/billing/statements");
    let request = Request::get(uri).header("authorization", "Bearer sk_test_emulator");
    assert_eq!(send(request).status(), 501, "it is strict");
}

#[test]
fn the_emulator_writes_what_pages_are_told_under_the_prefixes_of_their_tools() {
    let path = file("pages.env", "");
    let (proxy, vite) = ("http://localhost:5173/__clerk", "VITE_");
    let emulator = Running::start(&[
        "--proxy-url",
        proxy,
        "--env-file",
        &path,
        "--env-prefix",
        vite,
        "--env-prefix",
        "NEXT_PUBLIC_",
    ]);
    let written = std::fs::read_to_string(&path).unwrap();
    for prefix in ["", vite, "NEXT_PUBLIC_"] {
        let key = emulator.text("publishable_key");
        for line in [
            format!("{prefix}CLERK_PUBLISHABLE_KEY={key}"),
            format!("{prefix}CLERK_PROXY_URL={proxy}"),
        ] {
            assert!(written.lines().any(|l| l == line), "{line}: {written}");
        }
    }
    let secret = emulator.text("secret_key");
    assert_eq!(written.matches(secret).count(), 1, "{written}");
    let text = failure(program(&["emulator", "--env-prefix", vite]));
    assert!(text.contains("--env-file"), "{text}");
}

#[test]
fn the_emulator_answers_to_the_hosts_that_are_allowed() {
    let health = |emulator: &Running, host: &str| {
        let url = emulator.text("url");
        let address = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!("GET /_emulator/health HTTP/1.1\r\nhost: {host}\r\n");
        let head = format!("{head}connection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let closed = Running::start(&[]);
    assert_eq!(health(&closed, "clerk:4010"), "421");
    assert_eq!(health(&closed, "localhost:4010"), "200");
    let open = Running::start(&["--allow-host", "clerk", "--allow-host", "10.0.0.2"]);
    for (host, status) in [
        ("clerk:4010", "200"),
        ("10.0.0.2", "200"),
        ("attacker.example", "421"),
    ] {
        assert_eq!(health(&open, host), status, "{host}");
    }
    let text = failure(program(&[
        "emulator",
        "--port",
        "0",
        "--allow-host",
        "clerk:4010",
    ]));
    assert!(text.contains("without scheme and port"), "{text}");
}

#[cfg(unix)]
#[test]
fn the_emulator_stops_when_it_is_told_to() {
    for signal in ["-INT", "-TERM"] {
        let mut emulator = Running::start(&[]);
        let id = emulator.child.id().to_string();
        let killed = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(killed.success());
        assert_eq!(emulator.child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn the_demo_goes_as_told_with_both_clients() {
    let (text, code) = ask(&["demo", "--json"]);
    assert_eq!(code, 0, "{text}");
    let told: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let steps: Vec<&Value> = told
        .iter()
        .filter(|line| line.get("step").is_some())
        .collect();
    assert!(
        steps
            .iter()
            .all(|step| step["ok"] == true && step["expected"] == step["actual"])
    );
    let expected: Vec<&str> = steps
        .iter()
        .filter_map(|step| step["expected"].as_str())
        .collect();
    let (first, second) = expected.split_at(expected.len() / 2);
    assert_eq!(first, second);
    for answer in [
        "401 dev-browser-missing",
        "401 token-type-mismatch",
        "401 jwk-kid-mismatch",
        "403 role_missing",
        "403 reverification_required",
        "200 api_key",
        "200 m2m_token",
        "307 307 307 401 session-token-and-uat-missing",
        "303 307 307 307 200 user_0adaLovelaceExample00000000",
        "503 jwk-remote-failed-to-load",
    ] {
        assert!(first.contains(&answer), "{answer}");
    }
    let summary = told.last().unwrap();
    assert_eq!(summary, &json!({ "steps": steps.len(), "surprises": 0 }));
}

/// Sends a `GET`.
fn get(url: &str, authorization: Option<&str>) -> Response<Bytes> {
    let mut request = Request::get(url);
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    send(request)
}

/// Sends a request with the facade's own transport, where every status is an answer.
fn send(request: http::request::Builder) -> Response<Bytes> {
    let clerk = clerk::blocking::Clerk::builder().secret_key("sk_test_any");
    let clerk = clerk.build().unwrap();
    let request = request.body(Bytes::new()).unwrap();
    clerk.client().transport().send(request).unwrap()
}

#[test]
fn the_demo_can_be_tried_by_hand() {
    let demo = Running::waiting_for("emulator", &["demo", "--serve", "--json"]);
    let (token, code) = ask(&["token", "mint", "--emulator", demo.text("emulator")]);
    assert_eq!(code, 0);
    let token = token.trim_end();
    for door in ["async", "blocking"] {
        let url = demo.text(door);
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let answer = get(url, Some(&format!("{scheme} {token}")));
            assert_eq!(answer.status(), 200, "{door} {scheme}");
            let claims: Value = serde_json::from_slice(answer.body()).unwrap();
            assert_eq!(claims["sub"], "user_0adaLovelaceExample00000000");
        }
        let damaged = format!("Bearer {}", &token[..token.len() - 2]);
        for (authorization, reason, challenge) in [
            (None, "dev-browser-missing", "Bearer"),
            (Some("Basic eDp5"), "dev-browser-missing", "Bearer"),
            (
                Some("Bearer x"),
                "token-invalid",
                "Bearer error=\"invalid_token\"",
            ),
            (
                Some(&*damaged),
                "token-invalid-signature",
                "Bearer error=\"invalid_token\"",
            ),
        ] {
            let answer = get(url, authorization);
            assert_eq!(answer.status(), 401, "{door} {authorization:?}");
            assert_eq!(answer.headers()["x-clerk-auth-reason"], reason);
            assert_eq!(answer.headers()["www-authenticate"], challenge);
            assert_eq!(answer.headers()["content-type"], "application/json");
            let body: Value = serde_json::from_slice(answer.body()).unwrap();
            assert_eq!(body["errors"][0]["code"], "authentication_invalid");
            assert!(body["errors"][0]["message"].is_string());
        }
    }
}

#[test]
fn emulators_stand_side_by_side_and_end_with_their_standard_input() {
    let start = |end: bool| {
        let arguments = ["emulator", "--port", "0", "--json", "--until-stdin-ends"];
        Running::spawn(
            "url",
            program(if end { &arguments } else { &arguments[..4] }),
        )
    };
    let mut running: Vec<Running> = (0..4).map(|_| start(true)).collect();
    let urls: BTreeSet<String> = running
        .iter()
        .map(|one| one.text("url").to_owned())
        .collect();
    assert_eq!(urls.len(), 4);
    for one in &mut running {
        drop(one.child.stdin.take());
        assert!(one.child.wait().unwrap().success());
    }
    // Without being asked to, one goes on.
    let mut unasked = start(false);
    drop(unasked.child.stdin.take());
    let (_, code) = ask(&["token", "mint", "--emulator", unasked.text("url")]);
    assert_eq!(code, 0);
    assert_eq!(unasked.child.try_wait().unwrap(), None);
}

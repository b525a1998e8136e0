//! The commands that serve: the emulator and the demo.

mod support;

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command},
};

use serde_json::{Value, json};
use support::{as_json, ask, failure, file, program, run, said};

/// A running `clerk-dev emulator`, and what it said of itself.
struct Running {
    child: Child,
    about: Value,
}

impl Running {
    fn start(more: &[&str]) -> Self {
        let mut arguments = vec!["emulator", "--port", "0", "--json"];
        arguments.extend(more);
        let mut child = program(&arguments).spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let about = serde_json::from_str(&line).expect(&line);
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
        "401 session-token-and-uat-missing",
        "401 token-expired",
        "401 token-type-mismatch",
        "401 jwk-kid-mismatch",
        "503 jwk-remote-failed-to-load",
    ] {
        assert!(first.contains(&answer), "{answer}");
    }
    let summary = told.last().unwrap();
    assert_eq!(summary, &json!({ "steps": steps.len(), "surprises": 0 }));
}

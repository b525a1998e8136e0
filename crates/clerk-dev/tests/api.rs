//! `clerk-dev api`: every operation by its name.

mod support;

use std::process::Command;

use clerk_emulator::{Emulator, Server};
use serde_json::{Value, json};
use support::{as_json, ask, failure, program, run, said};

/// `api call`, towards `server`.
fn call(server: &Server, arguments: &[&str]) -> Command {
    let mut command = program(&["api", "call"]);
    let secret = server.emulator().secret_key();
    command
        .args(arguments)
        .env("CLERK_API_URL", server.url())
        .env("CLERK_SECRET_KEY", secret.expose());
    command
}

fn answer(server: &Server, arguments: &[&str]) -> (Value, i32) {
    let mut command = call(server, arguments);
    command.arg("--json");
    as_json(&said(&run(command, b"")))
}

fn server() -> Server {
    Server::start(Emulator::builder().deterministic(1)).unwrap()
}

#[test]
fn operations_are_found_by_words_of_their_name_verb_and_path() {
    let (all, code) = ask(&["api", "ls"]);
    assert_eq!((all.lines().count(), code), (253, 0));

    let (found, code) = ask(&["api", "ls", "get USERS/{user_id}"]);
    assert_eq!(code, 0);
    let get = found.lines().find(|line| line.starts_with("GetUser "));
    let words: Vec<&str> = get.unwrap().split_whitespace().collect();
    assert_eq!(words, ["GetUser", "GET", "/users/{user_id}"]);
    assert!(!found.contains("POST"), "{found}");

    let (line, code) = as_json(&ask(&["api", "ls", "UpdateUserMetadata", "--json"]));
    assert_eq!(code, 0);
    assert_eq!(
        line,
        json!({
            "id": "UpdateUserMetadata", "verb": "PATCH", "path": "/users/{user_id}/metadata",
            "parameters": ["user_id"], "query": [], "body": "object", "deprecated": false,
        })
    );
    assert_eq!(ask(&["api", "ls", "no such thing"]), (String::new(), 1));
}

#[test]
fn what_is_created_is_found_and_listed() {
    let server = server();
    let data = r#"{"email_address":["grace@example.com"],"first_name":"Grace"}"#;
    let (created, code) = answer(&server, &["CreateUser", "--data", data]);
    assert_eq!((&created["status"], code), (&json!(200), 0));
    let id = created["body"]["id"].as_str().unwrap();

    let piped = call(&server, &["createuser", "--json", "--data", "-"]);
    let (again, code) = as_json(&said(&run(piped, data.as_bytes())));
    assert_eq!((again["status"].as_u64(), code), (Some(422), 1));

    let parameter = format!("user_id={id}");
    let (text, code) = said(&run(
        call(&server, &["GetUser", "--param", &parameter]),
        b"",
    ));
    assert_eq!(code, 0);
    assert!(text.starts_with("200 OK\n\n{\n"), "{text}");
    assert!(text.contains(&format!("\n  \"id\": \"{id}\"")), "{text}");

    let (found, _) = answer(
        &server,
        &[
            "GetUserList",
            "--param",
            "query=grace",
            "--param",
            "limit=5",
        ],
    );
    assert_eq!(found["body"][0]["id"], id);
    assert_eq!(found["body"].as_array().map(Vec::len), Some(1));

    let list = call(&server, &["GetUserList", "--param", "query=grace"]);
    let (table, code) = said(&run(list, b""));
    assert_eq!(code, 0);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "200 OK");
    assert!(lines[2].starts_with("id "), "{table}");
    assert!(
        lines[3].starts_with(id) && lines[3].contains("Grace"),
        "{table}"
    );
}

#[test]
fn what_is_given_stays_one_segment_and_one_value() {
    let server = server();
    let hostile = "user_id=a/b c?d=e&f#g";
    let (refused, code) = answer(&server, &["GetUser", "--param", hostile]);
    assert_eq!((&refused["status"], code), (&json!(404), 1));
    // An ampersand that got through would ask for a page without items, which is refused.
    let (none, code) = answer(&server, &["GetUserList", "--param", "query=a&limit=0"]);
    assert_eq!((&none["body"], code), (&json!([]), 0));

    let asked: Vec<String> = server
        .emulator()
        .requests()
        .iter()
        .map(|request| request.path.clone())
        .collect();
    assert_eq!(asked, ["/v1/users/a%2Fb%20c%3Fd%3De%26f%23g", "/v1/users"]);
}

#[test]
fn what_cannot_be_sent_is_said_and_not_sent() {
    let server = server();
    for (arguments, reason) in [
        (&["GetUsr"][..], "`clerk-dev api ls`"),
        (
            &["GetUser"],
            "GetUser needs `user_id`: add --param user_id=",
        ),
        (&["GetUser", "--param", "user_id=.."], "user_id is `..`"),
        (
            &["GetUser", "--param", "user_id=a", "--param", "user_id=b"],
            "cannot be there twice",
        ),
        (
            &["GetUser", "--param", "user_id=a", "--param", "x=1"],
            "GetUser has no parameter `x`; it has user_id",
        ),
        (&["GetUserList", "--data", "{}"], "sends no body"),
        (&["CreateUser", "--data", "{"], "--data is not JSON"),
        (&["CreateUser", "--data", "[]"], "sends a JSON object"),
        (
            &["SetUserProfileImage", "--param", "user_id=a"],
            "sends a file",
        ),
        (&["createM2MToken"], "CLERK_MACHINE_SECRET_KEY"),
    ] {
        let text = failure(call(&server, arguments));
        assert!(text.contains(reason), "{arguments:?}: {text}");
    }
    assert!(server.emulator().requests().is_empty());

    let text = failure(program(&["api", "call", "GetUserList"]));
    assert!(text.contains("set CLERK_SECRET_KEY"), "{text}");
    let unreachable = call(&server, &["GetUserList"]);
    drop(server);
    let text = failure(unreachable);
    assert!(text.contains("GetUserList was not answered"), "{text}");
}

//! `clerk-dev emulator --state`: killed at any moment, the file has everything that was answered.
#![cfg(unix)]

mod support;

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use support::{failure, program};

/// A directory of its own for each test, empty.
fn place(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("state-{name}"));
    drop(fs::remove_dir_all(&directory));
    fs::create_dir_all(&directory).unwrap();
    directory.join("state")
}

struct Running {
    child: Child,
    about: Value,
}

impl Running {
    fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let about = serde_json::from_str(&line).unwrap_or_else(|_| {
            let mut complaint = String::new();
            let errors = child.stderr.take();
            errors.unwrap().read_to_string(&mut complaint).unwrap();
            panic!("it ended: {complaint}")
        });
        Self { child, about }
    }

    fn with(state: &PathBuf) -> Self {
        Self::spawn(keeping(state))
    }

    fn call(&self, method: &str, path: &str, body: &str) -> Option<(u16, Value)> {
        call(self.about["url"].as_str().unwrap(), method, path, body)
    }

    fn get(&self, path: &str) -> Value {
        let (status, body) = self.call("GET", path, "").expect("an answer");
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Everybody's external id, oldest first.
    fn users(&self) -> Vec<String> {
        let users = self.get("/v1/users?limit=500&order_by=%2Bcreated_at");
        let users = users.as_array().unwrap().iter();
        users
            .filter_map(|user| user["external_id"].as_str().map(str::to_owned))
            .collect()
    }
}

/// `Child::kill` is SIGKILL: nothing runs any more.
impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn keeping(state: &PathBuf) -> Command {
    let mut command = program(&["emulator", "--port", "0", "--json", "--state"]);
    command.arg(state);
    command
}

/// `None` where there was no whole answer.
fn call(url: &str, method: &str, path: &str, body: &str) -> Option<(u16, Value)> {
    let host = url.strip_prefix("http://")?;
    let mut stream = TcpStream::connect(host).ok()?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nauthorization: Bearer sk_test_emulator\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = match body.is_empty() {
        true => Value::Null,
        false => serde_json::from_str(body).ok()?,
    };
    Some((status, body))
}

/// Creates users until nobody answers, and says of each that was created.
fn create_users(url: &str, name: &str, created: &mpsc::Sender<String>) {
    for number in 0.. {
        let id = format!("{name}-{number}");
        let body = json!({ "external_id": id, "skip_user_requirement": true }).to_string();
        match call(url, "POST", "/v1/users", &body) {
            Some((200, _)) => created.send(id).unwrap(),
            Some((status, body)) => panic!("{status} {body}"),
            None => return,
        }
    }
}

#[test]
fn killed_at_any_moment_the_file_has_everything_that_was_answered() {
    let state = place("killed");
    let (mut answered, mut keys) = (Vec::new(), Vec::new());
    for (round, (answers, more)) in [(1, 900), (9, 0), (3, 2100), (17, 300), (2, 50), (6, 1400)]
        .into_iter()
        .enumerate()
    {
        let mut emulator = Running::with(&state);
        keys.push(emulator.about["key_id"].clone());
        let there = emulator.users();
        for id in &answered {
            assert!(there.contains(id), "{id} was answered, and is not there");
        }
        // What was asked last, nobody may have been told of.
        assert!(there.len() - answered.len() <= 2 * round);
        let url = emulator.about["url"].as_str().unwrap().to_owned();
        let (created, news) = mpsc::channel();
        thread::scope(|scope| {
            for writer in 0..2 {
                let (url, created) = (url.clone(), created.clone());
                scope.spawn(move || create_users(&url, &format!("{round}-{writer}"), &created));
            }
            drop(created);
            answered.extend(news.iter().take(answers));
            // Between two of a client's requests, or within one: where, nobody chooses.
            thread::park_timeout(Duration::from_micros(more));
            emulator.child.kill().unwrap();
        });
        answered.extend(news);
    }
    let there = Running::with(&state).users();
    assert!(answered.len() >= 38);
    assert!(answered.iter().all(|id| there.contains(id)));
    keys.dedup();
    assert_eq!(keys.len(), 1, "{keys:?}");
}

#[test]
fn one_process_has_a_file_and_no_longer_than_it_lives() {
    let state = place("taken");
    let first = Running::with(&state);
    let complaint = failure(keeping(&state));
    assert!(complaint.contains("another emulator has it"), "{complaint}");
    drop(first);
    Running::with(&state);
}

#[test]
fn what_is_no_state_of_this_format_is_refused_and_left_alone() {
    for (name, content, reason) in [
        (
            "newer",
            "{\"clerk_emulator_state\":2,\"other\":1}\n",
            "version 2",
        ),
        ("foreign", "CLERK_SECRET_KEY=sk_test_x\n", "no state file"),
        ("headless", "{\"clerk_emulator_state\":1", "no state file"),
    ] {
        let state = place(name);
        fs::write(&state, content).unwrap();
        let complaint = failure(keeping(&state));
        assert!(complaint.contains(reason), "{complaint}");
        assert!(complaint.contains(state.to_str().unwrap()), "{complaint}");
        assert_eq!(fs::read_to_string(&state).unwrap(), content);
    }
}

/// A limit of the shell's on how large files become is what a full disk is.
#[test]
fn what_cannot_be_written_is_not_answered_and_nothing_is_lost() {
    let state = place("full");
    drop(Running::with(&state));
    let blocks = fs::metadata(&state).unwrap().len() / 512 + 4;
    let mut command = program(&[]);
    let program = command.get_program().to_owned();
    command = {
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""))
            .arg("sh")
            .arg(program)
            .args(["emulator", "--port", "0", "--json", "--state"])
            .arg(&state)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        shell
    };
    let emulator = Running::spawn(command);
    let create = |number: u32| {
        let id = format!("full-{number}");
        let body = json!({ "external_id": id, "skip_user_requirement": true }).to_string();
        let answer = emulator.call("POST", "/v1/users", &body);
        (id, answer.expect("an answer"))
    };
    let mut created = Vec::new();
    let refused = (0..100).find_map(|number| match create(number) {
        (id, (200, _)) => {
            created.push(id);
            None
        }
        (_, refused) => Some(refused),
    });
    let (status, body) = refused.expect("the file is larger than it may be");
    assert_eq!(status, 500, "{body}");
    assert_eq!(body["errors"][0]["code"], "state_not_kept", "{body}");
    let (status, _) = emulator.call("GET", "/v1/users", "").unwrap();
    assert_eq!(status, 500);
    drop(emulator);
    assert!(!created.is_empty());
    assert_eq!(Running::with(&state).users(), created);
}

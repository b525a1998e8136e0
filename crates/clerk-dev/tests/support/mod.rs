//! Runs the command line, and makes tokens for it.
#![allow(dead_code, reason = "no test file needs all of it")]

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use clerk::UnixTime;
use clerk_emulator::Emulator;
use serde_json::Value;

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
pub(crate) const NOW_SECS: i64 = NOW.as_secs();

pub(crate) fn emulator() -> Emulator {
    Emulator::builder().deterministic(1).build().unwrap()
}

/// The program, without the caller's own Clerk settings.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clerk-dev"));
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CLERK_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs `command` to its end with `input` as its standard input.
pub(crate) fn run(mut command: Command, input: &[u8]) -> Output {
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // Beside, so that neither side waits for the other with full pipes.
        scope.spawn(move || {
            // A program that ends early leaves the rest unread.
            drop(stdin.write_all(input));
        });
        child.wait_with_output().unwrap()
    })
}

/// The answers of a batch mode to `lines`, as text. Fails if the program fails or says anything.
pub(crate) fn answer_bytes(mode: &str, input: &[u8]) -> Vec<String> {
    let output = run(program(&[mode, "verify", "--batch"]), input);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(str::to_owned).collect()
}

/// The answers of a batch mode to `questions`, one for each.
pub(crate) fn answers(mode: &str, questions: &[Value]) -> Vec<Value> {
    let input: String = questions.iter().map(|line| format!("{line}\n")).collect();
    let answers: Vec<Value> = answer_bytes(mode, input.as_bytes())
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), questions.len());
    answers
}

/// The answer of a batch mode to one question.
pub(crate) fn answer(mode: &str, question: Value) -> Value {
    answers(mode, &[question]).remove(0)
}

/// What a command says on standard output, and its exit code.
pub(crate) fn ask(arguments: &[&str]) -> (String, i32) {
    said(&run(program(arguments), b""))
}

pub(crate) fn said(output: &Output) -> (String, i32) {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    (text, output.status.code().unwrap())
}

/// What a command that cannot tell says about it; it has to say nothing else.
pub(crate) fn failure(command: Command) -> String {
    let output = run(command, b"");
    assert_eq!(said(&output), (String::new(), 2));
    String::from_utf8(output.stderr).unwrap()
}

pub(crate) fn as_json(answer: &(String, i32)) -> (Value, i32) {
    (serde_json::from_str(&answer.0).expect(&answer.0), answer.1)
}

/// A file of this test run, named after the test.
pub(crate) fn file(name: &str, content: &str) -> String {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let path = directory.join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

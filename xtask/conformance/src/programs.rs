//! Other programs that answer in JSON Lines: all at once, or one question after the other.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
};

use serde::Serialize;
use serde_json::Value;

use crate::outcome::Stopped;

/// Gives `program` all of `input`, and takes what it answers.
pub(crate) fn answers(mut program: Command, input: &str) -> Result<String, Stopped> {
    let shown = format!("{program:?}");
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Stopped::Failed(format!("cannot run {shown}: {error}")))?;
    let stdin = child.stdin.take();
    let output = thread::scope(|scope| {
        // Beside the reading: neither pipe holds everything. A program that reads no further has
        // failed, which its status tells better than a broken pipe.
        scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(input.as_bytes())));
        child.wait_with_output()
    })?;
    if !output.status.success() {
        return Err(Stopped::Failed(format!("{shown}: {}", output.status)));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// A program that is asked one question after the other.
#[derive(Debug)]
pub(crate) struct Conversation {
    program: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    shown: String,
}

impl Conversation {
    pub(crate) fn start(mut program: Command) -> Result<Self, Stopped> {
        let shown = format!("{program:?}");
        let failed = |problem: String| Stopped::Failed(format!("cannot run {shown}: {problem}"));
        let mut program = program
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let questions = program.stdin.take();
        let Some(answers) = program.stdout.take() else {
            return Err(failed("it has no standard output".to_owned()));
        };
        Ok(Self {
            program,
            questions,
            answers: BufReader::new(answers),
            shown,
        })
    }

    pub(crate) fn ask(&mut self, question: &impl Serialize) -> Result<Value, Stopped> {
        let mut line = serde_json::to_vec(question)?;
        line.push(b'\n');
        if let Some(questions) = &mut self.questions {
            questions.write_all(&line)?;
        }
        self.listen()
    }

    /// What it says next.
    pub(crate) fn listen(&mut self) -> Result<Value, Stopped> {
        let mut answer = String::new();
        if self.answers.read_line(&mut answer)? == 0 {
            let problem = format!("{} ended without an answer; see above", self.shown);
            return Err(Stopped::Failed(problem));
        }
        Ok(serde_json::from_str(&answer)?)
    }
}

impl Drop for Conversation {
    /// It ends by itself once there are no more questions.
    fn drop(&mut self) {
        self.questions = None;
        drop(self.program.wait());
    }
}

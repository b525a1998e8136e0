use std::io::{self, Write as _};

use serde_json::json;

use crate::{outcome::Verdict, output::Output};

/// Tells each step as it happens, and counts those that went otherwise than expected.
#[derive(Debug)]
pub(super) struct Report<'o> {
    as_json: bool,
    output: &'o mut Output,
    steps: u32,
    surprises: u32,
}

impl<'o> Report<'o> {
    pub(super) fn new(as_json: bool, output: &'o mut Output) -> Self {
        Self {
            as_json,
            output,
            steps: 0,
            surprises: 0,
        }
    }

    /// Tells what happens between the steps.
    pub(super) fn tell(&mut self, text: &str) -> io::Result<()> {
        if self.as_json {
            writeln!(self.output, "{}", json!({ "happens": text }))
        } else {
            writeln!(self.output, "\n{text}")
        }
    }

    /// Tells a step, what was to be expected, and what came of it.
    pub(super) fn step(&mut self, step: &str, expected: &str, actual: &str) -> io::Result<()> {
        let ok = expected == actual;
        self.steps += 1;
        self.surprises += u32::from(!ok);
        if self.as_json {
            let told = json!({ "step": step, "expected": expected, "actual": actual, "ok": ok });
            writeln!(self.output, "{told}")?;
        } else if ok {
            writeln!(self.output, "  ok  {step:<44} {actual}")?;
        } else {
            writeln!(self.output, "  NO  {step:<44} {actual}")?;
            writeln!(self.output, "      {:<44} expected: {expected}", "")?;
        }
        self.output.flush()
    }

    /// Sums up.
    pub(super) fn conclude(self) -> io::Result<Verdict> {
        let Self {
            steps, surprises, ..
        } = self;
        if self.as_json {
            let told = json!({ "steps": steps, "surprises": surprises });
            writeln!(self.output, "{told}")?;
        } else {
            let as_expected = steps - surprises;
            writeln!(self.output, "\n{as_expected} of {steps} as expected")?;
        }
        Ok(Verdict::of(surprises == 0))
    }
}

//! Which operations the clients have gone through, for the list of what the emulator does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
};

use super::{Client, judge::Verdict, run::Findings, table::file};
use crate::outcome::Stopped;

const FILE: &str = "proofs.toml";

const HEAD: &str = "\
# By client, the operations that methods which pass have had the emulator carry out. `cargo xtask conformance --bless
# methods` writes this, and `cargo xtask codegen` puts it into the list of operations.
";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proofs(BTreeMap<String, BTreeSet<String>>);

impl Proofs {
    pub(super) fn read() -> Result<Self, Stopped> {
        Self::parse(&fs::read_to_string(file(FILE))?)
    }

    fn parse(text: &str) -> Result<Self, Stopped> {
        Ok(Self(toml::from_str(text)?))
    }

    pub(super) fn write(&self) -> Result<(), Stopped> {
        Ok(fs::write(file(FILE), self.to_string())?)
    }

    /// What was found now, and what is known of clients that could not run.
    pub(super) fn with(mut self, found: &[(&Client, Findings)]) -> Self {
        for (client, findings) in found {
            self.0.insert(client.name.to_owned(), operations(findings));
        }
        self
    }
}

fn operations(findings: &Findings) -> BTreeSet<String> {
    let passed = findings
        .values()
        .filter(|finding| finding.verdict == Verdict::Passed);
    let operations = passed.flat_map(|finding| &finding.operations);
    operations.map(ToString::to_string).collect()
}

impl fmt::Display for Proofs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(HEAD)?;
        for (client, operations) in &self.0 {
            writeln!(formatter, "\n\"{client}\" = [")?;
            for operation in operations {
                writeln!(formatter, "  \"{operation}\",")?;
            }
            writeln!(formatter, "]")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::run::Finding;

    #[test]
    fn a_method_that_fails_proves_nothing() {
        let finding = |verdict, operation| Finding {
            verdict,
            facts: Vec::new(),
            operations: [operation].into(),
        };
        let findings = [
            ("users.get", finding(Verdict::Passed, "GetUser")),
            (
                "users.ban",
                finding(Verdict::Failed("x".to_owned()), "BanUser"),
            ),
        ];
        let findings = findings.map(|(name, finding)| (name.to_owned(), finding));
        assert_eq!(operations(&findings.into()), ["GetUser".to_owned()].into());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let operations = ["GetUser", "BanUser"].map(str::to_owned).into();
        let proofs = Proofs([("@clerk/backend 3".to_owned(), operations)].into());
        assert_eq!(Proofs::parse(&proofs.to_string()).unwrap(), proofs);
    }
}

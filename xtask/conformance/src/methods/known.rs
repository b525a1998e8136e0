//! The methods that are known not to pass, which a run has to find again.

use std::{collections::BTreeMap, fmt, fmt::Write as _, fs};

use super::{
    Client,
    run::{Finding, Findings},
    table::file,
};
use crate::outcome::Stopped;

const FILE: &str = "known.toml";

const HEAD: &str = "\
# The methods of Clerk's clients that do not pass, and why. `cargo xtask conformance --bless methods` writes this.
";

/// For each client, why which of its methods do not pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known(BTreeMap<String, BTreeMap<String, String>>);

/// Where a run found something else.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Differences {
    regressions: Vec<String>,
    improvements: Vec<String>,
}

impl Known {
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
            self.0.insert(client.name.to_owned(), whys(findings));
        }
        self
    }

    pub(super) fn differences(&self, found: &[(&Client, Findings)]) -> Differences {
        let mut differences = Differences::default();
        for (client, findings) in found {
            let none = BTreeMap::new();
            let known = self.0.get(client.name).unwrap_or(&none);
            differences.add(client.name, known, &whys(findings));
        }
        differences
    }
}

fn whys(findings: &Findings) -> BTreeMap<String, String> {
    let why = |(name, finding): (&String, &Finding)| Some((name.clone(), finding.verdict.why()?));
    findings.iter().filter_map(why).collect()
}

impl fmt::Display for Known {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(HEAD)?;
        for (client, methods) in &self.0 {
            writeln!(formatter, "\n[{}]", quoted(client))?;
            for (method, why) in methods {
                writeln!(formatter, "{} = {}", quoted(method), quoted(why))?;
            }
        }
        Ok(())
    }
}

/// Every text in JSON is one in TOML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Differences {
    pub(super) fn is_empty(&self) -> bool {
        self.regressions.is_empty() && self.improvements.is_empty()
    }

    fn add(
        &mut self,
        client: &str,
        known: &BTreeMap<String, String>,
        found: &BTreeMap<String, String>,
    ) {
        for (method, why) in found {
            match known.get(method) {
                Some(known) if known == why => {}
                Some(known) => self
                    .regressions
                    .push(format!("{client}: {method} {why} (was known as: {known})")),
                None => self.regressions.push(format!("{client}: {method} {why}")),
            }
        }
        let better = known.keys().filter(|method| !found.contains_key(*method));
        self.improvements
            .extend(better.map(|method| format!("{client}: {method}")));
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (title, lines) in [
            (
                "these do not pass, and are not known for that",
                &self.regressions,
            ),
            ("these pass now, or are gone", &self.improvements),
        ] {
            if !lines.is_empty() {
                writeln!(text, "{title}:\n  {}", lines.join("\n  "))?;
            }
        }
        write!(
            formatter,
            "{text}if that is right, write the list anew and commit it: \
             cargo xtask conformance --bless methods"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|&(method, why)| (method.to_owned(), why.to_owned()))
            .collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let methods = list(&[
            ("users.get", "fails: \"a\" is \\ not\n“b”"),
            ("a.b", "not emulated"),
        ]);
        let known = Known([("@clerk/backend 3".to_owned(), methods)].into());
        assert_eq!(Known::parse(&known.to_string()).unwrap(), known);
    }

    #[test]
    fn the_list_is_one_that_can_be_read() {
        assert!(Known::read().is_ok());
    }

    #[test]
    fn regressions_and_improvements_are_told_apart() {
        let known = list(&[
            ("same", "not emulated"),
            ("other", "untried"),
            ("better", "untried"),
        ]);
        let found = list(&[
            ("same", "not emulated"),
            ("other", "fails: x"),
            ("worse", "untried"),
        ]);
        let mut differences = Differences::default();
        differences.add("client", &known, &found);
        assert_eq!(
            differences.regressions,
            [
                "client: other fails: x (was known as: untried)",
                "client: worse untried"
            ]
        );
        assert_eq!(differences.improvements, ["client: better"]);
        assert!(differences.to_string().contains("--bless"));
        let mut none = Differences::default();
        none.add("client", &known, &known);
        assert!(none.is_empty());
    }
}

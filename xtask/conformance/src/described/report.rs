//! What was found with a document.

use std::fmt::Write as _;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Report {
    /// The document's version, which is the API's.
    pub(super) version: String,
    requests: usize,
    operations: usize,
    /// The operations that never succeeded, so that no success of theirs was judged.
    pub(super) never: Vec<String>,
    pub(super) found: Vec<Finding>,
    /// Of all answers, in seconds.
    slowest: f64,
}

/// A difference between an operation's answers and the document.
#[derive(Debug, Deserialize)]
pub(super) struct Finding {
    pub(super) operation: String,
    pub(super) what: String,
    /// In how many answers.
    count: usize,
    example: String,
}

impl Report {
    pub(super) fn summary(&self, known_differences: usize) -> String {
        let Self {
            version,
            requests,
            operations,
            slowest,
            ..
        } = self;
        let judged = operations - self.never.len();
        format!(
            "{version}: {requests} requests, {judged} of {operations} operations judged with 2xx, \
             {known_differences} known differences, the slowest answer in {slowest:.2} s"
        )
    }
}

/// All differences, those that are known too, with an example of each.
pub(super) fn page(reports: &[Report]) -> String {
    let mut page = String::from("# What Clerk's description says of our emulator's answers\n");
    for report in reports {
        let _ = writeln!(page, "\n## {}\n", report.version);
        let _ = writeln!(page, "Never succeeded: {}\n", report.never.join(", "));
        for finding in &report.found {
            let Finding {
                operation,
                what,
                count,
                example,
            } = finding;
            let _ = writeln!(
                page,
                "### {operation}: {what} ({count})\n\n```text\n{example}\n```\n"
            );
        }
    }
    page
}

#[cfg(test)]
pub(super) fn report(version: &str, never: &[&str], found: &[(&str, &str)]) -> Report {
    let finding = |&(operation, what): &(&str, &str)| Finding {
        operation: operation.to_owned(),
        what: what.to_owned(),
        count: 1,
        example: "GET /v1/users b'' -> 200 b'[]'".to_owned(),
    };
    Report {
        version: version.to_owned(),
        requests: 20_000,
        operations: 249,
        never: never.iter().map(|&id| id.to_owned()).collect(),
        found: found.iter().map(finding).collect(),
        slowest: 0.03,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_difference_with_an_example() {
        let page = page(&[report(
            "2026-05-12",
            &["DeleteTOTP"],
            &[("GetUser", "200 has `x`")],
        )]);
        for part in [
            "## 2026-05-12",
            "DeleteTOTP",
            "### GetUser: 200 has `x` (1)",
            "GET /v1/users",
        ] {
            assert!(page.contains(part), "{page}");
        }
    }

    #[test]
    fn one_line_says_how_much_was_judged() {
        let expected = "2026-05-12: 20000 requests, 248 of 249 operations judged with 2xx, 7 known differences, the \
                        slowest answer in 0.03 s";
        let report = report("2026-05-12", &["DeleteTOTP"], &[]);
        assert_eq!(report.summary(7), expected);
    }
}

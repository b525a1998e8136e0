//! What a run tells: counts and lists on the terminal, everything in a page.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Client, judge::Verdict, run::Findings};

type Found<'f> = &'f [(&'f Client, Findings)];

/// How many methods pass, and the names of the others.
pub(super) fn summary(found: Found<'_>) -> String {
    let mut lines = Vec::new();
    for (client, findings) in found {
        let passed = findings
            .values()
            .filter(|finding| finding.verdict == Verdict::Passed);
        let mut line = format!(
            "{}: {} of {} methods pass",
            client.name,
            passed.count(),
            findings.len()
        );
        let mut lists = Vec::new();
        for title in Verdict::OTHERS {
            let names: Vec<_> = findings
                .iter()
                .filter(|(_, finding)| finding.verdict.title() == title)
                .map(|(name, _)| name.as_str())
                .collect();
            if !names.is_empty() {
                line.push_str(&format!(", {} {title}", names.len()));
                lists.push(format!("  {title}: {}", grouped(&names)));
            }
        }
        lines.push(line);
        lines.extend(lists);
    }
    lines.join("\n")
}

/// `users.{get,list} sessions.get` for the names of those three methods.
fn grouped(names: &[&str]) -> String {
    let mut groups = BTreeMap::<&str, Vec<&str>>::new();
    for (group, method) in names.iter().filter_map(|name| name.split_once('.')) {
        groups.entry(group).or_default().push(method);
    }
    let shown = groups
        .iter()
        .map(|(group, methods)| match methods.as_slice() {
            [method] => format!("{group}.{method}"),
            methods => format!("{group}.{{{}}}", methods.join(",")),
        });
    shown.collect::<Vec<_>>().join(" ")
}

/// For each method that does not pass: why, what it was called with, and what has to come back.
pub(super) fn page(found: Found<'_>) -> String {
    let mut page = String::from("# Methods that do not pass\n");
    for (client, findings) in found {
        let mut group = "";
        page.push_str(&format!("\n## {}\n", client.name));
        for (name, finding) in findings {
            let Some(why) = finding.verdict.why() else {
                continue;
            };
            let (of, method) = name.split_once('.').unwrap_or(("", name));
            if of != group {
                group = of;
                page.push_str(&format!("\n### {group}\n\n"));
            }
            // Writing to a text cannot fail.
            let _ = writeln!(page, "- `{method}` — {why}");
            for (title, fact) in &finding.facts {
                let _ = writeln!(page, "  - {title}: `{fact}`");
            }
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_grouped() {
        let names = ["users.get", "sessions.get", "users.list"];
        assert_eq!(grouped(&names), "sessions.get users.{get,list}");
    }
}

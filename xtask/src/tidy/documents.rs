//! The documents: every decision is listed, and every link between files leads somewhere.

use std::path::{Component, Path, PathBuf};

use super::Finding;
use crate::repository::{Repository, TextFile};

const DECISIONS: &str = "docs/adr/";

/// Every decision record is listed in the index of its directory.
pub(super) fn decisions(repository: &Repository) -> Vec<Finding> {
    let index = format!("{DECISIONS}README.md");
    let listed = repository.file(&index).map_or("", |file| &file.text);
    repository
        .files
        .iter()
        .filter(|file| file.path != index && file.path.ends_with(".md"))
        .filter_map(|file| file.path.strip_prefix(DECISIONS))
        .filter(|name| !listed.contains(&format!("({name})")))
        .map(|name| {
            Finding::new(
                index.as_str(),
                format!("list [{name}]({name}) with its one-line decision"),
            )
        })
        .collect()
}

/// Every relative link of a Markdown file leads to a file of the repository.
pub(super) fn links(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.files.iter().filter(|f| f.path.ends_with(".md")) {
        for (number, target) in relative_links(file) {
            let directory = Path::new(&file.path).parent().unwrap_or(Path::new(""));
            if !exists(repository, &directory.join(target)) {
                findings.push(Finding::new(
                    format!("{}:{number}", file.path),
                    format!("`{target}` leads nowhere; correct the link or add the file"),
                ));
            }
        }
    }
    findings
}

fn relative_links(file: &TextFile) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    let mut fenced = false;
    for (index, line) in file.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let targets = line
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let paths = targets.filter_map(|target| target.split('#').next());
        let relative = paths.filter(|path| !path.is_empty() && !path.contains(':'));
        links.extend(relative.map(|path| (index + 1, path)));
    }
    links
}

fn exists(repository: &Repository, path: &Path) -> bool {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                if !resolved.pop() {
                    return false;
                }
            }
            Component::Normal(part) => resolved.push(part),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    let mut files = repository.files.iter();
    files.any(|file| Path::new(&file.path).starts_with(&resolved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_that_the_index_does_not_list_is_found() {
        let listed = ("docs/adr/README.md", "- [One](0001-one.md)\n");
        let one = ("docs/adr/0001-one.md", "# One\n");
        let two = ("docs/adr/0002-two.md", "# Two\n");
        assert_eq!(decisions(&Repository::of_files(&[listed, one])), []);
        let findings = decisions(&Repository::of_files(&[listed, one, two]));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].advice.contains("0002-two.md"));
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let good = "[a](adr/0001-one.md#why) [b](../README.md) [c](adr) [d](#here) [e](https://example.com/x)\n";
        let fenced = "```rust\nlet x = table[0](missing);\n```\n";
        let bad = "[f](missing.md)\n[g](../../outside.md)\n";
        let text = format!("{good}{fenced}{bad}");
        let repository = Repository::of_files(&[
            ("README.md", ""),
            ("docs/adr/0001-one.md", ""),
            ("docs/GUIDE.md", &text),
        ]);
        let places: Vec<String> = links(&repository).into_iter().map(|f| f.place).collect();
        assert_eq!(places, ["docs/GUIDE.md:5", "docs/GUIDE.md:6"]);
    }
}

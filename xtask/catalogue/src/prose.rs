//! Keeps Clerk's sentences out of this project.
//!
//! Facts are free, wording is not: what is committed here may not repeat the prose of the
//! description. Six words in a row are taken for the same sentence.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::Error;
use crate::import::Node;

/// How many words in a row are a sentence of somebody's rather than a turn of phrase.
const WORDS: usize = 6;

/// The keys of a description that hold prose.
const PROSE: &[&str] = &["description", "summary", "title"];

/// The prose of a description, as runs of words.
#[derive(Clone, Debug)]
pub struct Prose {
    runs: BTreeSet<String>,
}

impl Prose {
    /// Takes the prose out of an OpenAPI file.
    ///
    /// # Errors
    ///
    /// The file is no YAML.
    pub fn of(openapi: &str) -> Result<Self, Error> {
        let mut runs = BTreeSet::new();
        collect(&Node::parse(openapi)?, &mut runs);
        Ok(Self { runs })
    }

    /// How many runs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.runs.len()
    }

    /// Whether the description has no prose.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The runs that `text` repeats.
    #[must_use]
    pub fn repeated_in(&self, text: &str) -> Vec<String> {
        let runs = runs(text).into_iter();
        runs.filter(|run| self.runs.contains(run)).collect()
    }
}

fn collect(node: &Node, found: &mut BTreeSet<String>) {
    for (key, value) in node.entries() {
        match value {
            Node::Text(text) if PROSE.contains(&key.as_str()) => found.extend(runs(text)),
            other => collect(other, found),
        }
    }
    node.items().iter().for_each(|item| collect(item, found));
}

fn runs(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let words = text.split(|character: char| !character.is_alphanumeric() && character != '_');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.windows(WORDS).map(|run| run.join(" ")).collect()
}

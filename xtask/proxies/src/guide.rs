//! The guide's own lines: what is tried here is what people copy.

use std::{fs, path::Path};

const PATH: &str = "docs/guides/deploy.md";

/// `docs/guides/deploy.md`.
#[derive(Debug)]
pub(crate) struct Guide(String);

impl Guide {
    pub(crate) fn read() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let text = fs::read_to_string(root.join(PATH));
        text.map(Self).map_err(|error| format!("{PATH}: {error}"))
    }

    /// The first block of code in this language under this heading.
    pub(crate) fn block(&self, heading: &str, language: &str) -> Result<Lines, String> {
        let absent = || format!("{PATH} has no block `{language}` under the heading `{heading}`");
        let mut lines = self.0.lines();
        lines.find(|line| *line == heading).ok_or_else(absent)?;
        let fence = format!("```{language}");
        lines
            .by_ref()
            .take_while(|line| !line.starts_with('#'))
            .find(|line| *line == fence)
            .ok_or_else(absent)?;
        let block = lines.take_while(|line| *line != "```");
        Ok(Lines(block.map(|line| format!("{line}\n")).collect()))
    }
}

/// Lines of the guide, as they are or changed as a reader would change them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lines(String);

impl Lines {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The same with another text in place of this one.
    ///
    /// # Errors
    ///
    /// It is not there: whatever should be shown by its absence would be shown by nothing.
    pub(crate) fn with(&self, text: &str, other: &str) -> Result<Self, String> {
        if !self.0.contains(text) {
            return Err(format!("the lines of {PATH} do not have `{text}`"));
        }
        Ok(Self(self.0.replace(text, other)))
    }

    /// The same without the lines that hold this.
    ///
    /// # Errors
    ///
    /// As [`with`](Self::with).
    pub(crate) fn without(&self, text: &str) -> Result<Self, String> {
        let kept = self.0.lines().filter(|line| !line.contains(text));
        let kept: String = kept.map(|line| format!("{line}\n")).collect();
        if kept == self.0 {
            return Err(format!("no line of {PATH} has `{text}`"));
        }
        Ok(Self(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guide() -> Guide {
        let text =
            "## One\n\n```sh\nls\n```\n\n```ini\na=1\nb=1\n```\n\n## Two\n\n```ini\nc=3\n```\n";
        Guide(text.to_owned())
    }

    #[test]
    fn a_block_is_found_by_its_heading_and_language() {
        let block = |heading, language| guide().block(heading, language).map(|lines| lines.0);
        assert_eq!(block("## One", "ini"), Ok("a=1\nb=1\n".to_owned()));
        assert_eq!(block("## Two", "ini"), Ok("c=3\n".to_owned()));
        assert!(block("## Two", "sh").is_err());
        assert!(block("## Three", "ini").is_err());
    }

    #[test]
    fn what_is_not_there_cannot_be_changed() {
        let lines = guide().block("## One", "ini").unwrap();
        assert_eq!(lines.with("1", "2").unwrap().as_str(), "a=2\nb=2\n");
        assert_eq!(lines.without("a=").unwrap().as_str(), "b=1\n");
        assert!(lines.with("c", "d").is_err());
        assert!(lines.without("c=").is_err());
    }

    #[test]
    fn the_guide_has_lines_for_every_proxy() {
        let guide = Guide::read().unwrap();
        for proxy in crate::proxy::PROXIES {
            assert!(!proxy.lines(&guide).unwrap().as_str().is_empty());
        }
    }
}

//! Rust text, as it is put together.

use std::fmt::{self, Display, Write as _};

/// How wide lines are where `rustfmt` leaves them as they are.
pub(crate) const WIDTH: usize = 100;

/// The text of a file. Its layout is left to `rustfmt`, but for comments.
#[derive(Debug, Default)]
pub(crate) struct Source {
    text: String,
}

impl Source {
    pub(crate) fn push(&mut self, code: impl Display) {
        let _ = writeln!(self.text, "{code}");
    }

    /// A documentation comment, wrapped to fit behind `indent` columns. Paragraphs are separated by
    /// an empty line.
    pub(crate) fn doc(&mut self, indent: usize, text: &str) {
        self.comment("///", indent, text);
    }

    /// The same for the module that the file is.
    pub(crate) fn module_doc(&mut self, text: &str) {
        self.comment("//!", 0, text);
    }

    fn comment(&mut self, mark: &str, indent: usize, text: &str) {
        for (number, paragraph) in text.split("\n\n").enumerate() {
            if number > 0 {
                self.push(format_args!("{:indent$}{mark}", ""));
            }
            let width = WIDTH.saturating_sub(indent + mark.len() + 1);
            let margin = " ".repeat(indent);
            let mut line = String::new();
            for word in words(paragraph) {
                let joined = line.chars().count() + 1 + word.chars().count();
                if !line.is_empty() && joined > width {
                    self.push(format_args!("{margin}{mark} {line}"));
                    line.clear();
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            self.push(format_args!("{margin}{mark} {line}"));
        }
    }

    pub(crate) fn contains(&self, code: &str) -> bool {
        self.text.contains(code)
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// Words, and what stands between backquotes as one of them, so that no path is torn apart.
fn words(paragraph: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let split = move |character: char| {
        if character == '`' {
            quoted = !quoted;
        }
        character.is_whitespace() && !quoted
    };
    paragraph.split(split).filter(|word| !word.is_empty())
}

/// A Rust string literal.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.0)
    }
}

/// Whether `name` stands in the code as a word of its own, other than behind a dot or a path.
pub(crate) fn uses(code: &str, name: &str) -> bool {
    let mut lines = code
        .lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with("//"));
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    lines.any(|line| {
        line.match_indices(name).any(|(at, _)| {
            let before = line.get(..at).unwrap_or_default();
            let after = line.get(at + name.len()..).unwrap_or_default();
            let alone = !before.ends_with(is_part) && !after.starts_with(is_part);
            alone && !before.ends_with('.') && !before.ends_with("::") && !before.ends_with('"')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_use_is_a_word_of_its_own() {
        let code = "/// A Body.\nlet form: Form = self.texts(Query::new(), \"json\");\n";
        for (name, used) in [
            ("Form", true),
            ("Query", true),
            ("Body", false),
            ("texts", false),
            ("json", false),
            ("For", false),
        ] {
            assert_eq!(uses(code, name), used, "{name}");
        }
    }

    #[test]
    fn comments_are_wrapped_and_paragraphs_kept_apart() {
        let mut source = Source::default();
        let long = "word ".repeat(30);
        source.doc(4, &format!("First.\n\n{long}"));
        let text = source.finish();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..2], ["    /// First.", "    ///"]);
        assert_eq!(lines.len(), 4);
        assert!(lines.iter().all(|line| line.len() <= 100), "{text}");
    }

    #[test]
    fn what_is_quoted_stays_on_one_line() {
        let mut source = Source::default();
        let text = format!("{} `GET /users/{{id}}` here.", "word ".repeat(17));
        source.doc(0, &text);
        let text = source.finish();
        assert!(
            text.ends_with("word\n/// `GET /users/{id}` here.\n"),
            "{text}"
        );
    }
}

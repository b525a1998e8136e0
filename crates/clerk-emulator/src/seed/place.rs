//! Where something stands in a seed, and on which line of its text.

use std::fmt;

use serde_path_to_error::Segment;

/// A place in a seed, as people write it: `users[2].email`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeedPlace(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    Item(usize),
}

impl SeedPlace {
    /// A member of the seed itself.
    pub(crate) fn of(name: &str) -> Self {
        Self::default().member(name)
    }

    /// Where reading has come to an end.
    pub(super) fn reached(path: &serde_path_to_error::Path) -> Self {
        let mut steps = Vec::new();
        for segment in path {
            match segment {
                Segment::Seq { index } => steps.push(Step::Item(*index)),
                Segment::Map { key } => steps.push(Step::Member(key.clone())),
                Segment::Enum { .. } | Segment::Unknown => break,
            }
        }
        Self(steps)
    }

    pub(crate) fn member(&self, name: &str) -> Self {
        self.then(Step::Member(name.to_owned()))
    }

    pub(crate) fn item(&self, index: usize) -> Self {
        self.then(Step::Item(index))
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The line of a JSON text on which it stands, from 1. What is left out there stands where what it would be in
    /// begins.
    pub(super) fn line_in(&self, text: &str) -> Option<usize> {
        let mut scanner = Scanner { text, at: 0 };
        let (mut found, mut steps) = (0, self.0.iter());
        while let Some(step) = steps.next() {
            let begins = match step {
                Step::Member(name) => scanner.enter_member(name),
                Step::Item(index) => Some(scanner.enter_item(*index)?),
            };
            match begins {
                Some(begins) => found = begins,
                // An item of what is left out was added to what was read.
                None if steps.any(|step| matches!(step, Step::Item(_))) => return None,
                None => break,
            }
        }
        Some(1 + text.get(..found)?.matches('\n').count())
    }
}

impl fmt::Display for SeedPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Item(index) => write!(f, "[{index}]")?,
                Step::Member(name) if name.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                    let dot = if index == 0 { "" } else { "." };
                    write!(f, "{dot}{name}")?;
                }
                Step::Member(name) => write!(f, "[{name:?}]")?,
            }
        }
        Ok(())
    }
}

/// Walks through a JSON text that was read before, and so is well-formed.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    /// Goes on to the value of a member of the object here, and says where its name begins.
    fn enter_member(&mut self, wanted: &str) -> Option<usize> {
        self.expect(b'{')?;
        loop {
            let begins = self.skip_blanks();
            let name = self.string()?;
            self.expect(b':')?;
            if serde_json::from_str::<String>(name).is_ok_and(|name| name == wanted) {
                return Some(begins);
            }
            self.value()?;
            self.expect(b',')?;
        }
    }

    /// Goes on to an item of the array here, and says where it begins.
    fn enter_item(&mut self, index: usize) -> Option<usize> {
        self.expect(b'[')?;
        for _ in 0..index {
            self.value()?;
            self.expect(b',')?;
        }
        let begins = self.skip_blanks();
        (self.peek()? != b']').then_some(begins)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) -> usize {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
        self.at
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.skip_blanks();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// A string, with its quotation marks.
    fn string(&mut self) -> Option<&'t str> {
        let begins = self.skip_blanks();
        self.expect(b'"')?;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.text.get(begins..self.at)
    }

    /// Goes past a value, whatever is in it.
    fn value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            self.skip_blanks();
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' => self.at += 1,
                _ => self.word(),
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Goes past a number, `true`, `false` or `null`.
    fn word(&mut self) {
        let ends =
            |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b':' | b']' | b'}');
        while self.peek().is_some_and(|byte| !ends(byte)) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
{
  "users": [
    { "email": "a\"]}@example.com", "backup_codes": ["1", "2"], "banned": false },

    { "public_metadata": { "users": [[1, {}], -2.5e3, null] },
      "email":
        "bob@example.com" }
  ],
  "organizations": [{
    "slug": "acme",
    "members": {
      "x@example.com": "org:admin",
      "\u0079@example.com": "org:member"
    }
  }]
}"#;

    #[test]
    fn places_are_found_on_their_line_and_written_as_people_do() {
        let users = SeedPlace::of("users");
        let acme = SeedPlace::of("organizations").item(0);
        for (place, written, line) in [
            (users.clone(), "users", Some(3)),
            (users.item(0), "users[0]", Some(4)),
            (
                users.item(0).member("backup_codes").item(1),
                "users[0].backup_codes[1]",
                Some(4),
            ),
            (users.item(1), "users[1]", Some(6)),
            (users.item(1).member("email"), "users[1].email", Some(7)),
            // Left out.
            (users.item(1).member("id"), "users[1].id", Some(6)),
            (SeedPlace::of("machines"), "machines", Some(1)),
            // Not of this text.
            (users.item(2).member("email"), "users[2].email", None),
            (SeedPlace::of("machines").item(0), "machines[0]", None),
            (
                acme.member("members").member("y@example.com"),
                "organizations[0].members[\"y@example.com\"]",
                Some(14),
            ),
        ] {
            assert_eq!(place.to_string(), written);
            assert_eq!(place.line_in(TEXT), line, "{written}");
        }
    }

    #[test]
    fn what_is_no_json_has_no_lines_and_does_no_harm() {
        let place = SeedPlace::of("users").item(1).member("email");
        for end in 0..TEXT.len() {
            if let Some(text) = TEXT.get(..end) {
                let _ = place.line_in(text);
            }
        }
        for text in [
            "",
            "[",
            "\"\\",
            "{\"users\":[}",
            "{\"users\":[]]]]",
            "{\"users\":[,,,\"\\\"",
        ] {
            let _ = place.line_in(text);
        }
    }
}

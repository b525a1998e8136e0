use std::fmt;

use super::place::SeedPlace;

/// Why a seed cannot be planted: what is wrong where, and on which line, if it was read from a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSeed {
    line: Option<usize>,
    place: SeedPlace,
    path: String,
    problem: String,
}

impl InvalidSeed {
    pub(crate) fn at(place: &SeedPlace, problem: impl Into<String>) -> Self {
        Self {
            line: None,
            place: place.clone(),
            path: place.to_string(),
            problem: problem.into(),
        }
    }

    pub(super) fn unreadable(
        error: &serde_path_to_error::Error<serde_json::Error>,
        text: &str,
    ) -> Self {
        let (place, error) = (SeedPlace::reached(error.path()), error.inner());
        let at = format!(" at line {} column {}", error.line(), error.column());
        let problem = error.to_string();
        let problem = problem.strip_suffix(&at).unwrap_or(&problem);
        let invalid = Self::at(&place, problem);
        match error.is_data() {
            true => invalid.in_text(text),
            // Nothing is found in what is no JSON.
            false => Self {
                line: Some(error.line()),
                ..invalid
            },
        }
    }

    pub(super) fn beyond_the_end(error: &serde_json::Error) -> Self {
        Self {
            line: Some(error.line()),
            place: SeedPlace::default(),
            path: String::new(),
            problem: "there is more behind the end of the seed: take it away".to_owned(),
        }
    }

    /// The same, with its line in the text that the seed was read from.
    pub(crate) fn in_text(mut self, text: &str) -> Self {
        self.line = self.place.line_in(text);
        self
    }

    /// The line of the text that the seed was read from, from 1.
    ///
    /// ```
    /// use clerk_emulator::{Emulator, Seed};
    ///
    /// let seed = Seed::from_json("{ \"users\": [\n  { \"email\": \"ada\" }\n] }")?;
    /// let error = Emulator::builder().seed(seed).build().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "line 2 of the seed, users[0].email: `ada`: email_address must be a valid email address."
    /// );
    /// # Ok::<(), clerk_emulator::InvalidSeed>(())
    /// ```
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// Where it is, such as `users[0].email`. Empty where the text is no JSON.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for InvalidSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            path,
            problem,
            ..
        } = self;
        match (line, path.as_str()) {
            (None, path) => write!(f, "the seed's {path}: {problem}"),
            (Some(line), "") => write!(f, "line {line} of the seed: {problem}"),
            (Some(line), path) => write!(f, "line {line} of the seed, {path}: {problem}"),
        }
    }
}

impl std::error::Error for InvalidSeed {}

use crate::Error;

/// What is left of a line.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self { rest: line }
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn end(&self) -> Result<(), Error> {
        if self.is_done() {
            return Ok(());
        }
        Err(Error::new(format!("`{}` is too much", self.rest)))
    }

    pub(super) fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    pub(super) fn expect(&mut self, token: &str) -> Result<(), Error> {
        if self.take(token) {
            return Ok(());
        }
        Err(Error::new(format!(
            "`{token}` is missing at `{}`",
            self.rest
        )))
    }

    pub(super) fn space(&mut self) -> Result<(), Error> {
        self.expect(" ")?;
        self.rest = self.rest.trim_start_matches(' ');
        Ok(())
    }

    pub(super) fn word(&mut self) -> &'a str {
        let end = self
            .rest
            .find(|character: char| !character.is_ascii_alphanumeric());
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    pub(super) fn quoted(&mut self) -> Result<Option<&'a str>, Error> {
        let Some(rest) = self.rest.strip_prefix('\'') else {
            return Ok(None);
        };
        let (text, rest) = rest
            .split_once('\'')
            .ok_or_else(|| Error::new("a quoted text has no end"))?;
        self.rest = rest;
        Ok(Some(text))
    }

    pub(super) fn starts_range(&self) -> bool {
        let rest = self.rest.strip_prefix('>').unwrap_or(self.rest);
        rest.starts_with("..")
            || rest.starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }

    pub(super) fn number(&mut self) -> Result<Option<i64>, Error> {
        let digits = self.rest.strip_prefix('-').unwrap_or(self.rest);
        let length = digits
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(digits.len());
        if length == 0 {
            return Ok(None);
        }
        let sign = self.rest.len() - digits.len();
        let (number, rest) = self.rest.split_at(sign + length);
        self.rest = rest;
        let number = number.parse();
        number
            .map(Some)
            .map_err(|_| Error::new("a number is too great"))
    }
}

//! The patterns of `path-to-regexp` 6, translated to regular expressions that need no backtracking.

use regex_lite::Regex;

use super::InvalidPattern;

#[derive(Clone, Debug)]
pub(super) struct Pattern(Regex);

/// What a path's pattern found in it. An empty text names nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Captured {
    pub(super) id: Option<String>,
    pub(super) slug: Option<String>,
}

impl Pattern {
    pub(super) fn parse(pattern: &str) -> Result<Self, InvalidPattern> {
        let invalid = |problem: String| InvalidPattern {
            pattern: pattern.to_owned(),
            problem,
        };
        let expression = Translator::translate(pattern).map_err(invalid)?;
        // A path may have one slash more at its end than the pattern has.
        Regex::new(&format!("(?i)^{expression}[/#?]?$"))
            .map(Self)
            .map_err(|error| invalid(error.to_string()))
    }

    pub(super) fn captures(&self, path: &str) -> Option<Captured> {
        let found = self.0.captures(path)?;
        let text = |name| {
            let text = found.name(name)?.as_str();
            (!text.is_empty()).then(|| text.to_owned())
        };
        Some(Captured {
            id: text("id"),
            slug: text("slug"),
        })
    }
}

/// What stands in a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// One character that stands for itself.
    Char(char),
    /// The same, after a `\`: it belongs to no parameter.
    Escaped(char),
    /// `:name`
    Name(String),
    /// `(expression)`, without the parentheses.
    Group(String),
    Open,
    Close,
    /// `?`, `*` or `+`.
    Modifier(char),
}

struct Translator {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    expression: String,
    /// The text since the last parameter, which the next one has to stop at.
    text: String,
    /// Whether something else than text has stood before.
    had_parameter: bool,
    captured: Vec<String>,
}

impl Translator {
    fn translate(pattern: &str) -> Result<String, String> {
        let mut translator = Self {
            tokens: tokens(pattern)?.into_iter().peekable(),
            expression: String::new(),
            text: String::new(),
            had_parameter: false,
            captured: Vec::new(),
        };
        while let Some(token) = translator.tokens.next() {
            translator.step(token)?;
        }
        Ok(translator.expression)
    }

    fn step(&mut self, token: Token) -> Result<(), String> {
        match token {
            // A slash or a dot before a parameter is repeated, or left out, together with it.
            Token::Char(prefix @ ('/' | '.')) if self.parameter_follows() => {
                let (name, group) = self.parameter();
                self.place(&prefix.to_string(), name, group, "")
            }
            Token::Char(text) | Token::Escaped(text) => {
                self.literal(text);
                Ok(())
            }
            Token::Name(name) => {
                let group = self.group();
                self.place("", Some(name), group, "")
            }
            Token::Group(group) => self.place("", None, Some(group), ""),
            Token::Open => self.braces(),
            Token::Close => Err("a `}` without a `{` before it".to_owned()),
            Token::Modifier(modifier) => Err(format!("a `{modifier}` after nothing to repeat")),
        }
    }

    /// `{prefix:name(group)suffix}`, each part of which may be missing.
    fn braces(&mut self) -> Result<(), String> {
        let prefix = self.literals();
        let (name, group) = self.parameter();
        let suffix = self.literals();
        if self.tokens.next() != Some(Token::Close) {
            return Err("a `{` without a `}` after it".to_owned());
        }
        self.place(&prefix, name, group, &suffix)
    }

    fn literal(&mut self, text: char) {
        self.text.push(text);
        self.expression
            .push_str(&regex_lite::escape(text.encode_utf8(&mut [0; 4])));
    }

    fn parameter_follows(&mut self) -> bool {
        matches!(self.tokens.peek(), Some(Token::Name(_) | Token::Group(_)))
    }

    fn parameter(&mut self) -> (Option<String>, Option<String>) {
        let name = match self.tokens.next_if(|token| matches!(token, Token::Name(_))) {
            Some(Token::Name(name)) => Some(name),
            _ => None,
        };
        (name, self.group())
    }

    fn group(&mut self) -> Option<String> {
        match self
            .tokens
            .next_if(|token| matches!(token, Token::Group(_)))
        {
            Some(Token::Group(group)) => Some(group),
            _ => None,
        }
    }

    fn literals(&mut self) -> String {
        let mut text = String::new();
        while let Some(Token::Char(one) | Token::Escaped(one)) = self
            .tokens
            .next_if(|token| matches!(token, Token::Char(_) | Token::Escaped(_)))
        {
            text.push(one);
        }
        text
    }

    /// Writes a parameter, with what stands before and after it and the modifier that follows.
    fn place(
        &mut self,
        prefix: &str,
        name: Option<String>,
        group: Option<String>,
        suffix: &str,
    ) -> Result<(), String> {
        let modifier = match self
            .tokens
            .next_if(|token| matches!(token, Token::Modifier(_)))
        {
            Some(Token::Modifier(modifier)) => Some(modifier),
            _ => None,
        };
        let is_parameter = name.is_some() || group.is_some();
        let inner = match (group, is_parameter) {
            (Some(group), _) => group,
            (None, true) => self.segment(prefix)?,
            (None, false) => String::new(),
        };
        let value = self.capture(name, &inner, modifier)?;
        let (before, after) = (regex_lite::escape(prefix), regex_lite::escape(suffix));
        let repeats = matches!(modifier, Some('*' | '+'));
        let whole = if is_parameter && repeats {
            if prefix.is_empty() && suffix.is_empty() {
                return Err("what repeats needs a text before or after it".to_owned());
            }
            let optional = if modifier == Some('*') { "?" } else { "" };
            format!("(?:{before}{value}(?:{after}{before}(?:{inner}))*{after}){optional}")
        } else {
            let modifier = modifier.map(String::from).unwrap_or_default();
            format!("(?:{before}{value}{after}){modifier}")
        };
        self.expression.push_str(&whole);
        self.text.clear();
        self.had_parameter = true;
        Ok(())
    }

    /// The organization's name is captured under its own name; nothing else is worth capturing.
    fn capture(
        &mut self,
        name: Option<String>,
        inner: &str,
        modifier: Option<char>,
    ) -> Result<String, String> {
        let Some(name) = name.filter(|name| matches!(name.as_str(), "id" | "slug")) else {
            return Ok(format!("(?:{inner})"));
        };
        if let Some(repeat @ ('*' | '+')) = modifier {
            return Err(format!(
                "`:{name}{repeat}` would name several organizations at once"
            ));
        }
        if self.captured.contains(&name) {
            return Err(format!("`:{name}` stands in it twice"));
        }
        let captured = format!("(?P<{name}>{inner})");
        self.captured.push(name);
        Ok(captured)
    }

    /// What a parameter without a group of its own matches: up to the next slash, or to the next
    /// occurrence of the text that stands before it.
    fn segment(&self, prefix: &str) -> Result<String, String> {
        let before = if prefix.is_empty() {
            self.text.as_str()
        } else {
            prefix
        };
        if before.is_empty() {
            return if self.had_parameter {
                Err("two parameters need a text between them".to_owned())
            } else {
                Ok("[^/#?]+?".to_owned())
            };
        }
        if before.contains(['/', '#', '?']) {
            return Ok("[^/#?]+?".to_owned());
        }
        let mut letters = before.chars();
        match (letters.next(), letters.next()) {
            (Some(stop), None) => {
                let stop = regex_lite::escape(stop.encode_utf8(&mut [0; 4]));
                Ok(format!("[^/#?{stop}]+?"))
            }
            _ => Err(format!(
                "a parameter after `{before}` needs a group that says what it matches, \
                 such as ([^/]+)"
            )),
        }
    }
}

fn tokens(pattern: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(one) = rest.next() {
        tokens.push(match one {
            '*' | '+' | '?' => Token::Modifier(one),
            '{' => Token::Open,
            '}' => Token::Close,
            '\\' => Token::Escaped(rest.next().ok_or("a `\\` at its end")?),
            ':' => {
                let mut name = String::new();
                let is_of_name = |one: &char| one.is_ascii_alphanumeric() || *one == '_';
                while let Some(letter) = rest.next_if(is_of_name) {
                    name.push(letter);
                }
                if name.is_empty() {
                    return Err("a `:` without a name after it".to_owned());
                }
                Token::Name(name)
            }
            '(' => Token::Group(group(&mut rest)?),
            text => Token::Char(text),
        });
    }
    Ok(tokens)
}

/// The expression up to the parenthesis that closes it.
fn group(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, String> {
    const UNBALANCED: &str = "a `(` without a `)` after it";
    if rest.peek() == Some(&'?') {
        return Err("a group cannot begin with `?`".to_owned());
    }
    let mut expression = String::new();
    let mut depth = 0_usize;
    while let Some(one) = rest.next() {
        match one {
            '\\' => {
                expression.push(one);
                expression.push(rest.next().ok_or(UNBALANCED)?);
                continue;
            }
            ')' if depth == 0 => {
                return if expression.is_empty() {
                    Err("a group with nothing in it".to_owned())
                } else {
                    Ok(expression)
                };
            }
            ')' => depth = depth.saturating_sub(1),
            '(' => {
                depth = depth.saturating_add(1);
                let mut ahead = rest.clone();
                if (ahead.next(), ahead.next()) != (Some('?'), Some(':')) {
                    return Err("a group in a group has to begin with `?:`".to_owned());
                }
            }
            _ => {}
        }
        expression.push(one);
    }
    Err(UNBALANCED.to_owned())
}

//! The paths that a source file names, as far as its text shows them.

use super::lexer::{Token, tokens};

/// A path as it is written, and the inline modules that it is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path<'t> {
    pub(super) line: usize,
    pub(super) scope: Vec<&'t str>,
    pub(super) segments: Vec<&'t str>,
}

/// A path of a `use`.
#[derive(Debug)]
pub(super) struct Import<'t> {
    pub(super) path: Path<'t>,
    /// What it is called in the file from then on.
    pub(super) name: &'t str,
    /// Others may find it here.
    pub(super) is_export: bool,
}

/// What a file names outside of its tests.
#[derive(Debug, Default)]
pub(super) struct Source<'t> {
    pub(super) imports: Vec<Import<'t>>,
    pub(super) mentions: Vec<Path<'t>>,
    /// Modules in files of their own that are there for tests alone.
    pub(super) tests: Vec<&'t str>,
}

impl<'t> Source<'t> {
    pub(super) fn read(text: &'t str) -> Self {
        let mut reader = Reader {
            tokens: tokens(text),
            next: 0,
            depth: 0,
            scope: Vec::new(),
            source: Self::default(),
        };
        while reader.at(0).is_some() {
            reader.step();
        }
        reader.source
    }
}

struct Reader<'t> {
    tokens: Vec<Token<'t>>,
    next: usize,
    depth: usize,
    /// Inline modules, each with the depth of what stands around it.
    scope: Vec<(&'t str, usize)>,
    source: Source<'t>,
}

impl<'t> Reader<'t> {
    fn at(&self, ahead: usize) -> Option<&'t str> {
        Some(self.tokens.get(self.next + ahead)?.text)
    }

    fn before(&self) -> Option<&'t str> {
        Some(self.tokens.get(self.next.checked_sub(1)?)?.text)
    }

    fn step(&mut self) {
        match (self.at(0), self.at(1), self.at(2)) {
            (Some("#"), Some("["), _) => self.attribute(),
            (Some("mod"), Some(name), Some("{")) => {
                self.scope.push((name, self.depth));
                self.depth += 1;
                self.next += 3;
            }
            (Some("{"), ..) => {
                self.depth += 1;
                self.next += 1;
            }
            (Some("}"), ..) => {
                self.depth = self.depth.saturating_sub(1);
                self.scope.retain(|(_, around)| *around < self.depth);
                self.next += 1;
            }
            // After `+` it is a type's, about lifetimes.
            (Some("use"), Some(first), _) if first != "<" => {
                let is_export = matches!(self.before(), Some("pub" | ")"));
                self.next += 1;
                self.tree(&[], is_export);
            }
            (Some(word), Some("::"), _) if is_word(word) && self.before() != Some("::") => {
                self.mention(word);
            }
            _ => self.next += 1,
        }
    }

    fn path(&self, segments: Vec<&'t str>) -> Path<'t> {
        Path {
            line: self.tokens.get(self.next).map_or(0, |token| token.line),
            scope: self.scope.iter().map(|(name, _)| *name).collect(),
            segments,
        }
    }

    /// Code rather than `use`: `crate::text::lossy(…)`.
    fn mention(&mut self, first: &'t str) {
        let mut path = self.path(vec![first]);
        self.next += 1;
        while let (Some("::"), Some(word)) = (self.at(0), self.at(1)) {
            self.next += 1;
            if !is_word(word) {
                break;
            }
            path.segments.push(word);
            self.next += 1;
        }
        self.source.mentions.push(path);
    }

    /// What stands behind `use`, or between the braces in it.
    fn tree(&mut self, prefix: &[&'t str], is_export: bool) {
        let mut path = self.path(prefix.to_vec());
        let mut alias = None;
        while let Some(token) = self.at(0) {
            match token {
                "{" => {
                    self.next += 1;
                    while !matches!(self.at(0), Some("}" | ";") | None) {
                        self.tree(&path.segments, is_export);
                        if self.at(0) == Some(",") {
                            self.next += 1;
                        }
                    }
                    self.next += 1;
                    return;
                }
                "as" => {
                    alias = self.at(1);
                    self.next += 2;
                }
                "}" | "," | ";" => break,
                // A path that begins with it leads out of the crate.
                "::" if path.segments.is_empty() => path.segments.push(token),
                "::" => {}
                "self" if !prefix.is_empty() => {}
                segment => path.segments.push(segment),
            }
            if !matches!(token, "as") {
                self.next += 1;
            }
        }
        if let Some(name) = alias.or(path.segments.last().copied()) {
            let import = Import {
                path,
                name,
                is_export,
            };
            self.source.imports.push(import);
        }
    }

    /// Passes over an attribute, and over the item with it where that is for tests alone.
    fn attribute(&mut self) {
        let begin = self.next;
        self.next += 1;
        self.pass_brackets();
        let words = self.tokens.get(begin..self.next).unwrap_or_default();
        let has = |wanted: &str| words.iter().any(|token| token.text == wanted);
        if !(has("cfg") && has("test")) || has("not") || has("any") {
            // What it names counts: `#[error("…", crate::text::lossy(.0))]`.
            self.next = begin + 1;
            return;
        }
        while (self.at(0), self.at(1)) == (Some("#"), Some("[")) {
            self.next += 1;
            self.pass_brackets();
        }
        if let (Some("mod"), Some(name), Some(";")) = (self.at(0), self.at(1), self.at(2)) {
            self.source.tests.push(name);
        }
        while let Some(token) = self.at(0) {
            match token {
                "(" | "[" => self.pass_brackets(),
                "{" => return self.pass_brackets(),
                ";" => break,
                // Of a list or a block that goes on without it.
                "}" | ")" => return,
                _ => self.next += 1,
            }
        }
    }

    /// From an opening bracket to behind the one that closes it.
    fn pass_brackets(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.at(0) {
            self.next += 1;
            match token {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

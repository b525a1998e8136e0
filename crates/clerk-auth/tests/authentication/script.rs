//! Scripts: a request, what is asked for while it is judged and answered, and what is decided.
//!
//! ```text
//! the_name_of_the_script
//!   with development                 settings, see `setup`
//!   let stale = expired {} {…}       tokens, see `recipes`
//!   now 1800000100
//!   GET https://example.com/
//!   cookie: __session={stale}
//!   -> key ins_1                     what is asked for
//!   <- found                         what the script answers
//!   == signed-out token-expired      what is decided, and what goes with it
//!     header: value
//! ```
//!
//! `with` and `let` before the first script are for all scripts of the file. `{name}` stands for
//! the token of that name, or for something `setup` knows; in what is expected, too.

use std::collections::BTreeSet;

pub(crate) const NOW: i64 = 1_800_000_000;

#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) name: String,
    pub(crate) settings: Vec<String>,
    pub(crate) recipes: Vec<String>,
    pub(crate) now: i64,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    /// What was asked, answered and decided, line by line.
    pub(crate) transcript: Vec<String>,
}

impl Script {
    fn new(name: &str, settings: &[String], recipes: &[String]) -> Self {
        Self {
            name: name.to_owned(),
            settings: settings.to_vec(),
            recipes: recipes.to_vec(),
            now: NOW,
            method: String::new(),
            target: String::new(),
            headers: Vec::new(),
            transcript: Vec::new(),
        }
    }

    /// The script's answers, in the order in which they are given.
    pub(crate) fn answers(&self) -> impl Iterator<Item = &str> {
        let lines = self.transcript.iter();
        lines.filter_map(|line| line.strip_prefix("<- "))
    }

    fn read(&mut self, line: &str) {
        let word = line.split(' ').next().unwrap_or_default();
        if matches!(word, "->" | "<-" | "==") || !self.transcript.is_empty() {
            self.transcript.push(line.to_owned());
        } else if let Some(setting) = line.strip_prefix("with ") {
            self.settings.push(setting.to_owned());
        } else if let Some(recipe) = line.strip_prefix("let ") {
            self.recipes.push(recipe.to_owned());
        } else if let Some(now) = line.strip_prefix("now ") {
            self.now = now.parse().expect("Unix seconds");
        } else if self.method.is_empty() {
            let (method, target) = line.split_once(' ').expect("a method and a target");
            self.method = method.to_owned();
            self.target = target.to_owned();
        } else {
            let (name, value) = line.split_once(':').expect("a header");
            self.headers
                .push((name.to_owned(), value.trim().to_owned()));
        }
    }
}

/// Reads a file of scripts.
pub(crate) fn read(text: &str) -> Vec<Script> {
    let (mut settings, mut recipes) = (Vec::new(), Vec::new());
    let mut scripts = Vec::<Script>::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if line.starts_with(' ') {
            scripts.last_mut().expect("a name first").read(trimmed);
        } else if let Some(setting) = trimmed.strip_prefix("with ") {
            settings.push(setting.to_owned());
        } else if let Some(recipe) = trimmed.strip_prefix("let ") {
            recipes.push(recipe.to_owned());
        } else {
            scripts.push(Script::new(trimmed, &settings, &recipes));
        }
    }
    let names: BTreeSet<&str> = scripts.iter().map(|script| script.name.as_str()).collect();
    assert_eq!(names.len(), scripts.len(), "two scripts of one name");
    scripts
}

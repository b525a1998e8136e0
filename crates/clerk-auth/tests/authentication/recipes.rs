//! Tokens by name.
//!
//! ```text
//! let session = {header} {claims}        signed with the instance's key
//! let pending = session {} {"sts":"pending"}   another one's, with these changes; null takes away
//! let forged = foreign session {} {}     signed with a key that is not the instance's
//! let garbage = "not a token"            a text as it is
//! ```

use std::{collections::BTreeMap, sync::Arc};

use clerk_emulator::Emulator;
use clerk_jwt::{Jwk, Provider, VerifyingKey};
use serde_json::{Map, Value};

use crate::awaited::{Broken, Later};

/// Two published test keys. The foreign one is nobody's: no script's instance publishes it.
#[derive(Debug)]
pub(crate) struct Keys {
    instance: Emulator,
    foreign: Emulator,
    verifying: VerifyingKey,
    awaited: VerifyingKey,
    broken: VerifyingKey,
}

impl Keys {
    pub(crate) fn new() -> Arc<Self> {
        let build = || {
            Emulator::builder()
                .deterministic(1)
                .build()
                .expect("an emulator")
        };
        let (instance, foreign) = (build(), build());
        foreign.rotate_keys(false);
        let jwk = instance.jwks_json()["keys"][0].to_string();
        let of = |provider: &dyn Provider| {
            let key = Jwk::from_json(&jwk).and_then(|jwk| jwk.into_verifying_key(provider));
            key.expect("a key")
        };
        Arc::new(Self {
            verifying: VerifyingKey::from_jwk(&jwk).expect("a key"),
            awaited: of(&Later),
            broken: of(&Broken),
            instance,
            foreign,
        })
    }

    /// The instance's key.
    pub(crate) fn verifying(&self) -> VerifyingKey {
        self.verifying.clone()
    }

    /// The instance's key, whose signatures have to be awaited.
    pub(crate) fn awaited(&self) -> VerifyingKey {
        self.awaited.clone()
    }

    /// The instance's key, whose library fails before it has checked anything.
    pub(crate) fn broken(&self) -> VerifyingKey {
        self.broken.clone()
    }
}

#[derive(Clone, Debug)]
enum Recipe {
    Text(String),
    Token {
        foreign: bool,
        header: Map<String, Value>,
        claims: Map<String, Value>,
    },
}

/// What stands for something in the text of scripts.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    keys: Arc<Keys>,
    texts: BTreeMap<String, String>,
    recipes: BTreeMap<String, Recipe>,
}

impl Names {
    pub(crate) fn new(keys: &Arc<Keys>) -> Self {
        Self {
            keys: Arc::clone(keys),
            texts: BTreeMap::new(),
            recipes: BTreeMap::new(),
        }
    }

    pub(crate) fn define(&mut self, name: &str, text: impl Into<String>) {
        self.texts.insert(name.to_owned(), text.into());
    }

    /// Reads `session = {…} {…}` and its like.
    pub(crate) fn read(&mut self, line: &str) {
        let (name, recipe) = line.split_once(" = ").expect("a name and a recipe");
        let recipe = self.recipe(recipe);
        self.recipes.insert(name.trim().to_owned(), recipe);
    }

    fn recipe(&self, text: &str) -> Recipe {
        let start = text.find(['{', '"']).expect("JSON");
        let (base, json) = text.split_at(start);
        let mut values = serde_json::Deserializer::from_str(json)
            .into_iter::<Value>()
            .map(|value| value.unwrap_or_else(|error| panic!("{text}: {error}")));
        let mut next = || values.next().unwrap_or_else(|| panic!("{text}: too short"));
        let changes = match next() {
            Value::String(text) => return Recipe::Text(text),
            header => [header, next()],
        };
        let (mut is_foreign, mut parts) = (false, [Map::new(), Map::new()]);
        for word in base.split_whitespace() {
            if word == "foreign" {
                is_foreign = true;
                continue;
            }
            match self.recipes.get(word) {
                Some(Recipe::Token {
                    foreign,
                    header,
                    claims,
                }) => {
                    is_foreign |= foreign;
                    parts = [header.clone(), claims.clone()];
                }
                _ => panic!("{text}: there is no recipe {word}"),
            }
        }
        for (part, changes) in parts.iter_mut().zip(changes) {
            let Value::Object(changes) = changes else {
                panic!("{text}: not an object");
            };
            for (name, value) in changes {
                if value.is_null() {
                    part.remove(&name);
                } else {
                    part.insert(name, value);
                }
            }
        }
        let [header, claims] = parts;
        Recipe::Token {
            foreign: is_foreign,
            header,
            claims,
        }
    }

    fn value(&mut self, name: &str) -> Option<String> {
        if let Some(text) = self.texts.get(name) {
            return Some(text.clone());
        }
        let text = match self.recipes.get(name)?.clone() {
            Recipe::Text(text) => text,
            Recipe::Token {
                foreign,
                header,
                claims,
            } => {
                let claims = self.fill(&Value::Object(claims).to_string());
                let signer = if foreign {
                    &self.keys.foreign
                } else {
                    &self.keys.instance
                };
                signer.sign(&Value::Object(header), claims.as_bytes())
            }
        };
        self.texts.insert(name.to_owned(), text.clone());
        Some(text)
    }

    /// Puts what names stand for in the place of `{name}`.
    pub(crate) fn fill(&mut self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            let after = &rest[start + 1..];
            let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let name = match end {
                Some(end) if end > 0 && after[end..].starts_with('}') => &after[..end],
                _ => {
                    filled.push_str(&rest[..=start]);
                    rest = after;
                    continue;
                }
            };
            let value = self.value(name);
            filled.push_str(&rest[..start]);
            filled.push_str(&value.unwrap_or_else(|| panic!("nothing is called {{{name}}}")));
            rest = &after[name.len() + 1..];
        }
        filled + rest
    }

    /// Puts names back in the place of what they stand for.
    pub(crate) fn hide(&self, text: &str) -> String {
        let mut texts: Vec<_> = self.texts.iter().collect();
        texts.sort_by_key(|(_, value)| usize::MAX - value.len());
        let mut hidden = text.to_owned();
        for (name, value) in texts {
            hidden = hidden.replace(value.as_str(), &format!("{{{name}}}"));
        }
        hidden
    }
}

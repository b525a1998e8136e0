use saphyr::{LoadableYamlNode, ScalarOwned, YamlOwned};

use crate::Error;

/// A YAML tree with the order of its keys.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    Null,
}

impl Node {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let documents = YamlOwned::load_from_str(text);
        let documents = documents.map_err(|error| Error::new(error.to_string()))?;
        let document = documents.into_iter().next();
        let document = document.ok_or_else(|| Error::new("the description is empty"))?;
        Self::of(document)
    }

    fn of(yaml: YamlOwned) -> Result<Self, Error> {
        Ok(match yaml {
            YamlOwned::Mapping(entries) => {
                let entries = entries.into_iter().map(|(key, value)| {
                    let key = Self::of(key)?.scalar().map_or_else(
                        || Err(Error::new("the description has a key that is no text")),
                        Ok,
                    )?;
                    Ok((key, Self::of(value)?))
                });
                Self::Map(entries.collect::<Result<_, Error>>()?)
            }
            YamlOwned::Sequence(items) => {
                let items = items.into_iter().map(Self::of);
                Self::List(items.collect::<Result<_, _>>()?)
            }
            YamlOwned::Value(ScalarOwned::String(text)) => Self::Text(text),
            YamlOwned::Value(ScalarOwned::Integer(number)) => Self::Int(number),
            YamlOwned::Value(ScalarOwned::Boolean(flag)) => Self::Bool(flag),
            YamlOwned::Value(ScalarOwned::FloatingPoint(number)) => {
                Self::Float(number.into_inner())
            }
            YamlOwned::Value(ScalarOwned::Null) => Self::Null,
            YamlOwned::Tagged(_, inner) => Self::of(*inner)?,
            YamlOwned::Representation(..) | YamlOwned::Alias(_) | YamlOwned::BadValue => {
                return Err(Error::new("the description uses YAML that JSON has not"));
            }
        })
    }

    /// A key; statuses are written as numbers.
    fn scalar(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Int(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The same tree as JSON.
    pub(crate) fn json(&self) -> String {
        let text = |text: &str| {
            let escaped = text.chars().map(|character| match character {
                '"' | '\\' => format!("\\{character}"),
                control if control < ' ' => format!("\\u{:04x}", u32::from(control)),
                other => other.to_string(),
            });
            format!("\"{}\"", escaped.collect::<String>())
        };
        let joined = |items: Vec<String>| items.join(",");
        match self {
            Self::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| format!("{}:{}", text(key), value.json()));
                format!("{{{}}}", joined(entries.collect()))
            }
            Self::List(items) => {
                format!("[{}]", joined(items.iter().map(Self::json).collect()))
            }
            Self::Text(value) => text(value),
            Self::Int(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Bool(flag) => flag.to_string(),
            Self::Null => "null".to_owned(),
        }
    }

    pub(crate) fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let mut entries = self.entries().iter();
        entries.find(|(name, _)| name == key).map(|(_, node)| node)
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Self::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, key: &str) -> bool {
        matches!(self.get(key), Some(Self::Bool(true)))
    }

    /// What a local reference such as `#/components/schemas/User` leads to.
    pub(crate) fn resolve(&self, reference: &str) -> Result<&Self, Error> {
        let wrong = || Error::new(format!("`{reference}` leads nowhere"));
        let path = reference.strip_prefix("#/").ok_or_else(wrong)?;
        let mut keys = path.split('/');
        keys.try_fold(self, |node, key| node.get(key))
            .ok_or_else(wrong)
    }
}

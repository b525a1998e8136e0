use super::node::Node;
use crate::Error;
use crate::ir::{Bounds, Literal};

/// Keys that are read, or known to say nothing that the catalogue holds. Prose and examples are
/// among the latter: they stay where they are. Any other key is a fact that would be lost.
const KNOWN: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "deprecated",
    "enum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "nullable",
    "oneOf",
    "properties",
    "required",
    "type",
    "uniqueItems",
];
const IGNORED: &[&str] = &[
    "description",
    "discriminator",
    "example",
    "examples",
    "pattern",
    "readOnly",
    "title",
];

/// A schema of the description, read through the list of keys that hold facts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schema<'a>(&'a Node);

impl<'a> Schema<'a> {
    pub(super) fn new(node: &'a Node) -> Result<Self, Error> {
        let unknown = node.entries().iter().map(|(key, _)| key).find(|key| {
            !KNOWN.contains(&key.as_str())
                && !IGNORED.contains(&key.as_str())
                && !key.starts_with("x-")
        });
        match unknown {
            None => Ok(Self(node)),
            Some(key) => Err(Error::new(format!(
                "a schema says `{key}`; teach xtask/catalogue/src/import/schema.rs what it means"
            ))),
        }
    }

    pub(super) fn reference(self) -> Option<&'a str> {
        self.0.text("$ref")
    }

    pub(super) fn kind(self) -> Option<&'a str> {
        self.0.text("type")
    }

    pub(super) fn format(self) -> Option<&'a str> {
        self.0.text("format")
    }

    pub(super) fn flag(self, key: &str) -> bool {
        self.0.flag(key)
    }

    pub(super) fn items(self) -> Result<Self, Error> {
        let items = self.0.get("items");
        items.map_or_else(|| Err(Error::new("a list has no `items`")), Self::new)
    }

    pub(super) fn properties(self) -> Result<Vec<(&'a str, Self)>, Error> {
        let properties = self.0.get("properties").map_or(&[][..], Node::entries);
        let properties = properties.iter();
        properties
            .map(|(name, node)| Ok((name.as_str(), Self::new(node)?)))
            .collect()
    }

    pub(super) fn has_properties(self) -> bool {
        self.0
            .get("properties")
            .is_some_and(|p| !p.entries().is_empty())
    }

    pub(super) fn required(self) -> Vec<&'a str> {
        let names = self.0.get("required").map_or(&[][..], Node::items);
        let names = names.iter().filter_map(|name| match name {
            Node::Text(name) => Some(name.as_str()),
            _ => None,
        });
        names.collect()
    }

    /// What the keys that are data hold, where the description types them.
    pub(super) fn dictionary(self) -> Result<Option<Self>, Error> {
        match self.0.get("additionalProperties") {
            Some(node @ Node::Map(_)) => Self::new(node).map(Some),
            _ => Ok(None),
        }
    }

    /// The arms of a combinator. Those that only name required properties choose between spellings
    /// of a request, which no type can say.
    pub(super) fn arms(self, combinator: &str) -> Result<Vec<Self>, Error> {
        let arms = self.0.get(combinator).map_or(&[][..], Node::items).iter();
        let arms = arms.filter(|arm| !arm.entries().iter().all(|(key, _)| key == "required"));
        arms.map(Self::new).collect()
    }

    pub(super) fn values(self) -> Result<Vec<Literal>, Error> {
        let values = self.0.get("enum").map_or(&[][..], Node::items).iter();
        values.filter(|v| **v != Node::Null).map(literal).collect()
    }

    pub(super) fn default(self) -> Result<Option<Literal>, Error> {
        self.0.get("default").map(literal).transpose()
    }

    pub(super) fn range(self) -> Result<Bounds, Error> {
        self.bounds("minimum", "maximum")
    }

    pub(super) fn length(self) -> Result<Bounds, Error> {
        self.bounds("minLength", "maxLength")
    }

    pub(super) fn count(self) -> Result<Bounds, Error> {
        self.bounds("minItems", "maxItems")
    }

    /// Whether there is more to a value than its type, so that an element of a list would lose it.
    pub(super) fn is_bounded(self) -> Result<bool, Error> {
        let bounds = [self.range()?, self.length()?, self.count()?];
        Ok(self.flag("nullable") || bounds.iter().any(|bounds| !bounds.is_empty()))
    }

    fn bounds(self, least: &str, most: &str) -> Result<Bounds, Error> {
        let bound = |key: &str| match self.0.get(key) {
            None => Ok(None),
            Some(Node::Int(number)) => Ok(Some(*number)),
            Some(_) => Err(Error::new(format!("`{key}` is no whole number"))),
        };
        Ok(Bounds {
            min: bound(least)?,
            max: bound(most)?,
            above_min: least == "minimum" && self.flag("exclusiveMinimum"),
        })
    }
}

fn literal(node: &Node) -> Result<Literal, Error> {
    match node {
        Node::Text(text) if !text.contains('\'') => Ok(Literal::Str(text.clone())),
        Node::Int(number) => Ok(Literal::Int(*number)),
        Node::Bool(flag) => Ok(Literal::Bool(*flag)),
        Node::List(items) if items.is_empty() => Ok(Literal::EmptyList),
        other => Err(Error::new(format!(
            "{other:?} is a value the notation has no form for"
        ))),
    }
}

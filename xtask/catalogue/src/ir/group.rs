use super::model::{Enum, Id, Model};
use super::operation::Operation;
use super::upper_camel;

/// The whole API at one version.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// Where it was imported from.
    pub source: Source,
    /// The groups, by name.
    pub groups: Vec<Group>,
    /// The models, by name.
    pub models: Vec<Model>,
    /// The enums, by name.
    pub enums: Vec<Enum>,
    /// The types of ids, by name.
    pub ids: Vec<Id>,
    /// What webhooks tell of, in the order of their description.
    pub events: Vec<Event>,
}

/// Something that happened, and that Clerk sends a webhook about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The type on the wire: `user.created`.
    pub wire: String,
    /// The model of its data.
    pub data: String,
    /// What has happened, in our own words.
    pub doc: Option<String>,
}

impl Event {
    /// What stands in [`Model::groups`] for a model that no operation reaches.
    pub const GROUP: &'static str = "events";

    /// One of which nothing is said.
    #[must_use]
    pub fn new(wire: String, data: String) -> Self {
        Self {
            wire,
            data,
            doc: None,
        }
    }

    /// The variant in Rust: `UserCreated`.
    #[must_use]
    pub fn ident(&self) -> String {
        upper_camel(&self.wire)
    }
}

/// Where a catalogue was imported from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The version of the API, which is a date and is sent with every request.
    pub version: String,
    /// The OpenAPI file, as `git hash-object` names it.
    pub blob: String,
    /// How many paths the file has.
    pub paths: usize,
    /// How many operations the file has.
    pub operations: usize,
    /// How many operations the overlay adds to those. Derived.
    pub added: usize,
    /// The OpenAPI file of the webhooks, named in the same way, if one was imported.
    pub webhooks: Option<String>,
}

/// The operations on one kind of resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The module in Rust.
    pub name: String,
    /// The Cargo feature that adds it.
    pub feature: String,
    /// The operations, in the order of the description.
    pub operations: Vec<Operation>,
    /// What it is about, in our own words.
    pub doc: Option<String>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Definition<'a> {
    /// An object or a choice.
    Model(&'a Model),
    /// A set of texts.
    Enum(&'a Enum),
    /// The type of an id.
    Id(&'a Id),
}

impl Api {
    /// All operations, by group.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.groups.iter().flat_map(|group| &group.operations)
    }

    /// The operation `name` of `group`.
    #[must_use]
    pub fn operation(&self, group: &str, name: &str) -> Option<&Operation> {
        let mut operations = self.operations();
        operations.find(|operation| operation.group == group && operation.name == name)
    }

    /// The model called `name`.
    #[must_use]
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name == name)
    }

    /// What `name` stands for.
    #[must_use]
    pub fn definition(&self, name: &str) -> Option<Definition<'_>> {
        let model = self.model(name).map(Definition::Model);
        let of_enum = || self.enums.iter().find(|found| found.name == name);
        let of_id = || self.ids.iter().find(|found| found.name == name);
        model
            .or_else(|| of_enum().map(Definition::Enum))
            .or_else(|| of_id().map(Definition::Id))
    }
}

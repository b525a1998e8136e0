use std::collections::{BTreeMap, BTreeSet};

use crate::Error;
use crate::files::Table;

/// The overlay's names, by the places in the description that they are for.
///
/// A place is `Session.status` in a component, `CreateUser.body.emails[]` in a request,
/// `GetUserList.query.limit` in a query, `createApiKey.ok` in an answer, `responses/Machine.Created` in
/// a component that is a response. `webhooks/Session.status` is a place in the description of the
/// webhooks; without a name of its own, it has the name of the same place in that of the API.
#[derive(Debug, Default)]
pub(super) struct Names {
    operations: BTreeMap<String, Operation>,
    aliases: BTreeMap<String, String>,
    features: BTreeMap<String, String>,
    models: BTreeMap<String, String>,
    enums: BTreeMap<String, String>,
    choices: BTreeMap<String, Choice>,
    texts: BTreeSet<String>,
    flags: BTreeSet<String>,
    spread: BTreeSet<String>,
    scope: &'static str,
    pub(super) ids: Vec<IdRule>,
    used: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) group: String,
    pub(super) name: String,
}

#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) arms: Vec<String>,
}

/// Which texts are ids of one kind.
#[derive(Debug)]
pub(super) struct IdRule {
    pub(super) name: String,
    pub(super) prefix: String,
    pub(super) fields: Vec<String>,
    pub(super) places: Vec<String>,
    pub(super) except: Vec<String>,
}

impl Names {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let mut file = Table::parse("names.toml", text)?;
        let mut names = Self::default();
        let mut groups = file.table("operation")?;
        for group in groups.keys() {
            for (name, id) in groups.table(&group)?.into_texts()? {
                let operation = Operation {
                    group: group.clone(),
                    name,
                };
                once(&mut names.operations, id, operation)?;
            }
        }
        names.aliases = file.table("alias")?.into_texts()?.into_iter().collect();
        for (feature, groups) in lists(file.table("feature")?)? {
            for group in groups {
                once(&mut names.features, group, feature.clone())?;
            }
        }
        for (name, places) in lists(file.table("model")?)? {
            for place in places {
                once(&mut names.models, place, name.clone())?;
            }
        }
        for (name, places) in lists(file.table("enum")?)? {
            for place in places {
                once(&mut names.enums, place, name.clone())?;
            }
        }
        let mut choices = file.table("choice")?;
        for name in choices.keys() {
            let mut table = choices.table(&name)?;
            let arms = table.texts("arms")?.unwrap_or_default();
            let place = table.text("place")?;
            table.finish()?;
            once(&mut names.choices, place, Choice { name, arms })?;
        }
        let mut open = file.table("open")?;
        names.texts = open
            .texts("texts")?
            .unwrap_or_default()
            .into_iter()
            .collect();
        names.flags = open
            .texts("flags")?
            .unwrap_or_default()
            .into_iter()
            .collect();
        names.spread = open
            .texts("spread")?
            .unwrap_or_default()
            .into_iter()
            .collect();
        open.finish()?;
        names.ids = id_rules(file.table("id")?)?;
        file.finish()?;
        Ok(names)
    }

    pub(super) fn operation(&mut self, id: &str) -> Option<Operation> {
        self.used.insert(id.to_owned());
        self.operations.get(id).cloned()
    }

    /// What the Node SDK calls an operation.
    pub(super) fn alias(&self, id: &str) -> Option<String> {
        self.aliases.get(id).cloned()
    }

    pub(super) fn feature(&mut self, group: &str) -> Option<String> {
        self.used.insert(group.to_owned());
        self.features.get(group).cloned()
    }

    /// From here on, places are those of the webhooks.
    pub(super) fn turn_to_webhooks(&mut self) {
        self.scope = "webhooks/";
    }

    /// The places to look at, the closest first.
    fn places(&mut self, place: &str) -> [String; 2] {
        let places = [format!("{}{place}", self.scope), place.to_owned()];
        self.used.extend(places.clone());
        places
    }

    pub(super) fn model(&mut self, place: &str) -> Option<String> {
        let places = self.places(place);
        places.iter().find_map(|p| self.models.get(p)).cloned()
    }

    pub(super) fn enumeration(&mut self, place: &str) -> Option<String> {
        let places = self.places(place);
        places.iter().find_map(|p| self.enums.get(p)).cloned()
    }

    pub(super) fn choice(&mut self, place: &str) -> Option<Choice> {
        self.used.insert(place.to_owned());
        self.choices.get(place).cloned()
    }

    /// Whether the values at `place` are too many, too unsettled or too odd for an enum.
    pub(super) fn is_text(&mut self, place: &str) -> bool {
        let places = self.places(place);
        places.iter().any(|place| self.texts.contains(place))
    }

    /// Whether what stands in the object at `place` belongs into the object around it.
    pub(super) fn is_spread(&mut self, place: &str) -> bool {
        let places = self.places(place);
        places.iter().any(|place| self.spread.contains(place))
    }

    /// Whether the values at `place` are `true` and `false` in quotes.
    pub(super) fn is_flag(&mut self, place: &str) -> bool {
        self.used.insert(place.to_owned());
        self.flags.contains(place)
    }

    /// Refuses names for places that the description no longer has.
    pub(super) fn finish(&self) -> Result<(), Error> {
        let keys = self.operations.keys().chain(self.features.keys());
        let keys = keys.chain(self.aliases.keys());
        let keys = keys.chain(self.models.keys()).chain(self.enums.keys());
        let keys = keys.chain(self.choices.keys());
        let mut places = keys
            .chain(&self.texts)
            .chain(&self.flags)
            .chain(&self.spread);
        match places.find(|place| !self.used.contains(*place)) {
            None => Ok(()),
            Some(place) => Err(Error::new(format!(
                "names.toml names `{place}`, which the description has not; remove it there"
            ))),
        }
    }
}

fn once<T>(map: &mut BTreeMap<String, T>, key: String, value: T) -> Result<(), Error> {
    if map.contains_key(&key) {
        return Err(Error::new(format!("names.toml names `{key}` twice")));
    }
    map.insert(key, value);
    Ok(())
}

fn lists(mut table: Table) -> Result<Vec<(String, Vec<String>)>, Error> {
    let keys = table.keys().into_iter();
    let lists = keys.map(|key| {
        let items = table.texts(&key)?.unwrap_or_default();
        Ok((key, items))
    });
    lists.collect()
}

fn id_rules(mut table: Table) -> Result<Vec<IdRule>, Error> {
    let keys = table.keys().into_iter();
    let rules = keys.map(|name| {
        let mut rule = table.table(&name)?;
        let prefix = rule.text("prefix")?;
        let fields = rule.texts("fields")?.unwrap_or_default();
        let places = rule.texts("places")?.unwrap_or_default();
        let except = rule.texts("except")?.unwrap_or_default();
        rule.finish()?;
        Ok(IdRule {
            name,
            prefix,
            fields,
            places,
            except,
        })
    });
    rules.collect()
}

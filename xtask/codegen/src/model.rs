//! What answers, events and requests consist of.

use std::collections::{BTreeMap, BTreeSet};

use clerk_catalogue::ir::{Api, Arm, Decoding, Enum, Event, Field, Literal, Model, Shape};

use crate::input::{Input, Store, is_secret};
use crate::operation::{body_hiding, setter};
use crate::output::{field_type, reading};
use crate::source::{Quoted, Source, WIDTH, uses};
use crate::{Error, File, prose};

/// The file for what more than one feature needs.
const SHARED: &str = "shared";

/// What a file may need of other crates.
const FOREIGN: &[(&str, &[&str])] = &[
    ("std::collections", &["BTreeMap"]),
    ("std", &["fmt"]),
    ("serde", &["Deserialize", "Deserializer", "Serialize"]),
];

/// What a file may need of the rest of `clerk-api`.
const OURS: &[(&str, &[&str])] = &[
    ("answer", &["answers"]),
    ("open_enum", &["open_enums"]),
    ("redacted", &["redacted"]),
    (
        "request",
        &[
            "Body",
            "entries",
            "entries_or_null",
            "millis",
            "rfc3339",
            "texts",
        ],
    ),
];

/// A file for each feature, and the list of them.
pub(crate) fn files(api: &Api) -> Result<Vec<File>, Error> {
    let mut bundles: BTreeMap<&str, Bundle<'_>> = BTreeMap::new();
    for model in &api.models {
        let place = place(api, &model.groups);
        bundles.entry(place).or_default().models.push(model);
    }
    for found in &api.enums {
        let place = place(api, &found.groups);
        bundles.entry(place).or_default().enums.push(found);
    }
    let mut files = vec![index(&bundles)];
    for (name, bundle) in &bundles {
        files.push(bundle.file(api, name)?);
    }
    Ok(files)
}

/// The feature whose groups or events alone reach something, or what all share.
fn place<'a>(api: &'a Api, groups: &[String]) -> &'a str {
    if groups == [Event::GROUP] {
        return Event::GROUP;
    }
    let reached = api
        .groups
        .iter()
        .filter(|group| groups.contains(&group.name));
    let features: BTreeSet<&str> = reached.map(|group| group.feature.as_str()).collect();
    match features.first() {
        Some(only) if features.len() == 1 => only,
        _ => SHARED,
    }
}

fn index(bundles: &BTreeMap<&str, Bundle<'_>>) -> File {
    let mut source = Source::default();
    source.module_doc(
        "What operations are answered with, what some of them are given, and what webhooks tell.",
    );
    source.push("");
    for name in bundles.keys() {
        if *name != SHARED {
            source.push(format_args!("#[cfg(feature = {name:?})]"));
        }
        source.push(format_args!("mod {name};"));
    }
    source.push("");
    for name in bundles.keys() {
        if *name != SHARED {
            source.push(format_args!("#[cfg(feature = {name:?})]"));
        }
        source.push(format_args!("pub use {name}::*;"));
    }
    File::new("crates/clerk-api/src/generated/models.rs", source)
}

#[derive(Default)]
struct Bundle<'a> {
    models: Vec<&'a Model>,
    enums: Vec<&'a Enum>,
}

impl Bundle<'_> {
    fn file(&self, api: &Api, name: &str) -> Result<File, Error> {
        let mut code = Source::default();
        let (answers, others): (Vec<&Model>, Vec<&Model>) =
            self.models.iter().partition(|model| is_answer(model));
        if !answers.is_empty() {
            code.push("\nanswers! {");
            for model in answers {
                let written = answered(&mut code, model, model.fields());
                written.map_err(|error| error.of(&model.name))?;
            }
            code.push("}");
        }
        for model in others {
            code.push("");
            write(&mut code, api, model).map_err(|error| error.of(&model.name))?;
        }
        if !self.enums.is_empty() {
            code.push("\nopen_enums! {");
            for found in &self.enums {
                set(&mut code, found);
            }
            code.push("}");
        }
        let code = code.finish();

        let mut source = Source::default();
        source.push(imports(api, &code));
        let others = self.others(api);
        if !others.is_empty() {
            source.push(format_args!("use super::{{{}}};\n", others.join(", ")));
        }
        source.push(code);
        let path = format!("crates/clerk-api/src/generated/models/{name}.rs");
        Ok(File::new(path, source))
    }

    /// What models of this file hold that stands in another.
    fn others<'a>(&self, api: &'a Api) -> Vec<&'a str> {
        let held: BTreeSet<&str> = self.models.iter().flat_map(|model| held(model)).collect();
        let here = |name: &str| {
            let mut enums = self.enums.iter();
            self.models.iter().any(|model| model.name == name) || enums.any(|e| e.name == name)
        };
        let models = api.models.iter().map(|model| model.name.as_str());
        let named = models.chain(api.enums.iter().map(|found| found.name.as_str()));
        named
            .filter(|name| held.contains(name) && !here(name))
            .collect()
    }
}

/// The names of the types that a model holds.
fn held(model: &Model) -> Vec<&str> {
    match &model.shape {
        Shape::Object(fields) => fields.iter().filter_map(|field| field.ty.named()).collect(),
        Shape::Choice(arms) => arms.iter().filter_map(|arm| arm.model.as_deref()).collect(),
    }
}

fn imports(api: &Api, code: &str) -> String {
    let used = |names: &[&'static str]| {
        let used = names.iter().filter(|name| uses(code, name));
        used.copied().collect::<Vec<&str>>().join(", ")
    };
    let mut text = String::new();
    for (root, names) in FOREIGN {
        let names = used(names);
        if !names.is_empty() {
            text.push_str(&format!("use {root}::{{{names}}};\n"));
        }
    }
    let mut ours = used(&["Json", "Timestamp"]);
    // Attributes name it in quotes, where it would pass for a word on the wire.
    if code.contains("decode::") {
        ours.push_str(", decode");
    }
    for id in api.ids.iter().filter(|id| uses(code, &id.name)) {
        ours.push_str(&format!(", {}", id.name));
    }
    for (module, names) in OURS {
        let names = used(names);
        if !names.is_empty() {
            ours.push_str(&format!(", {module}::{{{names}}}"));
        }
    }
    text.push_str(&format!(
        "use crate::{{{}}};\n",
        ours.trim_start_matches(", ")
    ));
    text
}

fn is_answer(model: &Model) -> bool {
    let only_answered = model.usage.response && !model.usage.request;
    only_answered && matches!(model.shape, Shape::Object(_))
}

fn write(source: &mut Source, api: &Api, model: &Model) -> Result<(), Error> {
    match (&model.shape, model.usage.request, model.usage.response) {
        (_, true, true) => Err(Error::new("it is sent and answered with, which none is")),
        (Shape::Object(_), false, true) => Err(Error::new("it stands in the table of answers")),
        (Shape::Object(fields), true, false) => sent(source, api, model, fields),
        (Shape::Choice(arms), false, true) => {
            choice(source, model, arms);
            Ok(())
        }
        (Shape::Choice(_), true, false) => Err(Error::new("no choice was sent until now")),
        (_, false, false) => Err(Error::new("no operation reaches it")),
    }
}

fn doc(model: &Model) -> String {
    let written = model.doc.clone();
    written.unwrap_or_else(|| prose::model(&model.name))
}

/// A model of an answer, as a row of the table of them: `rustfmt` does not look into it.
fn answered(source: &mut Source, model: &Model, fields: &[Field]) -> Result<(), Error> {
    if fields.iter().any(|field| field.ident() == "extra") {
        return Err(Error::new(
            "`extra` is what every model calls something else",
        ));
    }
    let tag = model.tag().map(|tag| format!(" {}", Quoted(tag)));
    source.doc(4, &doc(model));
    source.push(format_args!(
        "    {}{} {{",
        model.name,
        tag.unwrap_or_default()
    ));
    for field in fields.iter().filter(|f| f.decoding() != Decoding::Ignored) {
        source.doc(8, &prose::output(field));
        let head = format!("        {}: {} =", field.ident(), field_type(field));
        let tail = format!("{};", reading(field)?);
        let gap = match head.len() + 1 + tail.len() <= WIDTH {
            true => " ",
            false => "\n            ",
        };
        source.push(format_args!("{head}{gap}{tail}"));
    }
    source.push("    }");
    Ok(())
}

/// A model of a request.
fn sent(source: &mut Source, api: &Api, model: &Model, fields: &[Field]) -> Result<(), Error> {
    let name = &model.name;
    let inputs: Vec<Input<'_>> = fields.iter().map(|f| Input::new(f, Store::Whole)).collect();
    source.doc(0, &doc(model));
    source.push("#[derive(Clone, Debug, Serialize)]");
    source.push("#[must_use]");
    source.push(format_args!("pub struct {name}(Body);"));
    source.push(format_args!("\nimpl {name} {{"));
    let mut arguments = Vec::new();
    let mut statements = Vec::new();
    for input in &inputs {
        if let Some(literal) = input.constant() {
            statements.push(input.keep_constant(literal, "body")?);
        } else if input.is_argument() {
            let argument = input.argument(api)?;
            arguments.push(format!("{}: {}", input.ident(), without_module(&argument)));
            statements.push(without_module(&input.keep(api, &input.ident(), "body")?));
        }
    }
    let secrets = inputs
        .iter()
        .copied()
        .filter(|input| is_secret(api, input.field));
    let body = body_hiding(secrets);
    source.push("    /// What there is no such object without.");
    source.push("#[allow(clippy::new_without_default, reason = \"as for operations\")]");
    source.push(format_args!(
        "pub fn new({}) -> Self {{",
        arguments.join(", ")
    ));
    if statements.is_empty() {
        source.push(format_args!("Self({body})"));
    } else {
        source.push(format_args!("let mut body = {body};"));
        statements
            .iter()
            .for_each(|statement| source.push(statement));
        source.push("Self(body)");
    }
    source.push("}");
    for input in inputs.iter().filter(|input| !input.is_argument()) {
        let mut one = Source::default();
        setter(&mut one, api, input)?;
        source.push("");
        source.push(without_module(&one.finish()));
    }
    source.push("}");
    Ok(())
}

/// Code for inside `models`.
fn without_module(code: &str) -> String {
    code.replace("models::", "")
}

/// One of several models, told apart by a property.
fn choice(source: &mut Source, model: &Model, arms: &[Arm]) {
    let name = &model.name;
    source.doc(0, &doc(model));
    source.push("#[derive(Clone)]");
    source.push("#[non_exhaustive]");
    source.push(format_args!("pub enum {name} {{"));
    for arm in arms {
        let value = prose::literal(&arm.value);
        source.doc(4, &format!("Its `{}` is `{value}`.", arm.property));
        match &arm.model {
            Some(model) => source.push(format_args!("{}(Box<{model}>),", arm.name)),
            None => source.push(format_args!("{},", arm.name)),
        }
    }
    source.doc(4, "Something that this version does not know, as it came.");
    source.push("Other(Json),\n}\n");
    source.push(format_args!("impl<'de> Deserialize<'de> for {name} {{"));
    source
        .push("fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {");
    source.push("let json = Json::deserialize(deserializer)?;");
    for arm in arms {
        let expected = match &arm.value {
            Literal::Bool(flag) => flag.to_string(),
            Literal::Int(number) => number.to_string(),
            other => format!("{:?}", prose::literal(other)),
        };
        source.push(format_args!(
            "if decode::is_tagged(&json, {:?}, {expected}) {{",
            arm.property
        ));
        match &arm.model {
            Some(_) => source.push(format_args!(
                "return decode::arm(&json).map(Self::{});",
                arm.name
            )),
            None => source.push(format_args!("return Ok(Self::{});", arm.name)),
        }
        source.push("}");
    }
    source.push("Ok(Self::Other(json))\n}\n}\n");
    discreet_debug(source, name, arms);
}

/// What this version does not know may be a secret.
fn discreet_debug(source: &mut Source, name: &str, arms: &[Arm]) {
    source.push(format_args!("impl fmt::Debug for {name} {{"));
    source.push("fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { match self {");
    for Arm { name, model, .. } in arms {
        match model {
            Some(_) => source.push(format_args!(
                "Self::{name}(known) => f.debug_tuple({name:?}).field(known).finish(),"
            )),
            None => source.push(format_args!("Self::{name} => f.write_str({name:?}),")),
        }
    }
    source.push(
        "Self::Other(json) => f.debug_tuple(\"Other\").field(&redacted(json)).finish(), } } }",
    );
}

/// A set of texts.
fn set(source: &mut Source, found: &Enum) {
    let written = found.doc.clone();
    source.doc(4, &written.unwrap_or_else(|| prose::model(&found.name)));
    source.push(format_args!("    {} {{", found.name));
    for value in &found.values {
        let written = value.doc.clone();
        source.doc(8, &written.unwrap_or_else(|| prose::value(&value.wire)));
        source.push(format_args!(
            "        {} = {},",
            value.ident(),
            Quoted(&value.wire)
        ));
    }
    source.push("    }");
}

/// The types of ids.
pub(crate) fn ids(api: &Api) -> File {
    let mut source = Source::default();
    source.push("use crate::id::ids;\n\nids! {");
    for id in &api.ids {
        source.doc(4, &prose::id(&id.name, &id.prefix));
        source.push(format_args!("    {}", id.name));
    }
    source.push("}");
    File::new("crates/clerk-api/src/generated/ids.rs", source)
}

/// `api_keys` as `ApiKeys`.
pub(crate) fn upper_camel(name: &str) -> String {
    let words = name.split('_').filter_map(|word| {
        let first = word.chars().next()?.to_ascii_uppercase();
        Some(format!("{first}{}", word.get(1..)?))
    });
    words.collect()
}

//! A module for each group, and the list of modules.

use clerk_catalogue::ir::{Api, Group, Operation, Paging};

use crate::model::upper_camel;
use crate::source::{Source, WIDTH, uses};
use crate::{Error, File, operation, prose};

/// What a module may need, by the crate it comes from, and how its use is recognised.
const FOREIGN: &[(&str, &[&str])] = &[
    (
        "clerk_http",
        &[
            "Authorization",
            "BasePath",
            "Error",
            "FilePart",
            "Operation",
            "Page",
            "RequestTarget",
            "json",
            "success",
        ],
    ),
    ("http", &["Method", "Request", "Response"]),
    ("serde", &["Serialize"]),
];
const FROM_REQUEST: &[&str] = &[
    "Body",
    "Form",
    "Query",
    "entries",
    "entries_or_null",
    "millis",
    "rfc3339",
    "seconds",
    "texts",
];

/// The module of a group.
pub(crate) fn file(api: &Api, group: &Group) -> Result<File, Error> {
    let mut code = Source::default();
    table(&mut code, api, group)?;
    lists(&mut code, group)?;
    for found in &group.operations {
        code.push("");
        let written = operation::write(&mut code, api, found);
        written.map_err(|error| error.of(&found.name))?;
    }
    let code = code.finish();

    let mut source = Source::default();
    source.module_doc(&prose::group(group));
    source.push("");
    if code.contains("#[deprecated") {
        source.push(
            "#![allow(deprecated, reason = \"what is deprecated still has to be written\")]\n",
        );
    }
    imports(&mut source, api, &code);
    source.push(code);
    Ok(File::new(
        format!("crates/clerk-api/src/generated/{}.rs", group.name),
        source,
    ))
}

fn imports(source: &mut Source, api: &Api, code: &str) {
    let used = |name: &&&str| uses(code, name);
    source.push("use bytes::Bytes;");
    for (foreign, names) in FOREIGN {
        let names: Vec<&str> = names.iter().filter(used).copied().collect();
        if !names.is_empty() {
            source.push(format_args!("use {foreign}::{{{}}};", names.join(", ")));
        }
    }
    let mut ours: Vec<String> = Vec::new();
    let ids = api.ids.iter().map(|id| id.name.as_str());
    let root = ["Json", "Timestamp", "decode", "models"]
        .into_iter()
        .chain(ids);
    ours.extend(root.filter(|name| uses(code, name)).map(str::to_owned));
    let macros = if code.contains("lists! {") {
        "calls::{calls, lists}"
    } else {
        "calls::calls"
    };
    ours.push(macros.to_owned());
    let mut collected: Vec<&str> = FROM_REQUEST.iter().filter(used).copied().collect();
    if code.contains(".query(&self") || code.contains(".form(Method") {
        collected.push("Inputs as _");
    }
    if !collected.is_empty() {
        ours.push(format!("request::{{{}}}", collected.join(", ")));
    }
    source.push(format_args!("use crate::{{{}}};\n", ours.join(", ")));
}

/// The table of calls.
fn table(source: &mut Source, api: &Api, group: &Group) -> Result<(), Error> {
    source.push("calls! {");
    source.doc(4, &prose::group(group));
    source.push(format_args!("    {}", upper_camel(&group.name)));
    for found in &group.operations {
        source.push("");
        source.doc(4, &prose::summary(found));
        operation::aliases(source, "    ", found, &found.name);
        let arguments = operation::arguments(api, found)?;
        let output = operation::output(found);
        let (name, ty) = (&found.name, found.type_name());
        let (head, tail) = (
            format!("    {name}({arguments})"),
            format!("=> {ty} -> {output};"),
        );
        // `rustfmt` does not look into the tables.
        if head.len() + 1 + tail.len() <= WIDTH {
            source.push(format_args!("{head} {tail}"));
        } else if head.len() <= WIDTH {
            source.push(format_args!("{head}\n        {tail}"));
        } else {
            let arguments = arguments.replace(", ", ",\n        ");
            source.push(format_args!(
                "    {name}(\n        {arguments},\n    ) {tail}"
            ));
        }
    }
    source.push("}");
    Ok(())
}

/// The table of lists that come in pages.
fn lists(source: &mut Source, group: &Group) -> Result<(), Error> {
    let mut rows = Vec::new();
    for found in &group.operations {
        let Some(item) = operation::item(found) else {
            continue;
        };
        let most = most(found).ok_or_else(|| {
            Error::new("the largest page is not known; a correction can say it").of(&found.name)
        })?;
        let cursor = match found.paging {
            Some(Paging::Cursor) => ", behind id",
            _ => "",
        };
        rows.push(format!(
            "    {} of {item}, at most {most}{cursor};",
            found.type_name()
        ));
    }
    if !rows.is_empty() {
        source.push("\nlists! {");
        rows.iter().for_each(|row| source.push(row));
        source.push("}");
    }
    Ok(())
}

fn most(operation: &Operation) -> Option<i64> {
    let limit = operation.query.iter().find(|field| field.wire == "limit")?;
    limit.range.max
}

/// The list of modules.
pub(crate) fn index(api: &Api) -> File {
    let mut source = Source::default();
    source.push("mod ids;\npub mod models;");
    for group in &api.groups {
        let (name, feature) = (&group.name, &group.feature);
        source.push(format_args!(
            "#[cfg(feature = {feature:?})]\npub mod {name};"
        ));
    }
    source.push("\npub use ids::*;");
    source.push("\n/// The version of the API that everything here is made for.");
    let version = &api.source.version;
    source.push(format_args!("pub const API_VERSION: &str = {version:?};"));
    File::new("crates/clerk-api/src/generated.rs", source)
}

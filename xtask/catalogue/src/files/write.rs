use std::fmt::Write as _;

use super::File;
use crate::ir::{
    Api, Arm, Authorization, Body, Bounds, Content, Event, Field, Group, Model, Operation, Paging,
    Shape, Ty,
};
use crate::notation::{print, print_literal, print_range, print_type};

pub(super) fn files(api: &Api) -> Vec<File> {
    let file = |name: &str, text: String| File {
        name: format!("{name}.toml"),
        text,
    };
    let mut files = vec![
        file("source", source(api)),
        file("enums", enums(api)),
        file("ids", ids(api)),
        file("shared", models(shared(api)).trim_start().to_owned()),
    ];
    files.extend(api.groups.iter().map(|group| {
        let own = api
            .models
            .iter()
            .filter(|m| m.groups == [group.name.as_str()]);
        let mut text = operations(group);
        text.push_str(&models(own));
        file(&group.name, text)
    }));
    if !api.events.is_empty() {
        files.push(file("events", events(api)));
    }
    files.sort_by(|left, right| left.name.cmp(&right.name));
    files
}

fn source(api: &Api) -> String {
    let source = &api.source;
    let mut text = String::new();
    line(&mut text, "version", &source.version);
    line(&mut text, "blob", &source.blob);
    let _ = writeln!(text, "paths = {}", source.paths);
    let _ = writeln!(text, "operations = {}", source.operations);
    if let Some(webhooks) = &source.webhooks {
        line(&mut text, "webhooks", webhooks);
    }
    text
}

fn events(api: &Api) -> String {
    let mut text = String::from("[event]\n");
    for event in &api.events {
        line(&mut text, &event.wire, &event.data);
    }
    let own = api.models.iter().filter(|m| m.groups == [Event::GROUP]);
    text.push_str(&models(own));
    text
}

fn enums(api: &Api) -> String {
    let mut text = String::from("[enum]\n");
    for found in &api.enums {
        let values: Vec<String> = found.values.iter().map(|v| quoted(&v.wire)).collect();
        let _ = writeln!(text, "{} = [{}]", found.name, values.join(", "));
    }
    text
}

fn ids(api: &Api) -> String {
    let mut text = String::from("[id]\n");
    for id in &api.ids {
        line(&mut text, &id.name, &id.prefix);
    }
    text
}

fn shared(api: &Api) -> impl Iterator<Item = &Model> {
    api.models.iter().filter(|model| model.groups.len() != 1)
}

fn operations(group: &Group) -> String {
    let mut text = String::new();
    line(&mut text, "group", &group.name);
    line(&mut text, "feature", &group.feature);
    let tag = group
        .operations
        .first()
        .map_or("", |first| first.tag.as_str());
    line(&mut text, "tag", tag);
    for found in &group.operations {
        operation(&mut text, found, tag);
    }
    text
}

fn operation(text: &mut String, operation: &Operation, tag: &str) {
    let name = &operation.name;
    let _ = writeln!(text, "\n[op.{name}]");
    line(text, "id", &operation.id);
    line(
        text,
        "http",
        &format!("{} {}", operation.verb, operation.path),
    );
    let typed = operation.parameters.iter().filter(|p| p.ty != Ty::Str);
    let typed: Vec<String> = typed
        .map(|field| format!("{} = {}", key(&field.wire), quoted(&print(field))))
        .collect();
    if !typed.is_empty() {
        let _ = writeln!(text, "path = {{ {} }}", typed.join(", "));
    }
    if let Body::List { item, items } = &operation.body {
        line(text, "body", &list(item, *items));
    }
    line(text, "ok", &answer(operation));
    let errors: Vec<String> = operation.errors.iter().map(u16::to_string).collect();
    if !errors.is_empty() {
        line(text, "err", &errors.join(" "));
    }
    if let Some(paging) = operation.paging {
        line(text, "page", paging_word(paging));
    }
    if operation.authorization == Authorization::Public {
        line(text, "auth", "none");
    }
    if operation.tag != tag {
        line(text, "tag", &operation.tag);
    }
    if let Some(alias) = &operation.alias {
        line(text, "alias", alias);
    }
    if operation.deprecated {
        text.push_str("deprecated = true\n");
    }
    table(text, &format!("op.{name}.query"), &operation.query);
    match &operation.body {
        Body::Object(fields) => table(text, &format!("op.{name}.body"), fields),
        Body::Form(parts) => table(text, &format!("op.{name}.form"), parts),
        Body::Empty | Body::List { .. } => {}
    }
}

fn list(item: &Ty, items: Bounds) -> String {
    let mut line = format!("[{}]", print_type(item));
    if !items.is_empty() {
        line.push_str("  items ");
        line.push_str(&print_range(items));
    }
    line
}

fn answer(operation: &Operation) -> String {
    let status = operation.answer.status;
    match &operation.answer.content {
        Content::Empty => status.to_string(),
        Content::Text => format!("{status} text"),
        Content::Json(ty) => format!("{status} {}", print_type(ty)),
        Content::Page(ty) => format!("{status} Page<{}>", print_type(ty)),
    }
}

pub(super) fn paging_word(paging: Paging) -> &'static str {
    match paging {
        Paging::Offset => "offset",
        Paging::Flagged => "flagged",
        Paging::Cursor => "cursor",
    }
}

fn models<'a>(models: impl Iterator<Item = &'a Model>) -> String {
    let mut text = String::new();
    for model in models {
        match &model.shape {
            Shape::Object(fields) => table(&mut text, &format!("model.{}", model.name), fields),
            Shape::Choice(arms) => choice(&mut text, model, arms),
        }
    }
    text
}

fn choice(text: &mut String, model: &Model, arms: &[Arm]) {
    let _ = writeln!(text, "\n[choice.{}]", model.name);
    for arm in arms {
        let held = arm
            .model
            .as_ref()
            .map_or_else(String::new, |m| format!("{m} "));
        let value = print_literal(&arm.value);
        line(text, &arm.name, &format!("{held}{}={value}", arm.property));
    }
}

fn table(text: &mut String, name: &str, fields: &[Field]) {
    if fields.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n[{name}]");
    for field in fields {
        line(text, &field.wire, &print(field));
    }
}

fn line(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "{} = {}", key(name), quoted(value));
}

fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

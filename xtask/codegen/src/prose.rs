//! Sentences made of facts, for what nobody has written a better one about.

mod common;
mod name;

use clerk_catalogue::ir::{
    Authorization, BasePath, Bounds, Content, Field, Group, Literal, Operation, Retry, Ty,
};

use crate::output::linked;

/// What an operation does, in one sentence.
pub(crate) fn summary(operation: &Operation) -> String {
    let written = operation.doc.as_deref().map(first_sentence);
    written.unwrap_or_else(|| name::of_operation(&operation.group, &operation.name))
}

fn first_sentence(text: &str) -> String {
    text.split("\n\n").next().unwrap_or_default().to_owned()
}

/// Everything the documentation of an operation says.
pub(crate) fn operation(operation: &Operation) -> String {
    let mut text = match &operation.doc {
        Some(doc) => doc.clone(),
        None => summary(operation),
    };
    text.push_str("\n\n");
    text.push_str(&exchange(operation));
    if operation.authorization != Authorization::SecretKey || operation.base == BasePath::Root {
        text.push_str("\n\n");
        text.push_str(&way(operation));
    }
    let (again, url) = (sent_again(operation.retry), operation.reference());
    text.push_str(&format!("\n\n{again} [In Clerk's reference]({url})"));
    text
}

/// After which failures clients send it again. Short, so that it fits beside the link.
const fn sent_again(retry: Retry) -> &'static str {
    match retry {
        Retry::Safe | Retry::Idempotent => "Sent again after every failure that may pass.",
        Retry::No => {
            "Sent again only where nothing was done: after a 429, or without a connection."
        }
    }
}

/// Verb, path, answer and failures.
fn exchange(operation: &Operation) -> String {
    let (verb, path) = (operation.verb, &operation.path);
    let status = operation.answer.status;
    let answer = match &operation.answer.content {
        Content::Empty => "without a body".to_owned(),
        Content::Text => "with a text".to_owned(),
        Content::Json(Ty::List(item)) if operation.paging.is_none() => {
            format!("with a list of {}", linked(item))
        }
        Content::Json(Ty::List(item)) => format!("with a page of {}", linked(item)),
        Content::Page(item) => format!("with a page of {}", linked(item)),
        Content::Json(ty) => format!("with {}", linked(ty)),
    };
    let mut text = format!("`{verb} {path}` answers {status} {answer}.");
    if !operation.errors.is_empty() {
        let errors: Vec<String> = operation.errors.iter().map(u16::to_string).collect();
        text.push_str(&format!(" Documented failures: {}.", errors.join(", ")));
    }
    text
}

/// Whose key it is sent with, and behind which base.
fn way(operation: &Operation) -> String {
    let key = match operation.authorization {
        Authorization::Public => "Sent without credentials",
        Authorization::SecretKey => "Sent with the instance's secret key",
        Authorization::MachineKey => "Sent with a machine's secret key",
        Authorization::SecretOrMachineKey => {
            "Sent with the machine's secret key if the client has one, or else with the instance's"
        }
    };
    match operation.base {
        BasePath::Versioned => format!("{key}."),
        BasePath::Root => format!("{key}, to a path without the version segment."),
    }
}

pub(crate) fn group(group: &Group) -> String {
    let written = group.doc.clone();
    written.unwrap_or_else(|| name::of_group(&group.name))
}

/// What an input is, and what is allowed of it.
pub(crate) fn input(field: &Field, in_query: bool, most: Option<i64>) -> String {
    let mut sentences = vec![match &field.doc {
        Some(doc) => doc.clone(),
        None if in_query => name::of_parameter(field),
        None => name::of_field(field),
    }];
    sentences.extend(constraints(field));
    if let Some(most) = most {
        sentences.push(format!(
            "More is sent as {most}, for Clerk would answer with ten."
        ));
    }
    if let Some(default) = &field.default {
        sentences.push(format!("Default: `{}`.", literal(default)));
    }
    sentences.join(" ")
}

/// What a field of an answer is.
pub(crate) fn output(field: &Field) -> String {
    let written = field.doc.clone();
    let mut text = written.unwrap_or_else(|| name::of_field(field));
    if field.deprecated {
        text.push_str(" Clerk discourages its use.");
    }
    text
}

fn constraints(field: &Field) -> Vec<String> {
    let mut sentences = Vec::new();
    if !field.order_by.is_empty() {
        let names: Vec<String> = field
            .order_by
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        sentences.push(format!(
            "One of {}, with `+` or `-` before it.",
            names.join(", ")
        ));
    }
    if let Some(range) = between(field.range) {
        sentences.push(format!("{range}."));
    }
    if let Some(length) = between(field.length) {
        sentences.push(format!("{length} characters."));
    }
    if let Some(items) = between(field.items) {
        sentences.push(format!("{items} of them."));
    }
    if field.unique {
        sentences.push("None twice.".to_owned());
    }
    if field.ty == Ty::Date {
        sentences.push("As `YYYY-MM-DD`.".to_owned());
    }
    sentences
}

fn between(bounds: Bounds) -> Option<String> {
    match (bounds.min, bounds.max) {
        (None, None) => None,
        (Some(min), Some(max)) if bounds.above_min => {
            Some(format!("More than {min}, at most {max}"))
        }
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) if bounds.above_min => Some(format!("More than {min}")),
        (Some(min), None) => Some(format!("At least {min}")),
        (None, Some(max)) => Some(format!("At most {max}")),
    }
}

pub(crate) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Str(text) => text.clone(),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(flag) => flag.to_string(),
        Literal::EmptyList => "[]".to_owned(),
    }
}

pub(crate) fn model(name: &str) -> String {
    format!("{}.", name::of_type(name))
}

pub(crate) fn value(wire: &str) -> String {
    match wire {
        "" => "Nothing.".to_owned(),
        _ => format!("`{wire}`."),
    }
}

pub(crate) fn id(name: &str, prefix: &str) -> String {
    let what = name::noun(name.trim_end_matches("Id"));
    let article = name::article(&what);
    match prefix {
        "" => format!("The id of {article} {what}."),
        _ => format!("The id of {article} {what}: `{prefix}…`."),
    }
}

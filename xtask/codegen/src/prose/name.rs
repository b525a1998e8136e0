//! What a wire name says, spelled out.

use clerk_catalogue::ir::{Field, Ty};

pub(super) fn of_group(group: &str) -> String {
    format!("{}.", capitalized(&spaced(group)))
}

pub(super) fn of_operation(group: &str, name: &str) -> String {
    let (many, one) = (spaced(group), singular(&spaced(group)));
    match name {
        "list" | "list_all" => format!("Lists {many}."),
        "get" => format!("Fetches {} {one}.", article(&one)),
        "create" => format!("Creates {} {one}.", article(&one)),
        "update" => format!("Changes {} {one}.", article(&one)),
        "delete" => format!("Deletes {} {one}.", article(&one)),
        "revoke" => format!("Revokes {} {one}.", article(&one)),
        "verify" => format!("Verifies {} {one}.", article(&one)),
        _ => format!("{} ({many}).", capitalized(&spaced(name))),
    }
}

/// Parameters of queries mostly say which part of a list is wanted.
pub(super) fn of_parameter(field: &Field) -> String {
    let wire = field.wire.as_str();
    for (ending, relation) in [
        ("_before", "before"),
        ("_after", "after"),
        ("_since", "at or after"),
        ("_until", "at or before"),
    ] {
        if let (Some(what), Ty::Time(_) | Ty::DateTime) = (wire.strip_suffix(ending), &field.ty) {
            return format!("Only what has a `{what}` {relation} this.");
        }
    }
    match wire {
        "limit" => "How many to answer with at most.".to_owned(),
        "offset" => "How many to skip.".to_owned(),
        "order_by" => "What to sort by.".to_owned(),
        "query" => "What to search for.".to_owned(),
        _ => match wire.strip_prefix("include_") {
            Some(what) => format!("Whether to include {}.", spaced(what)),
            None if matches!(field.ty, Ty::List(_)) => {
                format!("Only those whose `{wire}` is one of these.")
            }
            None => format!("Only those whose `{wire}` is this."),
        },
    }
}

pub(super) fn of_output(field: &Field) -> String {
    let wire = field.wire.as_str();
    let words = spaced(wire);
    match &field.ty {
        Ty::Bool => whether(wire, &words),
        Ty::Time(_) | Ty::DateTime => when(wire, &words),
        _ if wire == "id" => "The id.".to_owned(),
        Ty::List(_) => match wire.strip_suffix("_ids") {
            Some(what) => format!("The ids of the {}s.", spaced(what)),
            None => format!("The {words}."),
        },
        _ => match (wire.strip_suffix("_id"), wire.strip_suffix("_url")) {
            (Some(what), _) => format!("The {}'s id.", spaced(what)),
            (_, Some(what)) => format!("The URL of the {}.", spaced(what)),
            _ => format!("The {words}."),
        },
    }
}

fn whether(wire: &str, words: &str) -> String {
    let starts = [("is_", "it is"), ("has_", "it has"), ("allow_", "to allow")];
    for (start, said) in starts {
        if let Some(rest) = wire.strip_prefix(start) {
            return format!("Whether {said} {}.", spaced(rest));
        }
    }
    for (ending, said) in [
        ("_enabled", "on"),
        ("_disabled", "off"),
        ("_required", "required"),
    ] {
        if let Some(rest) = wire.strip_suffix(ending) {
            return format!("Whether {} is {said}.", spaced(rest));
        }
    }
    if wire.contains('_') {
        return format!("Whether: {words}.");
    }
    format!("Whether it is {words}.")
}

fn when(wire: &str, words: &str) -> String {
    match wire.strip_suffix("_at") {
        Some("expire" | "expires") => "When it expires.".to_owned(),
        Some(last) if last.starts_with("last_") => format!("When: {}.", spaced(last)),
        Some(done) if done.ends_with("ed") && !done.contains('_') => format!("When it was {done}."),
        Some(what) => format!("When: {}.", spaced(what)),
        None => format!("The {words}."),
    }
}

fn spaced(wire: &str) -> String {
    let words = wire.split('_').map(|word| match word {
        "api" | "dns" | "id" | "idp" | "ip" | "jwks" | "jwt" | "m2m" | "mfa" | "sms" | "sso"
        | "totp" | "url" => word.to_ascii_uppercase(),
        "oauth" => "OAuth".to_owned(),
        "saml" => "SAML".to_owned(),
        "scim" => "SCIM".to_owned(),
        "urls" => "URLs".to_owned(),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn singular(many: &str) -> String {
    if let Some(stem) = many.strip_suffix("ies") {
        return format!("{stem}y");
    }
    match many.strip_suffix("addresses") {
        Some(stem) => format!("{stem}address"),
        None => many.strip_suffix('s').unwrap_or(many).to_owned(),
    }
}

pub(super) fn article(noun: &str) -> &'static str {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'O', 'A']);
    if vowel { "an" } else { "a" }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// `OrganizationInvitation` as `Organization invitation`.
pub(super) fn of_type(name: &str) -> String {
    let mut text = String::new();
    let mut previous = ' ';
    for character in name.chars() {
        let begins = character.is_ascii_uppercase() && previous.is_ascii_lowercase();
        if begins {
            text.push(' ');
        }
        if begins || text.is_empty() {
            text.push(if text.is_empty() {
                character
            } else {
                character.to_ascii_lowercase()
            });
        } else {
            text.push(character);
        }
        previous = character;
    }
    text
}

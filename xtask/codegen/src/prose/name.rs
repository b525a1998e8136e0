//! What a wire name says, spelled out.

use clerk_catalogue::ir::{Field, Ty};

use super::common::{MEANINGS, SPELLINGS, STATES, VERBS};

pub(super) fn of_group(group: &str) -> String {
    format!("{}.", capitalized(&spaced(group)))
}

pub(super) fn of_operation(group: &str, name: &str) -> String {
    let (many, one) = (spaced(group), singular(&spaced(group)));
    let article = article(&one);
    match name {
        "list" | "list_all" => format!("Lists {many}."),
        "get" => format!("Fetches {article} {one}."),
        "create" => format!("Creates {article} {one}."),
        "update" => format!("Changes {article} {one}."),
        "delete" => format!("Deletes {article} {one}."),
        "revoke" => format!("Revokes {article} {one}."),
        "verify" => format!("Verifies {article} {one}."),
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
            return format!("Only those with a `{what}` {relation} this.");
        }
    }
    match wire {
        "limit" | "offset" | "order_by" | "query" => of_field(field),
        _ if wire.starts_with("include_") => of_field(field),
        _ if matches!(field.ty, Ty::List(_)) => {
            format!("Only those whose `{wire}` is one of these.")
        }
        _ => format!("Only those whose `{wire}` is this."),
    }
}

pub(super) fn of_field(field: &Field) -> String {
    let wire = field.wire.as_str();
    if let Some((_, meaning)) = MEANINGS.iter().find(|(name, _)| *name == wire) {
        return (*meaning).to_owned();
    }
    let words = spaced(wire);
    match &field.ty {
        Ty::Bool => format!("Whether {}.", whether(wire)),
        Ty::Time(_) | Ty::DateTime => match wire.strip_suffix("_at") {
            Some(event) => format!("When {}.", when(event)),
            None => format!("The {words}."),
        },
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

/// The rest of a sentence about a flag.
fn whether(wire: &str) -> String {
    let (first, rest) = wire.split_once('_').unwrap_or((wire, ""));
    match first {
        "is" => return format!("it is {}", spaced(rest)),
        "has" => return format!("it has {}", spaced(rest)),
        "can" => return format!("one can {}", spaced(rest)),
        "requires" => return format!("it requires {}", spaced(rest)),
        verb if VERBS.contains(&verb) => return format!("to {}", spaced(wire)),
        _ => {}
    }
    match wire.rsplit_once('_') {
        Some((what, state)) if STATES.contains(&state) => {
            let what = spaced(what);
            let plural = what.ends_with('s') && !what.ends_with("ss");
            let verb = if plural { "are" } else { "is" };
            let state = match state {
                "enabled" => "on",
                "disabled" => "off",
                other => other,
            };
            format!("{what} {verb} {state}")
        }
        Some(_) => format!("`{wire}` holds"),
        None => format!("it is {}", spaced(wire)),
    }
}

/// The rest of a sentence about an instant.
fn when(event: &str) -> String {
    if let Some(done) = event.strip_prefix("last_") {
        return format!("it was last {}", spaced(done));
    }
    if let Some((what, done)) = event.split_once("_last_") {
        return format!("the {} was last {}", spaced(what), spaced(done));
    }
    match event.rsplit_once('_') {
        None if matches!(event, "expire" | "expires") => "it expires".to_owned(),
        None => format!("it was {event}"),
        Some((what, "expires")) => format!("the {} expires", spaced(what)),
        Some((what, done)) if done.ends_with("ed") => format!("the {} was {done}", spaced(what)),
        Some(_) => format!("the {} was", spaced(event)),
    }
}

fn spaced(wire: &str) -> String {
    let words = wire.split('_').map(|word| {
        let spelling = SPELLINGS.iter().find(|(name, _)| *name == word);
        spelling.map_or(word, |(_, spelling)| spelling)
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
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'A', 'O']);
    if vowel || noun.starts_with("M2M") {
        "an"
    } else {
        "a"
    }
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
    capitalized(&noun(name))
}

/// `OrganizationInvitation` as `organization invitation`.
pub(super) fn noun(name: &str) -> String {
    let mut words = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let begins = |(at, character): (usize, char)| at > 0 && character.is_ascii_uppercase();
        let end = rest.char_indices().find(|found| begins(*found));
        let (word, tail) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        words.push(word.to_ascii_lowercase());
        rest = tail;
    }
    // The one abbreviation that is written in several capitals.
    spaced(&words.join("_").replace("o_auth", "oauth"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(wire: &str, ty: Ty) -> String {
        of_field(&Field::new(wire, ty))
    }

    #[test]
    fn names_are_spelled_out() {
        let time = || Ty::Time(clerk_catalogue::ir::TimeUnit::Milliseconds);
        for (wire, ty, sentence) in [
            ("first_name", Ty::Str, "The first name."),
            ("role_id", Ty::Str, "The role's id."),
            ("idp_sso_url", Ty::Str, "The URL of the IdP SSO."),
            ("banned", Ty::Bool, "Whether it is banned."),
            ("is_public", Ty::Bool, "Whether it is public."),
            ("can_delete", Ty::Bool, "Whether one can delete."),
            ("allow_subdomains", Ty::Bool, "Whether to allow subdomains."),
            ("totp_enabled", Ty::Bool, "Whether TOTP is on."),
            ("domains_enabled", Ty::Bool, "Whether domains are on."),
            (
                "email_address_verified",
                Ty::Bool,
                "Whether email address is verified.",
            ),
            ("custom_action", Ty::Bool, "Whether `custom_action` holds."),
            ("created_at", time(), "When it was created."),
            ("expire_at", time(), "When it expires."),
            ("last_active_at", time(), "When it was last active."),
            (
                "password_last_updated_at",
                time(),
                "When the password was last updated.",
            ),
            (
                "idp_certificate_issued_at",
                time(),
                "When the IdP certificate was issued.",
            ),
        ] {
            assert_eq!(said(wire, ty), sentence);
        }
    }

    #[test]
    fn types_are_spelled_out() {
        for (name, text) in [
            ("OrganizationInvitation", "Organization invitation"),
            ("OAuthAccessToken", "OAuth access token"),
            ("ApiKey", "API key"),
            ("M2mToken", "M2M token"),
            ("SamlConnection", "SAML connection"),
        ] {
            assert_eq!(of_type(name), text);
        }
    }
}

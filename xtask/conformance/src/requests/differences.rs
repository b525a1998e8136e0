//! What differs between two requests, and which entry of `docs/divergences.md` explains it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{sent::Sent, table::Row};

/// One thing that is not the same in both requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// What it is, as [`Sent::facts`] names it.
    pub(super) what: String,
    /// What the SDK sends, if it sends it.
    pub(super) theirs: Option<Value>,
    /// What we send, if we do.
    pub(super) ours: Option<Value>,
}

/// Everything that differs between what the SDK sends for a row and what we send.
pub(super) fn all(row: &Row, theirs: &[Sent]) -> Vec<Difference> {
    let mut differences = Vec::new();
    let paired = row
        .ours
        .iter()
        .all(|ours| theirs.len() == 1 || theirs.iter().any(|theirs| theirs.is_to_where(ours)));
    if theirs.len() != row.ours.len() || !paired {
        let count = |requests: &[Sent]| {
            let lines = requests
                .iter()
                .map(|sent| format!("{} {}", sent.verb, sent.target));
            Some(json!(lines.collect::<Vec<_>>()))
        };
        differences.push(Difference {
            what: "requests".to_owned(),
            theirs: count(theirs),
            ours: count(&row.ours),
        });
    }
    // Those of one call may arrive in any order.
    for ours in &row.ours {
        let only = theirs.first().filter(|_| theirs.len() == 1);
        if let Some(theirs) = theirs
            .iter()
            .find(|theirs| theirs.is_to_where(ours))
            .or(only)
        {
            differences.extend(between(theirs, ours));
        }
    }
    differences
}

fn between(theirs: &Sent, ours: &Sent) -> Vec<Difference> {
    let (theirs, ours) = (theirs.facts(), ours.facts());
    let names: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    let differing = names
        .into_iter()
        .filter(|name| theirs.get(*name) != ours.get(*name));
    differing
        .map(|name| Difference {
            what: name.clone(),
            theirs: theirs.get(name).cloned(),
            ours: ours.get(name).cloned(),
        })
        .collect()
}

type Explanation = fn(&Row, &Difference) -> bool;

const EXPLANATIONS: &[(&str, Explanation)] = &[
    ("content-type-of-a-body", content_type_of_a_body),
    ("empty-object", empty_object),
    ("false-query-values", false_query_values),
    ("one-operation-one-request", one_operation_one_request),
    ("oauth-provider-prefix", oauth_provider_prefix),
    ("explicit-nulls", explicit_nulls),
    ("defaults-of-the-sdk", defaults_of_the_sdk),
    ("change-domain", change_domain),
    ("suffixed-cookies", suffixed_cookies),
];

/// The entry that explains the difference, if one does.
pub(super) fn explain(row: &Row, difference: &Difference) -> Option<&'static str> {
    let explains = |(_, explains): &&(&str, Explanation)| explains(row, difference);
    EXPLANATIONS.iter().find(explains).map(|(id, _)| *id)
}

impl Difference {
    /// Whether it is about this, with these on the two sides.
    fn is(&self, what: &str, theirs: Option<Value>, ours: Option<Value>) -> bool {
        let what = what.to_owned();
        *self == Self { what, theirs, ours }
    }
}

fn content_type_of_a_body(row: &Row, difference: &Difference) -> bool {
    let theirs = Some(json!("application/json"));
    let bodiless = |sent: &Sent| sent.body.is_empty();
    row.ours.iter().any(bodiless) && difference.is("header content-type", theirs, None)
}

fn empty_object(row: &Row, difference: &Difference) -> bool {
    let empty = row.ours.iter().any(|sent| sent.body == "{}");
    let (theirs, ours) = (Some(json!("nothing")), Some(json!("an object")));
    empty && difference.is("body", theirs, ours)
}

fn false_query_values(_: &Row, difference: &Difference) -> bool {
    let is_false = |value: &Value| {
        ["0", "false", ""]
            .iter()
            .any(|text| *value == json!([text]))
    };
    let ours = difference.ours.as_ref().is_some_and(is_false);
    difference.what.starts_with("query ") && difference.theirs.is_none() && ours
}

/// We leave out a whole request that the SDK makes on its own account, and nothing else.
fn one_operation_one_request(row: &Row, difference: &Difference) -> bool {
    let (Some(Value::Array(theirs)), Some(Value::Array(ours))) =
        (&difference.theirs, &difference.ours)
    else {
        return false;
    };
    let fewer = ours.len() == 1 && theirs.len() == 2;
    difference.what == "requests"
        && row.method == "users.getUserList"
        && fewer
        && ours.iter().all(|request| theirs.contains(request))
}

fn oauth_provider_prefix(row: &Row, difference: &Difference) -> bool {
    let path = |provider: &str| {
        Some(json!(format!(
            "/v1/users/user_1/oauth_access_tokens/{provider}"
        )))
    };
    let theirs = path("oauth_google");
    row.method == "users.getUserOauthAccessToken" && difference.is("path", theirs, path("google"))
}

fn explicit_nulls(row: &Row, difference: &Difference) -> bool {
    let fields: &[&str] = match row.method {
        "m2m.createToken" => &["claims", "seconds_until_expiration"],
        "m2m.revokeToken" | "apiKeys.revoke" => &["revocation_reason"],
        _ => return false,
    };
    let is = |field: &&str| difference.is(&format!("body {field}"), Some(Value::Null), None);
    fields.iter().any(is)
}

fn defaults_of_the_sdk(row: &Row, difference: &Difference) -> bool {
    let (field, value) = match row.method {
        "m2m.createToken" => ("token_format", json!("opaque")),
        "organizations.createOrganizationDomain" => ("verified", json!(true)),
        "users.setPasswordCompromised" => ("revoke_all_sessions", json!(false)),
        _ => return false,
    };
    difference.is(&format!("body {field}"), Some(value), None)
}

fn change_domain(row: &Row, difference: &Difference) -> bool {
    let theirs = Some(json!("/v1/beta_features/change_domain"));
    let ours = Some(json!("/v1/instance/change_domain"));
    row.method == "betaFeatures.changeDomain" && difference.is("path", theirs, ours)
}

fn suffixed_cookies(row: &Row, difference: &Difference) -> bool {
    let theirs = Some(json!(["true"]));
    let what = "query suffixed_cookies";
    row.method == "sessions.refreshSession" && difference.is(what, theirs, None)
}

#[cfg(test)]
mod tests;

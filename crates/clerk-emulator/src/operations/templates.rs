use serde_json::Map;

use super::{deleted, listing::page};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Directory, Template},
    refusal::Refusal,
    route::Handled,
    template_key::TemplateKey,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListJWTTemplates", list),
    ("CreateJWTTemplate", create),
    ("GetJWTTemplate", get),
    ("UpdateJWTTemplate", update),
    ("DeleteJWTTemplate", delete),
];

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["paginated", "limit", "offset"])?;
    let templates = call.state.directory.templates.iter().rev();
    let templates: Vec<&Template> = templates.collect();
    let write = |template: &&Template| template.to_json();
    Ok(Reply::ok(page(&call.query, &templates, write)?))
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let id = call.state.ids.object("jtmp_");
    let mut template = Template::new(id, String::new(), Map::new(), call.now);
    fill_in(&mut input, &mut template)?;
    input.finish()?;
    check(&call.state.directory, &template)?;
    let body = template.to_json();
    call.state.directory.templates.put(template);
    Ok(Reply::ok(body))
}

/// Takes everything but the id from the input.
fn fill_in(input: &mut Input, template: &mut Template) -> Result<(), Refusal> {
    template.name = input.required_text("name")?;
    let claims = input.object("claims")?;
    template.claims = claims.ok_or_else(|| Refusal::form_param_missing("claims"))?;
    if let Some(seconds) = input.number("lifetime", 0..=u64::MAX)? {
        template.lifetime = seconds;
    }
    if let Some(seconds) = input.number("allowed_clock_skew", 0..=u64::MAX)? {
        template.allowed_clock_skew = seconds;
    }
    signing_key(input, template)
}

/// Refuses names that are none or taken, claims that are not for templates, and times that are out of bounds.
pub(crate) fn check(directory: &Directory, template: &Template) -> Result<(), Refusal> {
    if template.name.trim().is_empty() {
        let expected = "a name";
        return Err(Refusal::form_param_value_invalid("name", expected));
    }
    if let Some(claim) = Template::reserved_claim(&template.claims) {
        return Err(Refusal::bad_request(
            "jwt_template_reserved_claim",
            format!("The claim {claim} is set by Clerk: leave it out of the template."),
        ));
    }
    for (name, seconds, range) in [
        ("lifetime", template.lifetime, 30..=315_360_000),
        ("allowed_clock_skew", template.allowed_clock_skew, 0..=300),
    ] {
        if !range.contains(&seconds) {
            let expected = format!("from {} to {}", range.start(), range.end());
            return Err(Refusal::form_param_value_invalid(name, &expected));
        }
    }
    let other = directory.template(&template.name);
    match other.is_some_and(|other| other.id != template.id) {
        true => Err(Refusal::form_already_exists("name")),
        false => Ok(()),
    }
}

/// With whose key the template's tokens are signed, and by which algorithm.
fn signing_key(input: &mut Input, template: &mut Template) -> Result<(), Refusal> {
    let custom = input.flag("custom_signing_key")?;
    let algorithm = input.text("signing_algorithm")?;
    let text = input.text("signing_key")?;
    if !custom.unwrap_or(template.key.is_some()) {
        template.key = None;
        return match algorithm.as_deref() {
            None | Some("RS256") => Ok(()),
            Some(_) => {
                let expected = "RS256 where the instance's own key signs";
                Err(Refusal::form_param_value_invalid(
                    "signing_algorithm",
                    expected,
                ))
            }
        };
    }
    let known = template.key.as_ref().map(|key| key.algorithm().to_owned());
    let algorithm = match (algorithm, known, text.is_some()) {
        (None, Some(_), false) => return Ok(()),
        (Some(algorithm), Some(known), false) if algorithm == known => return Ok(()),
        (Some(algorithm), _, _) | (None, Some(algorithm), true) => algorithm,
        (None, None, _) => "RS256".to_owned(),
    };
    if !TemplateKey::ALGORITHMS.contains(&algorithm.as_str()) {
        let expected = format!("one of {}", TemplateKey::ALGORITHMS.join(", "));
        return Err(Refusal::form_param_value_invalid(
            "signing_algorithm",
            &expected,
        ));
    }
    let text = text.ok_or_else(|| Refusal::form_param_missing("signing_key"))?;
    let key = TemplateKey::read(&algorithm, &text);
    let key = key.map_err(|expected| Refusal::form_param_value_invalid("signing_key", expected))?;
    template.key = Some(key);
    Ok(())
}

fn called_for(call: &Call<'_>) -> Result<Template, Refusal> {
    let id = call.path.get("template_id");
    let template = call.state.directory.templates.get(id);
    template
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("JWT template", id))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(called_for(call)?.to_json()))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut template = called_for(call)?;
    fill_in(&mut input, &mut template)?;
    input.finish()?;
    check(&call.state.directory, &template)?;
    template.updated_at = call.now;
    let body = template.to_json();
    call.state.directory.templates.put(template);
    Ok(Reply::ok(body))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = called_for(call)?.id;
    call.state.directory.templates.remove(&id);
    Ok(Reply::ok(deleted("jwt_template", &id, None)))
}

//! What e-mails and text messages say. None is ever sent.

use serde_json::json;

use super::listing::page;
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Key, MessageTemplate, MessageText},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("GetTemplateList", list),
    ("GetTemplate", get),
    ("UpsertTemplate", update),
    ("RevertTemplate", revert),
    ("PreviewTemplate", preview),
    ("ToggleTemplateDelivery", toggle_delivery),
];

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["paginated", "limit", "offset"])?;
    let kind = call.path.get("template_type");
    if !MessageTemplate::KINDS.contains(&kind) {
        let expected = "email or sms";
        return Err(Refusal::form_param_value_invalid("template_type", expected));
    }
    let instance_id = &call.settings.first_keys.current().id;
    let templates = call.state.directory.message_templates.by(Key::Type, kind);
    let templates: Vec<&MessageTemplate> = templates.collect();
    let write = |template: &&MessageTemplate| template.to_json(instance_id);
    Ok(Reply::ok(page(&call.query, &templates, write)?))
}

fn called_for(call: &Call<'_>) -> Result<MessageTemplate, Refusal> {
    let (kind, slug) = (call.path.get("template_type"), call.path.get("slug"));
    let template = call.state.directory.message_template(kind, slug);
    template
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("template", slug))
}

fn answer(call: &Call<'_>, template: &MessageTemplate) -> Reply {
    Reply::ok(template.to_json(&call.settings.first_keys.current().id))
}

/// Puts a changed template back.
fn store(call: &mut Call<'_>, mut template: MessageTemplate) -> Reply {
    template.updated_at = call.now;
    let reply = answer(call, &template);
    call.state.directory.message_templates.put(template);
    reply
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(answer(call, &called_for(call)?))
}

/// There are no templates but Clerk's, so this makes none.
fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut template = called_for(call)?;
    if let Some(name) = input.text("name")? {
        template.text.name = name;
    }
    if let Some(markup) = input.text("markup")? {
        template.text.markup = markup;
    }
    if let Some(delivered) = input.flag("delivered_by_clerk")? {
        template.delivered_by_clerk = delivered;
    }
    let mut text = template.text.clone();
    reword(&mut input, &template, &mut text)?;
    input.finish()?;
    template.text = text;
    Ok(store(call, template))
}

/// Takes what a message says, and whom it is from.
fn reword(
    input: &mut Input,
    template: &MessageTemplate,
    text: &mut MessageText,
) -> Result<(), Refusal> {
    let subject = input.clearable_text("subject")?;
    if let Some(subject) = subject.filter(|_| template.is_email()) {
        text.subject = subject;
    }
    if let Some(body) = input.text("body")? {
        let lacks = |variable: &&&str| !body.contains(&format!("{{{{{variable}}}}}"));
        if let Some(variable) = template.required_variables().iter().find(lacks) {
            let expected = format!("a text with {{{{{variable}}}}}, which this message is for");
            return Err(Refusal::form_param_value_invalid("body", &expected));
        }
        text.body = body;
    }
    let names = [
        ("from_email_name", &mut text.from_email_name),
        ("reply_to_email_name", &mut text.reply_to_email_name),
    ];
    for (name, kept) in names {
        if let Some(local_part) = input.text(name)? {
            if local_part.contains('@') {
                let expected = "what stands before the @ of an address";
                return Err(Refusal::form_param_format_invalid(name, expected));
            }
            *kept = local_part;
        }
    }
    Ok(())
}

fn revert(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.input()?.finish()?;
    let mut template = called_for(call)?;
    template.text = template.standard_text();
    Ok(store(call, template))
}

/// Shows what a message would look like, and keeps nothing.
fn preview(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let template = called_for(call)?;
    let mut text = template.text.clone();
    reword(&mut input, &template, &mut text)?;
    input.finish()?;
    let subject = text.subject.as_deref();
    Ok(Reply::ok(json!({
        "slug": template.slug(),
        "subject": subject.map(|subject| template.filled_in(subject)),
        "body": template.filled_in(&text.body),
        "from_email_name": text.from_email_name,
        "reply_to_email_name": text.reply_to_email_name,
    })))
}

/// Has Clerk deliver the message, or the application; without a word, the other of the two.
fn toggle_delivery(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut template = called_for(call)?;
    let delivered = input.flag("delivered_by_clerk")?;
    input.finish()?;
    template.delivered_by_clerk = delivered.unwrap_or(!template.delivered_by_clerk);
    Ok(store(call, template))
}

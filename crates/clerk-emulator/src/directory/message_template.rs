use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Directory, Key, Record};
use crate::ids::Ids;

/// What every message may speak of.
const COMMON_VARIABLES: [&str; 2] = ["app.name", "app.url"];

/// What an e-mail or a text message says that Clerk sends.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct MessageTemplate {
    pub(crate) id: String,
    /// By type and slug.
    place: String,
    position: usize,
    #[serde(with = "standard_text")]
    standard: &'static StandardText,
    pub(crate) text: MessageText,
    /// Otherwise the application does, when a webhook tells it to.
    pub(crate) delivered_by_clerk: bool,
    created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

/// What an application may word otherwise.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) struct MessageText {
    pub(crate) name: String,
    /// Of e-mails alone.
    pub(crate) subject: Option<String>,
    /// What an editor makes the body of.
    pub(crate) markup: String,
    pub(crate) body: String,
    /// The local parts of addresses; empty stands for the instance's own.
    pub(crate) from_email_name: String,
    pub(crate) reply_to_email_name: String,
}

/// How a message is worded from the start.
#[derive(Debug)]
struct StandardText {
    kind: &'static str,
    slug: &'static str,
    name: &'static str,
    body: &'static str,
    /// What it may speak of beside what every message may.
    variables: &'static [&'static str],
    /// Whether it is of no use without those.
    needs_variables: bool,
}

impl Record for MessageTemplate {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Slug, &self.place);
        add(Key::Type, self.standard.kind);
    }
}

impl MessageTemplate {
    pub(crate) const KINDS: [&str; 2] = ["email", "sms"];

    pub(crate) fn slug(&self) -> &'static str {
        self.standard.slug
    }

    pub(crate) fn is_email(&self) -> bool {
        self.standard.kind == "email"
    }

    /// As it is worded from the start.
    pub(crate) fn standard_text(&self) -> MessageText {
        self.standard.text()
    }

    /// What the body has to speak of.
    pub(crate) fn required_variables(&self) -> &'static [&'static str] {
        match self.standard.needs_variables {
            true => self.standard.variables,
            false => &[],
        }
    }

    fn available_variables(&self) -> impl Iterator<Item = &'static str> {
        let own = self.standard.variables.iter().copied();
        COMMON_VARIABLES.into_iter().chain(own)
    }

    /// A text with something in the place of each variable, for somebody to look at.
    pub(crate) fn filled_in(&self, text: &str) -> String {
        self.available_variables()
            .fold(text.to_owned(), |text, variable| {
                text.replace(&format!("{{{{{variable}}}}}"), example(variable))
            })
    }

    /// The API's template object.
    pub(crate) fn to_json(&self, instance_id: &str) -> Value {
        let is_changed = self.text != self.standard_text();
        json!({
            "object": "template",
            "id": self.id,
            "instance_id": instance_id,
            "resource_type": if is_changed { "user" } else { "system" },
            "template_type": self.standard.kind,
            "name": self.text.name,
            "slug": self.standard.slug,
            "position": self.position,
            "can_revert": is_changed,
            "can_delete": false,
            "can_edit_body": true,
            "can_toggle": true,
            "subject": self.text.subject,
            "markup": self.text.markup,
            "body": self.text.body,
            "available_variables": self.available_variables().collect::<Vec<_>>(),
            "required_variables": self.required_variables(),
            "from_email_name": self.text.from_email_name,
            "reply_to_email_name": self.text.reply_to_email_name,
            "delivered_by_clerk": self.delivered_by_clerk,
            "enabled": true,
            "flagged_as_suspicious": false,
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }
}

impl StandardText {
    const fn of(
        (kind, slug, name): (&'static str, &'static str, &'static str),
        body: &'static str,
        variables: &'static [&'static str],
    ) -> Self {
        Self {
            kind,
            slug,
            name,
            body,
            variables,
            needs_variables: false,
        }
    }

    const fn needing_variables(mut self) -> Self {
        self.needs_variables = true;
        self
    }

    fn text(&self) -> MessageText {
        MessageText {
            name: self.name.to_owned(),
            subject: (self.kind == "email").then(|| format!("{{{{app.name}}}}: {}", self.name)),
            markup: String::new(),
            body: self.body.to_owned(),
            from_email_name: String::new(),
            reply_to_email_name: String::new(),
        }
    }
}

impl Directory {
    /// The template with this slug among those for e-mails or text messages.
    pub(crate) fn message_template(&self, kind: &str, slug: &str) -> Option<&MessageTemplate> {
        let place = place(kind, slug);
        self.message_templates.by(Key::Slug, &place).next()
    }

    pub(crate) fn plant_message_templates(&mut self, ids: &mut Ids) {
        for (position, standard) in STANDARD_TEXTS.iter().enumerate() {
            let template = MessageTemplate {
                id: ids.object("tmpl_"),
                place: place(standard.kind, standard.slug),
                position,
                standard,
                text: standard.text(),
                delivered_by_clerk: true,
                created_at: ids.time(),
                updated_at: ids.time(),
            };
            self.message_templates.put(template);
        }
    }
}

fn place(kind: &str, slug: &str) -> String {
    format!("{kind}/{slug}")
}

/// In a state file, a standard text is where it stands.
mod standard_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::{STANDARD_TEXTS, StandardText, place};

    pub(super) fn serialize<S: Serializer>(
        text: &&'static StandardText,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&place(text.kind, text.slug))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'static StandardText, D::Error> {
        let sought = String::deserialize(deserializer)?;
        let mut known = STANDARD_TEXTS.iter();
        known
            .find(|text| place(text.kind, text.slug) == sought)
            .ok_or_else(|| D::Error::custom(format!("there is no message {sought}")))
    }
}

/// Something that could stand in the place of a variable.
fn example(variable: &str) -> &'static str {
    match variable {
        "app.name" => "Example",
        "app.url" => "https://example.com",
        "otp_code" => "424242",
        "magic_link" | "action_url" => "https://example.com/continue",
        "user.name" | "inviter.name" => "Ada Lovelace",
        "org.name" => "Acme",
        "device" => "a browser",
        "email_address" => "ada@example.com",
        "phone_number" => "+15555550100",
        _ => "",
    }
}

const ACTION: &[&str] = &["action_url"];
const CODE: &[&str] = &["otp_code"];
const LINK: &[&str] = &["magic_link"];
const USER: &[&str] = &["user.name"];

static STANDARD_TEXTS: [StandardText; 24] = [
    StandardText::of(
        ("email", "verification_code", "Verification code"),
        "<p>{{otp_code}} is your code for {{app.name}}.</p>",
        CODE,
    )
    .needing_variables(),
    StandardText::of(
        ("email", "reset_password_code", "Code for a new password"),
        "<p>Enter {{otp_code}} at {{app.name}} and choose another password.</p>",
        CODE,
    )
    .needing_variables(),
    StandardText::of(
        ("email", "affiliation_code", "Code for a domain"),
        "<p>{{otp_code}} shows that you have an address at this domain.</p>",
        CODE,
    )
    .needing_variables(),
    StandardText::of(
        ("email", "magic_link_sign_in", "Link to sign in"),
        "<p><a href=\"{{magic_link}}\">Open {{app.name}}</a> as yourself.</p>",
        LINK,
    )
    .needing_variables(),
    StandardText::of(
        ("email", "magic_link_sign_up", "Link to sign up"),
        "<p><a href=\"{{magic_link}}\">Begin</a> with {{app.name}}.</p>",
        LINK,
    )
    .needing_variables(),
    StandardText::of(
        ("email", "magic_link_user_profile", "Link for an address"),
        "<p><a href=\"{{magic_link}}\">Yes</a>, this address is mine.</p>",
        LINK,
    )
    .needing_variables(),
    StandardText::of(
        ("email", "invitation", "Invitation"),
        "<p>Somebody asks you to join {{app.name}}: <a href=\"{{action_url}}\">come in</a>.</p>",
        ACTION,
    )
    .needing_variables(),
    StandardText::of(
        (
            "email",
            "organization_invitation",
            "Invitation to an organization",
        ),
        "<p>{{inviter.name}} asks you to join {{org.name}}: <a href=\"{{action_url}}\">come in</a>.</p>",
        &["action_url", "inviter.name", "org.name"],
    ),
    StandardText::of(
        (
            "email",
            "organization_invitation_accepted",
            "Invitation accepted",
        ),
        "<p>{{email_address}} has joined {{org.name}}.</p>",
        &["email_address", "org.name"],
    ),
    StandardText::of(
        (
            "email",
            "organization_membership_requested",
            "Somebody wants to join",
        ),
        "<p>{{email_address}} would like to join {{org.name}}.</p>",
        &["email_address", "org.name"],
    ),
    StandardText::of(
        ("email", "organization_joined", "Welcome to an organization"),
        "<p>You are now a member of {{org.name}}.</p>",
        &["org.name"],
    ),
    StandardText::of(
        ("email", "waitlist_confirmation", "On the waitlist"),
        "<p>You are on the waitlist of {{app.name}}.</p>",
        &["email_address"],
    ),
    StandardText::of(
        ("email", "waitlist_invitation", "Off the waitlist"),
        "<p>The wait is over: <a href=\"{{action_url}}\">sign up</a>.</p>",
        ACTION,
    )
    .needing_variables(),
    StandardText::of(
        ("email", "account_locked", "Account locked"),
        "<p>Too many attempts: your account is locked for a while.</p>",
        USER,
    ),
    StandardText::of(
        ("email", "new_device_sign_in", "Signed in elsewhere"),
        "<p>Your account was opened with {{device}}.</p>",
        &["device", "user.name"],
    ),
    StandardText::of(
        ("email", "password_changed", "Password changed"),
        "<p>Your password is another one now.</p>",
        USER,
    ),
    StandardText::of(
        ("email", "password_removed", "Password removed"),
        "<p>Your account has no password any more.</p>",
        USER,
    ),
    StandardText::of(
        ("email", "passkey_added", "Passkey added"),
        "<p>A passkey now opens your account.</p>",
        USER,
    ),
    StandardText::of(
        ("email", "passkey_removed", "Passkey removed"),
        "<p>A passkey no longer opens your account.</p>",
        USER,
    ),
    StandardText::of(
        (
            "email",
            "primary_email_address_changed",
            "Primary e-mail address changed",
        ),
        "<p>We write to {{email_address}} from now on.</p>",
        &["email_address"],
    ),
    StandardText::of(
        ("sms", "verification_code", "Verification code"),
        "{{otp_code}} is your code for {{app.name}}.",
        CODE,
    )
    .needing_variables(),
    StandardText::of(
        ("sms", "reset_password_code", "Code for a new password"),
        "{{otp_code}} lets you choose another password at {{app.name}}.",
        CODE,
    )
    .needing_variables(),
    StandardText::of(
        ("sms", "invitation", "Invitation"),
        "Join {{app.name}}: {{action_url}}",
        ACTION,
    )
    .needing_variables(),
    StandardText::of(
        (
            "sms",
            "primary_phone_number_changed",
            "Primary phone number changed",
        ),
        "{{app.name}} reaches you at {{phone_number}} from now on.",
        &["phone_number"],
    ),
];

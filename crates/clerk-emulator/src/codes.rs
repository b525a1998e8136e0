//! Codes on their way to people: into the mailbox, where tests find them, and told of to the endpoints of webhooks.

use serde_json::{Value, json};

use crate::{
    call::Call,
    directory::{CODE, Identification, IdentificationKind, Message},
    webhooks::EventType,
};

/// What Clerk calls the message with a code that shows whose an address is.
pub(crate) const VERIFICATION: &str = "verification_code";
/// That for somebody who has forgotten a password.
pub(crate) const RESET: &str = "reset_password_code";

/// Those with links, which show whose an address is when they are opened.
pub(crate) const SIGN_IN_LINK: &str = "magic_link_sign_in";
pub(crate) const SIGN_UP_LINK: &str = "magic_link_sign_up";
pub(crate) const ADDRESS_LINK: &str = "magic_link_user_profile";

/// Sends a code there. Of whom there is no user yet, nobody is told.
pub(crate) fn send(call: &mut Call<'_>, slug: &str, to: &Identification, user_id: Option<&str>) {
    let message = Message {
        subject: format!("{CODE} is your verification code"),
        code: Some(CODE.to_owned()),
        ..message(call, slug, to, user_id)
    };
    put(call, message, to, json!({ "otp_code": CODE }));
}

/// Sends a link there.
pub(crate) fn send_link(
    call: &mut Call<'_>,
    (slug, url): (&str, &str),
    to: &Identification,
    user_id: Option<&str>,
) {
    let message = Message {
        subject: "Open the link to show that this address is yours".to_owned(),
        url: Some(url.to_owned()),
        ..message(call, slug, to, user_id)
    };
    put(call, message, to, json!({ "magic_link": url }));
}

/// One that says nothing yet.
fn message(call: &mut Call<'_>, slug: &str, to: &Identification, user_id: Option<&str>) -> Message {
    let prefix = match to.kind {
        IdentificationKind::PhoneNumber => "sms_",
        IdentificationKind::EmailAddress | IdentificationKind::Web3Wallet => "ema_",
    };
    Message {
        id: call.state.ids.object(prefix),
        to: to.address.clone(),
        slug: slug.to_owned(),
        subject: String::new(),
        code: None,
        url: None,
        user_id: user_id.map(str::to_owned),
        created_at: call.now,
    }
}

fn put(call: &mut Call<'_>, message: Message, to: &Identification, data: Value) {
    let event = match to.kind {
        IdentificationKind::PhoneNumber => EventType::SmsCreated,
        IdentificationKind::EmailAddress | IdentificationKind::Web3Wallet => {
            EventType::EmailCreated
        }
    };
    if let Some(user_id) = &message.user_id {
        let ids = (&*message.id, &*message.slug, user_id.as_str());
        let told = to.message_json(ids, (&message.subject, data), call.now);
        call.tell(event, told);
    }
    call.state.directory.mailbox.put(message);
}

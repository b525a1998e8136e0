//! Codes on their way to people: into the mailbox, where tests find them, and told of to the endpoints of webhooks.

use crate::{
    call::Call,
    directory::{CODE, Identification, IdentificationKind, Message},
    webhooks::EventType,
};

/// What Clerk calls the message with a code that shows whose an address is.
pub(crate) const VERIFICATION: &str = "verification_code";
/// That for somebody who has forgotten a password.
pub(crate) const RESET: &str = "reset_password_code";

/// Sends a code there. Of whom there is no user yet, nobody is told.
pub(crate) fn send(
    call: &mut Call<'_>,
    slug: &'static str,
    to: &Identification,
    user_id: Option<&str>,
) {
    let (prefix, event) = match to.kind {
        IdentificationKind::PhoneNumber => ("sms_", EventType::SmsCreated),
        IdentificationKind::EmailAddress | IdentificationKind::Web3Wallet => {
            ("ema_", EventType::EmailCreated)
        }
    };
    let id = call.state.ids.object(prefix);
    if let Some(user_id) = user_id {
        let told = to.message_json((&id, slug, user_id), call.now);
        call.tell(event, told);
    }
    call.state.directory.mailbox.put(Message {
        id,
        to: to.address.clone(),
        slug: slug.to_owned(),
        subject: format!("{CODE} is your verification code"),
        code: Some(CODE.to_owned()),
        url: None,
        user_id: user_id.map(str::to_owned),
        created_at: call.now,
    });
}

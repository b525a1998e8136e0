//! Links in mails, which show whose an address is when they are opened.

use super::{errors, form::text};
use crate::{
    call::{Call, Query},
    codes,
    directory::{EmailLink, Identification, LinkPurpose, Verification},
    frontend::return_url::ReturnUrl,
    refusal::Refusal,
};

pub(super) const EMAIL_LINK: &str = "email_link";

/// Sends a link to an address, and says what waits for it to be opened.
pub(super) fn send(
    call: &mut Call<'_>,
    form: &Query,
    purpose: LinkPurpose,
    (to, user_id): (&Identification, Option<&str>),
) -> Result<Verification, Refusal> {
    if !call.state.directory.settings.email_links {
        return Err(errors::strategy_invalid(EMAIL_LINK));
    }
    let back = text(form, "redirect_url");
    let back = back.ok_or_else(|| Refusal::form_param_missing("redirect_url"))?;
    let back = ReturnUrl::read(back, call.settings)?.as_str().to_owned();
    let token = call.state.ids.object("");
    let url = format!("{}/v1/verify?token={token}", call.settings.frontend);
    let slug = match &purpose {
        LinkPurpose::SignIn(..) => codes::SIGN_IN_LINK,
        LinkPurpose::SignUp(..) => codes::SIGN_UP_LINK,
        LinkPurpose::Address(..) => codes::ADDRESS_LINK,
    };
    codes::send_link(call, (slug, &url), to, user_id);
    let link = EmailLink::new(token, purpose, back, call.now);
    call.state.directory.put_email_link(link, call.now);
    Ok(Verification::sent(EMAIL_LINK, call.now))
}

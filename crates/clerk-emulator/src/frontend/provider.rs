//! The page in a provider's place: who somebody is there, and whether the application may know.

use http::{Method, header};
use ring::digest::{SHA256, digest};

use super::{
    api::{referrals::provider_name, social::arrive},
    html::{Escaped, page},
};
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{IdentificationKind, Persona, Referral, User},
    refusal::Refusal,
    route::Route,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.providerPage",
        method: Method::GET,
        path: "/social/{provider}",
        access: Access::Public,
        handler: show,
    },
    Route {
        operation: "_frontend.provider",
        method: Method::POST,
        path: "/social/{provider}",
        access: Access::Public,
        handler: decide,
    },
];

/// The page loads nothing, and is in no frame.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// How many people the page offers; whoever is not there is typed.
const MOST: usize = 20;

fn called_for(call: &Call<'_>, state: Option<&str>) -> Result<Referral, Refusal> {
    let state = state.ok_or_else(|| Refusal::form_param_missing("state"))?;
    let found = call.state.directory.referral(state, call.now);
    let found = found.filter(|referral| referral.provider == call.path.get("provider"));
    found.cloned().ok_or_else(|| {
        let why = "Nobody waits for this: it was begun too long ago, or by an emulator before.";
        Refusal::bad_request("oauth_state_invalid", why)
    })
}

fn show(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let referral = called_for(call, call.query.get("state"))?;
    let name = provider_name(&referral.provider);
    let people: String = call
        .state
        .directory
        .users
        .iter()
        .filter_map(|user| Some((user, persona_of(user, &referral)?)))
        .take(MOST)
        .map(|(user, persona)| button(user, &persona))
        .collect();
    let people = match people.as_str() {
        "" => String::new(),
        _ => {
            format!("<fieldset>\n<legend>Somebody the instance knows</legend>\n{people}</fieldset>")
        }
    };
    let html = format!(
        r#"<p>The application asks {name} who you are. In its place, this page does: be whoever you like.</p>
<form method="post">
<input type="hidden" name="state" value="{state}">
{people}
</form>
<form method="post">
<input type="hidden" name="state" value="{state}">
<fieldset>
<legend>Somebody else</legend>
<label>Email address <input name="email_address" type="email" required autocomplete="off"></label>
<label>First name <input name="first_name" autocomplete="off"></label>
<label>Last name <input name="last_name" autocomplete="off"></label>
<button data-testid="continue">Continue</button>
</fieldset>
</form>
<form method="post">
<input type="hidden" name="state" value="{state}">
<button class="plain" name="deny" value="true" data-testid="deny">Deny: tell the application nothing</button>
</form>"#,
        name = Escaped(&name),
        state = Escaped(&referral.id),
    );
    Ok(Reply::page(page(&format!("Continue with {name}"), &html))
        .header(header::CONTENT_SECURITY_POLICY, POLICY)
        .header(header::REFERRER_POLICY, "no-referrer"))
}

fn button(user: &User, persona: &Persona) -> String {
    let names = [&persona.first_name, &persona.last_name];
    let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
    let names = match names.join(" ") {
        none if none.is_empty() => persona.email_address.clone(),
        names => names,
    };
    format!(
        "<button name=\"user\" value=\"{}\" data-testid=\"continue-as-{email}\">{} <small>{email}</small></button>\n",
        Escaped(&user.id),
        Escaped(&names),
        email = Escaped(&persona.email_address),
    )
}

/// Who a user is with the provider: by the account they have there, or else by their address.
fn persona_of(user: &User, referral: &Referral) -> Option<Persona> {
    let email = user.primary(IdentificationKind::EmailAddress)?;
    let mut accounts = user.external_accounts.iter();
    let account = accounts.find(|account| account.strategy() == referral.strategy());
    let id = account.map(|account| account.provider_user_id.clone());
    let id = id.unwrap_or_else(|| provider_user_id(&referral.provider, &email.address));
    Some(Persona {
        provider_user_id: id,
        email_address: email.address.clone(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
    })
}

/// The same for the same address each time, as a provider's would be.
fn provider_user_id(provider: &str, address: &str) -> String {
    let text = format!("{provider} {}", address.to_ascii_lowercase());
    let digest = digest(&SHA256, text.as_bytes());
    let digits = digest.as_ref().iter().take(20);
    digits.map(|byte| char::from(b'0' + byte % 10)).collect()
}

fn decide(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let referral = called_for(call, form.get("state"))?;
    let typed = |name: &str| {
        let text = form.get(name).map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let persona = if typed("deny").is_some() {
        None
    } else if let Some(id) = form.get("user") {
        let user = call.state.directory.user(id);
        let persona = user.and_then(|user| persona_of(user, &referral));
        Some(persona.ok_or_else(|| Refusal::resource_not_found("user", id))?)
    } else {
        let address = typed("email_address");
        let address = address.ok_or_else(|| Refusal::form_param_missing("email_address"))?;
        let kind = IdentificationKind::EmailAddress;
        if !kind.is_valid(&address) {
            let expected = kind.expected();
            return Err(Refusal::form_param_format_invalid(
                "email_address",
                expected,
            ));
        }
        Some(Persona {
            provider_user_id: provider_user_id(&referral.provider, &address),
            email_address: address,
            first_name: typed("first_name"),
            last_name: typed("last_name"),
        })
    };
    Ok(arrive(call, referral, persona))
}

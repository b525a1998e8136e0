//! Accounts with somebody else: the way to a provider's page, and whose an account is.

use url::Url;

use super::{caller::store, errors, form::text};
use crate::{
    call::{Call, Query},
    directory::{
        Claim, ExternalAccount, Identification, IdentificationKind, Key, Persona, Proof, Referral,
        ReferralProblem, ReferralPurpose, User,
    },
    frontend::return_url::ReturnUrl,
    refusal::Refusal,
};

/// As people know a provider.
pub(in crate::frontend) fn provider_name(provider: &str) -> String {
    let known = [
        ("github", "GitHub"),
        ("gitlab", "GitLab"),
        ("linkedin", "LinkedIn"),
        ("linkedin_oidc", "LinkedIn"),
        ("tiktok", "TikTok"),
        ("huggingface", "Hugging Face"),
    ];
    if let Some((_, name)) = known.iter().find(|(id, _)| *id == provider) {
        return (*name).to_owned();
    }
    let words = provider.trim_start_matches("custom_").split('_');
    let words: Vec<String> = words.map(capitalized).collect();
    words.join(" ")
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Whether a strategy is to ask a provider.
pub(super) fn is_social(strategy: &str) -> bool {
    strategy.starts_with("oauth_")
}

/// Sends a browser on its way, with a provider that the instance has.
pub(super) fn refer(
    call: &mut Call<'_>,
    form: &Query,
    (strategy, purpose): (&str, ReferralPurpose),
) -> Result<String, Refusal> {
    let provider = strategy.strip_prefix("oauth_").unwrap_or_default();
    let settings = &call.state.directory.settings;
    if !settings.social.iter().any(|known| known == provider) {
        return Err(errors::strategy_invalid(strategy));
    }
    let back = text(form, "redirect_url");
    let back = back.ok_or_else(|| Refusal::form_param_missing("redirect_url"))?;
    let back = ReturnUrl::read(back, call.settings)?;
    // Applications may say it from where the other is.
    let complete = text(form, "action_complete_redirect_url");
    let complete = complete.and_then(|to| Url::parse(back.as_str()).ok()?.join(to).ok());
    let complete = match complete {
        Some(url) => ReturnUrl::read(url.as_str(), call.settings)?,
        None => back.clone(),
    };
    let id = call.state.ids.object("");
    let page = format!("{}/social/{provider}?state={id}", call.settings.frontend);
    let ways = (back.as_str().to_owned(), complete.as_str().to_owned());
    let referral = Referral::new((id.clone(), provider, purpose), page, ways, call.now);
    call.state.directory.put_referral(referral, call.now);
    Ok(id)
}

/// The user whom an account signs in: its own, or the one whose address it has shown.
pub(super) fn user_with(call: &Call<'_>, referral: &Referral, persona: &Persona) -> Option<User> {
    let directory = &call.state.directory;
    let has_shown = |user: &&User| {
        let mut emails = user.email_addresses.iter();
        emails.any(|email| email.is(&persona.email_address) && email.is_verified())
    };
    let mut namesakes = directory
        .users
        .by(Key::ProviderUser, &persona.provider_user_id);
    let by_account = namesakes.find(|user| has_account(user, referral, persona));
    let by_address = || {
        let user = directory.user_with_email(&persona.email_address);
        user.filter(has_shown)
    };
    by_account.or_else(by_address).cloned()
}

fn has_account(user: &User, referral: &Referral, persona: &Persona) -> bool {
    let strategy = referral.strategy();
    user.external_accounts.iter().any(|account| {
        account.strategy() == strategy && account.provider_user_id == persona.provider_user_id
    })
}

/// An account as the provider tells of it.
pub(super) fn account(
    call: &mut Call<'_>,
    referral: &Referral,
    persona: &Persona,
) -> ExternalAccount {
    let ids = (call.state.ids.object("eac_"), call.state.ids.object("idn_"));
    let theirs = (referral.provider.clone(), persona.provider_user_id.clone());
    let mut account = ExternalAccount::new(ids, theirs);
    account.first_name.clone_from(&persona.first_name);
    account.last_name.clone_from(&persona.last_name);
    account
}

/// Gives a user the account, if they have not got it. Its address is theirs, too, where nobody has it.
pub(super) fn link(call: &mut Call<'_>, referral: &Referral, persona: &Persona, mut user: User) {
    if has_account(&user, referral, persona) {
        return;
    }
    let account = account(call, referral, persona);
    let is_free = call
        .state
        .directory
        .user_with_email(&persona.email_address)
        .is_none();
    if is_free {
        let email = email_of(call, &account, &persona.email_address);
        user.email_addresses.push(email);
    }
    user.external_accounts.push(account);
    store(call, user);
}

/// The address that an account vouches for.
pub(super) fn email_of(
    call: &mut Call<'_>,
    account: &ExternalAccount,
    address: &str,
) -> Identification {
    let kind = IdentificationKind::EmailAddress;
    let id = call.state.ids.object("idn_");
    let mut email = Identification::verified(kind, id, address.to_owned(), call.now);
    email.claim = Claim::Verified(Proof::Account(account.strategy()));
    email.linked_to = Some(account.link());
    email
}

/// What a browser has brought from a provider's page, where the attempt that it was for cannot go on by it.
pub(super) fn brought(
    call: &Call<'_>,
    id: Option<&String>,
    problem: &ReferralProblem,
) -> Result<(Referral, Persona), Refusal> {
    let found = id.and_then(|id| call.state.directory.referral(id, call.now));
    let found = found.filter(|referral| referral.problem.as_ref() == Some(problem));
    found
        .and_then(|referral| Some((referral.clone(), referral.persona.clone()?)))
        .ok_or_else(|| errors::verification_missing("an account to go on with"))
}

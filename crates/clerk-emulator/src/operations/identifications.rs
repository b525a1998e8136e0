//! E-mail addresses, phone numbers and wallets: what is the same for all of them.

use super::{deleted, users::store};
use crate::{
    answer::Reply,
    call::{Call, Input},
    codes,
    directory::{Claim, Directory, Identification, IdentificationKind, Key, UnknownCode, User},
    refusal::Refusal,
    route::Handled,
};

const EMAIL: IdentificationKind = IdentificationKind::EmailAddress;
const PHONE: IdentificationKind = IdentificationKind::PhoneNumber;

pub(super) const HANDLERS: &[Handled] = &[
    ("CreateEmailAddress", |call| create(call, EMAIL)),
    ("GetEmailAddress", |call| get(call, EMAIL)),
    ("UpdateEmailAddress", |call| update(call, EMAIL)),
    ("DeleteEmailAddress", |call| delete(call, EMAIL)),
    ("PrepareEmailAddressVerification", |call| {
        prepare(call, EMAIL)
    }),
    ("AttemptEmailAddressVerification", |call| {
        attempt(call, EMAIL)
    }),
    ("ReplaceUserEmailAddress", |call| replace(call, EMAIL)),
    ("CreatePhoneNumber", |call| create(call, PHONE)),
    ("GetPhoneNumber", |call| get(call, PHONE)),
    ("UpdatePhoneNumber", |call| update(call, PHONE)),
    ("DeletePhoneNumber", |call| delete(call, PHONE)),
    ("PreparePhoneNumberVerification", |call| {
        prepare(call, PHONE)
    }),
    ("AttemptPhoneNumberVerification", |call| {
        attempt(call, PHONE)
    }),
    ("ReplaceUserPhoneNumber", |call| replace(call, PHONE)),
];

/// Refuses addresses that are none, and those that are the user's already or somebody else's.
pub(crate) fn check(
    directory: &Directory,
    user: &User,
    (kind, address): (IdentificationKind, &str),
) -> Result<(), Refusal> {
    let name = kind.as_str();
    if !kind.is_valid(address) {
        return Err(Refusal::form_param_format_invalid(name, kind.expected()));
    }
    let is_own = user
        .identifications_of(kind)
        .iter()
        .any(|own| own.is(address));
    let claimed_by = directory.user_claiming(kind, address);
    match is_own || claimed_by.is_some_and(|other| other.id != user.id) {
        true => Err(Refusal::form_identifier_exists(name)),
        false => Ok(()),
    }
}

/// Makes one of the user's, which has to be verified, the primary one.
pub(crate) fn choose(
    user: &mut User,
    (kind, name): (IdentificationKind, &str),
    id: String,
) -> Result<(), Refusal> {
    let mut own = user.identifications_of(kind).iter();
    match own.find(|own| own.id == id) {
        None => {
            let what = format!("a {} of the user", kind.as_str().replace('_', " "));
            Err(Refusal::form_resource_not_found(name, &what))
        }
        Some(own) if !own.is_verified() => Err(Refusal::form_verification_needed(name)),
        Some(_) => {
            user.choose(kind, id);
            Ok(())
        }
    }
}

fn create(call: &mut Call<'_>, kind: IdentificationKind) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let user_id = input.required_text("user_id")?;
    let address = input.required_text(kind.as_str())?;
    let wishes = Wishes::take(&mut input, kind)?;
    input.finish()?;
    let directory = &call.state.directory;
    let user = directory.user(&user_id).cloned();
    let mut user = user.ok_or_else(|| Refusal::resource_not_found("user", &user_id))?;
    check(directory, &user, (kind, &address))?;
    let id = call.state.ids.object("idn_");
    let mut made = Identification::verified(kind, id.clone(), address, call.now);
    if wishes.verified != Some(true) {
        made.claim = Claim::Unverified;
        if wishes.second_factor == Some(true) {
            return Err(second_factor_unverified(
                "identification_create_second_factor_unverified",
            ));
        }
    }
    made.is_second_factor = wishes.second_factor == Some(true);
    let is_first = user.identifications_of(kind).is_empty();
    user.identifications_mut(kind).push(made);
    if wishes.primary == Some(true) && !is_first {
        choose(&mut user, (kind, "primary"), id.clone())?;
    }
    Ok(put_back(call, user, (kind, &id)))
}

/// What may be said of an address, beside the address.
struct Wishes {
    verified: Option<bool>,
    primary: Option<bool>,
    second_factor: Option<bool>,
}

impl Wishes {
    fn take(input: &mut Input, kind: IdentificationKind) -> Result<Self, Refusal> {
        let wishes = Self {
            verified: input.flag("verified")?,
            primary: input.flag("primary")?,
            second_factor: match kind {
                IdentificationKind::PhoneNumber => input.flag("reserved_for_second_factor")?,
                IdentificationKind::EmailAddress | IdentificationKind::Web3Wallet => None,
            },
        };
        if kind == IdentificationKind::EmailAddress {
            input.flag("notify_primary_email_address_changed")?;
        }
        Ok(wishes)
    }
}

fn second_factor_unverified(code: &str) -> Refusal {
    let why = "Codes are a second factor where the phone number is verified.";
    Refusal::bad_request(code, why)
}

fn get(call: &mut Call<'_>, kind: IdentificationKind) -> Result<Reply, Refusal> {
    let (user, identification) = called_for(call, kind)?;
    Ok(Reply::ok(user.identification_json(identification)))
}

fn update(call: &mut Call<'_>, kind: IdentificationKind) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let (user, identification) = called_for(call, kind)?;
    let (mut user, id) = (user.clone(), identification.id.clone());
    let wishes = Wishes::take(&mut input, kind)?;
    input.finish()?;
    if wishes.verified == Some(true) {
        verify(&call.state.directory, (&user, kind), &id)?;
    }
    let is_only_one = user.identifications().count() == 1 && user.username.is_none();
    let now = call.now;
    let own = user
        .identifications_mut(kind)
        .iter_mut()
        .find(|own| own.id == id);
    if let Some(own) = own {
        own.updated_at = now;
        if wishes.verified == Some(true) && !own.is_verified() {
            own.claim = Claim::Verified(crate::directory::Proof::Admin);
        }
        match wishes.second_factor {
            Some(true) if !own.is_verified() => {
                let code = "identification_update_second_factor_unverified";
                return Err(second_factor_unverified(code));
            }
            Some(true) if is_only_one => {
                let why = "The user is identified by nothing else.";
                return Err(Refusal::bad_request("identification_update_failed", why));
            }
            Some(flag) => own.is_second_factor = flag,
            None => {}
        }
    }
    if wishes.primary == Some(true) {
        choose(&mut user, (kind, "primary"), id.clone())?;
    }
    Ok(put_back(call, user, (kind, &id)))
}

/// Refuses to verify an address that somebody else has claimed meanwhile.
fn verify(
    directory: &Directory,
    (user, kind): (&User, IdentificationKind),
    id: &str,
) -> Result<(), Refusal> {
    let mut own = user.identifications_of(kind).iter();
    let address = own.find(|own| own.id == id).map(|own| &own.address);
    let claimed_by = address.and_then(|address| directory.user_claiming(kind, address));
    match claimed_by.is_some_and(|other| other.id != user.id) {
        true => Err(Refusal::form_identifier_exists(kind.as_str())),
        false => Ok(()),
    }
}

fn delete(call: &mut Call<'_>, kind: IdentificationKind) -> Result<Reply, Refusal> {
    let (user, identification) = called_for(call, kind)?;
    let (user, id) = (user.clone(), identification.id.clone());
    remove(call, user, (kind, &id))
}

/// Takes an address from its user, who has to have something left.
pub(super) fn remove(
    call: &mut Call<'_>,
    mut user: User,
    (kind, id): (IdentificationKind, &str),
) -> Result<Reply, Refusal> {
    let own = user.identifications_mut(kind);
    let Some(index) = own.iter().position(|own| own.id == id) else {
        return Err(Refusal::resource_not_found(kind.as_str(), id));
    };
    if own.remove(index).linked_to.is_some() {
        return Err(is_linked());
    }
    if !user.is_identified() {
        return Err(is_last());
    }
    store(call, user);
    Ok(Reply::ok(deleted(kind.as_str(), id, None)))
}

fn is_linked() -> Refusal {
    Refusal::bad_request(
        "delete_linked_identification_disallowed",
        "It comes from an external account of the user's. Delete that one first.",
    )
}

pub(super) fn is_last() -> Refusal {
    let why = "The user is identified by nothing else.";
    Refusal::bad_request("identification_deletion_failed", why)
}

/// All of a kind that a user has go, and one comes.
fn replace(call: &mut Call<'_>, kind: IdentificationKind) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let user_id = call.path.get("user_id");
    let user = call.state.directory.user(user_id).cloned();
    let mut user = user.ok_or_else(|| Refusal::resource_not_found("user", user_id))?;
    let address = input.required_text(kind.as_str())?;
    let claim = match input.text("identification_status")?.as_deref() {
        None | Some("verified") => None,
        Some("reserved") => Some(Claim::Reserved),
        Some("unverified") => Some(Claim::Unverified),
        Some(_) => {
            let (name, expected) = ("identification_status", "verified, reserved or unverified");
            return Err(Refusal::form_param_value_invalid(name, expected));
        }
    };
    if kind == IdentificationKind::EmailAddress {
        input.flag("notify_primary_email_address_changed")?;
    }
    input.finish()?;
    let own = user.identifications_mut(kind);
    if own.iter().any(|own| own.linked_to.is_some()) {
        return Err(is_linked());
    }
    let had_second_factor = own.iter().any(|own| own.is_second_factor);
    own.clear();
    check(&call.state.directory, &user, (kind, &address))?;
    if had_second_factor {
        user.remove_second_factors();
    }
    let id = call.state.ids.object("idn_");
    let mut made = Identification::verified(kind, id.clone(), address, call.now);
    made.claim = claim.unwrap_or(made.claim);
    user.identifications_mut(kind).push(made);
    user.choose(kind, id.clone());
    Ok(put_back(call, user, (kind, &id)))
}

fn prepare(call: &mut Call<'_>, kind: IdentificationKind) -> Result<Reply, Refusal> {
    let (user, identification) = called_for(call, kind)?;
    let (mut user, id) = (user.clone(), identification.id.clone());
    let verification = call.state.ids.object("ver_");
    let now = call.now;
    let mut own = user.identifications_mut(kind).iter_mut();
    let sent = own.find(|own| own.id == id).map(|own| {
        let body = own.send_code(verification, now);
        (body, own.clone())
    });
    let Some((body, to)) = sent else {
        return Err(Refusal::resource_not_found(kind.as_str(), &id));
    };
    codes::send(call, codes::VERIFICATION, &to, Some(&user.id));
    call.state.directory.users.put(user);
    Ok(Reply::ok(body))
}

/// Whether a code was right is in the answer; only one that was good before is refused.
fn attempt(call: &mut Call<'_>, kind: IdentificationKind) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let (user, identification) = called_for(call, kind)?;
    let (mut user, id) = (user.clone(), identification.id.clone());
    let was_verified = identification.is_verified();
    let verification = input.required_text("verification_id")?;
    let code = input.required_text("code")?;
    input.finish()?;
    if !was_verified {
        verify(&call.state.directory, (&user, kind), &id)?;
    }
    let now = call.now;
    let own = user
        .identifications_mut(kind)
        .iter_mut()
        .find(|own| own.id == id);
    let outcome = own.map(|own| {
        let outcome = own.attempt_code((&verification, &code), now);
        (outcome, own.is_verified())
    });
    match outcome {
        Some((Ok(body), is_verified)) => {
            match is_verified == was_verified {
                true => call.state.directory.users.put(user),
                false => drop(store(call, user)),
            }
            Ok(Reply::ok(body))
        }
        Some((Err(UnknownCode::AlreadyVerified), _)) => Err(Refusal::bad_request(
            "verification_already_verified",
            "The code was given before.",
        )),
        Some((Err(UnknownCode::NotFound), _)) | None => {
            Err(Refusal::resource_not_found("verification", &verification))
        }
    }
}

/// The identification that the path names, and its user.
fn called_for<'c>(
    call: &'c Call<'_>,
    kind: IdentificationKind,
) -> Result<(&'c User, &'c Identification), Refusal> {
    let id = call.path.get(match kind {
        IdentificationKind::EmailAddress => "email_address_id",
        IdentificationKind::PhoneNumber => "phone_number_id",
        IdentificationKind::Web3Wallet => "web3_wallet_identification_id",
    });
    let user = call
        .state
        .directory
        .users
        .by(Key::Identification, id)
        .next();
    let found = user.and_then(|user| {
        let mut own = user.identifications_of(kind).iter();
        Some((user, own.find(|own| own.id == id)?))
    });
    let what = kind.as_str().replace('_', " ");
    found.ok_or_else(|| Refusal::resource_not_found(&what, id))
}

/// Puts the changed user back, and answers with the identification.
fn put_back(call: &mut Call<'_>, user: User, (kind, id): (IdentificationKind, &str)) -> Reply {
    let mut own = user.identifications_of(kind).iter();
    let body = own
        .find(|own| own.id == id)
        .map(|own| user.identification_json(own));
    store(call, user);
    Reply::ok(body.unwrap_or_default())
}

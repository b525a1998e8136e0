//! Accounts with somebody else that a user has, or is about to connect.

use http::Method;

use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::ReferralPurpose,
    frontend::api::{
        caller::{answer, signed_in, store},
        form::required,
        objects, referrals,
    },
    operations::disconnect,
    refusal::Refusal,
    route::Route,
};

pub(in crate::frontend::api) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.me.createExternalAccount",
        method: Method::POST,
        path: "/v1/me/external_accounts",
        access: Access::Browser,
        handler: create,
    },
    Route {
        operation: "_frontend.me.deleteExternalAccount",
        method: Method::DELETE,
        path: "/v1/me/external_accounts/{external_account_id}",
        access: Access::Browser,
        handler: delete,
    },
];

/// One that is the user's as soon as the provider says so: the answer says where to ask it.
fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let caller = signed_in(call)?;
    let strategy = required(&form, "strategy")?;
    let purpose = ReferralPurpose::Connect(caller.user.id.clone());
    let id = referrals::refer(call, &form, (strategy, purpose))?;
    let referral = call.state.directory.referral(&id, call.now);
    let object = referral.map(|referral| referral.account_json(call.now));
    Ok(answer(call, &caller.client, object.unwrap_or_default()))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let caller = signed_in(call)?;
    let id = call.path.get("external_account_id").to_owned();
    let referrals = &mut call.state.directory.referrals;
    let theirs = ReferralPurpose::Connect(caller.user.id.clone());
    let refused = id
        .strip_prefix("eac_")
        .and_then(|id| referrals.get(id))
        .filter(|referral| referral.purpose == theirs)
        .map(|referral| referral.id.clone());
    if let Some(id) = refused {
        referrals.remove(&id);
    } else {
        let mut user = caller.user.clone();
        disconnect(&mut user, &id)?;
        store(call, user);
    }
    let response = objects::deleted("external_account", &id);
    Ok(answer(call, &caller.client, response))
}

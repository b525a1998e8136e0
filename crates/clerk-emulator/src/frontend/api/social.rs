//! What comes of the way to a provider's page.

use http::StatusCode;

use super::{
    referrals::{link, user_with},
    sign_ins, sign_ups,
};
use crate::{
    answer::Reply,
    call::Call,
    directory::{Persona, Referral, ReferralProblem, ReferralPurpose},
    refusal::Refusal,
};

/// Takes what somebody has said at the provider's page, `None` being that they deny, and says where the browser
/// goes on.
pub(in crate::frontend) fn arrive(
    call: &mut Call<'_>,
    mut referral: Referral,
    persona: Option<Persona>,
) -> Reply {
    referral.persona = persona;
    referral.problem = None;
    let is_complete = match (referral.persona.clone(), referral.purpose.clone()) {
        (None, _) => Err(ReferralProblem::Denied),
        (Some(persona), ReferralPurpose::SignIn(client)) => {
            sign_in(call, &referral, &persona, &client)
        }
        (Some(persona), ReferralPurpose::SignUp(client)) => {
            sign_up(call, &referral, &persona, &client)
        }
        (Some(persona), ReferralPurpose::Connect(user_id)) => {
            connect(call, &referral, &persona, &user_id)
        }
    };
    let to = match is_complete {
        Ok(true) => referral.complete_url.clone(),
        _ => referral.redirect_url.clone(),
    };
    referral.problem = is_complete.err();
    call.state.directory.put_referral(referral, call.now);
    Reply::redirect(StatusCode::SEE_OTHER, &to)
}

fn kept_out(refusal: &Refusal) -> ReferralProblem {
    ReferralProblem::KeptOut(refusal.to_json())
}

type Arrival = Result<bool, ReferralProblem>;

fn sign_in(call: &mut Call<'_>, referral: &Referral, persona: &Persona, client: &str) -> Arrival {
    let attempt = call.state.directory.sign_in_of(client).cloned();
    let attempt = attempt.filter(|attempt| attempt.referral_id.as_ref() == Some(&referral.id));
    let client = call.state.directory.clients.get(client).cloned();
    let (Some(mut attempt), Some(client)) = (attempt, client) else {
        // The browser has begun something else meanwhile.
        return Ok(false);
    };
    let user = user_with(call, referral, persona).ok_or(ReferralProblem::Unknown)?;
    sign_ins::enter(call, (referral, persona), user, (&client, &mut attempt))
        .map_err(|refusal| kept_out(&refusal))?;
    let is_complete = attempt.session_id.is_some();
    call.state.directory.put_sign_in(attempt);
    Ok(is_complete)
}

fn sign_up(call: &mut Call<'_>, referral: &Referral, persona: &Persona, client: &str) -> Arrival {
    let attempt = call.state.directory.sign_up_of(client).cloned();
    let attempt = attempt.filter(|attempt| attempt.referral_id.as_ref() == Some(&referral.id));
    let client = call.state.directory.clients.get(client).cloned();
    let (Some(mut attempt), Some(client)) = (attempt, client) else {
        return Ok(false);
    };
    if user_with(call, referral, persona).is_some() {
        return Err(ReferralProblem::Known);
    }
    sign_ups::join(call, (referral, persona), (&client, &mut attempt))
        .map_err(|refusal| kept_out(&refusal))?;
    let is_complete = attempt.session_id.is_some();
    call.state.directory.put_sign_up(attempt);
    Ok(is_complete)
}

fn connect(call: &mut Call<'_>, referral: &Referral, persona: &Persona, user_id: &str) -> Arrival {
    let Some(user) = call.state.directory.user(user_id).cloned() else {
        return Ok(false);
    };
    match user_with(call, referral, persona) {
        Some(other) if other.id != user.id => Err(ReferralProblem::Claimed),
        _ => {
            link(call, referral, persona, user);
            Ok(true)
        }
    }
}

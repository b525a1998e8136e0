//! Whoever is signed in shows again who they are, before something that matters.

use http::Method;
use serde_json::{Value, json};

use super::{
    attempts,
    caller::{Caller, answer, signed_in, store},
    factors,
    form::required,
    objects,
};
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{Reverification, ReverificationLevel, User, Verification},
    refusal::Refusal,
    route::Route,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.sessions.startVerification",
        method: Method::POST,
        path: "/v1/client/sessions/{session_id}/verify",
        access: Access::Browser,
        handler: start,
    },
    Route {
        operation: "_frontend.sessions.prepareFirstFactorVerification",
        method: Method::POST,
        path: "/v1/client/sessions/{session_id}/verify/prepare_first_factor",
        access: Access::Browser,
        handler: prepare_first_factor,
    },
    Route {
        operation: "_frontend.sessions.attemptFirstFactorVerification",
        method: Method::POST,
        path: "/v1/client/sessions/{session_id}/verify/attempt_first_factor",
        access: Access::Browser,
        handler: attempt_first_factor,
    },
    Route {
        operation: "_frontend.sessions.prepareSecondFactorVerification",
        method: Method::POST,
        path: "/v1/client/sessions/{session_id}/verify/prepare_second_factor",
        access: Access::Browser,
        handler: prepare_second_factor,
    },
    Route {
        operation: "_frontend.sessions.attemptSecondFactorVerification",
        method: Method::POST,
        path: "/v1/client/sessions/{session_id}/verify/attempt_second_factor",
        access: Access::Browser,
        handler: attempt_second_factor,
    },
];

impl Reverification {
    /// Who has no second factor shows the first.
    fn status(&self, user: &User) -> &'static str {
        let given = |proof: &Option<Verification>| {
            let proof = proof.as_ref();
            proof.is_some_and(Verification::is_verified)
        };
        let has_second = user.has_second_factor();
        let (wants_first, wants_second) = match self.level {
            ReverificationLevel::First => (true, false),
            ReverificationLevel::Second => (!has_second, has_second),
            ReverificationLevel::Both => (true, has_second),
        };
        if wants_first && !given(&self.first) {
            "needs_first_factor"
        } else if wants_second && !given(&self.second) {
            "needs_second_factor"
        } else {
            "complete"
        }
    }
}

fn start(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let caller = signed_in(call)?;
    let level = required(&form, "level")?;
    let level = ReverificationLevel::read(level).ok_or_else(|| {
        let expected = "first_factor, second_factor or multi_factor";
        Refusal::form_param_value_invalid("level", expected)
    })?;
    let reverification = Reverification {
        id: call.state.ids.object("sver_"),
        session_id: caller.session.id.clone(),
        level,
        first: None,
        second: None,
    };
    Ok(go_on(call, &caller, reverification))
}

/// What was started for the session in the path.
fn started(call: &Call<'_>) -> Result<(Caller, Reverification), Refusal> {
    let caller = signed_in(call)?;
    let found = call.state.directory.reverification_of(&caller.session.id);
    match found {
        Some(found) => Ok((caller, found.clone())),
        None => Err(super::errors::verification_missing("a session")),
    }
}

fn prepare_first_factor(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (caller, mut reverification) = started(call)?;
    reverification.first = Some(factors::prepare_first(call, &form, &caller.user)?);
    Ok(go_on(call, &caller, reverification))
}

fn attempt_first_factor(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (caller, mut reverification) = started(call)?;
    let given = (&caller.user, reverification.first.take());
    let (verification, outcome) = factors::attempt_first(call, &form, given)?;
    reverification.first = Some(verification);
    if let Err(refusal) = outcome {
        call.state.directory.put_reverification(reverification);
        return Err(refusal);
    }
    let now = call.now;
    let directory = &mut call.state.directory;
    directory
        .sessions
        .update(&caller.session.id, |session| session.show_first_factor(now));
    Ok(go_on(call, &caller, reverification))
}

fn prepare_second_factor(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (caller, mut reverification) = started(call)?;
    reverification.second = Some(factors::prepare_second(call, &form, &caller.user)?);
    Ok(go_on(call, &caller, reverification))
}

fn attempt_second_factor(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (mut caller, mut reverification) = started(call)?;
    let given = (&mut caller.user, reverification.second.take());
    let (verification, outcome) = factors::attempt_second(call, &form, given)?;
    reverification.second = Some(verification);
    if let Err(refusal) = outcome {
        call.state.directory.put_reverification(reverification);
        return Err(refusal);
    }
    store(call, caller.user.clone());
    let now = call.now;
    let directory = &mut call.state.directory;
    directory.sessions.update(&caller.session.id, |session| {
        session.show_second_factor(now);
    });
    Ok(go_on(call, &caller, reverification))
}

fn go_on(call: &mut Call<'_>, caller: &Caller, reverification: Reverification) -> Reply {
    let response = to_json(call, caller, &reverification);
    call.state.directory.put_reverification(reverification);
    answer(call, &caller.client, response)
}

fn to_json(call: &mut Call<'_>, caller: &Caller, item: &Reverification) -> Value {
    let session = call.state.directory.session(&caller.session.id).cloned();
    let session = session.map(|session| objects::session(call, &session));
    json!({
        "object": "session_verification",
        "id": item.id,
        "status": item.status(&caller.user),
        "level": item.level.as_str(),
        "session": session,
        "supported_first_factors": factors::first(&caller.user, false),
        "supported_second_factors": factors::second(&caller.user),
        "first_factor_verification": attempts::verification(item.first.as_ref(), call),
        "second_factor_verification": attempts::verification(item.second.as_ref(), call),
    })
}

//! What a service's operators want to hear of: every refusal, at the target `clerk::security`.
//! No event has a token in it.

#[cfg(feature = "tracing")]
use crate::AuthReason;
use crate::{Denied, Error, RequestState, SessionAuth, Settings, SignedIn, TokenType, metrics};

/// A request was judged.
#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
pub(crate) fn decided(decided: &Result<RequestState, Error>, settings: &Settings) {
    settings.metrics.decided(decided);
    #[cfg(feature = "tracing")]
    let instance = host(settings);
    #[cfg(feature = "tracing")]
    match decided {
        Ok(RequestState::SignedOut(state)) if state.is_in_circle() => tracing::warn!(
            target: "clerk::security",
            event = "redirect-circle",
            reason = %state.reason(),
            message = state.message(),
            instance,
        ),
        Ok(RequestState::SignedOut(state)) if state.reason().is_absence() => tracing::debug!(
            target: "clerk::security",
            event = "signed-out",
            reason = %state.reason(),
            instance,
        ),
        Ok(RequestState::SignedOut(state)) => tracing::warn!(
            target: "clerk::security",
            event = "refused",
            reason = %state.reason(),
            token_type = state.token_type.map_or("none", TokenType::as_str),
            message = state.message(),
            instance,
        ),
        Ok(RequestState::Handshake(state)) => tracing::debug!(
            target: "clerk::security",
            event = "handshake",
            reason = %state.reason(),
            instance,
        ),
        Ok(_) => {}
        Err(error) => tracing::error!(
            target: "clerk::security",
            event = "undecided",
            reason = %error.reason(),
            token_type = error.token_type().as_str(),
            fault = ?error.fault(),
            error = %told(error),
            instance,
        ),
    }
}

/// What to do about a session that is pending.
pub(crate) const PENDING: &str = "the user has signed in and has something left to do, such as \
    choosing an organization; send them to Clerk's tasks, or let them in by \
    PendingSessions::SignedIn";

/// A user who has something left to do asks for what only those get who have not.
#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
pub(crate) fn pending(signed_in: &SignedIn) {
    metrics::denied("session-pending");
    #[cfg(feature = "tracing")]
    if let Some(session) = signed_in.session() {
        tracing::info!(
            target: "clerk::security",
            event = "session-pending",
            reason = %AuthReason::SessionPending,
            message = PENDING,
            user_id = session.user_id(),
            session_id = session.session_id(),
        );
    }
}

/// An expired session was not refreshed, since Clerk could not be asked.
#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
pub(crate) fn not_refreshed(error: &clerk_http::Error) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "clerk::security", event = "refresh-failed", error = %told_of_call(error));
}

/// Somebody who is signed in may not do something.
#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
pub(crate) fn denied(session: &SessionAuth, denied: &Denied) {
    metrics::denied(denied.code());
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "clerk::security",
        event = "denied",
        reason = denied.code(),
        user_id = session.user_id(),
        session_id = session.session_id(),
    );
}

/// A good token of another type than the handler asks for.
#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
pub(crate) fn wrong_token(found: TokenType) {
    metrics::denied("token-type-mismatch");
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "clerk::security",
        event = "refused",
        reason = %AuthReason::TokenTypeMismatch,
        token_type = found.as_str(),
    );
}

/// Somebody asks who a request comes from where nothing has found it out.
#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
pub(crate) fn layer_missing(remedy: &str, route: Option<&str>) {
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: "clerk::security",
        event = "layer-missing",
        route,
        message = %format_args!("nothing has found out who the request comes from: {remedy}"),
    );
}

/// A page of another origin has tried to sign somebody out.
#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
pub(crate) fn foreign_sign_out(settings: &Settings) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "clerk::security",
        event = "refused",
        reason = %AuthReason::OriginNotAllowed,
        token_type = TokenType::Session.as_str(),
        instance = host(settings),
    );
}

/// Somebody wants to be signed out, and no session was ended.
#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
pub(crate) fn not_signed_out(
    session_id: Option<&str>,
    error: &dyn std::fmt::Display,
    settings: &Settings,
) {
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: "clerk::security",
        event = "not-signed-out",
        session_id,
        error = %error,
        instance = host(settings),
    );
}

/// Somebody is signed out of a session that Clerk does not know, so that none was ended.
#[allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]
pub(crate) fn unknown_session(session_id: &str, settings: &Settings) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "clerk::security",
        event = "sign-out-unknown-session",
        session_id,
        message = "Clerk knows no such session, so it was deleted; if this happens often, see \
            whether the publishable key and the secret key are of one instance",
        instance = host(settings),
    );
}

#[cfg(feature = "tracing")]
fn host(settings: &Settings) -> &str {
    let instance = settings.instance.as_ref();
    instance.map_or("", |it| it.frontend_api.host.as_str())
}

/// What is told of an error, in an event.
pub(crate) fn told(error: &Error) -> String {
    match error.failed_call() {
        Some((what, Some(call))) => format!("{what}: {}", told_of_call(call)),
        _ => error.to_string(),
    }
}

/// The calls had tokens or keys in them, and whatever answered may repeat what it was sent: of its words
/// only the name of the error is told.
pub(crate) fn told_of_call(error: &clerk_http::Error) -> String {
    let Some(answer) = error.api() else {
        return error.to_string();
    };
    let is_name = |code: &str| {
        code.len() <= 100
            && code
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let mut codes = answer.errors.iter().map(|error| error.code.as_str());
    let code = codes
        .find(|code| is_name(code))
        .unwrap_or("no code of Clerk's");
    format!(
        "{}: Clerk answered {} ({code})",
        answer.operation, answer.status
    )
}

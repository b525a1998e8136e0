//! What Clerk's reasons mean, and what would change them.

use clerk::{
    Reason,
    auth::{AuthReason, RefreshFailure},
};

use crate::token::advice;

/// A reason in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// Which rule decided.
    pub(super) meaning: &'static str,
    /// What would change it.
    pub(super) advice: &'static str,
}

/// Where the browser would be redirected, had it not been in vain three times: the reason is the one
/// of a browser on its first visit, and no help.
pub(super) const ON_CIRCLE: Words = Words {
    meaning: "The browser goes in a circle: a redirect would be the answer, but three within a few \
              seconds were of no use.",
    advice: "Look in turn at the keys (the publishable key and the secret key have to be those of \
             the frontend's instance), the clock (set it by NTP), the cookies (browsers drop one \
             of more than 4096 bytes, one that is `Secure` over plain http, and one whose `Domain` \
             is not the page's), and the address (the public URL above has to be what the browser \
             shows; behind a proxy that does not say so, set CLERK_PUBLIC_URL).",
};

/// The words for `reason`.
pub(super) fn on(reason: &AuthReason) -> Words {
    match reason {
        AuthReason::SessionTokenExpired(failure) => on_expiry(failure),
        AuthReason::Token(reason) => Words {
            meaning: meaning_of(*reason),
            advice: advice::on(*reason),
        },
        AuthReason::TokenTypeMismatch
        | AuthReason::NoTokenInHeader
        | AuthReason::UnexpectedError
        | AuthReason::SessionTokenAndUatMissing
        | AuthReason::SessionTokenMissing => on_absence(reason),
        _ => on_browser(reason),
    }
}

fn on_absence(reason: &AuthReason) -> Words {
    let (meaning, advice) = match reason {
        AuthReason::SessionTokenAndUatMissing => (
            "Neither the Authorization header nor a cookie says that somebody is signed in.",
            "Sign in with the browser, or send a session token: `Authorization: Bearer …`. If the \
             browser is signed in, its cookies were not sent: look at their domain, `SameSite`, \
             and at `credentials` where a script asks.",
        ),
        AuthReason::SessionTokenMissing => (
            "The browser comes back from Clerk, where nobody is signed in.",
            "Sign in. If somebody is, that is another instance, or another browser profile: \
             compare CLERK_PUBLISHABLE_KEY with the one of the frontend.",
        ),
        AuthReason::TokenTypeMismatch => (
            "The token is of a type that is not accepted here, whether it is good or not.",
            "Send a token of the type that is asked for, or accept this one with --accept; in a \
             server, `accepts` of the builder. A JWT template's token is never a session.",
        ),
        AuthReason::NoTokenInHeader => (
            "Only a machine's token is accepted here, and the Authorization header has none. \
             Cookies are not looked at.",
            "Send one: `Authorization: Bearer …`. To let browsers in as well, accept \
             session_token, too.",
        ),
        _ => (
            "Clerk alone could tell, and could not be asked.",
            "Try again; then look at CLERK_API_URL, the network, and https://status.clerk.com.",
        ),
    };
    Words { meaning, advice }
}

fn on_browser(reason: &AuthReason) -> Words {
    let (meaning, advice) = match reason {
        AuthReason::ClientUatButNoSessionToken => (
            "The browser says when it signed in, and has no session token: it may have expired \
             together with its cookie.",
            "A handshake brings a new one, which takes a page load. A script should ask for one \
             with `getToken()` and send it in the Authorization header.",
        ),
        AuthReason::DevBrowserMissing => (
            "A development instance knows browsers by a token, and this one has none yet.",
            "Load a page of the application in a browser: it is sent to Clerk once, and comes \
             back with the token. Scripts and curl send a session token in the header instead.",
        ),
        AuthReason::DevBrowserSync => (
            "The URL hands over a development browser's token, as Clerk's own pages do, and with \
             it goes a handshake.",
            "Follow the redirect. If it comes again each time, take __clerk_db_jwt out of links \
             and bookmarks.",
        ),
        AuthReason::PrimaryRespondsToSyncing => (
            "A satellite asks this domain who is signed in, and is sent the answer.",
            "Follow the redirect. Without __clerk_redirect_url in the URL it is a request like \
             any other.",
        ),
        AuthReason::PrimaryDomainCrossOriginSync => (
            "The session is good, but the browser comes from another origin, where it may have \
             signed in or out: Clerk is asked again.",
            "Follow the redirect. A request without that Referer, or one that loads no page, is \
             taken as it is.",
        ),
        AuthReason::SatelliteNeedsSyncing => (
            "This is a satellite domain, and the primary one knows who is signed in.",
            "Follow the redirect; the browser comes back with __clerk_synced=true. If it does \
             not, CLERK_SIGN_IN_URL has to be a page of the primary domain.",
        ),
        AuthReason::SessionTokenIatBeforeClientUat => (
            "The session token is older than the browser's last sign-in or sign-out, so it may be \
             somebody's who is gone.",
            "A handshake, which takes a page load, brings the one that fits. If it comes again \
             each time, two instances set __client_uat on one domain.",
        ),
        AuthReason::SessionTokenNbf => (
            "The session token is not active yet.",
            "The clock here is behind Clerk's. Set it by NTP.",
        ),
        AuthReason::SessionTokenIatInTheFuture => (
            "The session token was issued ahead of now.",
            "The clock here is behind the one of Clerk. Set it by NTP; a leeway only hides it.",
        ),
        AuthReason::SessionTokenButNoClientUat => (
            "There is a session token, and the browser does not say that it is signed in.",
            "A handshake settles it, which takes a page load. If it comes again each time, \
             __client_uat is dropped on the way, or set for another domain than __session.",
        ),
        AuthReason::SessionPending => (
            "The user has signed in, and has something left to do, such as choosing an \
             organization. Such sessions are signed out here.",
            "Have the frontend lead the user through the tasks. Pages on which they do them let \
             pending sessions in: `pending_sessions` of the builder.",
        ),
        AuthReason::OriginNotAllowed => (
            "A page of an origin that is not allowed has the browser act with its cookies, so \
             they count for nothing.",
            "If the page is yours, name its origin among the allowed ones (`allowed_origins`). If \
             it is the application's own, a proxy hides where that is: have it set \
             X-Forwarded-Host and X-Forwarded-Proto.",
        ),
        AuthReason::ActiveOrganizationMismatch => (
            "The session is good, but its active organization is not the one that the path \
             belongs to.",
            "Follow the redirect, which activates it; or change the organization patterns.",
        ),
        _ => (
            "This version of clerk-dev has no words for this reason.",
            "Look it up among the reasons of clerk_auth::AuthReason.",
        ),
    };
    Words { meaning, advice }
}

/// All of them begin with a session token that has expired.
fn on_expiry(failure: &RefreshFailure) -> Words {
    let (meaning, advice) = match failure {
        RefreshFailure::NotGet => (
            "The session token has expired, and only a GET can wait for a new one.",
            "Have the frontend ask for a token for each request (`getToken()`), and send it in \
             the Authorization header.",
        ),
        RefreshFailure::NoRefreshCookie => (
            "The session token has expired, and there is no refresh cookie to get a new one with.",
            "Load a page, which a handshake can renew; or ask for a token for each request \
             (`getToken()`). Refresh cookies are __refresh_ and the instance's suffix.",
        ),
        RefreshFailure::NoSecretKey => (
            "The session token has expired, and without a secret key Clerk gives no new one.",
            "Set CLERK_SECRET_KEY.",
        ),
        RefreshFailure::NoSessionId => (
            "The session token has expired and does not name its session, so it cannot be renewed.",
            "Clerk's session tokens have `sid`; what issued this one does not make them.",
        ),
        RefreshFailure::Fetch => (
            "The session token has expired, and Clerk was not reached for a new one.",
            "Try again; then look at CLERK_API_URL and the network.",
        ),
        RefreshFailure::Unspecified => (
            "The session token has expired, and Clerk refused a new one without saying why.",
            "Load a page, which a handshake can renew. If that goes wrong as well, sign in anew.",
        ),
        RefreshFailure::NoToken => (
            "The session token has expired, and Clerk agreed to renew it without sending one.",
            "Load a page, which a handshake can renew; and see that CLERK_API_URL is Clerk's.",
        ),
        RefreshFailure::InvalidSessionToken => (
            "The session token has expired, and the one Clerk sent for it is not acceptable here.",
            "Keys, issuer, audience and authorized parties of the settings have to fit the \
             instance of CLERK_SECRET_KEY: the new token does not.",
        ),
        _ => (
            "The session token has expired, and Clerk refused a new one; the end of the reason is \
             why.",
            "A session that was ended or revoked needs a new sign-in. Where origins do not fit, \
             the token is another site's.",
        ),
    };
    Words { meaning, advice }
}

const fn meaning_of(reason: Reason) -> &'static str {
    match reason {
        Reason::TokenExpired => "The token has expired, and nothing here can renew it.",
        Reason::TokenInvalid => "It is no token that Clerk would issue.",
        Reason::TokenInvalidAlgorithm => "The token names an algorithm that is not accepted.",
        Reason::TokenInvalidAuthorizedParties => {
            "The token was asked for by an origin that is none of the authorized parties."
        }
        Reason::TokenInvalidIssuer => "The token was issued by somebody else than this instance.",
        Reason::TokenInvalidSignature => "The signature does not belong to this token and key.",
        Reason::TokenNotActiveYet => "The token is not active yet.",
        Reason::TokenIatInTheFuture => "The token was issued ahead of now.",
        Reason::TokenVerificationFailed => {
            "A claim of the token is missing, of the wrong type, or not accepted, or the key is \
             not for it."
        }
        Reason::TokenTypeMismatch => "The token is genuine, and of another kind.",
        Reason::SecretKeyInvalid => "Clerk does not accept this server's secret key.",
        Reason::JwkLocalMissing => "A key of one's own was to be used, and there is none.",
        Reason::JwkRemoteFailedToLoad => "The keys could not be fetched.",
        Reason::JwkRemoteInvalid => "What was fetched is no key set.",
        Reason::JwkRemoteMissing => "The key set that was fetched holds no keys.",
        Reason::JwkFailedToResolve => "There is neither a key nor a way to fetch one.",
        Reason::JwkKidMismatch => "The instance publishes no key under the token's `kid`.",
        _ => "The token was not accepted.",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all() -> Vec<AuthReason> {
        let refreshes = [
            RefreshFailure::NotGet,
            RefreshFailure::NoRefreshCookie,
            RefreshFailure::NoSecretKey,
            RefreshFailure::NoSessionId,
            RefreshFailure::Fetch,
            RefreshFailure::Unspecified,
            RefreshFailure::NoToken,
            RefreshFailure::InvalidSessionToken,
            RefreshFailure::Api("session_not_found".into()),
        ];
        let mut all = vec![
            AuthReason::ClientUatButNoSessionToken,
            AuthReason::DevBrowserMissing,
            AuthReason::DevBrowserSync,
            AuthReason::PrimaryRespondsToSyncing,
            AuthReason::PrimaryDomainCrossOriginSync,
            AuthReason::SatelliteNeedsSyncing,
            AuthReason::SessionTokenAndUatMissing,
            AuthReason::SessionTokenMissing,
            AuthReason::SessionTokenIatBeforeClientUat,
            AuthReason::SessionTokenNbf,
            AuthReason::SessionTokenIatInTheFuture,
            AuthReason::SessionTokenButNoClientUat,
            AuthReason::ActiveOrganizationMismatch,
            AuthReason::OriginNotAllowed,
            AuthReason::SessionPending,
            AuthReason::TokenTypeMismatch,
            AuthReason::NoTokenInHeader,
            AuthReason::UnexpectedError,
        ];
        all.extend(refreshes.map(AuthReason::SessionTokenExpired));
        all.extend(Reason::ALL.map(AuthReason::Token));
        all
    }

    /// The reasons as their own crate declares them, so that a new one is missed here.
    #[test]
    fn no_reason_is_forgotten() {
        let source = include_str!("../../../clerk-auth/src/reason.rs");
        let declared = |name: &str| {
            let (_, body) = source.split_once(&format!("pub enum {name} {{")).unwrap();
            let (body, _) = body.split_once("\n}").unwrap();
            let lines = body.lines().map(str::trim);
            lines.filter(|line| line.ends_with(',')).count()
        };
        // Two of them stand for the lists that they hold.
        let expected = declared("AuthReason") - 2 + declared("RefreshFailure") + Reason::ALL.len();
        assert_eq!(all().len(), expected);
    }

    #[test]
    fn every_reason_has_words_of_its_own() {
        let mut meanings = BTreeSet::new();
        for reason in all() {
            let Words { meaning, advice } = on(&reason);
            assert!(
                meaning.ends_with('.') && advice.ends_with(['.', ')']),
                "{reason}"
            );
            assert!(!meaning.contains("no words"), "{reason}");
            assert_ne!(meaning, "The token was not accepted.", "{reason}");
            assert!(meanings.insert(meaning), "{reason}: {meaning}");
        }
    }
}

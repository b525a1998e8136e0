//! What to do about a token that is refused.

use clerk::Reason;

/// What to do where a token is refused for `reason`.
pub(crate) const fn on(reason: Reason) -> &'static str {
    match reason {
        Reason::TokenExpired => {
            "Session tokens live for 60 seconds. Have the client ask for a new one for each \
             request (`getToken()`), instead of keeping one. If it is new, compare the clocks."
        }
        Reason::TokenInvalid => {
            "Make sure that it is whole, unchanged, and a token of Clerk's. \
             `clerk-dev token decode` shows what it says."
        }
        Reason::TokenInvalidAlgorithm => {
            "Clerk signs with RS256. Whatever has another `alg`, Clerk did not issue."
        }
        Reason::TokenInvalidAuthorizedParties => {
            "If there is no `azp`, a page that was navigated to brought a cookie that Clerk's script \
             has not refreshed yet: a service of pages lets such tokens pass with \
             AuthorizedParties::match_if_present. If the origin in `azp` is one of your own applications, add it with \
             --authorized-party, byte for byte, without a slash at the end. If it is not, \
             another site obtained this token: keep refusing it."
        }
        Reason::TokenInvalidIssuer => {
            "`iss` is the Frontend API of the instance that issued the token, or its proxy URL. \
             If both are yours, name it with --issuer; else the keys are another instance's."
        }
        Reason::TokenInvalidSignature => {
            "Use the key of the instance that issued the token: development and production have \
             different ones, and a rotated key has to be copied anew. If the key is the right \
             one, the token was changed or forged."
        }
        Reason::TokenNotActiveYet | Reason::TokenIatInTheFuture => {
            "The clock here is behind the one of the issuer. Set it by NTP; a leeway of more than \
             a few seconds (--clock-skew-ms) only hides it."
        }
        Reason::TokenVerificationFailed => {
            "Clerk issues no such token, or this key is not for it. `clerk-dev token decode` \
             shows the claims, and the message above which of them is wrong."
        }
        Reason::TokenTypeMismatch => {
            "Say which kind is expected with --kind. In a server, accept only the kind that the \
             route is for: a JWT template's token is no session, and a machine is no user."
        }
        Reason::JwkKidMismatch => {
            "The token's `kid` names another key than those at hand. Compare it with the `kid`s \
             of the key set; a token of another instance, such as development's, has another."
        }
        Reason::SecretKeyInvalid => {
            "Copy CLERK_SECRET_KEY anew from the API keys page of the Clerk dashboard."
        }
        Reason::JwkLocalMissing | Reason::JwkFailedToResolve => {
            "Give a key: --pem, --jwks, or one of CLERK_JWT_KEY, CLERK_SECRET_KEY and \
             CLERK_PUBLISHABLE_KEY in the environment."
        }
        _ => {
            "The keys could not be fetched. Try again, see CLERK_API_URL and the network, or give \
             the key with --pem or --jwks."
        }
    }
}

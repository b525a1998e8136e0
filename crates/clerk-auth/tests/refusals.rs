//! What every refusal has in common.

use clerk_auth::{AuthReason, Denied, Error, Rejection, TokenType};
use clerk_jwks::ResolveError;

#[test]
fn a_refusal_is_not_stored() {
    let undecided = Error::Keys {
        token_type: TokenType::Session,
        source: ResolveError::NoSource,
    };
    for rejection in [
        Rejection::signed_out(&AuthReason::SessionTokenAndUatMissing),
        Rejection::wrong_token(&[TokenType::ApiKey]),
        Rejection::denied(&Denied::Machine),
        Rejection::undecided(&undecided),
        Rejection::undecided(&Error::Driver),
        Rejection::not_authenticated(),
    ] {
        let response = rejection.into_response::<String>();
        let stored = response.headers().get(http::header::CACHE_CONTROL);
        assert_eq!(stored.unwrap(), "no-store", "{}", response.status());
    }
}

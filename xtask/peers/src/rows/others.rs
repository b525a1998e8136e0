//! The signature check alone, and other libraries.

use std::hint::black_box;
use std::sync::Arc;

use clerk_rs::validators::authorizer::{validate_jwt, validate_jwt_with_key};
use clerk_rs::validators::jwks::JwksKey;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;

use super::Run;
use crate::Fixture;
use crate::clients::clerk_rs_keys;
use crate::futures::{at_once, to_its_end};

/// The floor: no parsing, no base64, no JSON, no claims.
pub(super) fn raw_ring(fixture: &Fixture) -> Run {
    let (signed, signature) = fixture.signed_parts();
    let signed = signed.to_owned();
    let (n, e) = (fixture.modulus.clone(), fixture.exponent.clone());
    Box::new(move || {
        let key = RsaPublicKeyComponents { n: &n, e: &e };
        let signed = black_box(signed.as_bytes());
        key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, &signature)
            .expect("a good signature");
    })
}

/// What an application would read from the token, with a library that knows nothing of Clerk.
#[derive(Deserialize)]
#[expect(dead_code, reason = "decoding them is what is measured")]
struct Claims {
    azp: String,
    exp: u64,
    iat: u64,
    iss: String,
    nbf: u64,
    o: Organization,
    sid: String,
    sts: String,
    sub: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "decoding them is what is measured")]
struct Organization {
    id: String,
    rol: String,
    slg: String,
    per: String,
    fpm: String,
}

macro_rules! jsonwebtoken {
    ($name:ident, $library:ident) => {
        pub(super) fn $name(fixture: &Fixture) -> Run {
            use $library::{Algorithm, DecodingKey, Validation, decode};

            let (n, e) = fixture.encoded_components();
            let key = DecodingKey::from_rsa_components(&n, &e).expect("a good key");
            let mut validation = Validation::new(Algorithm::RS256);
            validation.validate_nbf = true;
            validation.set_issuer(&[Fixture::ISSUER]);
            let token = fixture.token.clone();
            Box::new(move || {
                let verified = decode::<Claims>(black_box(token.as_str()), &key, &validation);
                black_box(verified.expect("a good token"));
            })
        }
    };
}

jsonwebtoken!(jsonwebtoken_9, jsonwebtoken_9);
jsonwebtoken!(jsonwebtoken_11, jsonwebtoken_11);
jsonwebtoken!(jsonwebtoken_12, jsonwebtoken_12);

/// What jwt-simple leaves of [`Claims`] to the application.
#[derive(Deserialize)]
#[expect(dead_code, reason = "decoding them is what is measured")]
struct CustomClaims {
    azp: String,
    o: Organization,
    sid: String,
    sts: String,
}

pub(super) fn jwt_simple(fixture: &Fixture) -> Run {
    use jwt_simple::prelude::{RS256PublicKey, RSAPublicKeyLike, VerificationOptions};

    let key = RS256PublicKey::from_components(&fixture.modulus, &fixture.exponent);
    let key = key.expect("a good key");
    let issuers = [Fixture::ISSUER.to_owned()];
    let options = VerificationOptions {
        allowed_issuers: Some(issuers.into()),
        ..VerificationOptions::default()
    };
    let token = fixture.token.clone();
    Box::new(move || {
        let options = Some(options.clone());
        let verified = key.verify_token::<CustomClaims>(black_box(&token), options);
        black_box(verified.expect("a good token"));
    })
}

/// Its claims are a map, and what its validator holds them against is a time that it is given.
#[cfg(feature = "openssl")]
pub(super) fn josekit(fixture: &Fixture) -> Run {
    use clerk_core::{Clock, SystemClock};
    use josekit::jwk::Jwk;
    use josekit::jws::RS256;
    use josekit::jwt::{JwtPayloadValidator, decode_with_verifier};

    let jwk = Jwk::from_bytes(fixture.jwk().to_string()).expect("a JWK");
    let verifier = RS256.verifier_from_jwk(&jwk).expect("a good key");
    let mut validator = JwtPayloadValidator::new();
    validator.set_issuer(Fixture::ISSUER);
    let (token, clock) = (fixture.token.clone(), SystemClock::new());
    Box::new(move || {
        let now = u64::try_from(clock.now().as_secs()).expect("after 1970");
        validator.set_base_time(std::time::UNIX_EPOCH + std::time::Duration::from_secs(now));
        let verified = decode_with_verifier(black_box(&token), &verifier);
        let (claims, header) = verified.expect("a good signature");
        validator.validate(&claims).expect("good claims");
        black_box((claims, header));
    })
}

pub(super) fn clerk_rs_key_given(fixture: &Fixture) -> Run {
    let key: JwksKey = serde_json::from_value(fixture.jwk()).expect("a JWK");
    let token = fixture.token.clone();
    Box::new(move || {
        let verified = validate_jwt_with_key(black_box(&token), &key);
        black_box(verified.expect("a good token"));
    })
}

pub(super) fn clerk_rs_cached_key(fixture: &Fixture) -> Run {
    let cache = Arc::new(clerk_rs_keys(fixture));
    let token = fixture.token.clone();

    let fetched = to_its_end(validate_jwt(&token, cache.clone()));
    fetched.expect("a key fetched and a good token");

    Box::new(move || {
        let verified = at_once(validate_jwt(black_box(&token), cache.clone()));
        black_box(verified.expect("a good token"));
    })
}

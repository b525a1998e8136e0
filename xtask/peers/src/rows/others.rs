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

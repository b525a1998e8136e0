//! What holds of every input, not only of those somebody thought of.

mod support;

use std::time::Duration;

use clerk_core::UnixTime;
use clerk_jwt::{
    AuthorizedParties, Claims, Jwk, JwkSet, NumericDate, Policy, Ring, SessionClaims,
    UnverifiedToken, UserClaims, VerifyingKey, danger,
};
use proptest::prelude::*;
use serde_json::json;
use support::{NOW, NOW_SECS, Signer, b64, key_a, session_header, session_payload, with};

fn good() -> &'static str {
    include_str!("tokens/session_v2.jwt").trim()
}

/// Whatever stands in a claim, however odd.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        any::<f64>().prop_map(|value| json!(value)),
        (-20_i64..20).prop_map(|away| json!(NOW_SECS + away)),
        ".{0,12}".prop_map(|value| json!(value)),
        "[ou]{0,2}:?[a-z]{0,3},?[0-9]{0,30}".prop_map(|value| json!(value)),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|value| json!(value)),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..4).prop_map(|value| json!(value)),
        ]
    })
}

fn any_claim() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "azp",
        "sid",
        "sts",
        "v",
        "fva",
        "act",
        "o",
        "org_id",
        "org_permissions",
        "fea",
        "pla",
        "scp",
        "scope",
    ])
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,400}") {
        let _ = danger::decode_unverified(&text);
        let _ = Jwk::from_json(&text);
        let _ = JwkSet::from_json(&text, &Ring);
        let _ = VerifyingKey::from_pem(&text);
        let _ = NumericDate::from_json(&text);
    }

    #[test]
    fn no_three_parts_panic(header in ".{0,60}", payload in ".{0,60}", signature in any::<Vec<u8>>()) {
        let token = format!("{}.{}.{}", b64(header), b64(payload), b64(signature));
        if let Ok(token) = UnverifiedToken::parse(&token) {
            let _ = token.check_form();
            prop_assert!(token.verify::<Claims>(&key_a(), NOW, &Policy::default()).is_err());
        }
    }

    #[test]
    fn changing_any_character_of_a_token_refuses_it(at in 0..good().len(), to in "[A-Za-z0-9_.=+/ -]") {
        let mut changed = good().to_owned();
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != good());
        let verified = UnverifiedToken::parse(&changed).map_err(Into::into)
            .and_then(|token| token.verify::<Claims>(&key_a(), NOW, &Policy::default()));
        prop_assert!(verified.is_err());
    }

    #[test]
    fn cutting_or_growing_a_token_refuses_it(cut in 0..good().len(), tail in "[A-Za-z0-9_-]{1,8}") {
        for changed in [good()[..cut].to_owned(), format!("{}{tail}", good()), format!("{tail}{}", good())] {
            let verified = UnverifiedToken::parse(&changed).map_err(Into::into)
                .and_then(|token| token.verify::<Claims>(&key_a(), NOW, &Policy::default()));
            prop_assert!(verified.is_err());
        }
    }

    #[test]
    fn no_claim_panics_and_whatever_is_accepted_is_in_time(
        claim in any_claim(), value in any_json(), now in -20_i64..80, skew in 0_u64..20,
    ) {
        let payload = with(session_payload(), claim, Some(value));
        let token = Signer::a().sign(&session_header(), &payload);
        let now = UnixTime::from_secs(NOW_SECS + now);
        let policy = Policy::default().clock_skew(Duration::from_secs(skew));
        let token = UnverifiedToken::parse(&token).unwrap();
        if let Ok(verified) = token.clone().verify::<UserClaims>(&key_a(), now, &policy) {
            let leeway = Duration::from_secs(skew);
            let claims = verified.claims().all();
            prop_assert!(claims.subject().is_some());
            let exp = claims.expires_at().unwrap().to_unix_time();
            prop_assert!(now.saturating_sub(leeway) < exp);
            for early in [claims.not_before(), claims.issued_at()].into_iter().flatten() {
                prop_assert!(early.to_unix_time() <= now.saturating_add(leeway));
            }
        }
        if let Ok(verified) = token.verify::<SessionClaims>(&key_a(), now, &policy) {
            let claims = verified.claims();
            prop_assert!(!claims.session_id().is_empty());
            if let Some(organization) = claims.organization() {
                prop_assert!(!organization.id().is_empty());
                let _ = organization.permissions().to_string();
            }
            let _ = (claims.factor_ages(), claims.actor(), claims.status(), claims.version());
            let _ = (claims.features().contains("x"), claims.plans().contains("x"));
        }
    }

    #[test]
    fn a_stricter_policy_never_accepts_more(value in any_json(), claim in any_claim()) {
        let token = Signer::a().sign(&session_header(), &with(session_payload(), claim, Some(value)));
        let strict = Policy::default()
            .audiences(["api"])
            .issuers(["https://clerk.example.com"])
            .authorized_parties(AuthorizedParties::require(["https://example.com"]));
        let token = UnverifiedToken::parse(&token).unwrap();
        let strictly = token.clone().verify::<UserClaims>(&key_a(), NOW, &strict).is_ok();
        let loosely = token.verify::<UserClaims>(&key_a(), NOW, &Policy::default()).is_ok();
        prop_assert!(loosely || !strictly);
    }

    #[test]
    fn nesting_does_not_exhaust_the_stack(depth in 1_usize..4000, open in "[\\[{]") {
        let nested = if open == "[" { "[".repeat(depth) } else { "{\"a\":".repeat(depth) };
        let _ = danger::decode_unverified(&format!("{}.{}.AA", b64(&nested), b64(&nested)));
        let payload = format!("{{\"sub\":{nested}");
        let _ = danger::decode_unverified(&format!("{}.{}.AA", b64("{}"), b64(payload)));
    }
}

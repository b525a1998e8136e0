use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::specimen::claims;

/// An organization in which the user is an admin, in both versions of the claims.
fn organizations() -> [Value; 2] {
    [
        json!({
            "v": null, "org_id": "org_1", "org_slug": "acme", "org_role": "org:admin",
            "org_permissions": ["org:invoices:read", "org:invoices:pay"],
            "fea": "o:invoices,u:export,uo:search", "pla": "o:business,u:plus",
        }),
        json!({
            "v": 2, "o": {"id": "org_1", "slg": "acme", "rol": "admin", "per": "read,pay", "fpm": "3,0"},
            "fea": "o:invoices,u:export,uo:search", "pla": "o:business,u:plus",
        }),
    ]
}

#[test]
fn roles_and_permissions_are_compared_with_one_prefix() {
    let rows: [(Requirement, bool); 17] = [
        (Requirement::new().role("org:admin"), true),
        (Requirement::new().role("admin"), true),
        (Requirement::new().role("org:org:admin"), true),
        (Requirement::new().role("org:member"), false),
        (Requirement::new().role("Org:admin"), false),
        (Requirement::new().role("org:Admin"), false),
        (Requirement::new().role("org:"), false),
        (Requirement::new().role(""), false),
        (Requirement::new().permission("org:invoices:read"), true),
        (Requirement::new().permission("invoices:pay"), true),
        (Requirement::new().permission("org:org:invoices:pay"), true),
        (Requirement::new().permission("org:invoices:void"), false),
        (Requirement::new().permission("org:invoices"), false),
        (Requirement::new().permission(""), false),
        (
            Requirement::new().permission("org:sys_memberships:read"),
            false,
        ),
        (
            Requirement::new().role("admin").permission("invoices:read"),
            true,
        ),
        (
            Requirement::new().role("admin").permission("invoices:void"),
            false,
        ),
    ];
    for organization in organizations() {
        let claims = claims(&organization);
        for (requirement, expected) in &rows {
            let met = requirement.check(&claims).is_ok();
            assert_eq!(met, *expected, "{requirement:?} of {organization}");
        }
    }
}

#[test]
fn a_role_from_before_prefixes_is_the_same_role() {
    let old = claims(&json!({"v": null, "org_id": "org_1", "org_role": "admin"}));
    assert_eq!(Requirement::new().role("org:admin").check(&old), Ok(()));
    let twice = claims(&json!({"o": {"id": "org_1", "rol": "org:admin"}}));
    assert_eq!(Requirement::new().role("admin").check(&twice), Ok(()));
}

#[test]
fn a_permission_has_to_stand_in_the_token_with_its_prefix() {
    let claims = claims(&json!({
        "v": null, "org_id": "org_1", "org_permissions": ["invoices:read", "org:org:invoices:pay"],
    }));
    for asked in ["invoices:read", "org:invoices:read", "invoices:pay"] {
        let requirement = Requirement::new().permission(asked);
        assert!(requirement.check(&claims).is_err(), "{asked}");
    }
}

#[test]
fn without_an_active_organization_nobody_has_a_role() {
    for damaged in [
        json!({}),
        json!({"o": {}}),
        json!({"o": {"id": "", "rol": "admin"}}),
        json!({"o": {"id": 1, "rol": "admin"}}),
        json!({"o": "org_1"}),
        json!({"org_id": "org_1", "org_role": "org:admin"}),
        json!({"v": 3, "o": {"id": "org_1", "rol": "admin"}}),
        json!({"v": null, "org_role": "org:admin", "org_permissions": ["org:invoices:read"]}),
        json!({"v": null, "org_id": "org_1", "org_role": ["org:admin"], "org_permissions": "org:invoices:read"}),
        json!({"v": null, "org_id": "org_1", "org_permissions": {"0": "org:invoices:read"}}),
    ] {
        let claims = claims(&damaged);
        for requirement in [
            Requirement::new().role("admin"),
            Requirement::new().permission("invoices:read"),
        ] {
            assert!(requirement.check(&claims).is_err(), "{damaged}");
        }
    }
}

#[test]
fn features_and_plans_are_scoped() {
    let rows: [(&str, bool); 22] = [
        ("invoices", true),
        ("export", true),
        ("search", true),
        ("o:invoices", true),
        ("org:invoices", true),
        ("organization:invoices", true),
        ("u:invoices", false),
        ("user:invoices", false),
        ("u:export", true),
        ("user:export", true),
        ("org:export", false),
        ("org:search", true),
        ("user:search", true),
        ("uo:search", false),
        ("x:invoices", false),
        (":invoices", false),
        ("ORG:invoices", false),
        ("org:invoices:read", true),
        ("org:", false),
        ("", false),
        ("o", false),
        ("absent", false),
    ];
    for organization in organizations() {
        let claims = claims(&organization);
        for (asked, expected) in rows {
            let met = Requirement::new().feature(asked).check(&claims).is_ok();
            assert_eq!(met, expected, "{asked} of {organization}");
        }
        let both = |feature: &'static str, plan: &'static str| {
            Requirement::new()
                .feature(feature)
                .plan(plan)
                .check(&claims)
        };
        assert_eq!(both("invoices", "org:business"), Ok(()));
        assert_eq!(both("invoices", "u:plus"), Ok(()));
        assert_eq!(both("invoices", "free"), Err(Denied::Plan("free".into())));
        assert_eq!(
            both("absent", "u:plus"),
            Err(Denied::Feature("absent".into()))
        );
    }
}

#[test]
fn a_damaged_list_entitles_to_nothing() {
    for list in [
        json!(null),
        json!(""),
        json!("invoices"),
        json!("o:invoices,business"),
        json!("o:invoices,"),
        json!(["o:invoices"]),
        json!({"o": "invoices"}),
        json!(1),
    ] {
        let claims = claims(&json!({"fea": list, "pla": list}));
        for slug in ["invoices", "org:invoices", "0", ""] {
            assert!(
                Requirement::new().feature(slug).check(&claims).is_err(),
                "{list} {slug}"
            );
            assert!(
                Requirement::new().plan(slug).check(&claims).is_err(),
                "{list} {slug}"
            );
        }
    }
}

#[test]
fn reverification_by_level_and_age() {
    let first = |minutes| Reverification::new(FactorLevel::FirstFactor, minutes).unwrap();
    let second = |minutes| Reverification::new(FactorLevel::SecondFactor, minutes).unwrap();
    let multi = |minutes| Reverification::new(FactorLevel::MultiFactor, minutes).unwrap();
    let rows: [(Value, Reverification, bool); 26] = [
        (json!([4, -1]), first(5), true),
        (json!([5, -1]), first(5), false),
        (json!([4, 500]), first(5), true),
        (json!([-1, 0]), first(5), false),
        (json!([-1, -1]), first(5), false),
        (json!([0, 4]), second(5), true),
        (json!([0, 5]), second(5), false),
        (json!([500, 4]), second(5), true),
        (json!([4, -1]), second(5), true),
        (json!([5, -1]), second(5), false),
        (json!([-1, 4]), second(5), true),
        (json!([-1, -1]), second(5), false),
        (json!([4, 4]), multi(5), true),
        (json!([5, 4]), multi(5), false),
        (json!([4, 5]), multi(5), false),
        (json!([4, -1]), multi(5), true),
        (json!([-1, 4]), multi(5), false),
        (json!([-1, -1]), multi(5), false),
        (json!([4.9, -1]), first(5), true),
        (json!([5.1, -1]), first(5), false),
        (json!([9, 9]), Reverification::STRICT_MFA, true),
        (json!([10, 9]), Reverification::STRICT_MFA, false),
        (json!([100, 10]), Reverification::STRICT, false),
        (json!([100, 59]), Reverification::MODERATE, true),
        (json!([0, 1439]), Reverification::LAX, true),
        (json!([0, 1440]), Reverification::LAX, false),
    ];
    for (fva, asked, expected) in rows {
        let claims = claims(&json!({"fva": fva}));
        let met = Requirement::new().reverification(asked).check(&claims);
        assert_eq!(met.is_ok(), expected, "{fva} {asked:?}");
    }
}

#[test]
fn reverification_fails_where_the_ages_cannot_be_read() {
    for fva in [
        json!(null),
        json!([]),
        json!([0]),
        json!([0, 0, 0]),
        json!(["0", "0"]),
        json!([null, null]),
        json!([-2, 0]),
        json!([0, -0.5]),
        json!({"0": 0, "1": 0}),
        json!("0,0"),
        json!(true),
    ] {
        let claims = claims(&json!({"fva": fva}));
        let denied = Requirement::new()
            .reverification(Reverification::LAX)
            .check(&claims);
        assert_eq!(
            denied,
            Err(Denied::Reverification(Reverification::LAX)),
            "{fva}"
        );
    }
}

#[test]
fn presets_have_clerks_names() {
    for (name, preset) in [
        ("strict_mfa", Reverification::STRICT_MFA),
        ("strict", Reverification::STRICT),
        ("moderate", Reverification::MODERATE),
        ("lax", Reverification::LAX),
    ] {
        assert_eq!(Reverification::from_name(name), Ok(preset));
        assert_eq!(serde_json::to_value(preset).unwrap(), json!(name));
    }
    for name in ["", "Strict", "strictest"] {
        assert_eq!(
            Reverification::from_name(name),
            Err(InvalidReverification::Name)
        );
    }
}

#[test]
fn what_asks_for_nothing_is_met_by_nobody() {
    for organization in organizations() {
        let denied = Requirement::new().check(&claims(&organization));
        assert_eq!(denied, Err(Denied::NothingAsked));
    }
    let nobody = claims(&json!({"sub": "", "fva": [0, 0]}));
    let denied = Requirement::new()
        .reverification(Reverification::LAX)
        .check(&nobody);
    assert_eq!(denied, Err(Denied::SignedOut));
}

#[test]
fn what_has_no_name_is_had_by_nobody() {
    for list in ["o:one", "o:,o:one"] {
        let claims =
            claims(&json!({"fea": list, "pla": list, "o": {"id": "org_1", "rol": "member"}}));
        let denied = Requirement::new().feature("").check(&claims);
        assert_eq!(denied, Err(Denied::Feature("".into())), "{list}");
        let denied = Requirement::new().plan("").check(&claims);
        assert_eq!(denied, Err(Denied::Plan("".into())), "{list}");
    }
}

#[test]
fn verifying_again_is_asked_for_last() {
    let claims = claims(&json!({"fva": [500, -1], "o": {"id": "org_1", "rol": "member"}}));
    let requirement = Requirement::new()
        .reverification(Reverification::STRICT)
        .plan("business")
        .permission("invoices:pay")
        .role("member");
    let denied = requirement.check(&claims);
    assert_eq!(denied, Err(Denied::Permission("invoices:pay".into())));
    let requirement = Requirement::new()
        .reverification(Reverification::STRICT)
        .role("member");
    let denied = requirement.check(&claims);
    assert_eq!(denied, Err(Denied::Reverification(Reverification::STRICT)));
}

#[test]
fn refusals_in_the_shapes_that_front_ends_read() {
    let custom = Reverification::new(FactorLevel::MultiFactor, 7).unwrap();
    for (asked, config) in [
        (Reverification::MODERATE, json!("moderate")),
        (custom, json!({"level": "multi_factor", "afterMinutes": 7})),
    ] {
        let expected = json!({"clerk_error": {
            "type": "forbidden",
            "reason": "reverification-error",
            "metadata": {"reverification": config},
        }});
        let denied = Denied::Reverification(asked);
        assert_eq!(serde_json::to_value(&denied).unwrap(), expected);
        assert_eq!(denied.status(), 403);
    }
    for (denied, status, code) in [
        (Denied::SignedOut, 401, "signed_out"),
        (Denied::Machine, 403, "machine_not_allowed"),
        (Denied::NothingAsked, 403, "requirement_empty"),
        (Denied::Role("org:planted".into()), 403, "role_missing"),
        (
            Denied::Permission("org:planted".into()),
            403,
            "permission_missing",
        ),
        (Denied::Feature("planted".into()), 403, "feature_missing"),
        (Denied::Plan("planted".into()), 403, "plan_missing"),
    ] {
        let body: Value = serde_json::from_str(&denied.to_json()).unwrap();
        assert_eq!(body["errors"][0]["code"], code);
        assert!(body["errors"][0]["message"].is_string());
        assert!(!denied.to_json().contains("planted"), "{denied}");
        assert_eq!(denied.status(), status);
    }
}

/// Any JSON, and more often than chance what the claim may hold.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-3_i64..100).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "(o|u|uo|org|x)?:?[a-c]?(,(o|u|ou):[a-c])?".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("id|slg|rol|per|fpm|[a-z]", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_requirement() -> impl Strategy<Value = Requirement> {
    let name = prop_oneof![".{0,12}", "(org:|o:|u:)?[a-c](:[a-c])?"];
    let level = prop_oneof![
        Just(FactorLevel::FirstFactor),
        Just(FactorLevel::SecondFactor),
        Just(FactorLevel::MultiFactor),
    ];
    let ask = prop_oneof![
        name.clone().prop_map(|name| Ask::Role(name.into())),
        name.clone().prop_map(|name| Ask::Permission(name.into())),
        name.clone().prop_map(|name| Ask::Feature(name.into())),
        name.prop_map(|name| Ask::Plan(name.into())),
        (level, 1_u32..200).prop_map(|(level, minutes)| {
            Ask::Reverification(Reverification::new(level, minutes).unwrap())
        }),
    ];
    prop::collection::vec(ask, 0..4).prop_map(Requirement)
}

proptest! {
    #[test]
    fn no_claims_panic_and_each_ask_narrows(
        requirement in any_requirement(),
        [o, fea, pla, fva, v, org_id, org_role, org_permissions] in
            prop::array::uniform8(any_json()),
    ) {
        let claims = claims(&json!({
            "o": o, "fea": fea, "pla": pla, "fva": fva, "v": v,
            "org_id": org_id, "org_role": org_role, "org_permissions": org_permissions,
        }));
        let all = requirement.check(&claims).is_ok();
        let each = requirement
            .0
            .iter()
            .all(|ask| Requirement(vec![ask.clone()]).check(&claims).is_ok());
        prop_assert_eq!(all, each && !requirement.0.is_empty());
    }

    #[test]
    fn nothing_malformed_grants(
        requirement in any_requirement(),
        damaged in any_json(),
        v in prop_oneof![Just(json!(2)), Just(Value::Null)],
    ) {
        // Where a claim should hold a text it holds something else; where it should hold a list of
        // ages or an object, a text.
        let no_text = if damaged.is_string() { json!([damaged]) } else { damaged.clone() };
        let no_list = json!(damaged.to_string());
        let claims = claims(&json!({
            "o": no_list, "fea": no_text, "pla": no_text, "fva": no_list, "v": v,
            "org_id": no_text, "org_role": "org:a", "org_permissions": ["org:a:b"],
        }));
        prop_assert!(requirement.check(&claims).is_err());
    }
}

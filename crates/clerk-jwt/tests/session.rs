//! What session tokens of both versions say, and that damaged claims grant nothing.

mod support;

use clerk_core::UnixTime;
use clerk_jwt::{Entitlements, Policy, SessionClaims, SessionStatus, UnverifiedToken};
use serde_json::{Value, json};
use support::{NOW, Signer, key_a, session_header, session_payload, with};

#[allow(clippy::needless_pass_by_value, reason = "the rows read better")]
fn session(changes: Value) -> SessionClaims {
    let payload = changes
        .as_object()
        .unwrap()
        .iter()
        .fold(session_payload(), |payload, (name, value)| {
            with(payload, name, Some(value.clone()))
        });
    let token = Signer::a().sign(&session_header(), &payload);
    UnverifiedToken::parse(&token)
        .unwrap()
        .verify::<SessionClaims>(&key_a(), NOW, &Policy::default())
        .unwrap()
        .into_claims()
}

/// As a live instance made it; the values are made up.
#[test]
fn a_recorded_token_of_a_pending_session_is_read_whole() {
    let recorded: Value =
        serde_json::from_str(include_str!("recorded/pending-session.json")).unwrap();
    let (header, payload) = (&recorded["header"], &recorded["payload"]);
    let token = Signer::a().sign(header, payload);
    let now = UnixTime::from_secs(1_777_973_790);
    let verified = UnverifiedToken::parse(&token)
        .unwrap()
        .verify::<SessionClaims>(&key_a(), now, &Policy::default());
    let claims = verified.unwrap().into_claims();
    assert_eq!(claims.status(), SessionStatus::Pending);
    assert!(claims.organization().is_none() && claims.actor().is_none());
    assert_eq!(
        (claims.version(), claims.factor_ages().is_some()),
        (2, true)
    );
    assert_eq!(claims.user_id(), payload["sub"]);
    assert_eq!(claims.session_id(), payload["sid"]);
    let all = claims.all();
    assert_eq!(all.issuer().unwrap(), payload["iss"]);
    assert_eq!(all.authorized_party().unwrap(), payload["azp"]);
    let dates = [all.expires_at(), all.issued_at(), all.not_before()];
    assert!(dates.iter().all(Option::is_some), "{dates:?}");
    assert_eq!(all.custom::<Value>().unwrap(), *payload);
}

fn permissions(fea: &str, per: &str, fpm: &str) -> Vec<String> {
    let claims = session(json!({"fea": fea, "o": {"id": "org_1", "per": per, "fpm": fpm}}));
    let organization = claims.organization().unwrap();
    organization
        .permissions()
        .iter()
        .map(str::to_owned)
        .collect()
}

#[test]
fn both_versions_say_the_same_of_an_organization() {
    let v1 = json!({
        "v": null, "org_id": "org_1", "org_slug": "acme", "org_role": "org:admin",
        "org_permissions": ["org:teams:manage", "org:teams:read"],
    });
    let v2 = json!({
        "v": 2, "fea": "o:teams",
        "o": {"id": "org_1", "slg": "acme", "rol": "admin", "per": "manage,read", "fpm": "3"},
    });
    for (changes, version) in [(v1, 1), (v2, 2)] {
        let claims = session(changes);
        assert_eq!(claims.version(), version);
        let organization = claims.organization().unwrap();
        assert_eq!(organization.id(), "org_1");
        assert_eq!(organization.slug(), Some("acme"));
        assert_eq!(organization.role(), Some("org:admin"));
        let permissions = organization.permissions();
        assert_eq!(permissions.to_string(), "org:teams:manage,org:teams:read");
        assert!(permissions.contains("org:teams:read"));
        assert!(!permissions.contains("teams:read"));
    }
}

#[test]
fn an_organization_keeps_what_it_has_when_the_rest_is_missing() {
    let claims = session(json!({"v": 1, "org_id": "org_1", "org_role": "admin"}));
    let organization = claims.organization().unwrap();
    assert_eq!(organization.role(), Some("admin"));
    assert_eq!(organization.slug(), None);
    assert_eq!(organization.permissions().iter().count(), 0);

    let claims = session(json!({"o": {"id": "org_1"}}));
    let organization = claims.organization().unwrap();
    assert_eq!((organization.role(), organization.slug()), (None, None));
}

#[test]
fn a_damaged_organization_is_none() {
    for changes in [
        json!({}),
        json!({"o": null}),
        json!({"o": "org_1"}),
        json!({"o": {}}),
        json!({"o": {"id": ""}}),
        json!({"o": {"id": 5}}),
        json!({"o": ["org_1"]}),
        json!({"org_id": "org_1", "org_role": "org:admin"}),
        json!({"v": 1, "o": {"id": "org_1"}}),
        json!({"v": "2", "o": {"id": "org_1"}}),
        json!({"v": 3, "o": {"id": "org_1"}}),
        json!({"v": 1, "org_id": ["org_1"]}),
    ] {
        assert!(
            session(changes.clone()).organization().is_none(),
            "{changes}"
        );
    }
}

#[test]
fn permission_masks() {
    let rows: [(&str, &str, &str, &[&str]); 17] = [
        (
            "o:impersonation,o:memberships",
            "read,manage",
            "1,3",
            &[
                "org:impersonation:read",
                "org:memberships:read",
                "org:memberships:manage",
            ],
        ),
        (
            "o:repositories,uo:projects,u:goldprofileborder",
            "read,create,update,delete,revoke",
            "7,21,0",
            &[
                "org:repositories:read",
                "org:repositories:create",
                "org:repositories:update",
                "org:projects:read",
                "org:projects:update",
                "org:projects:revoke",
            ],
        ),
        (
            "o:dashboard,o:teams",
            "manage,read",
            "3,2",
            &[
                "org:dashboard:manage",
                "org:dashboard:read",
                "org:teams:read",
            ],
        ),
        // A feature of the user alone has no mask of its own.
        ("u:border,o:teams", "read", "1", &["org:teams:read"]),
        ("ou:teams", "read", "1", &["org:teams:read"]),
        (
            " o:teams , o:x ",
            " read , manage ",
            " 1 , 2 ",
            &["org:teams:read", "org:x:manage"],
        ),
        ("o:a,o:b,o:c", "r", "1,0,1", &["org:a:r", "org:c:r"]),
        ("o:a,o:b", "r", "1", &["org:a:r"]),
        ("o:a", "r", "2", &[]),
        ("o:a,o:b", "r", "x,1", &["org:b:r"]),
        ("o:a", "r", "-1", &[]),
        ("o:a", "r", "1.0", &[]),
        ("o:a", "r", "", &[]),
        ("o:a", "", "1", &[]),
        ("", "r", "1", &[]),
        ("a", "r", "1", &[]),
        ("o:a,,o:b", "r", "1,1", &[]),
    ];
    for (fea, per, fpm, expected) in rows {
        assert_eq!(permissions(fea, per, fpm), expected, "{fea} {per} {fpm}");
    }
}

#[test]
fn masks_beyond_every_machine_integer_are_exact() {
    let names: Vec<String> = (0..200).map(|at| format!("p{at}")).collect();
    let set_bits = |count: usize, mask: &str| -> Vec<usize> {
        permissions("o:f", &names[..count].join(","), mask)
            .iter()
            .map(|one| one.rsplit('p').next().unwrap().parse().unwrap())
            .collect()
    };
    assert_eq!(set_bits(54, "9007199254740993"), [0, 53]);
    assert_eq!(set_bits(54, "18014398509481984"), [] as [usize; 0]);
    assert_eq!(set_bits(65, "18446744073709551616"), [64]);
    assert_eq!(
        set_bits(129, "340282366920938463463374607431768211457"),
        [0, 128]
    );
    let all = set_bits(
        200,
        "1606938044258990275541962092341162602522202993782792835301375",
    );
    assert_eq!(all.len(), 200);
}

#[test]
fn entitlements_are_scoped() {
    let claims = session(json!({"fea": "o:a,u:b,uo:c,ou:d,x:e", "pla": "u:free"}));
    let features = claims.features();
    assert_eq!(features.of_user().collect::<Vec<_>>(), ["b", "c", "d"]);
    assert_eq!(
        features.of_organization().collect::<Vec<_>>(),
        ["a", "c", "d"]
    );
    assert!(features.contains("a") && features.contains("b"));
    assert!(!features.contains("e") && !features.contains("o:a"));
    assert!(claims.plans().contains("free"));

    let nothing = |entitlements: Entitlements<'_>| {
        entitlements
            .of_user()
            .chain(entitlements.of_organization())
            .count()
            == 0
    };
    for fea in [
        json!(null),
        json!(""),
        json!(5),
        json!(["o:a"]),
        json!("o:a,b"),
        json!("o:a,"),
    ] {
        assert!(nothing(session(json!({"fea": fea})).features()), "{fea}");
    }
}

#[test]
fn factor_ages_fail_closed() {
    let claims = session(json!({"fva": [3, -1]}));
    let ages = claims.factor_ages().unwrap();
    assert_eq!((ages.first, ages.second), (Some(3), None));
    for fva in [
        json!(null),
        json!([]),
        json!([0]),
        json!([0, 1, 2]),
        json!(["0", "1"]),
        json!([-2, 0]),
        json!([0, 1e300]),
        json!([-0.5, 0]),
        json!({}),
        json!(0),
    ] {
        assert_eq!(session(json!({"fva": fva})).factor_ages(), None, "{fva}");
    }
}

#[test]
fn a_status_that_is_not_known_is_not_active() {
    for (sts, expected) in [
        (json!("active"), SessionStatus::Active),
        (json!("pending"), SessionStatus::Pending),
        (json!("odd"), SessionStatus::Other("odd")),
        (json!(null), SessionStatus::Other("")),
        (json!(1), SessionStatus::Other("")),
    ] {
        assert_eq!(session(json!({"sts": sts})).status(), expected, "{sts}");
    }
    let payload = with(session_payload(), "sts", None);
    let token = Signer::a().sign(&session_header(), &payload);
    let verified = UnverifiedToken::parse(&token)
        .unwrap()
        .verify::<SessionClaims>(&key_a(), NOW, &Policy::default())
        .unwrap();
    assert_eq!(verified.claims().status(), SessionStatus::Active);
}

#[test]
fn actors_and_custom_claims() {
    let claims = session(json!({
        "act": {"iss": "https://dashboard.clerk.com", "sub": "user_admin"},
        "tier": "gold",
        "iss": "https:\\/\\/clerk.example.com",
    }));
    assert_eq!(claims.actor().unwrap().subject().unwrap(), "user_admin");
    #[derive(serde::Deserialize)]
    struct Mine<'c> {
        tier: &'c str,
    }
    assert_eq!(claims.all().custom::<Mine<'_>>().unwrap().tier, "gold");
    #[derive(serde::Deserialize, Debug)]
    struct Missing {
        #[allow(dead_code, reason = "only its absence matters")]
        absent: String,
    }
    assert!(claims.all().custom::<Missing>().is_err());
    for act in [json!(null), json!("user_admin"), json!([])] {
        assert!(session(json!({"act": act})).actor().is_none());
    }
}

#[test]
fn claims_written_with_escapes_read_as_what_they_say() {
    let payload = session_payload()
        .to_string()
        .replace("user_1", "user\\u005f1")
        .replace("https://clerk", "https:\\/\\/clerk")
        .replace("\"sid\"", "\"s\\u0069d\"");
    let token = Signer::a().sign_text(&session_header().to_string(), payload);
    let policy = Policy::default().issuers(["https://clerk.example.com"]);
    let verified = UnverifiedToken::parse(&token)
        .unwrap()
        .verify::<SessionClaims>(&key_a(), NOW, &policy)
        .unwrap();
    assert_eq!(verified.claims().user_id(), "user_1");
    assert_eq!(verified.claims().session_id(), "sess_1");
}

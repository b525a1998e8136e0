use clerk_http::Operation as _;
use clerk_jwt::{M2mClaims, OAuthClaims};
use serde_json::{Value, json};

use super::*;
use crate::{
    MachineTokenType, Reverification,
    specimen::{NOW, session, verified, with},
};

fn organization() -> Value {
    json!({
        "fea": "o:invoices", "o": {"id": "org_1", "slg": "acme", "rol": "admin", "per": "read", "fpm": "1"},
        "act": {"sub": "user_2"}, "tier": "gold",
    })
}

fn m2m(changes: &Value) -> MachineAuth {
    let header = json!({"alg": "RS256", "typ": "JWT", "cat": "cl_B7d4PD333AAA"});
    let payload = json!({
        "iss": "https://clerk.example.com", "sub": "mch_1", "jti": "mt_1", "iat": NOW,
        "nbf": NOW, "exp": NOW + 60,
    });
    let (verified, token) = verified::<M2mClaims>(&header, &with(payload, changes));
    MachineAuth::of_m2m(&verified, token)
}

fn oauth(changes: &Value) -> MachineAuth {
    let header = json!({"alg": "RS256", "typ": "at+jwt"});
    let payload = json!({
        "sub": "user_1", "jti": "oat_1", "client_id": "client_1", "scope": "read write",
        "iat": NOW, "nbf": NOW, "exp": NOW + 60, "secret": "planted",
    });
    let (verified, token) = verified::<OAuthClaims>(&header, &with(payload, changes));
    MachineAuth::of_oauth(&verified, token)
}

#[test]
fn an_oauth_access_token_says_whom_it_is_for_and_who_acts() {
    let exchanged = oauth(&json!({"aud": ["a", "b"], "act": {"sub": "client_2"}}));
    assert_eq!(exchanged.audiences().collect::<Vec<_>>(), ["a", "b"]);
    let actor: Value = serde_json::from_str(exchanged.actor_json().unwrap()).unwrap();
    assert_eq!(actor, json!({"sub": "client_2"}));
    for plain in [json!({}), json!({"act": null})] {
        let plain = oauth(&plain);
        assert_eq!((plain.actor_json(), plain.audiences().count()), (None, 0));
    }
}

#[test]
fn a_session_says_who_it_is() {
    let session = session(&organization());
    assert_eq!(
        (session.user_id(), session.session_id()),
        ("user_1", "sess_1")
    );
    assert_eq!(session.status(), SessionStatus::Active);
    assert_eq!(session.organization().unwrap().slug(), Some("acme"));
    assert_eq!(session.actor().unwrap().subject().unwrap(), "user_2");
    assert_eq!(session.factor_ages().unwrap().first, Some(0));
    assert!(session.token().ends_with(".c2ln"));
    assert!(session.has(&Requirement::new().role("admin").permission("invoices:read")));
    let denied = session.require(&Requirement::new().plan("business"));
    assert_eq!(denied, Err(Denied::Plan("business".into())));

    let auth = Auth::from(session);
    assert_eq!(
        (auth.user_id(), auth.is_signed_in()),
        (Some("user_1"), true)
    );
    assert_eq!(auth.token_type(), Some(TokenType::Session));
    assert!(auth.as_session().is_some() && auth.as_machine().is_none());
}

#[test]
fn a_pending_session_is_signed_out_unless_told_otherwise() {
    let pending = session(&json!({"sts": "pending"}));
    let default = Auth::of_session(pending.clone(), PendingSessions::default());
    assert!(matches!(&default, Auth::SignedOut(nobody) if nobody.is_pending()));
    assert_eq!(
        (default.user_id(), default.token_type()),
        (None, Some(TokenType::Session))
    );
    let fresh = Requirement::new().reverification(Reverification::LAX);
    assert_eq!(default.require(&fresh), Err(Denied::SessionPending));

    let told = Auth::of_session(pending, PendingSessions::SignedIn);
    assert_eq!(told.user_id(), Some("user_1"));
    assert!(told.has(&fresh));

    for changes in [json!({}), json!({"sts": null}), json!({"sts": "odd"})] {
        let auth = Auth::of_session(session(&changes), PendingSessions::SignedOut);
        assert!(auth.is_signed_in(), "{changes}");
    }
}

#[test]
fn a_machine_says_whose_it_is() {
    let machine = m2m(&json!({"scopes": "mch_2 mch_3", "tenant": {"n": 1.0}, "aud": ["mch_4"]}));
    assert_eq!(machine.kind(), MachineTokenType::M2m);
    assert_eq!((machine.id(), machine.subject()), ("mt_1", "mch_1"));
    assert_eq!(
        (machine.machine_id(), machine.user_id()),
        (Some("mch_1"), None)
    );
    assert_eq!(machine.scopes().collect::<Vec<_>>(), ["mch_2", "mch_3"]);
    assert_eq!(
        machine.claims_json(),
        Some(r#"{"aud":["mch_4"],"scopes":"mch_2 mch_3","tenant":{"n":1.0}}"#),
    );
    #[derive(serde::Deserialize)]
    struct Attached {
        scopes: String,
    }
    assert_eq!(machine.claims::<Attached>().unwrap().scopes, "mch_2 mch_3");
    assert_eq!(machine.expires_at().unwrap().as_secs(), NOW + 60);

    let bare = m2m(&json!({}));
    assert_eq!(bare.claims_json(), None);
    assert!(bare.claims::<Option<Attached>>().unwrap().is_none());
    assert!(bare.claims::<Attached>().is_err());

    let access = oauth(&json!({}));
    assert_eq!(
        (access.user_id(), access.client_id()),
        (Some("user_1"), Some("client_1"))
    );
    assert_eq!((access.org_id(), access.machine_id()), (None, None));
    assert_eq!(access.scopes().collect::<Vec<_>>(), ["read", "write"]);
    assert_eq!(oauth(&json!({"sub": "mach_1"})).user_id(), None);
}

#[test]
fn a_machine_has_nothing_of_what_can_be_required() {
    for machine in [m2m(&organization()), oauth(&organization())] {
        let auth = Auth::from(machine);
        for requirement in [
            Requirement::new(),
            Requirement::new().role("admin"),
            Requirement::new().feature("invoices"),
        ] {
            assert!(!auth.has(&requirement));
            assert_eq!(auth.require(&requirement), Err(Denied::Machine));
        }
    }
}

#[test]
fn a_planted_secret_shows_in_no_debug_text() {
    let session = session(&json!({"tier": "planted"}));
    let machine = m2m(&json!({"tier": "planted"}));
    let access = oauth(&json!({}));
    for auth in [session.into(), machine.into(), access.into()] {
        let auth: Auth = auth;
        let token = match &auth {
            Auth::Session(session) => session.token().to_owned(),
            Auth::Machine(machine) => machine.token().to_owned(),
            Auth::SignedOut(_) => unreachable!(),
        };
        let shown = format!("{auth:?} {auth:#?} {:?}", auth.to_view());
        assert!(!shown.contains("planted"), "{shown}");
        for part in token.split('.') {
            assert!(!shown.contains(part), "{shown}");
        }
        let view = serde_json::to_string(&auth.to_view()).unwrap();
        assert!(!view.contains(&token), "{view}");
    }
}

#[test]
fn a_view_has_what_front_ends_read_and_nothing_private() {
    let mut claims = organization();
    claims["private_metadata"] = json!({"x": "planted"});
    claims["user"] = json!([{"privateMetadata": "planted", "public_metadata": {"y": 1}}]);
    let session = Auth::from(session(&claims));
    let view = serde_json::to_value(session.to_view()).unwrap();
    assert!(!view.to_string().contains("planted"));
    let claims = &view["sessionClaims"];
    assert_eq!(claims["user"], json!([{"public_metadata": {"y": 1}}]));
    assert_eq!(claims["tier"], "gold");
    for (name, value) in [
        ("tokenType", json!("session_token")),
        ("isAuthenticated", json!(true)),
        ("userId", json!("user_1")),
        ("sessionId", json!("sess_1")),
        ("sessionStatus", json!("active")),
        ("actor", json!({"sub": "user_2"})),
        ("orgId", json!("org_1")),
        ("orgSlug", json!("acme")),
        ("orgRole", json!("org:admin")),
        ("orgPermissions", json!(["org:invoices:read"])),
        ("factorVerificationAge", json!([0, -1])),
    ] {
        assert_eq!(view[name], value, "{name}");
    }

    let machine = Auth::from(m2m(&json!({"private_metadata": 1, "tenant": "t"})));
    assert_eq!(
        serde_json::to_value(machine.to_view()).unwrap(),
        json!({
            "tokenType": "m2m_token", "isAuthenticated": true, "id": "mt_1", "subject": "mch_1",
            "scopes": [], "claims": {"tenant": "t"}, "machineId": "mch_1",
        }),
    );
    let access = Auth::from(oauth(&json!({})));
    assert_eq!(
        serde_json::to_value(access.to_view()).unwrap(),
        json!({
            "tokenType": "oauth_token", "isAuthenticated": true, "id": "oat_1",
            "subject": "user_1", "scopes": ["read", "write"], "userId": "user_1",
            "clientId": "client_1",
        }),
    );
}

#[test]
fn a_view_of_nobody() {
    let view = |token_type| {
        let nobody = Auth::SignedOut(SignedOutAuth::new(token_type));
        serde_json::to_value(nobody.to_view()).unwrap()
    };
    assert_eq!(
        view(None),
        json!({"tokenType": null, "isAuthenticated": false})
    );
    assert_eq!(
        view(Some(TokenType::M2m)),
        json!({
            "tokenType": "m2m_token", "isAuthenticated": false, "id": null, "subject": null,
            "scopes": null, "claims": null, "machineId": null,
        }),
    );
    assert_eq!(view(Some(TokenType::Session))["sessionStatus"], Value::Null);
    let pending = session(&json!({"sts": "pending"}));
    let pending = Auth::of_session(pending, PendingSessions::SignedOut);
    let view = serde_json::to_value(pending.to_view()).unwrap();
    assert_eq!(
        (&view["sessionStatus"], &view["userId"]),
        (&json!("pending"), &Value::Null)
    );
}

#[test]
fn a_token_from_a_template() {
    let session = session(&json!({}));
    let operation = session.token_for_template("a/b");
    let request = operation.request().unwrap();
    assert_eq!(request.method(), http::Method::POST);
    assert_eq!(request.uri(), "/sessions/sess_1/tokens/a%2Fb");
    assert_eq!(request.body(), "{}");
    let plain = SessionToken::new("sess_1").expires_in_seconds(0);
    assert_eq!(plain.request().unwrap().uri(), "/sessions/sess_1/tokens");
    assert_eq!(
        plain.request().unwrap().body(),
        r#"{"expires_in_seconds":0}"#
    );
    assert!(session.token_for_template("..").request().is_err());

    let answer =
        |body: &'static str| http::Response::new(bytes::Bytes::from_static(body.as_bytes()));
    let token = operation
        .response(answer(r#"{"object":"token","jwt":"planted"}"#))
        .unwrap();
    assert_eq!(token.expose(), "planted");
    assert!(!format!("{token:?} {operation:?}").contains("planted"));
    assert!(operation.response(answer("{}")).is_err());
}

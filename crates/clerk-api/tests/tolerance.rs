//! Answers that differ from their description in ways that have broken other clients. The values
//! are ours; where a difference was reported in public, the report stands beside it.
#![cfg(all(feature = "users", feature = "organizations"))]

use clerk_api::models::{
    ActorToken, EmailAddress, ExternalAccount, Organization, OrganizationDomainVerification,
    OrganizationMembership, Session, SessionStatus, SignUp, User, Verification, VerificationStatus,
};
use clerk_api::{Timestamp, UserId};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[track_caller]
fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_str(&value.to_string()).unwrap()
}

fn address(verification: &Value) -> Value {
    json!({
        "id": "idn_1",
        "object": "email_address",
        "email_address": "ada@example.com",
        "reserved": false,
        "verification": verification,
        "linked_to": [{"type": "oauth_books", "id": "idn_2"}],
        "created_at": 1_800_000_000_000_i64,
        "updated_at": 1_800_000_000_000_i64,
    })
}

/// clerk-sdk-python #17, #27, #36, #52, #83, #149, #175, #185; clerk-sdk-csharp #13, #51, #57;
/// clerk-sdk-java #17, #39, #47; clerk-rs #65, #75, #271.
#[test]
fn verifications_of_new_kinds() {
    for strategy in [
        "email_link",
        "ticket",
        "saml",
        "admin",
        "from_oauth_books",
        "scim",
    ] {
        let object = format!("verification_{strategy}");
        let read: EmailAddress = read(&address(&json!({
            "object": object,
            "status": "verified",
            "strategy": strategy,
            "attempts": 1,
            "expire_at": 1_800_000_600_000_i64,
        })));
        let verification = read.verification.unwrap();
        assert_eq!(verification.strategy.as_deref(), Some(strategy));
        assert_eq!(verification.object, Some(object));
        assert_eq!(verification.status, Some(VerificationStatus::Verified));
    }
    let read: Verification = read(&json!({"status": "under_review", "strategy": "psychic"}));
    let other = VerificationStatus::Other("under_review".into());
    assert_eq!(read.status, Some(other));
}

/// clerk-sdk-python #36, clerk-sdk-java #23.
#[test]
fn verifications_without_attempts_or_an_end() {
    let read: Verification = read(&json!({
        "object": "verification_oauth",
        "status": "verified",
        "strategy": "oauth_books",
        "attempts": null,
        "expire_at": null,
    }));
    assert_eq!((read.attempts, read.expire_at), (None, None));
}

/// clerk-sdk-python #83, #241.
#[test]
fn verifications_that_need_no_redirect_any_more() {
    let read: Verification = read(&json!({
        "object": "verification_saml",
        "status": "verified",
        "strategy": "saml",
    }));
    assert_eq!(read.external_verification_redirect_url, None);
}

/// clerk-sdk-csharp #56, #61.
#[test]
fn addresses_that_were_never_verified() {
    let read: EmailAddress = read(&address(&Value::Null));
    assert!(read.verification.is_none());
    assert_eq!(read.linked_to[0].kind.as_deref(), Some("oauth_books"));
}

/// clerk-sdk-python #108.
#[test]
fn users_with_fewer_fields_than_promised_and_more_than_described() {
    let read: User = read(&json!({
        "id": "user_1",
        "birthday": "1815-12-10",
        "gender": "",
        "first_name": "Ada",
        "email_addresses": [{
            "id": "idn_1",
            "email_address": "ada@example.com",
            "verification": {"status": "verified", "strategy": "ticket"},
        }],
        "created_at": 1_800_000_000_000.0_f64,
    }));
    assert_eq!(read.id, "user_1");
    assert_eq!(read.banned, None, "nobody said that the user is not banned");
    assert_eq!(read.created_at, Some(Timestamp::from_secs(1_800_000_000)));
    assert_eq!(read.email_addresses.len(), 1);
    assert!(read.phone_numbers.is_empty() && read.public_metadata.is_empty());
}

/// clerk-sdk-python #138.
#[test]
fn memberships_without_permissions() {
    let read: OrganizationMembership = read(&json!({
        "id": "orgmem_1",
        "role": "org:admin",
        "permissions": null,
        "organization": {"id": "org_1", "name": "Acme"},
    }));
    assert!(read.permissions.is_empty());
    assert_eq!(read.organization.unwrap().id, "org_1");
}

#[test]
fn metadata_that_was_replaced_by_null() {
    let read: Organization = read(&json!({
        "id": "org_1",
        "public_metadata": null,
        "private_metadata": null,
    }));
    assert!(read.public_metadata.is_empty());
    assert_eq!(read.private_metadata.get::<String>("plan"), Ok(None));
}

/// clerk/javascript #8995.
#[test]
fn external_accounts_with_a_second_id() {
    let account = json!({
        "object": "books_account",
        "id": "idn_1",
        "external_account_id": "eac_1",
        "provider": "oauth_books_v2",
    });
    let read: ExternalAccount = read(&account);
    assert_eq!(read.external_account_id.as_deref(), Some("eac_1"));
    assert_eq!(read.id.as_deref(), Some("idn_1"));
}

#[test]
fn domain_verifications_that_expire_in_either_spelling() {
    for name in ["expire_at", "expires_at"] {
        let read: OrganizationDomainVerification = read(&json!({name: 1_800_000_000_000_i64}));
        assert_eq!(read.expire_at, Some(Timestamp::from_secs(1_800_000_000)));
    }
}

#[test]
fn nulls_that_only_other_clients_know_of() {
    let sign_up: SignUp = read(&json!({"id": "sua_1", "abandon_at": null}));
    assert_eq!(sign_up.abandon_at, None);
    let user: User = read(&json!({"id": "user_1", "organization_memberships": null}));
    assert!(user.organization_memberships.is_empty());
    let nobody = json!({"id": "act_1", "actor": null, "token": null, "url": null});
    let token: ActorToken = read(&nobody);
    assert!(token.actor.is_empty());
    assert_eq!((token.token, token.url), (None, None));
}

#[test]
fn a_nonce_that_is_not_the_word_nonce() {
    let read: Verification = read(&json!({"status": "unverified", "nonce": "q83v"}));
    assert_eq!(read.nonce.as_deref(), Some("q83v"));
}

#[test]
fn sessions_that_are_pending_and_sessions_in_states_to_come() {
    let session = |status: &str| -> Session {
        read(
            &json!({"id": "sess_1", "user_id": "user_1", "status": status, "tasks": [
                {"key": "choose-organization"}, {"key": "sign-a-form"},
            ]}),
        )
    };
    assert_eq!(session("pending").status, Some(SessionStatus::Pending));
    let frozen = session("frozen");
    assert_eq!(frozen.status.unwrap().as_str(), "frozen");
    assert_eq!(frozen.tasks.len(), 2);
    assert_eq!(frozen.user_id, Some(UserId::from("user_1")));
}

#[cfg(feature = "machines")]
mod machines {
    use super::*;
    use clerk_api::models::{ApiKey, OAuthAccessTokenVerification};
    use clerk_api::{api_keys, m2m_tokens};
    use clerk_http::{Authorization, BasePath, Operation};
    use http::Response;

    /// clerk-sdk-python, commit 98e5812.
    #[test]
    fn api_keys_that_are_created_with_201() {
        let create = api_keys::create("ci", "user_1");
        for status in [200, 201] {
            let body = r#"{"id":"ak_1","subject":"scim_1","secret":"planted"}"#;
            let answer = Response::builder().status(status).body(body.into());
            let key = create.response(answer.unwrap()).unwrap();
            assert_eq!(key.id, "ak_1");
            assert_eq!(key.subject.as_deref(), Some("scim_1"));
            assert!(!format!("{key:?}").contains("planted"));
        }
    }

    #[test]
    fn what_is_called_without_a_version_and_with_a_machines_key() {
        assert_eq!(api_keys::Get::<()>::BASE, BasePath::Root);
        assert_eq!(m2m_tokens::Create::<()>::BASE, BasePath::Root);
        let create = m2m_tokens::Create::<()>::AUTHORIZATION;
        assert_eq!(create, Authorization::MachineSecretKey);
        let verify = m2m_tokens::Verify::<()>::AUTHORIZATION;
        assert_eq!(verify, Authorization::MachineOrSecretKey);
    }

    /// clerk/javascript #8771.
    #[test]
    fn times_in_seconds_or_milliseconds() {
        for number in [1_800_000_000_i64, 1_800_000_000_000] {
            let key: ApiKey = read(&json!({"id": "ak_1", "created_at": number}));
            assert_eq!(key.created_at, Some(Timestamp::from_secs(1_800_000_000)));
        }
    }

    #[test]
    fn tokens_that_are_not_active() {
        let of = |value: Value| read::<OAuthAccessTokenVerification>(&value);
        let inactive = of(json!({"active": false}));
        assert!(matches!(inactive, OAuthAccessTokenVerification::Inactive));
        let token = of(json!({"object": "clerk_idp_oauth_access_token", "id": "oat_1"}));
        let OAuthAccessTokenVerification::Token(token) = token else {
            panic!("it is a token: {token:?}");
        };
        assert_eq!(token.id, "oat_1");
        let other = of(json!({"object": "riddle"}));
        let OAuthAccessTokenVerification::Other(other) = other else {
            panic!("nobody knows what it is: {other:?}");
        };
        assert_eq!(other.get("object"), Ok(Some("riddle".to_owned())));
    }
}

#[cfg(feature = "enterprise")]
mod enterprise {
    use super::*;
    use clerk_api::models::{EnterpriseConnection, SamlConnection};

    /// clerk/javascript #9156.
    #[test]
    fn fields_that_are_required_and_not_described() {
        let sso: EnterpriseConnection = read(&json!({
            "id": "ent_1",
            "authenticatable": true,
            "disable_jit_provisioning": false,
        }));
        assert_eq!(sso.authenticatable, Some(true));
        assert_eq!(sso.disable_jit_provisioning, Some(false));
        let saml: SamlConnection = read(&json!({"id": "samlc_1", "authenticatable": true}));
        assert_eq!(saml.authenticatable, Some(true));
        assert_eq!(saml.disable_jit_provisioning, None);
    }
}

#[cfg(feature = "instance")]
mod instance {
    use super::*;
    use clerk_api::models::{EnrollmentMode, InstanceRestrictions, Jwks, OrganizationSettings};

    #[test]
    fn restrictions_in_either_spelling() {
        for name in [
            "allowlist_blocklist_disabled_on_sign_in",
            "ignore_dots_for_gmail_addresses",
        ] {
            let read: InstanceRestrictions = read(&json!({name: true, "allowlist": false}));
            let found = read
                .allowlist_blocklist_disabled_on_sign_in
                .or(read.ignore_dots_for_gmail_addresses);
            assert_eq!((found, read.allowlist), (Some(true), Some(false)));
        }
    }

    #[test]
    fn keys_of_kinds_to_come_and_without_what_they_need() {
        let read: Jwks = read(&json!({"keys": [
            {"kty": "AKP", "kid": "ins_1", "pub": "AA"},
            {"kty": "RSA", "kid": "ins_2", "n": "AA", "e": "AQAB", "d": "planted"},
        ]}));
        assert_eq!(read.keys[0].kty.as_deref(), Some("AKP"));
        assert_eq!(read.keys[1].crv, None);
        assert!(!format!("{read:?}").contains("planted"));
    }

    #[test]
    fn enrollment_modes_that_only_domains_were_said_to_have() {
        let modes = json!(["enterprise_sso", "by_pigeon"]);
        let read: OrganizationSettings = read(&json!({"domains_enrollment_modes": modes}));
        let unheard_of = EnrollmentMode::Other("by_pigeon".into());
        let expected = [EnrollmentMode::EnterpriseSso, unheard_of];
        assert_eq!(read.domains_enrollment_modes, expected);
    }
}

#[cfg(feature = "billing")]
#[test]
fn subscription_items_that_nobody_has_paid_for() {
    let item = json!({"id": "subi_1", "lifetime_paid": null, "status": "haggling"});
    let read: clerk_api::models::BillingSubscriptionItem = read(&item);
    assert!(read.lifetime_paid.is_none());
    assert_eq!(read.status.unwrap().as_str(), "haggling");
}

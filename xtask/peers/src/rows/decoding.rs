//! Reading a page of users: what Clerk gives at most at once.

use std::hint::black_box;

use bytes::Bytes;
use clerk_http::Operation;
use http::Response;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Run;
use crate::{Fixture, users};

const PAGE: usize = 500;

/// The way of an answer through the client: its status, its encoding, its users.
pub(super) fn ours(_: &Fixture) -> Run {
    let body = Bytes::from(users(PAGE).to_string());
    let list = clerk_api::users::list();
    Box::new(move || {
        let page = list.response(Response::new(black_box(&body).clone()));
        assert_eq!(page.expect("a page of users").into_iter().len(), PAGE);
    })
}

pub(super) fn by_hand(_: &Fixture) -> Run {
    let body = users(PAGE).to_string();
    Box::new(move || {
        let page: Vec<User> = serde_json::from_str(black_box(&body)).expect("a page of users");
        assert_eq!(black_box(page).len(), PAGE);
    })
}

/// The same from where ours begins: bytes that nobody has looked at.
pub(super) fn by_hand_of_bytes(_: &Fixture) -> Run {
    let body = users(PAGE).to_string();
    Box::new(move || {
        let page: Vec<User> =
            serde_json::from_slice(black_box(body.as_bytes())).expect("a page of users");
        assert_eq!(black_box(page).len(), PAGE);
    })
}

pub(super) fn clerk_rs(_: &Fixture) -> Run {
    let body = users(PAGE).to_string();
    Box::new(move || {
        let page: Vec<clerk_rs::models::User> =
            serde_json::from_str(black_box(&body)).expect("a page of users");
        assert_eq!(black_box(page).len(), PAGE);
    })
}

/// What an engineer in a hurry would write for the same fields, trusting Clerk to send what it
/// describes.
#[derive(Deserialize)]
#[expect(dead_code, reason = "decoding them is what is measured")]
struct User {
    id: String,
    external_id: Option<String>,
    primary_email_address_id: Option<String>,
    primary_phone_number_id: Option<String>,
    primary_web3_wallet_id: Option<String>,
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    locale: Option<String>,
    profile_image_url: Option<String>,
    image_url: Option<String>,
    has_image: bool,
    public_metadata: Box<RawValue>,
    private_metadata: Box<RawValue>,
    unsafe_metadata: Box<RawValue>,
    email_addresses: Vec<EmailAddress>,
    phone_numbers: Vec<Absent>,
    web3_wallets: Vec<Absent>,
    passkeys: Vec<Absent>,
    password_enabled: bool,
    two_factor_enabled: bool,
    totp_enabled: bool,
    backup_code_enabled: bool,
    mfa_enabled_at: Option<i64>,
    mfa_disabled_at: Option<i64>,
    password_last_updated_at: Option<i64>,
    external_accounts: Vec<Absent>,
    saml_accounts: Vec<Absent>,
    enterprise_accounts: Vec<Absent>,
    organization_memberships: Option<Vec<Absent>>,
    last_sign_in_at: Option<i64>,
    banned: bool,
    locked: bool,
    deprovisioned: Option<bool>,
    lockout_expires_in_seconds: Option<i64>,
    verification_attempts_remaining: Option<i64>,
    updated_at: i64,
    created_at: i64,
    delete_self_enabled: bool,
    create_organization_enabled: bool,
    create_organizations_limit: Option<i64>,
    last_active_at: Option<i64>,
    legal_accepted_at: Option<i64>,
    bypass_client_trust: Option<bool>,
    scim: Option<Absent>,
}

/// What no user of the fixture has.
#[derive(Deserialize)]
struct Absent {}

#[derive(Deserialize)]
#[expect(dead_code, reason = "decoding them is what is measured")]
struct EmailAddress {
    id: Option<String>,
    email_address: String,
    reserved: bool,
    verification: Option<Verification>,
    linked_to: Vec<Link>,
    matches_sso_connection: Option<bool>,
    created_at: i64,
    updated_at: i64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "decoding them is what is measured")]
struct Verification {
    object: Option<String>,
    status: Status,
    strategy: String,
    attempts: Option<i64>,
    expire_at: Option<i64>,
    channel: Option<String>,
    verified_at_client: Option<String>,
    error: Option<Absent>,
    external_verification_redirect_url: Option<String>,
    nonce: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Unverified,
    Verified,
    Transferable,
    Failed,
    Expired,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "decoding them is what is measured")]
struct Link {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

//! The users that rows read.

use serde_json::{Value, json};

/// Users as Clerk answers with them: an email address each, metadata of the application's making,
/// and every field that the API describes.
pub fn users(count: usize) -> Value {
    (0..count).map(user).collect()
}

fn user(number: usize) -> Value {
    let created = 1_700_000_000_000 + number as i64;
    let email = json!({
        "id": format!("idn_2abcdefghijklmnopqrst{number:06}"),
        "object": "email_address",
        "email_address": format!("ada.{number}@example.com"),
        "reserved": false,
        "verification": {
            "object": "verification_otp",
            "status": "verified",
            "strategy": "email_code",
            "attempts": 1,
            "expire_at": created + 600_000,
        },
        "linked_to": [{ "type": "oauth_google", "id": "idn_2linked" }],
        "matches_sso_connection": false,
        "created_at": created,
        "updated_at": created,
    });
    json!({
        "id": format!("user_2abcdefghijklmnopqrst{number:06}"),
        "object": "user",
        "external_id": format!("customer-{number}"),
        "primary_email_address_id": email["id"],
        "primary_phone_number_id": null,
        "primary_web3_wallet_id": null,
        "username": format!("ada_{number}"),
        "first_name": "Ada",
        "last_name": "Lovelace",
        "locale": "en-GB",
        "image_url": "https://img.example.com/eyJ0eXBlIjoiZGVmYXVsdCIsImlpZCI6Imluc18yYWJjIn0",
        "has_image": false,
        "public_metadata": { "plan": "pro", "seats": 5, "flags": ["beta", "early"] },
        "private_metadata": { "customer": { "id": "cus_123", "since": 2024 } },
        "unsafe_metadata": { "theme": "dark" },
        "email_addresses": [email],
        "phone_numbers": [],
        "web3_wallets": [],
        "passkeys": [],
        "password_enabled": true,
        "two_factor_enabled": false,
        "totp_enabled": false,
        "backup_code_enabled": false,
        "mfa_enabled_at": null,
        "mfa_disabled_at": null,
        "password_last_updated_at": created,
        "external_accounts": [],
        "saml_accounts": [],
        "enterprise_accounts": [],
        "last_sign_in_at": created + 60_000,
        "banned": false,
        "locked": false,
        "deprovisioned": false,
        "lockout_expires_in_seconds": null,
        "verification_attempts_remaining": 100,
        "updated_at": created + 90_000,
        "created_at": created,
        "delete_self_enabled": true,
        "create_organization_enabled": true,
        "create_organizations_limit": null,
        "last_active_at": created + 86_400_000,
        "legal_accepted_at": null,
        "bypass_client_trust": false,
    })
}

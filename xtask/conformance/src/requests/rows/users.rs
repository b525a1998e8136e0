//! Users.

use clerk_api::users;
use serde_json::json;

use super::{Table, at};

pub(super) fn all(table: &mut Table) {
    table.row("users.getUser", json!(["user_1"]), users::get("user_1"));
    table.row("users.getUserList", json!([]), users::list());
    table.also(users::count());
    table.row(
        "users.getUserList",
        json!([{ "limit": 7, "query": "ada" }]),
        users::list().limit(7).query("ada"),
    );
    table.row(
        "users.getUserList",
        json!([{ "offset": 0, "banned": false, "query": "" }]),
        users::list().offset(0).banned(false).query(""),
    );
    table.also(users::count().banned(false).query(""));
    table.row(
        "users.getUserList",
        json!([{
            "emailAddress": ["ada@example.com"],
            "phoneNumber": ["+15550100"],
            "externalId": ["external id"],
            "username": ["username"],
            "web3Wallet": ["web3 wallet"],
            "userId": ["user id"],
            "organizationId": ["organization id"],
            "query": "a+b é&c=d",
            "banned": true,
            "lastActiveAtBefore": 1_800_000_000_000_u64,
            "lastActiveAtAfter": 1_800_000_000_000_u64,
            "createdAtBefore": 1_800_000_000_000_u64,
            "createdAtAfter": 1_800_000_000_000_u64,
            "lastSignInAtBefore": 1_800_000_000_000_u64,
            "lastSignInAtAfter": 1_800_000_000_000_u64,
            "provider": "provider",
            "limit": 7,
            "offset": 7,
            "orderBy": "-created_at",
        }]),
        users::list()
            .email_address(["ada@example.com"])
            .phone_number(["+15550100"])
            .external_id(["external id"])
            .username(["username"])
            .web3_wallet(["web3 wallet"])
            .user_id(["user id"])
            .organization_id(["organization id"])
            .query("a+b é&c=d")
            .banned(true)
            .last_active_at_before(at())
            .last_active_at_after(at())
            .created_at_before(at())
            .created_at_after(at())
            .last_sign_in_at_before(at())
            .last_sign_in_at_after(at())
            .provider("provider")
            .limit(7)
            .offset(7)
            .order_by("-created_at"),
    );
    table.also(
        users::count()
            .email_address(["ada@example.com"])
            .phone_number(["+15550100"])
            .external_id(["external id"])
            .username(["username"])
            .web3_wallet(["web3 wallet"])
            .user_id(["user id"])
            .organization_id(["organization id"])
            .query("a+b é&c=d")
            .banned(true)
            .last_active_at_before(at())
            .last_active_at_after(at())
            .created_at_before(at())
            .created_at_after(at())
            .last_sign_in_at_before(at())
            .last_sign_in_at_after(at())
            .provider("provider"),
    );
    table.row("users.createUser", json!([]), users::create());
    table.row(
        "users.createUser",
        json!([{
            "externalId": "external id",
            "firstName": "first name",
            "lastName": "last name",
            "locale": "locale",
            "emailAddress": ["ada@example.com"],
            "emailAddressIdentificationStatus": ["verified"],
            "phoneNumber": ["+15550100"],
            "phoneNumberIdentificationStatus": ["verified"],
            "web3Wallet": ["web3 wallet"],
            "username": "username",
            "password": "password",
            "passwordDigest": "password digest",
            "passwordHasher": "password hasher",
            "skipPasswordChecks": true,
            "skipPasswordRequirement": true,
            "totpSecret": "totp secret",
            "backupCodes": ["backup codes"],
            "publicMetadata": { "someKey": { "innerKey": null } },
            "privateMetadata": { "someKey": { "innerKey": null } },
            "unsafeMetadata": { "someKey": { "innerKey": null } },
            "deleteSelfEnabled": true,
            "legalAcceptedAt": "2027-01-15T08:00:00Z",
            "skipLegalChecks": true,
            "createOrganizationEnabled": true,
            "createOrganizationsLimit": 7,
            "createdAt": "2027-01-15T08:00:00Z",
            "banned": true,
            "locked": true,
        }]),
        users::create()
            .external_id("external id")
            .first_name("first name")
            .last_name("last name")
            .locale("locale")
            .email_address(["ada@example.com"])
            .email_address_identification_status(["verified"])
            .phone_number(["+15550100"])
            .phone_number_identification_status(["verified"])
            .web3_wallet(["web3 wallet"])
            .username("username")
            .password("password")
            .password_digest("password digest")
            .password_hasher("password hasher")
            .skip_password_checks(true)
            .skip_password_requirement(true)
            .totp_secret("totp secret")
            .backup_codes(["backup codes"])
            .public_metadata(json!({ "someKey": { "innerKey": null } }))
            .private_metadata(json!({ "someKey": { "innerKey": null } }))
            .unsafe_metadata(json!({ "someKey": { "innerKey": null } }))
            .delete_self_enabled(true)
            .legal_accepted_at(at())
            .skip_legal_checks(true)
            .create_organization_enabled(true)
            .create_organizations_limit(7)
            .created_at(at())
            .banned(true)
            .locked(true),
    );
    table.row("users.getCount", json!([]), users::count());
    table.row(
        "users.getCount",
        json!([{
            "emailAddress": ["ada@example.com"],
            "phoneNumber": ["+15550100"],
            "externalId": ["external id"],
            "username": ["username"],
            "web3Wallet": ["web3 wallet"],
            "userId": ["user id"],
            "organizationId": ["organization id"],
            "query": "a+b é&c=d",
            "banned": true,
            "lastActiveAtBefore": 1_800_000_000_000_u64,
            "lastActiveAtAfter": 1_800_000_000_000_u64,
            "createdAtBefore": 1_800_000_000_000_u64,
            "createdAtAfter": 1_800_000_000_000_u64,
            "lastSignInAtBefore": 1_800_000_000_000_u64,
            "lastSignInAtAfter": 1_800_000_000_000_u64,
            "provider": "provider",
        }]),
        users::count()
            .email_address(["ada@example.com"])
            .phone_number(["+15550100"])
            .external_id(["external id"])
            .username(["username"])
            .web3_wallet(["web3 wallet"])
            .user_id(["user id"])
            .organization_id(["organization id"])
            .query("a+b é&c=d")
            .banned(true)
            .last_active_at_before(at())
            .last_active_at_after(at())
            .created_at_before(at())
            .created_at_after(at())
            .last_sign_in_at_before(at())
            .last_sign_in_at_after(at())
            .provider("provider"),
    );
    table.row("users.getUser", json!(["user_1"]), users::get("user_1"));
    table.row(
        "users.updateUser",
        json!(["user_1"]),
        users::update("user_1"),
    );
    table.row(
        "users.updateUser",
        json!(["user_1", { "firstName": "Ada", "publicMetadata": { "someKey": 1 } }]),
        users::update("user_1").first_name("Ada"),
    );
    table.also(users::replace_metadata("user_1").public_metadata(json!({ "someKey": 1 })));
    table.row(
        "users.updateUser",
        json!(["user_1", {
            "externalId": "external id",
            "firstName": "first name",
            "lastName": "last name",
            "locale": "locale",
            "primaryEmailAddressID": "email_address_1",
            "primaryPhoneNumberID": "phone_number_1",
            "primaryWeb3WalletID": "web3_wallet_1",
            "profileImageID": "profile_image_1",
            "notifyPrimaryEmailAddressChanged": true,
            "username": "username",
            "password": "password",
            "passwordDigest": "password digest",
            "passwordHasher": "password hasher",
            "skipPasswordChecks": true,
            "signOutOfOtherSessions": true,
            "totpSecret": "totp secret",
            "backupCodes": ["backup codes"],
            "deleteSelfEnabled": true,
            "createOrganizationEnabled": true,
            "legalAcceptedAt": "2027-01-15T08:00:00Z",
            "skipLegalChecks": true,
            "createOrganizationsLimit": 7,
            "createdAt": "2027-01-15T08:00:00Z",
        }]),
        users::update("user_1")
            .external_id("external id")
            .first_name("first name")
            .last_name("last name")
            .locale("locale")
            .primary_email_address_id("email_address_1")
            .primary_phone_number_id("phone_number_1")
            .primary_web3_wallet_id("web3_wallet_1")
            .profile_image_id("profile_image_1")
            .notify_primary_email_address_changed(true)
            .username("username")
            .password("password")
            .password_digest("password digest")
            .password_hasher("password hasher")
            .skip_password_checks(true)
            .sign_out_of_other_sessions(true)
            .totp_secret("totp secret")
            .backup_codes(["backup codes"])
            .delete_self_enabled(true)
            .create_organization_enabled(true)
            .legal_accepted_at(at())
            .skip_legal_checks(true)
            .create_organizations_limit(7)
            .created_at(at()),
    );
    table.row(
        "users.deleteUser",
        json!(["user_1"]),
        users::delete("user_1"),
    );
    table.row("users.banUser", json!(["user_1"]), users::ban("user_1"));
    table.row("users.unbanUser", json!(["user_1"]), users::unban("user_1"));
    table.row("users.lockUser", json!(["user_1"]), users::lock("user_1"));
    table.row(
        "users.unlockUser",
        json!(["user_1"]),
        users::unlock("user_1"),
    );
}

//! What belongs to a user: pictures, metadata, memberships, and ways to sign in.

use clerk_api::users;
use clerk_http::FilePart;
use serde_json::json;

use super::Table;

pub(super) fn all(table: &mut Table) {
    table.row(
        "users.updateUserProfileImage",
        json!(["user_1", {
            "file": { "$file": "content", "name": "a.png", "type": "image/png" },
        }]),
        users::set_profile_image("user_1").file(FilePart::new("a.png", "image/png", "content")),
    );
    table.row(
        "users.deleteUserProfileImage",
        json!(["user_1"]),
        users::delete_profile_image("user_1"),
    );
    table.row(
        "users.updateUserMetadata",
        json!(["user_1"]),
        users::merge_metadata("user_1"),
    );
    table.row(
        "users.updateUserMetadata",
        json!(["user_1", {
            "publicMetadata": { "someKey": { "innerKey": null } },
            "privateMetadata": { "someKey": { "innerKey": null } },
            "unsafeMetadata": { "someKey": { "innerKey": null } },
        }]),
        users::merge_metadata("user_1")
            .public_metadata(json!({ "someKey": { "innerKey": null } }))
            .private_metadata(json!({ "someKey": { "innerKey": null } }))
            .unsafe_metadata(json!({ "someKey": { "innerKey": null } })),
    );
    table.row(
        "users.replaceUserMetadata",
        json!(["user_1"]),
        users::replace_metadata("user_1"),
    );
    table.row(
        "users.replaceUserMetadata",
        json!(["user_1", {
            "publicMetadata": { "someKey": { "innerKey": null } },
            "privateMetadata": { "someKey": { "innerKey": null } },
            "unsafeMetadata": { "someKey": { "innerKey": null } },
        }]),
        users::replace_metadata("user_1")
            .public_metadata(json!({ "someKey": { "innerKey": null } }))
            .private_metadata(json!({ "someKey": { "innerKey": null } }))
            .unsafe_metadata(json!({ "someKey": { "innerKey": null } })),
    );
    table.row(
        "users.getUserOauthAccessToken",
        json!(["user_1", "google"]),
        users::list_oauth_access_tokens("user_1", "google"),
    );
    table.row(
        "users.getUserOauthAccessToken",
        json!(["user_1", "oauth_google"]),
        users::list_oauth_access_tokens("user_1", "oauth_google"),
    );
    table.row(
        "users.getOrganizationMembershipList",
        json!([{ "userId": "user_1" }]),
        users::list_organization_memberships("user_1"),
    );
    table.row(
        "users.getOrganizationMembershipList",
        json!([{ "userId": "user_1", "limit": 7, "offset": 7 }]),
        users::list_organization_memberships("user_1")
            .limit(7)
            .offset(7),
    );
    table.row(
        "users.getOrganizationInvitationList",
        json!([{ "userId": "user_1" }]),
        users::list_organization_invitations("user_1"),
    );
    table.row(
        "users.getOrganizationInvitationList",
        json!([{ "userId": "user_1", "limit": 7, "offset": 7, "status": "pending" }]),
        users::list_organization_invitations("user_1")
            .limit(7)
            .offset(7)
            .status("pending"),
    );
    table.row(
        "users.removePassword",
        json!(["user_1"]),
        users::remove_password("user_1"),
    );
    table.row(
        "users.removePassword",
        json!(["user_1", { "signOutOfOtherSessions": true }]),
        users::remove_password("user_1").sign_out_of_other_sessions(true),
    );
    table.row(
        "users.verifyPassword",
        json!([{ "userId": "user_1", "password": "password" }]),
        users::verify_password("user_1", "password"),
    );
    table.row(
        "users.verifyTOTP",
        json!([{ "userId": "user_1", "code": "code" }]),
        users::verify_totp("user_1", "code"),
    );
    table.row(
        "users.disableUserMFA",
        json!(["user_1"]),
        users::disable_mfa("user_1"),
    );
    table.row(
        "users.deleteUserBackupCodes",
        json!(["user_1"]),
        users::delete_backup_codes("user_1"),
    );
    table.row(
        "users.deleteUserPasskey",
        json!([{
            "userId": "user_1",
            "passkeyIdentificationId": "passkey_identification_1",
        }]),
        users::delete_passkey("user_1", "passkey_identification_1"),
    );
    table.row(
        "users.deleteUserWeb3Wallet",
        json!([{
            "userId": "user_1",
            "web3WalletIdentificationId": "web3_wallet_identification_1",
        }]),
        users::delete_web3_wallet("user_1", "web3_wallet_identification_1"),
    );
    table.row(
        "users.deleteUserTOTP",
        json!(["user_1"]),
        users::delete_totp("user_1"),
    );
    table.row(
        "users.deleteUserExternalAccount",
        json!([{ "userId": "user_1", "externalAccountId": "external_account_1" }]),
        users::delete_external_account("user_1", "external_account_1"),
    );
    table.row(
        "users.setPasswordCompromised",
        json!(["user_1"]),
        users::set_password_compromised("user_1"),
    );
    table.row(
        "users.setPasswordCompromised",
        json!(["user_1", { "revokeAllSessions": true }]),
        users::set_password_compromised("user_1").revoke_all_sessions(true),
    );
    table.row(
        "users.unsetPasswordCompromised",
        json!(["user_1"]),
        users::unset_password_compromised("user_1"),
    );
}

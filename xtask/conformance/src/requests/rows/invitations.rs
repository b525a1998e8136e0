//! Invitations, the waitlist, and who may sign up at all.

use clerk_api::{
    allowlist_identifiers, blocklist_identifiers, invitations, models, waitlist_entries,
};
use serde_json::json;

use super::Table;

pub(super) fn all(table: &mut Table) {
    invitations_rows(table);
    waitlist_entries_rows(table);
    allowlist_identifiers_rows(table);
    blocklist_identifiers_rows(table);
}

fn invitations_rows(table: &mut Table) {
    table.row(
        "invitations.createInvitation",
        json!([{ "emailAddress": "ada@example.com" }]),
        invitations::create("ada@example.com"),
    );
    table.row(
        "invitations.createInvitation",
        json!([{
            "emailAddress": "ada@example.com",
            "publicMetadata": { "someKey": { "innerKey": null } },
            "redirectUrl": "https://example.com/x",
            "notify": true,
            "ignoreExisting": true,
            "expiresInDays": 7,
            "templateSlug": "invitation",
        }]),
        invitations::create("ada@example.com")
            .public_metadata(json!({ "someKey": { "innerKey": null } }))
            .redirect_url("https://example.com/x")
            .notify(true)
            .ignore_existing(true)
            .expires_in_days(7)
            .template_slug("invitation"),
    );
    table.row(
        "invitations.getInvitationList",
        json!([]),
        invitations::list(),
    );
    table.row(
        "invitations.getInvitationList",
        json!([{
            "status": "pending",
            "query": "a+b é&c=d",
            "orderBy": "-created_at",
            "limit": 7,
            "offset": 7,
        }]),
        invitations::list()
            .status("pending")
            .query("a+b é&c=d")
            .order_by("-created_at")
            .limit(7)
            .offset(7),
    );
    table.row(
        "invitations.createInvitationBulk",
        json!([[
            {
                "emailAddress": "ada@example.com",
                "publicMetadata": { "someKey": { "innerKey": null } },
                "redirectUrl": "https://example.com/x",
                "notify": true,
                "ignoreExisting": true,
                "expiresInDays": 7,
                "templateSlug": "invitation",
            },
        ]]),
        invitations::bulk_create([models::BulkInvitation::new("ada@example.com")
            .public_metadata(json!({ "someKey": { "innerKey": null } }))
            .redirect_url("https://example.com/x")
            .notify(true)
            .ignore_existing(true)
            .expires_in_days(7)
            .template_slug("invitation")]),
    );
    table.row(
        "invitations.revokeInvitation",
        json!(["invitation_1"]),
        invitations::revoke("invitation_1"),
    );
    table.row(
        "invitations.deleteInvitation",
        json!(["invitation_1"]),
        invitations::delete("invitation_1"),
    );
}

fn waitlist_entries_rows(table: &mut Table) {
    table.row("waitlistEntries.list", json!([]), waitlist_entries::list());
    table.row(
        "waitlistEntries.list",
        json!([{
            "limit": 7,
            "offset": 7,
            "query": "a+b é&c=d",
            "status": "pending",
            "orderBy": "-created_at",
        }]),
        waitlist_entries::list()
            .limit(7)
            .offset(7)
            .query("a+b é&c=d")
            .status("pending")
            .order_by("-created_at"),
    );
    table.row(
        "waitlistEntries.create",
        json!([{ "emailAddress": "ada@example.com" }]),
        waitlist_entries::create("ada@example.com"),
    );
    table.row(
        "waitlistEntries.create",
        json!([{ "emailAddress": "ada@example.com", "notify": true }]),
        waitlist_entries::create("ada@example.com").notify(true),
    );
    table.row(
        "waitlistEntries.createBulk",
        json!([[{ "emailAddress": "ada@example.com", "notify": true }]]),
        waitlist_entries::bulk_create([
            models::BulkWaitlistEntry::new("ada@example.com").notify(true)
        ]),
    );
    table.row(
        "waitlistEntries.delete",
        json!(["waitlist_entry_1"]),
        waitlist_entries::delete("waitlist_entry_1"),
    );
    table.row(
        "waitlistEntries.invite",
        json!(["waitlist_entry_1"]),
        waitlist_entries::invite("waitlist_entry_1"),
    );
    table.row(
        "waitlistEntries.invite",
        json!(["waitlist_entry_1", { "ignoreExisting": true }]),
        waitlist_entries::invite("waitlist_entry_1").ignore_existing(true),
    );
    table.row(
        "waitlistEntries.reject",
        json!(["waitlist_entry_1"]),
        waitlist_entries::reject("waitlist_entry_1"),
    );
}

fn allowlist_identifiers_rows(table: &mut Table) {
    table.row(
        "allowlistIdentifiers.getAllowlistIdentifierList",
        json!([]),
        allowlist_identifiers::list(),
    );
    table.row(
        "allowlistIdentifiers.getAllowlistIdentifierList",
        json!([{ "limit": 7, "offset": 7 }]),
        allowlist_identifiers::list().limit(7).offset(7),
    );
    table.row(
        "allowlistIdentifiers.createAllowlistIdentifier",
        json!([{ "identifier": "identifier" }]),
        allowlist_identifiers::create("identifier"),
    );
    table.row(
        "allowlistIdentifiers.createAllowlistIdentifier",
        json!([{ "identifier": "identifier", "notify": true }]),
        allowlist_identifiers::create("identifier").notify(true),
    );
    table.row(
        "allowlistIdentifiers.deleteAllowlistIdentifier",
        json!(["identifier_1"]),
        allowlist_identifiers::delete("identifier_1"),
    );
}

fn blocklist_identifiers_rows(table: &mut Table) {
    table.row(
        "blocklistIdentifiers.getBlocklistIdentifierList",
        json!([]),
        blocklist_identifiers::list(),
    );
    table.row(
        "blocklistIdentifiers.createBlocklistIdentifier",
        json!([{ "identifier": "identifier" }]),
        blocklist_identifiers::create("identifier"),
    );
    table.row(
        "blocklistIdentifiers.deleteBlocklistIdentifier",
        json!(["identifier_1"]),
        blocklist_identifiers::delete("identifier_1"),
    );
}

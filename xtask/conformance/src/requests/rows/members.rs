//! Members of organizations, invitations to them, and their domains.

use clerk_api::{models, organization_domains, organization_invitations, organization_memberships};
use serde_json::json;

use super::{Table, at};

pub(super) fn all(table: &mut Table) {
    organization_memberships_rows(table);
    organization_invitations_rows(table);
    organization_domains_rows(table);
}

fn organization_memberships_rows(table: &mut Table) {
    table.row(
        "organizations.createOrganizationMembership",
        json!([{
            "organizationId": "organization_1",
            "userId": "user_1",
            "role": "role",
        }]),
        organization_memberships::create("organization_1", "user_1", "role"),
    );
    table.row(
        "organizations.createOrganizationMembership",
        json!([{
            "organizationId": "organization_1",
            "userId": "user_1",
            "role": "role",
            "publicMetadata": { "someKey": { "innerKey": null } },
            "privateMetadata": { "someKey": { "innerKey": null } },
        }]),
        organization_memberships::create("organization_1", "user_1", "role")
            .public_metadata(json!({ "someKey": { "innerKey": null } }))
            .private_metadata(json!({ "someKey": { "innerKey": null } })),
    );
    table.row(
        "organizations.getOrganizationMembershipList",
        json!([{ "organizationId": "organization_1" }]),
        organization_memberships::list("organization_1"),
    );
    table.row(
        "organizations.getOrganizationMembershipList",
        json!([{
            "organizationId": "organization_1",
            "orderBy": "-created_at",
            "userId": ["user id"],
            "emailAddress": ["ada@example.com"],
            "phoneNumber": ["+15550100"],
            "username": ["username"],
            "web3Wallet": ["web3 wallet"],
            "role": ["role"],
            "query": "a+b é&c=d",
            "emailAddressQuery": "ada@example.com",
            "phoneNumberQuery": "phone number query",
            "usernameQuery": "username query",
            "nameQuery": "name query",
            "lastActiveAtBefore": 1_800_000_000_000_u64,
            "lastActiveAtAfter": 1_800_000_000_000_u64,
            "createdAtBefore": 1_800_000_000_000_u64,
            "createdAtAfter": 1_800_000_000_000_u64,
            "limit": 7,
            "offset": 7,
        }]),
        organization_memberships::list("organization_1")
            .order_by("-created_at")
            .user_id(["user id"])
            .email_address(["ada@example.com"])
            .phone_number(["+15550100"])
            .username(["username"])
            .web3_wallet(["web3 wallet"])
            .role(["role"])
            .query("a+b é&c=d")
            .email_address_query("ada@example.com")
            .phone_number_query("phone number query")
            .username_query("username query")
            .name_query("name query")
            .last_active_at_before(at())
            .last_active_at_after(at())
            .created_at_before(at())
            .created_at_after(at())
            .limit(7)
            .offset(7),
    );
    table.row(
        "organizations.updateOrganizationMembership",
        json!([{
            "organizationId": "organization_1",
            "userId": "user_1",
            "role": "role",
        }]),
        organization_memberships::update("organization_1", "user_1", "role"),
    );
    table.row(
        "organizations.deleteOrganizationMembership",
        json!([{ "organizationId": "organization_1", "userId": "user_1" }]),
        organization_memberships::delete("organization_1", "user_1"),
    );
    table.row(
        "organizations.updateOrganizationMembershipMetadata",
        json!([{ "organizationId": "organization_1", "userId": "user_1" }]),
        organization_memberships::merge_metadata("organization_1", "user_1"),
    );
    table.row(
        "organizations.updateOrganizationMembershipMetadata",
        json!([{
            "organizationId": "organization_1",
            "userId": "user_1",
            "publicMetadata": { "someKey": { "innerKey": null } },
            "privateMetadata": { "someKey": { "innerKey": null } },
        }]),
        organization_memberships::merge_metadata("organization_1", "user_1")
            .public_metadata(json!({ "someKey": { "innerKey": null } }))
            .private_metadata(json!({ "someKey": { "innerKey": null } })),
    );
    table.row(
        "organizations.getInstanceOrganizationMembershipList",
        json!([]),
        organization_memberships::list_all(),
    );
    table.row(
        "organizations.getInstanceOrganizationMembershipList",
        json!([{ "orderBy": "-created_at", "limit": 7, "offset": 7 }]),
        organization_memberships::list_all()
            .order_by("-created_at")
            .limit(7)
            .offset(7),
    );
}

fn organization_invitations_rows(table: &mut Table) {
    table.row(
        "organizations.createOrganizationInvitation",
        json!([{
            "organizationId": "organization_1",
            "emailAddress": "ada@example.com",
            "role": "role",
        }]),
        organization_invitations::create("organization_1", "ada@example.com", "role"),
    );
    table.row(
        "organizations.createOrganizationInvitation",
        json!([{
            "organizationId": "organization_1",
            "emailAddress": "ada@example.com",
            "inviterUserId": "inviter_user_1",
            "role": "role",
            "publicMetadata": { "someKey": { "innerKey": null } },
            "privateMetadata": { "someKey": { "innerKey": null } },
            "redirectUrl": "https://example.com/x",
            "expiresInDays": 7,
        }]),
        organization_invitations::create("organization_1", "ada@example.com", "role")
            .inviter_user_id("inviter_user_1")
            .public_metadata(json!({ "someKey": { "innerKey": null } }))
            .private_metadata(json!({ "someKey": { "innerKey": null } }))
            .redirect_url("https://example.com/x")
            .expires_in_days(7),
    );
    table.row(
        "organizations.getOrganizationInvitationList",
        json!([{ "organizationId": "organization_1" }]),
        organization_invitations::list("organization_1"),
    );
    table.row(
        "organizations.getOrganizationInvitationList",
        json!([{
            "organizationId": "organization_1",
            "status": "pending",
            "emailAddress": "ada@example.com",
            "orderBy": "-created_at",
            "limit": 7,
            "offset": 7,
        }]),
        organization_invitations::list("organization_1")
            .status("pending")
            .email_address("ada@example.com")
            .order_by("-created_at")
            .limit(7)
            .offset(7),
    );
    table.row(
        "organizations.createOrganizationInvitationBulk",
        json!(["organization_1", [
            {
                "emailAddress": "ada@example.com",
                "inviterUserId": "inviter_user_1",
                "role": "role",
                "publicMetadata": { "someKey": { "innerKey": null } },
                "privateMetadata": { "someKey": { "innerKey": null } },
                "redirectUrl": "https://example.com/x",
                "expiresInDays": 7,
                "notify": true,
            },
        ]]),
        organization_invitations::bulk_create(
            "organization_1",
            [
                models::BulkOrganizationInvitation::new("ada@example.com", "role")
                    .inviter_user_id("inviter_user_1")
                    .public_metadata(json!({ "someKey": { "innerKey": null } }))
                    .private_metadata(json!({ "someKey": { "innerKey": null } }))
                    .redirect_url("https://example.com/x")
                    .expires_in_days(7)
                    .notify(true),
            ],
        ),
    );
    table.row(
        "organizations.getOrganizationInvitation",
        json!([{ "organizationId": "organization_1", "invitationId": "invitation_1" }]),
        organization_invitations::get("organization_1", "invitation_1"),
    );
    table.row(
        "organizations.revokeOrganizationInvitation",
        json!([{ "organizationId": "organization_1", "invitationId": "invitation_1" }]),
        organization_invitations::revoke("organization_1", "invitation_1"),
    );
    table.row(
        "organizations.revokeOrganizationInvitation",
        json!([{
            "organizationId": "organization_1",
            "invitationId": "invitation_1",
            "requestingUserId": "requesting_user_1",
        }]),
        organization_invitations::revoke("organization_1", "invitation_1")
            .requesting_user_id("requesting_user_1"),
    );
}

fn organization_domains_rows(table: &mut Table) {
    table.row(
        "organizations.createOrganizationDomain",
        json!([{ "organizationId": "organization_1" }]),
        organization_domains::create("organization_1"),
    );
    table.row(
        "organizations.createOrganizationDomain",
        json!([{
            "organizationId": "organization_1",
            "name": "name",
            "enrollmentMode": "enrollment mode",
            "verified": true,
        }]),
        organization_domains::create("organization_1")
            .name("name")
            .enrollment_mode("enrollment mode")
            .verified(true),
    );
    table.row(
        "organizations.getOrganizationDomainList",
        json!([{ "organizationId": "organization_1" }]),
        organization_domains::list("organization_1"),
    );
    table.row(
        "organizations.getOrganizationDomainList",
        json!([{
            "organizationId": "organization_1",
            "verified": "verified",
            "enrollmentMode": "enrollment mode",
            "limit": 7,
            "offset": 7,
        }]),
        organization_domains::list("organization_1")
            .verified("verified")
            .enrollment_mode("enrollment mode")
            .limit(7)
            .offset(7),
    );
    table.row(
        "organizations.updateOrganizationDomain",
        json!([{ "organizationId": "organization_1", "domainId": "domain_1" }]),
        organization_domains::update("organization_1", "domain_1"),
    );
    table.row(
        "organizations.updateOrganizationDomain",
        json!([{
            "organizationId": "organization_1",
            "domainId": "domain_1",
            "enrollmentMode": "enrollment mode",
            "verified": true,
        }]),
        organization_domains::update("organization_1", "domain_1")
            .enrollment_mode("enrollment mode")
            .verified(true),
    );
    table.row(
        "organizations.deleteOrganizationDomain",
        json!([{ "organizationId": "organization_1", "domainId": "domain_1" }]),
        organization_domains::delete("organization_1", "domain_1"),
    );
}

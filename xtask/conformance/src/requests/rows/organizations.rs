//! Organizations.

use clerk_api::organizations;
use clerk_http::FilePart;
use serde_json::json;

use super::Table;

pub(super) fn all(table: &mut Table) {
    table.row(
        "organizations.getOrganizationList",
        json!([]),
        organizations::list(),
    );
    table.row(
        "organizations.getOrganizationList",
        json!([{
            "includeMembersCount": true,
            "query": "a+b é&c=d",
            "userId": ["user id"],
            "organizationId": ["organization id"],
            "orderBy": "-created_at",
            "limit": 7,
            "offset": 7,
        }]),
        organizations::list()
            .include_members_count(true)
            .query("a+b é&c=d")
            .user_id(["user id"])
            .organization_id(["organization id"])
            .order_by("-created_at")
            .limit(7)
            .offset(7),
    );
    table.row(
        "organizations.createOrganization",
        json!([{ "name": "name" }]),
        organizations::create("name"),
    );
    table.row(
        "organizations.createOrganization",
        json!([{
            "name": "name",
            "createdBy": "created by",
            "privateMetadata": { "someKey": { "innerKey": null } },
            "publicMetadata": { "someKey": { "innerKey": null } },
            "slug": "slug",
            "maxAllowedMemberships": 7,
        }]),
        organizations::create("name")
            .created_by("created by")
            .private_metadata(json!({ "someKey": { "innerKey": null } }))
            .public_metadata(json!({ "someKey": { "innerKey": null } }))
            .slug("slug")
            .max_allowed_memberships(7),
    );
    table.row(
        "organizations.getOrganization",
        json!([{ "organizationId": "organization_1" }]),
        organizations::get("organization_1"),
    );
    table.row(
        "organizations.getOrganization",
        json!([{ "organizationId": "organization_1", "includeMembersCount": true }]),
        organizations::get("organization_1").include_members_count(true),
    );
    table.row(
        "organizations.updateOrganization",
        json!(["organization_1", {}]),
        organizations::update("organization_1"),
    );
    table.row(
        "organizations.updateOrganization",
        json!(["organization_1", { "name": "Acme", "privateMetadata": { "someKey": 1 } }]),
        organizations::update("organization_1").name("Acme"),
    );
    table.also(
        organizations::replace_metadata("organization_1").private_metadata(json!({ "someKey": 1 })),
    );
    table.row(
        "organizations.updateOrganization",
        json!(["organization_1", {
            "name": "name",
            "slug": "slug",
            "maxAllowedMemberships": 7,
            "adminDeleteEnabled": true,
        }]),
        organizations::update("organization_1")
            .name("name")
            .slug("slug")
            .max_allowed_memberships(7)
            .admin_delete_enabled(true),
    );
    table.row(
        "organizations.deleteOrganization",
        json!(["organization_1"]),
        organizations::delete("organization_1"),
    );
    table.row(
        "organizations.updateOrganizationMetadata",
        json!(["organization_1"]),
        organizations::merge_metadata("organization_1"),
    );
    table.row(
        "organizations.updateOrganizationMetadata",
        json!(["organization_1", {
            "publicMetadata": { "someKey": { "innerKey": null } },
            "privateMetadata": { "someKey": { "innerKey": null } },
        }]),
        organizations::merge_metadata("organization_1")
            .public_metadata(json!({ "someKey": { "innerKey": null } }))
            .private_metadata(json!({ "someKey": { "innerKey": null } })),
    );
    table.row(
        "organizations.replaceOrganizationMetadata",
        json!(["organization_1"]),
        organizations::replace_metadata("organization_1"),
    );
    table.row(
        "organizations.replaceOrganizationMetadata",
        json!(["organization_1", {
            "publicMetadata": { "someKey": { "innerKey": null } },
            "privateMetadata": { "someKey": { "innerKey": null } },
        }]),
        organizations::replace_metadata("organization_1")
            .public_metadata(json!({ "someKey": { "innerKey": null } }))
            .private_metadata(json!({ "someKey": { "innerKey": null } })),
    );
    table.row(
        "organizations.updateOrganizationLogo",
        json!(["organization_1", {
            "file": { "$file": "content", "name": "a.png", "type": "image/png" },
        }]),
        organizations::upload_logo(
            "organization_1",
            FilePart::new("a.png", "image/png", "content"),
        ),
    );
    table.row(
        "organizations.updateOrganizationLogo",
        json!(["organization_1", {
            "uploaderUserId": "uploader_user_1",
            "file": { "$file": "content", "name": "a.png", "type": "image/png" },
        }]),
        organizations::upload_logo(
            "organization_1",
            FilePart::new("a.png", "image/png", "content"),
        )
        .uploader_user_id("uploader_user_1"),
    );
    table.row(
        "organizations.deleteOrganizationLogo",
        json!(["organization_1"]),
        organizations::delete_logo("organization_1"),
    );
}

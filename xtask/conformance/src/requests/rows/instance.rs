//! The instance: its settings, domains, keys, templates and webhooks.

use clerk_api::{domains, instance, jwks, jwt_templates, proxy_checks, redirect_urls, webhooks};
use serde_json::json;

use super::Table;

pub(super) fn all(table: &mut Table) {
    instance_rows(table);
    domains_rows(table);
    jwks_rows(table);
    jwt_templates_rows(table);
    proxy_checks_rows(table);
    redirect_urls_rows(table);
    webhooks_rows(table);
}

fn instance_rows(table: &mut Table) {
    table.row(
        "betaFeatures.changeDomain",
        json!([{ "homeUrl": "https://example.com", "isSecondary": true }]),
        instance::change_domain()
            .home_url("https://example.com")
            .is_secondary(true),
    );
    table.row("instance.get", json!([]), instance::get());
    table.row("instance.update", json!([]), instance::update());
    table.row(
        "instance.update",
        json!([{
            "testMode": true,
            "hibp": true,
            "supportEmail": "support email",
            "clerkJsVersion": "clerk js version",
            "developmentOrigin": "development origin",
            "allowedOrigins": ["allowed origins"],
            "urlBasedSessionSyncing": true,
            "preferredSignInStrategyWhenPasswordRequired": "preferred sign in strategy when password required",
        }]),
        instance::update().test_mode(true).hibp(true).support_email("support email").clerk_js_version("clerk js version").development_origin("development origin").allowed_origins(["allowed origins"]).url_based_session_syncing(true).preferred_sign_in_strategy_when_password_required("preferred sign in strategy when password required"),
    );
    table.row(
        "instance.updateRestrictions",
        json!([]),
        instance::update_restrictions(),
    );
    table.row(
        "instance.updateRestrictions",
        json!([{
            "allowlist": true,
            "blocklist": true,
            "blockEmailSubaddresses": true,
            "blockDisposableEmailDomains": true,
        }]),
        instance::update_restrictions()
            .allowlist(true)
            .blocklist(true)
            .block_email_subaddresses(true)
            .block_disposable_email_domains(true),
    );
    table.row(
        "instance.getOrganizationSettings",
        json!([]),
        instance::get_organization_settings(),
    );
    table.row(
        "instance.updateOrganizationSettings",
        json!([]),
        instance::update_organization_settings(),
    );
    table.row(
        "instance.updateOrganizationSettings",
        json!([{
            "enabled": true,
            "maxAllowedMemberships": 7,
            "adminDeleteEnabled": true,
            "domainsEnabled": true,
            "domainsEnrollmentModes": ["domains enrollment modes"],
            "creatorRoleId": "creator role id",
            "domainsDefaultRoleId": "domains default role id",
        }]),
        instance::update_organization_settings()
            .enabled(true)
            .max_allowed_memberships(7)
            .admin_delete_enabled(true)
            .domains_enabled(true)
            .domains_enrollment_modes(["domains enrollment modes"])
            .creator_role_id("creator role id")
            .domains_default_role_id("domains default role id"),
    );
}

fn domains_rows(table: &mut Table) {
    table.row("domains.list", json!([]), domains::list());
    table.row(
        "domains.add",
        json!([{ "name": "name", "is_satellite": true }]),
        domains::create("name"),
    );
    table.row(
        "domains.add",
        json!([{
            "name": "name",
            "is_satellite": true,
            "proxy_url": "https://example.com/x",
        }]),
        domains::create("name").proxy_url("https://example.com/x"),
    );
    table.row(
        "domains.delete",
        json!(["domain_1"]),
        domains::delete("domain_1"),
    );
    table.row(
        "domains.deleteDomain",
        json!(["domain_1"]),
        domains::delete("domain_1"),
    );
    table.row(
        "domains.update",
        json!([{ "domainId": "domain_1" }]),
        domains::update("domain_1"),
    );
    table.row(
        "domains.update",
        json!([{
            "domainId": "domain_1",
            "name": "name",
            "proxy_url": "https://example.com/x",
            "is_secondary": true,
        }]),
        domains::update("domain_1")
            .name("name")
            .proxy_url("https://example.com/x")
            .is_secondary(true),
    );
}

fn jwks_rows(table: &mut Table) {
    table.row("jwks.getJwks", json!([]), jwks::get());
}

fn jwt_templates_rows(table: &mut Table) {
    table.row("jwtTemplates.list", json!([]), jwt_templates::list());
    table.row(
        "jwtTemplates.list",
        json!([{ "limit": 7, "offset": 7 }]),
        jwt_templates::list().limit(7).offset(7),
    );
    table.row(
        "jwtTemplates.create",
        json!([{ "name": "name", "claims": { "someKey": { "innerKey": null } } }]),
        jwt_templates::create("name", json!({ "someKey": { "innerKey": null } })),
    );
    table.row(
        "jwtTemplates.create",
        json!([{
            "name": "name",
            "claims": { "someKey": { "innerKey": null } },
            "lifetime": 7,
            "allowedClockSkew": 7,
            "customSigningKey": true,
            "signingAlgorithm": "signing algorithm",
            "signingKey": "signing key",
        }]),
        jwt_templates::create("name", json!({ "someKey": { "innerKey": null } }))
            .lifetime(7)
            .allowed_clock_skew(7)
            .custom_signing_key(true)
            .signing_algorithm("signing algorithm")
            .signing_key("signing key"),
    );
    table.row(
        "jwtTemplates.get",
        json!(["template_1"]),
        jwt_templates::get("template_1"),
    );
    table.row(
        "jwtTemplates.update",
        json!([{
            "templateId": "template_1",
            "name": "name",
            "claims": { "someKey": { "innerKey": null } },
        }]),
        jwt_templates::update(
            "template_1",
            "name",
            json!({ "someKey": { "innerKey": null } }),
        ),
    );
    table.row(
        "jwtTemplates.update",
        json!([{
            "templateId": "template_1",
            "name": "name",
            "claims": { "someKey": { "innerKey": null } },
            "lifetime": 7,
            "allowedClockSkew": 7,
            "customSigningKey": true,
            "signingAlgorithm": "signing algorithm",
            "signingKey": "signing key",
        }]),
        jwt_templates::update(
            "template_1",
            "name",
            json!({ "someKey": { "innerKey": null } }),
        )
        .lifetime(7)
        .allowed_clock_skew(7)
        .custom_signing_key(true)
        .signing_algorithm("signing algorithm")
        .signing_key("signing key"),
    );
    table.row(
        "jwtTemplates.delete",
        json!(["template_1"]),
        jwt_templates::delete("template_1"),
    );
}

fn proxy_checks_rows(table: &mut Table) {
    table.row("proxyChecks.verify", json!([]), proxy_checks::verify());
    table.row(
        "proxyChecks.verify",
        json!([{ "domainId": "domain id", "proxyUrl": "https://example.com/x" }]),
        proxy_checks::verify()
            .domain_id("domain id")
            .proxy_url("https://example.com/x"),
    );
}

fn redirect_urls_rows(table: &mut Table) {
    table.row(
        "redirectUrls.getRedirectUrlList",
        json!([]),
        redirect_urls::list(),
    );
    table.row(
        "redirectUrls.createRedirectUrl",
        json!([{ "url": "https://example.com/x" }]),
        redirect_urls::create("https://example.com/x"),
    );
    table.row(
        "redirectUrls.getRedirectUrl",
        json!(["redirect_url_1"]),
        redirect_urls::get("redirect_url_1"),
    );
    table.row(
        "redirectUrls.deleteRedirectUrl",
        json!(["redirect_url_1"]),
        redirect_urls::delete("redirect_url_1"),
    );
}

fn webhooks_rows(table: &mut Table) {
    table.row(
        "webhooks.createSvixApp",
        json!([]),
        webhooks::create_svix_app(),
    );
    table.row(
        "webhooks.deleteSvixApp",
        json!([]),
        webhooks::delete_svix_app(),
    );
    table.row(
        "webhooks.generateSvixAuthURL",
        json!([]),
        webhooks::create_svix_url(),
    );
}

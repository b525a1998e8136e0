//! Enterprise and SAML connections.

use clerk_api::{enterprise_connections, models, saml_connections};
use serde_json::json;

use super::Table;

pub(super) fn all(table: &mut Table) {
    enterprise_connections_rows(table);
    saml_connections_rows(table);
}

fn enterprise_connections_rows(table: &mut Table) {
    table.row(
        "enterpriseConnections.getEnterpriseConnectionList",
        json!([]),
        enterprise_connections::list(),
    );
    table.row(
        "enterpriseConnections.getEnterpriseConnectionList",
        json!([{
            "limit": 7,
            "offset": 7,
            "organizationId": "organization_1",
            "active": true,
        }]),
        enterprise_connections::list()
            .limit(7)
            .offset(7)
            .organization_id("organization_1")
            .active(true),
    );
    table.row(
        "enterpriseConnections.createEnterpriseConnection",
        json!([{ "name": "name", "provider": "saml_custom", "domains": ["domains"] }]),
        enterprise_connections::create("name", "saml_custom", ["domains"]),
    );
    table.row(
        "enterpriseConnections.createEnterpriseConnection",
        json!([{
            "name": "name",
            "provider": "saml_custom",
            "domains": ["domains"],
            "organizationId": "organization_1",
            "allowOrganizationAccountLinking": true,
            "active": true,
            "saml": {
                "idpEntityId": "idp entity id",
                "idpSsoUrl": "https://example.com/x",
                "idpCertificate": "idp certificate",
                "idpMetadataUrl": "https://example.com/x",
                "idpMetadata": "idp metadata",
                "attributeMapping": {
                    "userId": "user id",
                    "emailAddress": "ada@example.com",
                    "firstName": "first name",
                    "lastName": "last name",
                },
                "allowSubdomains": true,
                "allowIdpInitiated": true,
                "forceAuthn": true,
                "loginHint": { "mode": "email_address", "source": "source" },
                "name": "name",
            },
            "oidc": {
                "clientId": "client id",
                "clientSecret": "client secret",
                "discoveryUrl": "https://example.com/x",
                "authUrl": "https://example.com/x",
                "tokenUrl": "https://example.com/x",
                "userInfoUrl": "https://example.com/x",
                "requiresPkce": true,
            },
            "customAttributes": [{
                "name": "name",
                "key": "key",
                "ssoPath": "sso path",
                "scimPath": "scim path",
                "directoryPath": "directory path",
                "multiValued": true,
            }],
        }]),
        enterprise_connections::create("name", "saml_custom", ["domains"])
            .organization_id("organization_1")
            .allow_organization_account_linking(true)
            .active(true)
            .saml(
                models::EnterpriseConnectionSamlInput::new()
                    .idp_entity_id("idp entity id")
                    .idp_sso_url("https://example.com/x")
                    .idp_certificate("idp certificate")
                    .idp_metadata_url("https://example.com/x")
                    .idp_metadata("idp metadata")
                    .attribute_mapping(
                        models::SamlAttributeMappingInput::new()
                            .user_id("user id")
                            .email_address("ada@example.com")
                            .first_name("first name")
                            .last_name("last name"),
                    )
                    .allow_subdomains(true)
                    .allow_idp_initiated(true)
                    .force_authn(true)
                    .login_hint(models::SamlLoginHintInput::new("email_address").source("source"))
                    .name("name"),
            )
            .oidc(
                models::EnterpriseConnectionOidcInput::new()
                    .client_id("client id")
                    .client_secret("client secret")
                    .discovery_url("https://example.com/x")
                    .auth_url("https://example.com/x")
                    .token_url("https://example.com/x")
                    .user_info_url("https://example.com/x")
                    .requires_pkce(true),
            )
            .custom_attributes([models::CustomAttributeInput::new("name", "key")
                .sso_path("sso path")
                .scim_path("scim path")
                .directory_path("directory path")
                .multi_valued(true)]),
    );
    table.row(
        "enterpriseConnections.getEnterpriseConnection",
        json!(["enterprise_connection_1"]),
        enterprise_connections::get("enterprise_connection_1"),
    );
    table.row(
        "enterpriseConnections.updateEnterpriseConnection",
        json!(["enterprise_connection_1"]),
        enterprise_connections::update("enterprise_connection_1"),
    );
    table.row(
        "enterpriseConnections.updateEnterpriseConnection",
        json!(["enterprise_connection_1", {
            "name": "name",
            "domains": ["domains"],
            "active": true,
            "syncUserAttributes": true,
            "disableAdditionalIdentifications": true,
            "allowOrganizationAccountLinking": true,
            "organizationId": "organization_1",
            "saml": {
                "idpEntityId": "idp entity id",
                "idpSsoUrl": "https://example.com/x",
                "idpCertificate": "idp certificate",
                "idpMetadataUrl": "https://example.com/x",
                "idpMetadata": "idp metadata",
                "attributeMapping": {
                    "userId": "user id",
                    "emailAddress": "ada@example.com",
                    "firstName": "first name",
                    "lastName": "last name",
                },
                "allowSubdomains": true,
                "allowIdpInitiated": true,
                "forceAuthn": true,
                "loginHint": { "mode": "email_address", "source": "source" },
                "name": "name",
            },
            "oidc": {
                "clientId": "client id",
                "clientSecret": "client secret",
                "discoveryUrl": "https://example.com/x",
                "authUrl": "https://example.com/x",
                "tokenUrl": "https://example.com/x",
                "userInfoUrl": "https://example.com/x",
                "requiresPkce": true,
            },
            "customAttributes": [{
                "name": "name",
                "key": "key",
                "ssoPath": "sso path",
                "scimPath": "scim path",
                "directoryPath": "directory path",
                "multiValued": true,
            }],
        }]),
        enterprise_connections::update("enterprise_connection_1")
            .name("name")
            .domains(["domains"])
            .active(true)
            .sync_user_attributes(true)
            .disable_additional_identifications(true)
            .allow_organization_account_linking(true)
            .organization_id("organization_1")
            .saml(
                models::EnterpriseConnectionSamlInput::new()
                    .idp_entity_id("idp entity id")
                    .idp_sso_url("https://example.com/x")
                    .idp_certificate("idp certificate")
                    .idp_metadata_url("https://example.com/x")
                    .idp_metadata("idp metadata")
                    .attribute_mapping(
                        models::SamlAttributeMappingInput::new()
                            .user_id("user id")
                            .email_address("ada@example.com")
                            .first_name("first name")
                            .last_name("last name"),
                    )
                    .allow_subdomains(true)
                    .allow_idp_initiated(true)
                    .force_authn(true)
                    .login_hint(models::SamlLoginHintInput::new("email_address").source("source"))
                    .name("name"),
            )
            .oidc(
                models::EnterpriseConnectionOidcInput::new()
                    .client_id("client id")
                    .client_secret("client secret")
                    .discovery_url("https://example.com/x")
                    .auth_url("https://example.com/x")
                    .token_url("https://example.com/x")
                    .user_info_url("https://example.com/x")
                    .requires_pkce(true),
            )
            .custom_attributes([models::CustomAttributeInput::new("name", "key")
                .sso_path("sso path")
                .scim_path("scim path")
                .directory_path("directory path")
                .multi_valued(true)]),
    );
    table.row(
        "enterpriseConnections.deleteEnterpriseConnection",
        json!(["enterprise_connection_1"]),
        enterprise_connections::delete("enterprise_connection_1"),
    );
}

fn saml_connections_rows(table: &mut Table) {
    table.row(
        "samlConnections.getSamlConnectionList",
        json!([]),
        saml_connections::list(),
    );
    table.row(
        "samlConnections.getSamlConnectionList",
        json!([{
            "limit": 7,
            "offset": 7,
            "query": "a+b é&c=d",
            "orderBy": "-created_at",
            "organizationId": ["organization id"],
        }]),
        saml_connections::list()
            .limit(7)
            .offset(7)
            .query("a+b é&c=d")
            .order_by("-created_at")
            .organization_id(["organization id"]),
    );
    table.row(
        "samlConnections.createSamlConnection",
        json!([{ "name": "name", "provider": "saml_custom" }]),
        saml_connections::create("name", "saml_custom"),
    );
    table.row(
        "samlConnections.createSamlConnection",
        json!([{
            "name": "name",
            "domain": "domain",
            "provider": "saml_custom",
            "idpEntityId": "idp entity id",
            "idpSsoUrl": "https://example.com/x",
            "idpCertificate": "idp certificate",
            "idpCertificates": ["a certificate", "another"],
            "idpMetadataUrl": "https://example.com/x",
            "idpMetadata": "idp metadata",
            "organizationId": "organization_1",
            "attributeMapping": {
                "userId": "user id",
                "emailAddress": "ada@example.com",
                "firstName": "first name",
                "lastName": "last name",
            },
        }]),
        saml_connections::create("name", "saml_custom")
            .domain("domain")
            .idp_entity_id("idp entity id")
            .idp_sso_url("https://example.com/x")
            .idp_certificate("idp certificate")
            .idp_certificates(["a certificate", "another"])
            .idp_metadata_url("https://example.com/x")
            .idp_metadata("idp metadata")
            .organization_id("organization_1")
            .attribute_mapping(
                models::SamlAttributeMappingInput::new()
                    .user_id("user id")
                    .email_address("ada@example.com")
                    .first_name("first name")
                    .last_name("last name"),
            ),
    );
    table.row(
        "samlConnections.getSamlConnection",
        json!(["saml_connection_1"]),
        saml_connections::get("saml_connection_1"),
    );
    table.row(
        "samlConnections.updateSamlConnection",
        json!(["saml_connection_1"]),
        saml_connections::update("saml_connection_1"),
    );
    table.row(
        "samlConnections.updateSamlConnection",
        json!(["saml_connection_1", {
            "name": "name",
            "domain": "domain",
            "idpEntityId": "idp entity id",
            "idpSsoUrl": "https://example.com/x",
            "idpCertificate": "idp certificate",
            "idpMetadataUrl": "https://example.com/x",
            "idpMetadata": "idp metadata",
            "organizationId": "organization_1",
            "attributeMapping": {
                "userId": "user id",
                "emailAddress": "ada@example.com",
                "firstName": "first name",
                "lastName": "last name",
            },
            "active": true,
            "syncUserAttributes": true,
            "allowSubdomains": true,
            "allowIdpInitiated": true,
        }]),
        saml_connections::update("saml_connection_1")
            .name("name")
            .domain("domain")
            .idp_entity_id("idp entity id")
            .idp_sso_url("https://example.com/x")
            .idp_certificate("idp certificate")
            .idp_metadata_url("https://example.com/x")
            .idp_metadata("idp metadata")
            .organization_id("organization_1")
            .attribute_mapping(
                models::SamlAttributeMappingInput::new()
                    .user_id("user id")
                    .email_address("ada@example.com")
                    .first_name("first name")
                    .last_name("last name"),
            )
            .active(true)
            .sync_user_attributes(true)
            .allow_subdomains(true)
            .allow_idp_initiated(true),
    );
    table.row(
        "samlConnections.deleteSamlConnection",
        json!(["saml_connection_1"]),
        saml_connections::delete("saml_connection_1"),
    );
}

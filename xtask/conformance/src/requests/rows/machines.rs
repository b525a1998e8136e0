//! API keys, machines, their tokens, and agents.

use clerk_api::{agent_tasks, api_keys, m2m_tokens, machines, models};
use serde_json::json;

use super::Table;

pub(super) fn all(table: &mut Table) {
    api_keys_rows(table);
    machines_rows(table);
    m2m_tokens_rows(table);
    agent_tasks_rows(table);
}

fn api_keys_rows(table: &mut Table) {
    table.row(
        "apiKeys.create",
        json!([{ "name": "name", "subject": "subject" }]),
        api_keys::create("name", "subject"),
    );
    table.row(
        "apiKeys.create",
        json!([{
            "type": "type",
            "name": "name",
            "description": "description",
            "subject": "subject",
            "claims": { "someKey": [1] },
            "scopes": ["scopes"],
            "createdBy": "created by",
            "secondsUntilExpiration": 7,
        }]),
        api_keys::create("name", "subject")
            .kind("type")
            .description("description")
            .claims(json!({ "someKey": [1] }))
            .scopes(["scopes"])
            .created_by("created by")
            .seconds_until_expiration(7),
    );
    table.row(
        "apiKeys.list",
        json!([{ "subject": "subject" }]),
        api_keys::list("subject"),
    );
    table.row(
        "apiKeys.list",
        json!([{
            "type": "type",
            "subject": "subject",
            "includeInvalid": true,
            "limit": 7,
            "offset": 7,
            "query": "a+b é&c=d",
        }]),
        api_keys::list("subject")
            .kind("type")
            .include_invalid(true)
            .limit(7)
            .offset(7)
            .query("a+b é&c=d"),
    );
    table.row(
        "apiKeys.get",
        json!(["apikey_1"]),
        api_keys::get("apikey_1"),
    );
    table.row(
        "apiKeys.update",
        json!([{ "apiKeyId": "apikey_1" }]),
        api_keys::update("apikey_1"),
    );
    table.row(
        "apiKeys.update",
        json!([{
            "apiKeyId": "apikey_1",
            "claims": { "someKey": [1] },
            "scopes": ["scopes"],
            "description": "description",
            "subject": "subject",
            "secondsUntilExpiration": 7,
        }]),
        api_keys::update("apikey_1")
            .claims(json!({ "someKey": [1] }))
            .scopes(["scopes"])
            .description("description")
            .subject("subject")
            .seconds_until_expiration(7),
    );
    table.row(
        "apiKeys.delete",
        json!(["apikey_1"]),
        api_keys::delete("apikey_1"),
    );
    table.row(
        "apiKeys.getSecret",
        json!(["apikey_1"]),
        api_keys::get_secret("apikey_1"),
    );
    table.row(
        "apiKeys.revoke",
        json!([{ "apiKeyId": "apikey_1" }]),
        api_keys::revoke("apikey_1"),
    );
    table.row(
        "apiKeys.revoke",
        json!([{ "apiKeyId": "apikey_1", "revocationReason": "revocation reason" }]),
        api_keys::revoke("apikey_1").revocation_reason("revocation reason"),
    );
    table.row(
        "apiKeys.verify",
        json!(["secret"]),
        api_keys::verify("secret"),
    );
}

fn machines_rows(table: &mut Table) {
    table.row("machines.list", json!([]), machines::list());
    table.row(
        "machines.list",
        json!([{
            "limit": 7,
            "offset": 7,
            "query": "a+b é&c=d",
            "orderBy": "-created_at",
        }]),
        machines::list()
            .limit(7)
            .offset(7)
            .query("a+b é&c=d")
            .order_by("-created_at"),
    );
    table.row(
        "machines.create",
        json!([{ "name": "name" }]),
        machines::create("name"),
    );
    table.row(
        "machines.create",
        json!([{
            "name": "name",
            "scopedMachines": ["scoped_machines_1"],
            "defaultTokenTtl": 7,
        }]),
        machines::create("name")
            .scoped_machines(["scoped_machines_1"])
            .default_token_ttl(7),
    );
    table.row(
        "machines.get",
        json!(["machine_1"]),
        machines::get("machine_1"),
    );
    table.row(
        "machines.update",
        json!([{ "machineId": "machine_1" }]),
        machines::update("machine_1"),
    );
    table.row(
        "machines.update",
        json!([{ "machineId": "machine_1", "name": "name", "defaultTokenTtl": 7 }]),
        machines::update("machine_1")
            .name("name")
            .default_token_ttl(7),
    );
    table.row(
        "machines.delete",
        json!(["machine_1"]),
        machines::delete("machine_1"),
    );
    table.row(
        "machines.getSecretKey",
        json!(["machine_1"]),
        machines::get_secret_key("machine_1"),
    );
    table.row(
        "machines.rotateSecretKey",
        json!([{ "machineId": "machine_1", "previousTokenTtl": 7 }]),
        machines::rotate_secret_key("machine_1", 7),
    );
    table.row(
        "machines.createScope",
        json!(["machine_1", "to_machine_1"]),
        machines::create_scope("machine_1", "to_machine_1"),
    );
    table.row(
        "machines.deleteScope",
        json!(["machine_1", "other_machine_1"]),
        machines::delete_scope("machine_1", "other_machine_1"),
    );
}

fn m2m_tokens_rows(table: &mut Table) {
    table.row("m2m.createToken", json!([]), m2m_tokens::create());
    table.row(
        "m2m.createToken",
        json!([{
            "tokenFormat": "opaque",
            "secondsUntilExpiration": 7,
            "claims": { "someKey": [1] },
            "minRemainingTtlSeconds": 7,
        }]),
        m2m_tokens::create()
            .token_format("opaque")
            .seconds_until_expiration(7)
            .claims(json!({ "someKey": [1] }))
            .min_remaining_ttl_seconds(7),
    );
    table.row(
        "m2m.list",
        json!([{ "subject": "subject" }]),
        m2m_tokens::list("subject"),
    );
    table.row(
        "m2m.list",
        json!([{
            "subject": "subject",
            "revoked": true,
            "expired": true,
            "limit": 7,
            "offset": 7,
        }]),
        m2m_tokens::list("subject")
            .revoked(true)
            .expired(true)
            .limit(7)
            .offset(7),
    );
    table.row(
        "m2m.revokeToken",
        json!([{ "m2mTokenId": "m2m_token_1" }]),
        m2m_tokens::revoke("m2m_token_1"),
    );
    table.row(
        "m2m.revokeToken",
        json!([{
            "m2mTokenId": "m2m_token_1",
            "revocationReason": "revocation reason",
        }]),
        m2m_tokens::revoke("m2m_token_1").revocation_reason("revocation reason"),
    );
    table.row(
        "m2m.verify",
        json!([{ "token": "token" }]),
        m2m_tokens::verify("token"),
    );
}

fn agent_tasks_rows(table: &mut Table) {
    table.row(
        "agentTasks.create",
        json!([{
            "onBehalfOf": { "userId": "user_1", "identifier": "identifier" },
            "agentName": "agent name",
            "taskDescription": "task description",
            "redirectUrl": "https://example.com/x",
            "permissions": "*",
        }]),
        agent_tasks::create(
            models::AgentTaskUser::new()
                .user_id("user_1")
                .identifier("identifier"),
            "agent name",
            "task description",
            "https://example.com/x",
        ),
    );
    table.row(
        "agentTasks.create",
        json!([{
            "onBehalfOf": { "userId": "user_1", "identifier": "identifier" },
            "agentName": "agent name",
            "taskDescription": "task description",
            "redirectUrl": "https://example.com/x",
            "permissions": "*",
            "sessionMaxDurationInSeconds": 7,
        }]),
        agent_tasks::create(
            models::AgentTaskUser::new()
                .user_id("user_1")
                .identifier("identifier"),
            "agent name",
            "task description",
            "https://example.com/x",
        )
        .session_max_duration_in_seconds(7),
    );
    table.row(
        "agentTasks.revoke",
        json!(["agent_task_1"]),
        agent_tasks::revoke("agent_task_1"),
    );
}

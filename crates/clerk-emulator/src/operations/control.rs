//! The control plane, `/_emulator/…`: for tests that do not run in this process.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use clerk_core::UnixTime;
use http::{Method, Response, header::CONTENT_TYPE};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::{
    answer::Reply,
    call::Call,
    claims::TokenVersion,
    cookies::Cookies,
    description::Access,
    fault::Fault,
    mint::{Issued, Kind, TokenSpec},
    refusal::Refusal,
    request_log::LoggedRequest,
    route::Route,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_emulator.health",
        method: Method::GET,
        path: "/_emulator/health",
        access: Access::Control,
        handler: health,
    },
    Route {
        operation: "_emulator.reset",
        method: Method::POST,
        path: "/_emulator/reset",
        access: Access::Control,
        handler: reset,
    },
    Route {
        operation: "_emulator.mint",
        method: Method::POST,
        path: "/_emulator/mint",
        access: Access::Control,
        handler: mint,
    },
    Route {
        operation: "_emulator.announceKey",
        method: Method::POST,
        path: "/_emulator/keys/announce",
        access: Access::Control,
        handler: announce_key,
    },
    Route {
        operation: "_emulator.rotateKeys",
        method: Method::POST,
        path: "/_emulator/keys/rotate",
        access: Access::Control,
        handler: rotate_keys,
    },
    Route {
        operation: "_emulator.addFault",
        method: Method::POST,
        path: "/_emulator/faults",
        access: Access::Control,
        handler: add_fault,
    },
    Route {
        operation: "_emulator.clearFaults",
        method: Method::DELETE,
        path: "/_emulator/faults",
        access: Access::Control,
        handler: clear_faults,
    },
    Route {
        operation: "_emulator.requests",
        method: Method::GET,
        path: "/_emulator/requests",
        access: Access::Control,
        handler: requests,
    },
];

/// Reads the whole body as `T`; unlike Clerk's errors, these say what is wrong with which line.
pub(super) fn body<T: DeserializeOwned + Default>(call: &Call<'_>) -> Result<T, Refusal> {
    if call.body.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(&call.body)
        .map_err(|error| Refusal::request_body_invalid(&error.to_string()))
}

fn health(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(json!({
        "object": "emulator",
        "notice": "Clerk emulator, unofficial: not Clerk",
        "url": call.settings.origin,
        "issuer": call.settings.issuer,
        "publishable_key": call.settings.publishable_key.as_str(),
        "key_id": call.state.keys.current().id,
        "jwt_key": call.state.keys.current().key.public_pem(),
        "users": call.state.directory.users.len(),
        "sessions": call.state.directory.sessions.len(),
        "organizations": call.state.directory.organizations.len(),
    })))
}

fn reset(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.state.reset(call.settings);
    Ok(Reply::no_content())
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RotateBody {
    keep_old: bool,
}

fn announce_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(json!({ "key_id": call.state.announce_key() })))
}

fn rotate_keys(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let RotateBody { keep_old } = body(call)?;
    call.state.rotate_keys(keep_old);
    Ok(Reply::ok(json!({ "key_id": call.state.keys.current().id })))
}

/// Times in seconds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct MintBody {
    kind: Option<MintKind>,
    template: Option<String>,
    user: Option<String>,
    organization: Option<String>,
    version: Option<u8>,
    issued_ago: Option<u64>,
    issued_at: Option<i64>,
    lifetime: Option<u64>,
    claims: Map<String, Value>,
    without: Vec<String>,
    header: Map<String, Value>,
    without_header: Vec<String>,
    defect: Option<String>,
    scopes: Vec<String>,
    cookies: bool,
}

#[derive(Debug, Deserialize)]
enum MintKind {
    #[serde(rename = "session")]
    Session,
    #[serde(rename = "machine")]
    Machine,
    #[serde(rename = "opaque-machine")]
    OpaqueMachine,
    #[serde(rename = "oauth")]
    OAuth,
    #[serde(rename = "opaque-oauth")]
    OpaqueOAuth,
    #[serde(rename = "api-key")]
    ApiKey,
}

fn mint(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let body: MintBody = body(call)?;
    let kind = match (body.kind, body.template) {
        (None, Some(name)) => Kind::Template(name),
        (Some(_), Some(_)) => {
            let expected = "absent where there is a template";
            return Err(Refusal::form_param_value_invalid("kind", expected));
        }
        (None | Some(MintKind::Session), None) => Kind::Session,
        (Some(MintKind::Machine), None) => Kind::Machine,
        (Some(MintKind::OpaqueMachine), None) => Kind::OpaqueMachine,
        (Some(MintKind::OAuth), None) => Kind::OAuth,
        (Some(MintKind::OpaqueOAuth), None) => Kind::OpaqueOAuth,
        (Some(MintKind::ApiKey), None) => Kind::ApiKey,
    };
    let version = match body.version {
        None => None,
        Some(1) => Some(TokenVersion::V1),
        Some(2) => Some(TokenVersion::V2),
        Some(_) => return Err(Refusal::form_param_value_invalid("version", "1 or 2")),
    };
    let issued = match (body.issued_ago, body.issued_at) {
        (Some(_), Some(_)) => {
            let expected = "absent where there is issued_ago";
            return Err(Refusal::form_param_value_invalid("issued_at", expected));
        }
        (None, Some(seconds)) => Issued::At(UnixTime::from_secs(seconds)),
        (ago, None) => Issued::Ago(Duration::from_secs(ago.unwrap_or(0))),
    };
    let defect = body.defect.map(|name| name.parse()).transpose();
    let defect = defect.map_err(|_| {
        Refusal::form_param_value_invalid("defect", "one of the names that SUPPORTED.md lists")
    })?;
    let spec = TokenSpec {
        kind,
        user: body.user,
        organization: body.organization,
        version,
        issued,
        lifetime: body.lifetime.map(Duration::from_secs),
        claims: changes(body.claims, body.without),
        header: changes(body.header, body.without_header),
        defect,
        scopes: body.scopes,
    };
    let (member, minted) = match body.cookies {
        true => {
            let cookies = Cookies::mint(&spec, call.settings, call.state, call.now);
            ("cookie", cookies.map(|cookies| cookies.header()))
        }
        false => ("jwt", spec.mint(call.settings, call.state, call.now)),
    };
    let minted = minted.map_err(|error| Refusal::request_body_invalid(&error.to_string()))?;
    Ok(Reply::ok(json!({ member: minted })))
}

fn changes(members: Map<String, Value>, without: Vec<String>) -> BTreeMap<String, Option<Value>> {
    let set = members.into_iter().map(|(name, value)| (name, Some(value)));
    set.chain(without.into_iter().map(|name| (name, None)))
        .collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FaultBody {
    method: Option<String>,
    path: Option<String>,
    status: Option<u16>,
    code: Option<String>,
    retry_after: Option<u64>,
    delay_ms: Option<u64>,
    drop: bool,
    body: Option<String>,
    content_type: Option<String>,
    count: Option<u64>,
}

fn add_fault(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut body: FaultBody = body(call)?;
    let mut fault = body.effect()?;
    if let Some(milliseconds) = body.delay_ms {
        fault = fault.after(Duration::from_millis(milliseconds));
    }
    if let Some(method) = body.method {
        fault = fault.method(method);
    }
    if let Some(path) = body.path {
        fault = fault.path(path);
    }
    if let Some(code) = body.code {
        fault = fault.code(code);
    }
    if let Some(seconds) = body.retry_after {
        fault = fault.retry_after(seconds);
    }
    if let Some(count) = body.count {
        fault = fault.times(count);
    }
    call.state.faults.add(fault);
    Ok(Reply::no_content())
}

impl FaultBody {
    fn effect(&mut self) -> Result<Fault, Refusal> {
        if let Some(body) = self.body.take() {
            let content_type = self.content_type.as_deref();
            return Response::builder()
                .status(self.status.unwrap_or(200))
                .header(CONTENT_TYPE, content_type.unwrap_or("application/json"))
                .body(Bytes::from(body))
                .map(Fault::answer)
                .map_err(|error| Refusal::request_body_invalid(&error.to_string()));
        }
        match (self.drop, self.status) {
            (true, None) => Ok(Fault::drop_connection()),
            (false, Some(status @ 400..=599)) => Ok(Fault::status(status)),
            (false, None) if self.delay_ms.is_some() => Ok(Fault::delay(Duration::ZERO)),
            (_, None) => {
                let expected = "there, or body, drop or delay_ms: something has to go wrong";
                Err(Refusal::form_param_value_invalid("status", expected))
            }
            (_, Some(_)) => {
                let expected = "from 400 to 599 unless there is a body, and not beside drop";
                Err(Refusal::form_param_value_invalid("status", expected))
            }
        }
    }
}

fn clear_faults(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.state.faults.clear();
    Ok(Reply::no_content())
}

fn requests(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let requests = call.state.log.entries().map(LoggedRequest::to_json);
    let requests: Vec<Value> = requests.collect();
    Ok(Reply::ok(json!({ "requests": requests })))
}

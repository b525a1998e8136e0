//! The webhook that rows verify.

use clerk_core::UnixTime;
use clerk_webhooks::{SignedHeaders, SigningSecrets};
use serde_json::{Value, json};

use crate::users;

/// How long a body is, in bytes.
const LENGTH: usize = 4096;

/// A webhook as Clerk sends them, signed with a secret that protects nothing.
pub struct Delivery {
    /// `user.created` in 4,096 bytes of JSON.
    pub body: String,
    signed: SignedHeaders,
}

impl Delivery {
    /// The bytes of the secret.
    pub const KEY: &[u8] = b"only an example of a secret";
    /// The same in text, as the dashboard shows it.
    pub const SECRET: &str = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";

    pub(crate) fn new(now: UnixTime) -> Self {
        let body = body(now);
        let signed = Self::secrets().sign("msg_2abcdefghijklmnopqrstuvwxyz", now, body.as_bytes());
        Self {
            body,
            signed: signed.expect("an id and a time that can be signed"),
        }
    }

    /// The secret as our verifier takes it.
    pub fn secrets() -> SigningSecrets {
        SigningSecrets::new(Self::SECRET).expect("a signing secret")
    }

    /// Id, timestamp and signature under the names that Clerk sends.
    pub fn svix(&self) -> [(&'static str, &str); 3] {
        self.signed.svix()
    }

    /// Id, timestamp and signature under the names of Standard Webhooks.
    pub fn standard(&self) -> [(&'static str, &str); 3] {
        self.signed.standard()
    }

    /// What programs in other languages verify.
    pub fn to_json(&self) -> Value {
        let headers = Value::from_iter(self.svix());
        json!({ "secret": Self::SECRET, "headers": headers, "body": self.body })
    }
}

/// The event, with a note about the user that is as long as is wanting.
fn body(now: UnixTime) -> String {
    let mut event = json!({
        "data": users(1)[0],
        "event_attributes": {
            "http_request": { "client_ip": "192.0.2.7", "user_agent": "Mozilla/5.0" },
        },
        "instance_id": "ins_2abcdefghijklmnopqrstuvwxyz",
        "object": "event",
        "timestamp": now.as_secs() * 1000,
        "type": "user.created",
    });
    let note = &mut event["data"]["private_metadata"]["note"];
    *note = json!("");
    let wanting = LENGTH.checked_sub(event.to_string().len());
    let wanting = wanting.expect("an event shorter than a body is to be");
    event["data"]["private_metadata"]["note"] = json!("x".repeat(wanting));
    event.to_string()
}

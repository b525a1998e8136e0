//! A delivery for each entry of `docs/divergences.md` that this suite holds: signed and good, and
//! refused by Clerk's SDK.

use clerk::{UnixTime, webhooks::SigningSecrets};

use super::delivery::{Delivery, Message, NOW};
use crate::outcome::Stopped;

/// A delivery that we accept and Clerk's SDK does not.
pub(super) struct Exhibit {
    pub(super) id: &'static str,
    pub(super) delivery: Delivery,
}

pub(super) fn all() -> Result<Vec<Exhibit>, Stopped> {
    let mut renamed = signed(b"{}")?;
    for (name, _) in &mut renamed.headers {
        *name = name.replace("svix-", "webhook-");
    }
    let exhibits = [
        ("webhook-standard-names", renamed),
        ("webhook-body-bytes", signed(b"\"\xff\"")?),
        ("webhook-not-json", signed(b"not JSON")?),
    ];
    let exhibits = exhibits.map(|(id, delivery)| Exhibit { id, delivery });
    Ok(exhibits.into())
}

fn signed(body: &[u8]) -> Result<Delivery, Stopped> {
    let message = Message::of("msg_1", NOW, "");
    let secrets = SigningSecrets::new(&message.secret)?;
    let signed = secrets.sign(&message.id, UnixTime::from_secs(NOW), body)?;
    let mut delivery = message.delivered(signed.svix()[2].1);
    delivery.body = body.to_vec();
    Ok(delivery)
}

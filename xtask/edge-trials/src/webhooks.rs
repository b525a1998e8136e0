//! Webhooks, signed here and verified by the engine.

use bytes::Bytes;
use clerk_core::UnixTime;
use clerk_webhooks::SigningSecrets;
use http::Request;

use crate::{
    Outcome, Trial,
    edge::{Edge, Place, now},
};

pub(crate) const TRIALS: &[Trial] = &[Trial::everywhere(
    "webhooks are acted on once, and what is none is refused",
    webhooks,
)];

pub(crate) const SECRET: &str = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";
const NEXT: &str = "whsec_dGhlIG5leHQgc2VjcmV0IG9mIGEgc2VydmVy";
const FOREIGN: &str = "whsec_YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0";
const BODY: &[u8] = br#"{"type":"user.created","data":{}}"#;

/// What the Worker is asked, and what of it was signed.
pub(crate) struct Delivery {
    pub(crate) id: &'static str,
    secrets: &'static [&'static str],
    at: UnixTime,
    signed: Vec<u8>,
    sent: Vec<u8>,
}

impl Delivery {
    pub(crate) fn new(id: &'static str) -> Self {
        Self {
            id,
            secrets: &[SECRET],
            at: now(),
            signed: BODY.to_vec(),
            sent: BODY.to_vec(),
        }
    }

    fn long(id: &'static str, length: usize) -> Self {
        let body = vec![b' '; length];
        let (signed, sent) = (body.clone(), body);
        Self {
            signed,
            sent,
            ..Self::new(id)
        }
    }

    /// Status and text of the answer to it.
    pub(crate) fn to(&self, edge: &Edge, url: &str) -> Result<(u16, String), String> {
        let request = self.request(url)?;
        let response = edge.send(request).map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(response.body()).into_owned();
        Ok((response.status().as_u16(), text))
    }

    fn request(&self, url: &str) -> Result<Request<Bytes>, String> {
        let secrets = self.secrets.join(" ").parse::<SigningSecrets>();
        let secrets = secrets.map_err(|error| error.to_string())?;
        let signed = secrets.sign(self.id, self.at, &self.signed);
        let signed = signed.map_err(|error| error.to_string())?;
        let mut request = Request::post(url);
        for (name, value) in signed.svix() {
            request = request.header(name, value);
        }
        let body = Bytes::copy_from_slice(&self.sent);
        request.body(body).map_err(|error| error.to_string())
    }
}

/// The Worker knows [`SECRET`], and may have read no more than a mebibyte.
pub(crate) fn are_told_apart(
    answer: impl Fn(&Delivery) -> Result<(u16, String), String>,
) -> Outcome {
    let genuine = Delivery::new("msg_1");
    let of = |name: &'static str, delivery| (name, delivery);
    let ago = |seconds: i64| UnixTime::from_secs(now().as_secs().saturating_sub(seconds));
    let cases = [
        (
            of(
                "with another body",
                Delivery {
                    sent: br#"{"type":"user.deleted","data":{}}"#.to_vec(),
                    ..Delivery::new("msg_1")
                },
            ),
            400,
            "no signature in the header",
        ),
        (
            of(
                "under another secret",
                Delivery {
                    secrets: &[FOREIGN],
                    ..Delivery::new("msg_1")
                },
            ),
            400,
            "no signature in the header",
        ),
        (
            of(
                "a recording",
                Delivery {
                    at: ago(310),
                    ..Delivery::new("msg_1")
                },
            ),
            400,
            "by the header svix-timestamp",
        ),
        (
            of(
                "from the future",
                Delivery {
                    at: ago(-310),
                    ..Delivery::new("msg_1")
                },
            ),
            400,
            "by the header svix-timestamp",
        ),
        (of("the first time", genuine), 200, "acted on"),
        (
            of("the second time", Delivery::new("msg_1")),
            200,
            "known already",
        ),
        (
            of(
                "under two secrets",
                Delivery {
                    secrets: &[FOREIGN, SECRET],
                    ..Delivery::new("msg_2")
                },
            ),
            200,
            "acted on",
        ),
        (
            of("an empty body", Delivery::long("msg_3", 0)),
            200,
            "acted on",
        ),
        (
            of("a long body", Delivery::long("msg_4", 60_000)),
            200,
            "acted on",
        ),
    ];
    for ((name, delivery), status, text) in cases {
        answers(name, &answer(&delivery)?, (status, text))?;
    }
    // The engine may hang up on whoever goes on sending.
    match answer(&Delivery::long("msg_5", (1 << 20) + 1)) {
        Ok((413, _)) | Err(_) => Ok(()),
        other => Err(format!("a webhook that is too long: {other:?}")),
    }
}

pub(crate) fn answers(name: &str, found: &(u16, String), (status, text): (u16, &str)) -> Outcome {
    match found.0 == status && found.1.starts_with(text) {
        true => Ok(()),
        false => Err(format!("a webhook, {name}: {found:?}")),
    }
}

fn webhooks(place: &Place<'_>) -> Outcome {
    let edge = place.edge_with(&[("CLERK_WEBHOOK_SIGNING_SECRET", SECRET)])?;
    let url = edge.url("/webhooks");
    // By the receiver's own limit.
    let long = Delivery::long("msg_6", 64 * 1024 + 1);
    let limit = (413, "the body has more than 65536 bytes");
    answers("more than the limit", &long.to(&edge, &url)?, limit)?;
    // Last, as this may cost the connection.
    are_told_apart(|delivery| delivery.to(&edge, &url))?;

    let both = format!("{SECRET} {NEXT}");
    let edge = place.edge_with(&[("CLERK_WEBHOOK_SIGNING_SECRET", &both)])?;
    let url = edge.url("/webhooks");
    let signed = |secrets| Delivery {
        secrets,
        ..Delivery::new("msg_1")
    };
    for (name, secrets, expected) in [
        (
            "under the secret that comes next",
            &[NEXT][..],
            (200, "acted on"),
        ),
        ("under both", &[SECRET, NEXT], (200, "known already")),
        (
            "under neither",
            &[FOREIGN],
            (400, "no signature in the header"),
        ),
    ] {
        answers(name, &signed(secrets).to(&edge, &url)?, expected)?;
    }
    Ok(())
}

//! The Workers that people copy, `docs/examples`.

use bytes::Bytes;
use clerk_webhooks::SigningSecrets;
use http::Request;

use crate::{
    Outcome, Trial, browser,
    edge::{Edge, Place, now},
};

pub(crate) const TRIALS: &[Trial] = &[
    Trial::at_cloudflare(
        "the example without a framework lets in whom it should",
        plain,
    ),
    Trial::at_cloudflare("the example with axum does what its pages say", axum),
];

const SECRET: &str = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";

fn plain(place: &Place<'_>) -> Outcome {
    let edge = place.example("example_worker", &[])?;
    sessions(&edge)?;
    browser::signs_in(&edge)
}

fn axum(place: &Place<'_>) -> Outcome {
    let edge = place.example(
        "example_worker_axum",
        &[("CLERK_WEBHOOK_SIGNING_SECRET", SECRET)],
    )?;
    sessions(&edge)?;
    browser::signs_in(&edge)?;
    let token = |user| {
        let token = edge.clerk().token().user(user).organization("acme");
        token.sign(now())
    };
    let (admin, member) = (token("ada@example.com"), token("bob@example.com"));
    for (page, token, status) in [
        ("/settings", Some(&admin), 200),
        ("/settings", Some(&member), 403),
        ("/settings", None, 401),
        ("/profile", Some(&member), 200),
        ("/profile", None, 401),
    ] {
        edge.answers(page, token.map(String::as_str), (status, ""))?;
    }
    webhooks(&edge)
}

fn sessions(edge: &Edge) -> Outcome {
    let token = edge.clerk().token().sign(now());
    edge.answers("/me", Some(&token), (200, ""))?;
    edge.answers("/me", None, (401, ""))?;
    edge.answers("/me", Some("no token"), (401, ""))
}

fn webhooks(edge: &Edge) -> Outcome {
    let secrets = SigningSecrets::new(SECRET).map_err(|error| error.to_string())?;
    let body = br#"{"type":"user.created","data":{}}"#;
    let signed = secrets.sign("msg_1", now(), body);
    let signed = signed.map_err(|error| error.to_string())?;
    let deliver = |body: &'static [u8]| {
        let mut request = Request::post(edge.url("/webhooks"));
        for (name, value) in signed.svix() {
            request = request.header(name, value);
        }
        let request = request.body(Bytes::from_static(body));
        let response = edge.send(request.map_err(|error| error.to_string())?);
        let response = response.map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(response.body()).into_owned();
        Ok::<_, String>((response.status().as_u16(), text))
    };
    let forged = deliver(br#"{"type":"user.deleted","data":{}}"#)?;
    if forged.0 == 200 {
        return Err(format!("a webhook that nobody signed: {forged:?}"));
    }
    for text in ["acted on", "known already"] {
        let answer = deliver(body)?;
        if answer != (200, text.to_owned()) {
            return Err(format!("a webhook should be {text}: {answer:?}"));
        }
    }
    Ok(())
}

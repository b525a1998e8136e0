//! The Workers that people copy, `docs/examples`.

use crate::{
    Outcome, Trial, browser, claims,
    edge::{Edge, Place, now},
    webhooks::{self, SECRET},
};

pub(crate) const TRIALS: &[Trial] = &[
    Trial::at_cloudflare(
        "the example without a framework lets in whom it should",
        plain,
    ),
    Trial::at_cloudflare("the example with axum does what its pages say", axum),
    Trial::at_cloudflare(
        "the example for webhooks acts once, in two Workers over one store",
        claims::are_shared,
    ),
];

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
    webhooks::are_told_apart(|delivery| delivery.to(&edge, &edge.url("/webhooks")))
}

fn sessions(edge: &Edge) -> Outcome {
    let token = edge.clerk().token().sign(now());
    edge.answers("/me", Some(&token), (200, ""))?;
    edge.answers("/me", None, (401, ""))?;
    edge.answers("/me", Some("no token"), (401, ""))
}

//! The page for whoever runs the emulator: what it holds, and what happened to it.

use http::{Method, StatusCode, header};

use crate::{answer::Reply, call::Call, description::Access, refusal::Refusal, route::Route};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.start",
        method: Method::GET,
        path: "/",
        access: Access::Public,
        handler: |_| Ok(Reply::redirect(StatusCode::FOUND, PAGE)),
    },
    Route {
        operation: "_emulator.status",
        method: Method::GET,
        path: PAGE,
        access: Access::Control,
        handler: page,
    },
    Route {
        operation: "_emulator.statusStyle",
        method: Method::GET,
        path: "/_emulator/status.css",
        access: Access::Control,
        handler: |_| {
            Ok(part(
                "text/css; charset=utf-8",
                include_str!("status/status.css"),
            ))
        },
    },
    Route {
        operation: "_emulator.statusScript",
        method: Method::GET,
        path: "/_emulator/status.js",
        access: Access::Control,
        handler: |_| {
            Ok(part(
                "text/javascript; charset=utf-8",
                include_str!("status/status.js"),
            ))
        },
    },
];

const PAGE: &str = "/_emulator/status";

/// Everything it loads, and all that it asks, is of this machine. Where a form leads on to is the application's
/// business.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
     base-uri 'none'; frame-ancestors 'none'";

fn page(_: &mut Call<'_>) -> Result<Reply, Refusal> {
    let page = Reply::page(include_str!("status/status.html").to_owned());
    Ok(page
        .header(header::CONTENT_SECURITY_POLICY, POLICY)
        .header(header::REFERRER_POLICY, "no-referrer"))
}

/// Another build of the emulator may be at the same address next.
fn part(media_type: &'static str, text: &'static str) -> Reply {
    Reply::asset(media_type, text).header(header::CACHE_CONTROL, "no-cache")
}

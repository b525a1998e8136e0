//! The control plane of those who wait: for a request, a message or a webhook, which they get as soon as it is there.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::webhooks::delivery_json;
use crate::{
    answer::Reply,
    call::{Call, Query},
    description::Access,
    directory::Message,
    refusal::Refusal,
    request_log::LoggedRequest,
    route::Route,
    webhooks::LoggedWebhook,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_emulator.waitForRequest",
        method: Method::GET,
        path: "/_emulator/wait/request",
        access: Access::Control,
        handler: request,
    },
    Route {
        operation: "_emulator.waitForMessage",
        method: Method::GET,
        path: "/_emulator/wait/message",
        access: Access::Control,
        handler: message,
    },
    Route {
        operation: "_emulator.waitForWebhook",
        method: Method::GET,
        path: "/_emulator/wait/webhook",
        access: Access::Control,
        handler: webhook,
    },
];

/// In milliseconds.
const USUAL: usize = 10_000;
const LONGEST: usize = 600_000;

/// How many of the kind there are to be, and how long to wait for them.
struct Wanted {
    count: usize,
    within: Duration,
}

impl Wanted {
    fn read(query: &Query, filters: &[&str]) -> Result<Self, Refusal> {
        query.only(&[filters, &["count", "timeout_ms"]].concat())?;
        let within = query.number("timeout_ms", 0..=LONGEST, USUAL)?;
        Ok(Self {
            count: query.number("count", 1..=1000, 1)?,
            within: Duration::from_millis(within as u64),
        })
    }

    /// The latest of those that are there, where there are enough. Whoever waits asks after each request: no
    /// other one becomes JSON.
    fn among<T>(
        &self,
        name: &str,
        (found, to_json): (impl Iterator<Item = T>, impl Fn(&T) -> Value),
        query: &Query,
    ) -> Result<Reply, Refusal> {
        let (found, latest) = found.fold((0, None), |(count, _), one| (count + 1, Some(one)));
        if let Some(latest) = latest.filter(|_| found >= self.count) {
            return Ok(Reply::ok(json!({ name: to_json(&latest) })));
        }
        let filters = query.names();
        let filters = filters.filter(|name| !["count", "timeout_ms"].contains(name));
        let filters: Vec<String> = filters
            .map(|name| format!("{name}={}", query.get(name).unwrap_or_default()))
            .collect();
        let with = if filters.is_empty() { "" } else { " with " };
        let filters = filters.join(" ");
        let why = format!("{found} of {} {name}s{with}{filters}", self.count);
        Err(Refusal::wait_timed_out(&why, self.within))
    }
}

fn request(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    let wanted = Wanted::read(query, &["method", "path", "status"])?;
    let (method, path) = (query.get("method"), query.get("path"));
    let status = query
        .get("status")
        .map(|_| query.number("status", 100..=999, 0));
    let status = status.transpose()?;
    let fits = |entry: &&LoggedRequest| {
        let answered = entry.status.map(|status| usize::from(status.as_u16()));
        method.is_none_or(|method| entry.method.as_str() == method)
            && path.is_none_or(|path| entry.is_at(path))
            && status.is_none_or(|status| answered == Some(status))
    };
    let found = call.state.log.entries().filter(fits);
    wanted.among(
        "request",
        (found, |entry: &&LoggedRequest| entry.to_json()),
        query,
    )
}

fn message(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    let wanted = Wanted::read(query, &["to", "slug"])?;
    let slug = query.get("slug");
    let messages = call.state.directory.mailbox.messages(query.get("to"));
    let found = messages.filter(|message| slug.is_none_or(|slug| message.slug == slug));
    wanted.among(
        "message",
        (found, |message: &&Message| message.to_json()),
        query,
    )
}

fn webhook(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    let wanted = Wanted::read(query, &["type", "outcome"])?;
    let event_type = query.get("type");
    let outcome = match query.get("outcome") {
        None => None,
        Some("delivered") => Some(true),
        Some("failed") => Some(false),
        Some(_) => {
            let expected = "delivered or failed";
            return Err(Refusal::form_param_value_invalid("outcome", expected));
        }
    };
    let fits = |webhook: &LoggedWebhook| {
        !webhook.attempts.is_empty()
            && event_type.is_none_or(|event_type| webhook.event_type == event_type)
            && outcome.is_none_or(|delivered| webhook.is_delivered() == delivered)
    };
    let found = call.state.outbox.log().filter(fits);
    wanted.among("webhook", (found, delivery_json), query)
}

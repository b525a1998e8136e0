//! The control plane of the emulator's clock: time that passes without anybody waiting for it.

use http::Method;
use serde::Deserialize;

use super::control::body;
use crate::{answer::Reply, call::Call, description::Access, refusal::Refusal, route::Route};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_emulator.clock",
        method: Method::GET,
        path: "/_emulator/clock",
        access: Access::Control,
        handler: read,
    },
    Route {
        operation: "_emulator.moveClock",
        method: Method::POST,
        path: "/_emulator/clock",
        access: Access::Control,
        handler: set,
    },
    Route {
        operation: "_emulator.resetClock",
        method: Method::DELETE,
        path: "/_emulator/clock",
        access: Access::Control,
        handler: reset,
    },
];

fn read(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(call.state.clock.to_json()))
}

/// Times in seconds, with a fraction if somebody likes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ClockBody {
    advance: Option<f64>,
    offset: Option<f64>,
    now: Option<f64>,
    frozen: Option<bool>,
    move_tokens: Option<bool>,
}

fn set(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let body: ClockBody = body(call)?;
    let offset = milliseconds("offset", body.offset)?;
    let advance = milliseconds("advance", body.advance)?;
    let now = milliseconds("now", body.now)?;
    if advance.is_some_and(|advance| advance < 0) {
        let expected = "0 or more: offset puts the clock back, too";
        return Err(Refusal::form_param_value_invalid("advance", expected));
    }
    if [offset, advance, now].iter().flatten().count() > 1 {
        let why = "it has more than one of advance, offset and now";
        return Err(Refusal::request_body_invalid(why));
    }
    let clock = &mut call.state.clock;
    let outside = clock.outside_now().as_millis();
    match (offset, advance, now) {
        (Some(offset), ..) => clock.put_ahead(offset),
        (_, Some(advance), _) => clock.advance(advance),
        (.., Some(now)) => clock.put_ahead(now.saturating_sub(outside)),
        _ => {}
    }
    if let Some(is_frozen) = body.frozen {
        clock.freeze(is_frozen);
    }
    if let Some(moves) = body.move_tokens {
        clock.move_tokens(moves);
    }
    read(call)
}

/// A thousand years: what is told in seconds is further from every limit then.
const FURTHEST: f64 = 31_557_600_000.0;

fn milliseconds(name: &str, seconds: Option<f64>) -> Result<Option<i64>, Refusal> {
    let Some(seconds) = seconds else {
        return Ok(None);
    };
    if seconds.abs() > FURTHEST {
        let expected = "a number of seconds, of at most a thousand years";
        return Err(Refusal::form_param_value_invalid(name, expected));
    }
    // Of that size, nothing is cut off but a fraction of a millisecond.
    Ok(Some((seconds * 1000.0).round() as i64))
}

fn reset(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.state.clock.reset();
    read(call)
}

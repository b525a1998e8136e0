use bytes::Bytes;
use http::{HeaderMap, Response, header};
use serde_json::Value;

use crate::{Row, Status};

/// In what an answer differs from the row's, in words.
pub(crate) fn differences(
    row: &Row,
    response: &Response<Bytes>,
) -> impl Iterator<Item = String> + use<> {
    let expected = &row.answer;
    let mut found = Vec::new();
    let mut compare = |what: &str, expected: String, actual: String| {
        if expected != actual {
            found.push(format!("{what} is {actual} and should be {expected}"));
        }
    };
    let Status::Exactly(status) = expected.status else {
        let refused = response.status().is_client_error();
        compare("a refusal", true.to_string(), refused.to_string());
        return found.into_iter();
    };
    compare(
        "the status",
        status.to_string(),
        response.status().as_u16().to_string(),
    );
    let headers = response.headers();
    for (name, expected) in [
        ("x-clerk-auth-reason", &expected.reason),
        ("www-authenticate", &expected.challenge),
        ("retry-after", &expected.retry_after),
        ("location", &expected.location),
    ] {
        let expected: Vec<String> = expected.iter().cloned().collect();
        let actual = values(headers, name);
        compare(name, format!("{expected:?}"), format!("{actual:?}"));
    }
    let mut cookies = expected.cookies.clone();
    cookies.sort();
    let mut set = values(headers, header::SET_COOKIE.as_str());
    set.sort();
    compare("set-cookie", format!("{cookies:?}"), format!("{set:?}"));

    let cache_control = values(headers, header::CACHE_CONTROL.as_str()).join(", ");
    if let Some(expected) = &expected.cache_control {
        compare("cache-control", expected.clone(), cache_control.clone());
    }
    let may_be_stored = !set.is_empty() && !cache_control.contains("no-store");
    compare(
        "cookies that caches may store",
        false.to_string(),
        may_be_stored.to_string(),
    );

    // What follows a HEAD request is the framework's business; there is nothing to see in it.
    let has_body = row.method != "HEAD" && !response.status().is_redirection();
    if has_body {
        let body: Option<Value> = serde_json::from_slice(response.body()).ok();
        if !body.as_ref().is_some_and(|body| has(body, &expected.body)) {
            let text = String::from_utf8_lossy(response.body());
            let expected = &expected.body;
            found.push(format!("the body is {text} and should have {expected}"));
        }
    }
    found.into_iter()
}

fn values(headers: &HeaderMap, name: &str) -> Vec<String> {
    let values = headers.get_all(name).iter();
    values
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect()
}

/// Whether `actual` has all that `expected` has.
fn has(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => expected.iter().all(|(name, value)| {
            let actual = actual.get(name);
            actual.is_some_and(|actual| has(actual, value))
        }),
        (Value::Array(actual), Value::Array(expected)) => {
            actual.len() == expected.len()
                && actual
                    .iter()
                    .zip(expected)
                    .all(|(one, other)| has(one, other))
        }
        _ => actual == expected,
    }
}

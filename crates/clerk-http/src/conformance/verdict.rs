use std::fmt::Debug;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};

use super::Outcome;
use crate::TransportErrorKind;

#[allow(
    clippy::needless_pass_by_value,
    reason = "every caller has a value, or a reference, and no use for it afterwards"
)]
pub(super) fn expect<T, U>(what: &str, found: T, expected: U) -> Result<(), String>
where
    T: PartialEq<U> + Debug,
    U: Debug,
{
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: expected {expected:?}, found {found:?}"))
    }
}

pub(super) fn all_answered(outcomes: &[Outcome]) -> Result<(), String> {
    statuses(outcomes).map(drop)
}

pub(super) fn statuses(outcomes: &[Outcome]) -> Result<Vec<u16>, String> {
    let status = |outcome: &Outcome| match outcome {
        Ok(response) => Ok(response.status().as_u16()),
        Err(error) => Err(format!("expected a response, found {error:?}")),
    };
    outcomes.iter().map(status).collect()
}

pub(super) fn bodies(outcomes: &[Outcome]) -> Result<Vec<&[u8]>, String> {
    statuses(outcomes)?;
    let answered = outcomes.iter().flatten();
    Ok(answered.map(|response| response.body().as_ref()).collect())
}

pub(super) fn values<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    let values = headers.get_all(name).iter();
    values.filter_map(|value| value.to_str().ok()).collect()
}

pub(super) fn fails_as(outcomes: &[Outcome], kinds: &[TransportErrorKind]) -> Result<(), String> {
    for outcome in outcomes {
        match outcome {
            Err(error) if kinds.contains(&error.kind()) => {}
            Err(error) => return Err(format!("expected an error {kinds:?}, found {error:?}")),
            Ok(response) => {
                let status = response.status();
                return Err(format!(
                    "expected an error {kinds:?}, found a response {status}"
                ));
            }
        }
    }
    Ok(())
}

/// What a connection needs besides the request; `accept` and `accept-encoding` say no more than
/// what the transport's library can read.
const ADDED: [HeaderName; 5] = [
    header::HOST,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::ACCEPT,
    header::ACCEPT_ENCODING,
];

pub(super) fn same_request(received: &Request<Bytes>, sent: &Request<Bytes>) -> Result<(), String> {
    let method = received.method();
    let target = sent.uri().path_and_query().map(ToString::to_string);
    expect("request target", Some(received.uri().to_string()), target)?;
    expect(&format!("body of {method}"), received.body(), sent.body())?;
    for name in sent.headers().keys() {
        let values = |request: &Request<Bytes>| -> Vec<HeaderValue> {
            request.headers().get_all(name).iter().cloned().collect()
        };
        expect(name.as_str(), values(received), values(sent))?;
    }
    let added = received
        .headers()
        .keys()
        .find(|name| !sent.headers().contains_key(*name) && !ADDED.contains(name));
    expect("added header", added, None)
}

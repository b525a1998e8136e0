//! Sends what it is told to, and tells what came: so the rules for transports can be tried from outside.

use std::time::Duration;

use axum::{Json, http::StatusCode};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use clerk_http::{RequestTimeout, ResponseLimit, Transport as _};
use clerk_http_fetch::FetchTransport;
use http::{HeaderName, HeaderValue, Request};
use serde::{Deserialize, Serialize};

/// Bytes are in base64.
#[derive(Deserialize)]
pub(crate) struct Order {
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    body: String,
    /// Seconds and nanoseconds.
    timeout: (u64, u32),
    limit: usize,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Report {
    Response {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    Error {
        kind: String,
        host: String,
        texts: String,
    },
}

type Refusal = (StatusCode, String);

pub(crate) async fn exchange(Json(order): Json<Order>) -> Result<Json<Report>, Refusal> {
    let request = request(order).map_err(|why| (StatusCode::BAD_REQUEST, why))?;
    Ok(Json(match FetchTransport.send(request).await {
        Ok(response) => Report::Response {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), BASE64_STANDARD.encode(value)))
                .collect(),
            body: BASE64_STANDARD.encode(response.body()),
        },
        Err(error) => Report::Error {
            kind: format!("{:?}", error.kind()),
            host: error.host().to_owned(),
            texts: format!("{error} {error:?}"),
        },
    }))
}

fn request(order: Order) -> Result<Request<Bytes>, String> {
    let decoded = |text: &str| {
        BASE64_STANDARD
            .decode(text)
            .map_err(|error| error.to_string())
    };
    let (seconds, nanos) = order.timeout;
    let mut request = Request::builder()
        .method(order.method.as_str())
        .uri(order.uri)
        .extension(RequestTimeout(Duration::new(seconds, nanos)))
        .extension(ResponseLimit(order.limit))
        .body(Bytes::from(decoded(&order.body)?))
        .map_err(|error| error.to_string())?;
    for (name, value) in &order.headers {
        let name: HeaderName = name
            .parse()
            .map_err(|_| format!("{name} names no header"))?;
        let value = HeaderValue::from_bytes(&decoded(value)?).map_err(|error| error.to_string())?;
        request.headers_mut().append(name, value);
    }
    Ok(request)
}

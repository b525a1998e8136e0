//! What carries a browser's requests to the proxy, and to Clerk.

use std::{error::Error, net::SocketAddr};

use bytes::Bytes;
use clerk::WithCauses;
use clerk_emulator::Emulator;
use http::{HeaderValue, Request, Response, StatusCode, Version, header};
use tokio::runtime::Runtime;

use crate::{
    application::{HOST, now},
    certificate::Certificate,
};

/// Which HTTP a browser speaks to the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

impl Protocol {
    pub(crate) const ALL: [Self; 2] = [Self::Http1, Self::Http2];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        }
    }

    fn version(self) -> Version {
        match self {
            Self::Http1 => Version::HTTP_11,
            Self::Http2 => Version::HTTP_2,
        }
    }
}

/// What stands for an answer where none came. No server sends it.
pub(crate) const NO_ANSWER: u16 = 599;

#[derive(Debug)]
pub(crate) struct Network<'n> {
    runtime: &'n Runtime,
    clerk: &'n Emulator,
    http1: reqwest::Client,
    http2: reqwest::Client,
}

impl<'n> Network<'n> {
    pub(crate) fn new(
        runtime: &'n Runtime,
        clerk: &'n Emulator,
        certificate: &Certificate,
    ) -> Result<Self, Box<dyn Error>> {
        let client = |protocol: &[u8]| {
            let client = reqwest::Client::builder()
                .tls_backend_preconfigured(certificate.client(protocol)?)
                .resolve(HOST, SocketAddr::from(([127, 0, 0, 1], 0)))
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy();
            Ok::<_, Box<dyn Error>>(client)
        };
        Ok(Self {
            runtime,
            clerk,
            http1: client(b"http/1.1")?.http1_only().build()?,
            http2: client(b"h2")?.http2_prior_knowledge().build()?,
        })
    }

    /// Sends a request to where its URL says. Where no answer comes, the answer says why, so that
    /// a browser stops there.
    pub(crate) fn send(&self, protocol: Protocol, request: Request<Bytes>) -> Response<Bytes> {
        if request.uri().host() == Some(HOST) {
            let answer = self.runtime.block_on(self.exchange(protocol, request));
            return answer.unwrap_or_else(|problem| no_answer(&problem));
        }
        let answer = self.clerk.handle(request, now());
        answer
            .into_response()
            .unwrap_or_else(|| no_answer("dropped"))
    }

    async fn exchange(
        &self,
        protocol: Protocol,
        mut request: Request<Bytes>,
    ) -> Result<Response<Bytes>, String> {
        as_browsers_do(protocol, &mut request);
        let client = match protocol {
            Protocol::Http1 => &self.http1,
            Protocol::Http2 => &self.http2,
        };
        let request =
            reqwest::Request::try_from(request).map_err(|error| WithCauses(&error).to_string())?;
        let answer = client
            .execute(request)
            .await
            .map_err(|error| WithCauses(&error).to_string())?;
        if answer.version() != protocol.version() {
            return Err(format!("the answer came over {:?}", answer.version()));
        }
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer
            .bytes()
            .await
            .map_err(|error| WithCauses(&error).to_string())?;
        let mut answer = Response::new(body);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

/// The client names the host of the URL itself, over HTTP/2 without `Host`. There, each cookie is a
/// field of its own (RFC 9113 §8.2.3).
fn as_browsers_do(protocol: Protocol, request: &mut Request<Bytes>) {
    let authority = request.uri().authority().map(ToString::to_string);
    let headers = request.headers_mut();
    let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
    if host == authority.as_deref().map(str::as_bytes) {
        headers.remove(header::HOST);
    }
    if protocol == Protocol::Http1 {
        return;
    }
    let lines = headers.get_all(header::COOKIE).iter();
    let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    let cookies = lines.join("; ");
    headers.remove(header::COOKIE);
    for cookie in cookies.split("; ").filter(|cookie| !cookie.is_empty()) {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            headers.append(header::COOKIE, value);
        }
    }
}

fn no_answer(problem: &str) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(format!("no answer: {problem}")));
    if let Ok(status) = StatusCode::from_u16(NO_ANSWER) {
        *answer.status_mut() = status;
    }
    answer
}

//! The table of every web framework, asked over HTTP.

use clerk_framework_table::{Service, elsewhere::Elsewhere};
use clerk_http::BlockingTransport as _;
use clerk_http_ureq::UreqTransport;
use http::Uri;

use crate::{Outcome, Trial, edge::Place};

pub(crate) const TRIALS: &[Trial] = &[Trial::everywhere(
    "the frameworks' table is answered as axum answers it natively",
    table,
)];

/// Rows that cannot be asked so.
const EXCUSED: &[&str] = &[
    // The HTTP client of these trials sends no such bytes in this header.
    "a token in bytes that are no text",
];

/// And those that Cloudflare's engine does not pass on as they are.
const EXCUSED_AT_CLOUDFLARE: &[&str] = &[
    // Over HTTP/1.1 there is one field at most (RFC 6265 §5.4), and the engine joins two with a comma.
    "cookies in two header fields",
];

fn table(place: &Place<'_>) -> Outcome {
    let elsewhere = Elsewhere::start().map_err(|error| error.to_string())?;
    let transport = UreqTransport::new();
    let excused = match place.engine.is_cloudflares() {
        true => [EXCUSED, EXCUSED_AT_CLOUDFLARE].concat(),
        false => EXCUSED.to_vec(),
    };
    let mut differences = clerk_framework_table::unknown(&excused);
    for service in Service::ALL {
        let around = elsewhere.around(service);
        let name = serde_json::to_value(service).map_err(|error| error.to_string())?;
        let bindings = [
            ("TABLE", name.as_str().unwrap_or_default()),
            ("CLERK_API_URL", around.api_url),
            ("CLERK_SECRET_KEY", around.secret_key),
        ];
        let engine = place.process(&[place.engine.bindings(), &bindings].concat())?;
        let found = elsewhere.differences(service, &excused, |mut request| {
            let url = format!("http://127.0.0.1:{}{}", engine.port(), request.uri());
            let url: Uri = url.parse().map_err(|_| format!("{url} is no URL"))?;
            *request.uri_mut() = url;
            let answer = transport.send(request);
            answer.map_err(|error| format!("{error}\n{}", engine.log()))
        });
        differences.extend(found.map_err(|(row, error)| format!("{row}: {error}"))?);
    }
    match differences.is_empty() {
        true => Ok(()),
        false => Err(differences.join("\n")),
    }
}

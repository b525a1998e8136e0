//! The table of every web framework, asked over HTTP.

use clerk_framework_table::{Service, elsewhere::Elsewhere};
use http::Uri;

use crate::{Outcome, Trial, edge::Place, engine::Engine};
use clerk_http::BlockingTransport as _;
use clerk_http_ureq::UreqTransport;

pub(crate) const TRIALS: &[Trial] = &[(
    "the frameworks' table is answered as axum answers it natively",
    table,
)];

/// Rows that this engine does not let anybody ask.
const EXCUSED: &[&str] = &[];

fn table(place: &Place<'_>) -> Outcome {
    let elsewhere = Elsewhere::start().map_err(|error| error.to_string())?;
    let transport = UreqTransport::new();
    let mut differences = Vec::new();
    for service in Service::ALL {
        let around = elsewhere.around(service);
        let name = serde_json::to_value(service).map_err(|error| error.to_string())?;
        let bindings = [
            ("TABLE", name.as_str().unwrap_or_default()),
            ("CLERK_API_URL", around.api_url),
            ("CLERK_SECRET_KEY", around.secret_key),
        ];
        let engine = Engine::start(place.engine, place.directory, place.date, &bindings)?;
        let found = elsewhere.differences(service, EXCUSED, |mut request| {
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

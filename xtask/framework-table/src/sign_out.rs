//! Signing out, as a table for every framework: what browsers bring, what they are answered, and
//! who they are with the next request.
//!
//! The application has one more path than that of [`run`](crate::run): `/sign-out` takes `SignOut`,
//! and answers with [`GOODBYE`] to go on to.

mod jar;
mod rows;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use clerk_auth::{
    AcceptedTokens, Authenticator, MachineTokenType, Settings, SignOutResponse, blocking,
};
use clerk_core::{Clock, ManualClock};
use clerk_emulator::{Defect, Emulator, InProcess};
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::Value;

use self::{
    jar::Jar,
    rows::{Accepts, Brings, Clerk, Instance, Next, ROWS, Row},
};
use crate::{
    application::{FRONTEND_API, NOW, publishable_key},
    services,
};

/// Where `/sign-out` leads to.
pub const GOODBYE: &str = "/optional";

const APPLICATION: &str = "https://app.example.com";

/// An instance that one row is about, and its application.
#[derive(Debug)]
pub struct Stage {
    settings: Settings,
    transport: InProcess,
    secret_key: String,
}

impl Stage {
    fn new(row: &Row) -> Self {
        let emulator = Emulator::builder()
            .issuer(format!("https://{FRONTEND_API}"))
            .deterministic(1)
            .build()
            .expect("the emulator's own settings are valid");
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(NOW));
        let key = match row.instance {
            Instance::Development => publishable_key("pk_test"),
            Instance::Production | Instance::Satellite => publishable_key("pk_live"),
        };
        let mut settings = Settings::builder().publishable_key(key);
        if let Instance::Satellite = row.instance {
            settings = settings
                .satellite(true)
                .domain("example.com")
                .issuers([emulator.issuer()]);
        }
        if let Accepts::MachinesAlone = row.accepts {
            settings = settings.accepts(AcceptedTokens::Machine(MachineTokenType::ApiKey));
        }
        let secret_key = match row.clerk {
            Clerk::RefusesTheSecretKey => "sk_test_nobodys0key".to_owned(),
            _ => emulator.secret_key().expose().to_owned(),
        };
        Self {
            settings: settings.build().expect("the settings are complete"),
            transport: InProcess::new(emulator, clock),
            secret_key,
        }
    }

    /// The application's authenticator.
    pub fn authenticator(&self) -> Authenticator {
        let keys = services::static_keys(self.transport.emulator());
        let client = services::client(self.transport.clone(), &self.secret_key);
        Authenticator::new(self.settings.clone(), keys, client)
    }

    /// The authenticator of an application without an async runtime.
    pub fn blocking_authenticator(&self) -> blocking::Authenticator {
        let keys = services::static_keys(self.transport.emulator());
        let client = services::blocking_client(self.transport.clone(), &self.secret_key);
        blocking::Authenticator::new(self.settings.clone(), keys, client)
    }

    /// The browser's cookies, and a token for the header.
    fn jar(&self, row: &Row) -> (Jar, String) {
        let emulator = self.transport.emulator();
        let ada = emulator.token().user("ada@example.com");
        let fresh = ada.clone().sign(NOW);
        let forged = ada.clone().defect(Defect::ForeignKey).sign(NOW);
        let expired = ada.issued_ago(Duration::from_secs(90)).sign(NOW);
        let key = self.settings.publishable_key().expect("there is one");
        let suffixed = |name: &str| format!("{name}_{}", key.cookie_suffix());
        let mut jar = Jar::default();
        if row.brings != Brings::SessionWithoutDevBrowser {
            for name in ["__clerk_db_jwt".to_owned(), suffixed("__clerk_db_jwt")] {
                jar.set(&name, None, "dvb_example");
            }
        }
        let token = match row.brings {
            Brings::Nothing | Brings::Bearer => return (jar, fresh),
            Brings::ExpiredBearer => return (jar, expired),
            Brings::ExpiredSession => expired,
            Brings::ForgedSessionAlone => forged,
            Brings::Session
            | Brings::SessionFromBefore
            | Brings::SessionAlone
            | Brings::SessionWithoutDevBrowser
            | Brings::SessionOfNobody
            | Brings::PartitionedSession => fresh.clone(),
        };
        let signed_in_at = match row.brings {
            Brings::SessionAlone | Brings::ForgedSessionAlone => None,
            Brings::SessionOfNobody => Some(0),
            Brings::SessionFromBefore => Some(NOW.as_secs() + 1),
            _ => Some(NOW.as_secs() - 1000),
        };
        // For the site, and by an older frontend for the host.
        for domain in [Some("example.com"), None] {
            for name in ["__client_uat".to_owned(), suffixed("__client_uat")] {
                if let Some(signed_in_at) = signed_in_at {
                    jar.set(&name, domain, &signed_in_at.to_string());
                }
            }
        }
        for name in ["__session".to_owned(), suffixed("__session")] {
            match row.brings {
                Brings::PartitionedSession => jar.set_partitioned(&name, &token),
                _ => jar.set(&name, None, &token),
            }
        }
        jar.set(&suffixed("__refresh"), None, "rt_example");
        (jar, fresh)
    }

    /// The sessions that have ended by now.
    fn ended(&self) -> usize {
        let emulator = self.transport.emulator();
        let user = emulator.user_id("ada@example.com").unwrap_or_default();
        let secret_key = emulator.secret_key().expose();
        let request = Request::get(format!("/v1/sessions?user_id={user}&status=revoked"))
            .header(header::AUTHORIZATION, format!("Bearer {secret_key}"))
            .body(Bytes::new())
            .expect("it is a request");
        let answer = emulator.handle(request, NOW).into_response();
        let answer = answer.expect("no fault was asked for");
        let sessions: Value = serde_json::from_slice(answer.body()).expect("it is JSON");
        sessions.as_array().map_or(0, Vec::len)
    }
}

/// Has an application answer each row's request, and the next one.
///
/// # Panics
///
/// An answer is not the table's. The message says which.
pub async fn run(
    mut answer: impl AsyncFnMut(Option<Authenticator>, Request<Bytes>) -> Response<Bytes>,
) {
    run_on(async |stage, request| answer(stage.map(Stage::authenticator), request).await).await;
}

/// As [`run`], for an application that makes an authenticator itself.
///
/// # Panics
///
/// As [`run`].
pub async fn run_on(
    mut answer: impl AsyncFnMut(Option<&Stage>, Request<Bytes>) -> Response<Bytes>,
) {
    let mut differences = Vec::new();
    for row in ROWS {
        let stage = Stage::new(row);
        let (mut jar, token) = stage.jar(row);
        match row.clerk {
            Clerk::Away => stage.transport.pause(),
            Clerk::HasForgottenTheSession => stage.transport.emulator().reset(),
            Clerk::There | Clerk::RefusesTheSecretKey => {}
        }
        let application = Some(&stage).filter(|_| row.has_layer);
        let response = answer(application, leave(row, &jar, &token)).await;
        stage.transport.resume();
        jar.keep(response.headers());

        let mut found = told(row, &response);
        found.push((
            "the number of ended sessions",
            stage.ended().to_string(),
            usize::from(row.has_ended).to_string(),
        ));
        let has_left = row.status == SignOutResponse::STATUS.as_u16();
        let stays = !has_left && row.brings_cookies();
        found.push((
            "a session's cookie that is left",
            jar.has_session().to_string(),
            stays.to_string(),
        ));
        // Whoever has brought no cookies has none to be judged by.
        if row.brings_cookies() {
            let response = answer(Some(&stage), next(&jar)).await;
            let next = match response.status() {
                StatusCode::TEMPORARY_REDIRECT => Next::Handshake,
                _ if response.body() == crate::NOBODY => Next::Nobody,
                _ => Next::SignedIn,
            };
            found.push((
                "the next request",
                format!("{next:?}"),
                format!("{:?}", row.next),
            ));
        }
        let wrong = found
            .into_iter()
            .filter(|(_, found, expected)| found != expected);
        differences.extend(wrong.map(|(what, found, expected)| {
            format!("{}: {what} is {found} and should be {expected}", row.name)
        }));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What the answer says, and should say.
fn told(row: &Row, response: &Response<Bytes>) -> Vec<(&'static str, String, String)> {
    let (status, headers) = (response.status().as_u16(), response.headers());
    let has_left = row.status == SignOutResponse::STATUS.as_u16();
    let location = headers.get(header::LOCATION).map(HeaderValue::as_bytes);
    let way_on = has_left.then_some(GOODBYE.as_bytes());
    let cache_control = headers.get(header::CACHE_CONTROL);
    let changes = headers.contains_key(header::SET_COOKIE);
    vec![
        ("the status", status.to_string(), row.status.to_string()),
        (
            "the way on",
            (location == way_on).to_string(),
            true.to_string(),
        ),
        (
            "an answer that changes cookies",
            changes.to_string(),
            has_left.to_string(),
        ),
        (
            "an answer that no cache keeps",
            cache_control.is_some_and(|it| it == "no-store").to_string(),
            true.to_string(),
        ),
    ]
}

fn leave(row: &Row, jar: &Jar, token: &str) -> Request<Bytes> {
    let mut request = Request::builder()
        .method(row.method)
        .uri("/sign-out")
        .header(header::HOST, "app.example.com")
        .header("x-forwarded-proto", "https")
        .header("sec-fetch-dest", "document");
    if let Some(cookies) = jar.header() {
        request = request.header(header::COOKIE, cookies);
    }
    if let Some(origin) = row.origin {
        request = request.header(header::ORIGIN, origin);
    }
    if matches!(row.brings, Brings::Bearer | Brings::ExpiredBearer) {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(Bytes::new()).expect("it is a request")
}

fn next(jar: &Jar) -> Request<Bytes> {
    let mut request = Request::get(GOODBYE)
        .header(header::HOST, "app.example.com")
        .header("x-forwarded-proto", "https")
        .header("sec-fetch-dest", "document");
    if let Some(cookies) = jar.header() {
        request = request.header(header::COOKIE, cookies);
    }
    request.body(Bytes::new()).expect("it is a request")
}

//! Signing out, as a table for every framework: what browsers bring, what they are answered, and
//! who they are with the next request.
//!
//! The application has one more path than that of [`run`](crate::run): `/sign-out` takes `SignOut`,
//! and answers with [`GOODBYE`] to go on to.

mod jar;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use clerk_auth::{Authenticator, Settings, blocking};
use clerk_core::{Clock, ManualClock};
use clerk_emulator::{Emulator, InProcess};
use http::{Request, Response, StatusCode, header};
use serde_json::Value;

use self::jar::Jar;
use crate::services::{self, FRONTEND_API, NOW};

/// Where `/sign-out` leads to.
pub const GOODBYE: &str = "/optional";

const APPLICATION: &str = "https://app.example.com";

/// What stands behind the application.
#[derive(Clone, Copy, PartialEq)]
enum Clerk {
    There,
    Away,
    RefusesTheSecretKey,
    HasForgottenTheSession,
}

#[derive(Clone, Copy)]
enum Instance {
    Production,
    Development,
    Satellite,
}

/// What the browser brings.
#[derive(Clone, Copy, PartialEq)]
enum Brings {
    Session,
    ExpiredSession,
    /// Somebody has signed in elsewhere on the site since.
    SessionFromBefore,
    /// As Clerk's frontend sets them in frames.
    PartitionedSession,
    Nothing,
    Bearer,
    ExpiredBearer,
}

/// Who the next request comes from.
#[derive(Debug, PartialEq)]
enum Next {
    SignedIn,
    Nobody,
    /// The browser is sent to Clerk to ask.
    Handshake,
}

struct Row {
    name: &'static str,
    method: &'static str,
    origin: Option<&'static str>,
    instance: Instance,
    clerk: Clerk,
    brings: Brings,
    has_layer: bool,
    status: u16,
    has_ended: bool,
    next: Next,
}

const SIGN_OUT: Row = Row {
    name: "signing out",
    method: "POST",
    origin: Some(APPLICATION),
    instance: Instance::Production,
    clerk: Clerk::There,
    brings: Brings::Session,
    has_layer: true,
    status: 303,
    has_ended: true,
    next: Next::Nobody,
};

/// As [`SIGN_OUT`], and the browser stays what it is.
const REFUSED: Row = Row {
    has_ended: false,
    next: Next::SignedIn,
    ..SIGN_OUT
};

const ROWS: &[Row] = &[
    SIGN_OUT,
    Row {
        name: "of a development instance",
        instance: Instance::Development,
        ..SIGN_OUT
    },
    Row {
        name: "of a satellite",
        instance: Instance::Satellite,
        ..SIGN_OUT
    },
    Row {
        name: "from a page that has been open for longer than its token lives",
        brings: Brings::ExpiredSession,
        ..SIGN_OUT
    },
    Row {
        name: "in a frame",
        brings: Brings::PartitionedSession,
        ..SIGN_OUT
    },
    Row {
        name: "by a program, which names no origin",
        origin: None,
        ..SIGN_OUT
    },
    Row {
        name: "by a script of another origin, with a token of its own",
        origin: Some("https://elsewhere.example"),
        brings: Brings::Bearer,
        ..SIGN_OUT
    },
    Row {
        name: "with a token in the header that has expired nobody looks signed out who is not",
        brings: Brings::ExpiredBearer,
        status: 401,
        ..REFUSED
    },
    Row {
        name: "of a session that Clerk no longer has",
        clerk: Clerk::HasForgottenTheSession,
        has_ended: false,
        ..SIGN_OUT
    },
    Row {
        name: "of nobody",
        brings: Brings::Nothing,
        has_ended: false,
        ..SIGN_OUT
    },
    Row {
        name: "of who has signed in elsewhere since",
        brings: Brings::SessionFromBefore,
        has_ended: false,
        next: Next::Handshake,
        ..SIGN_OUT
    },
    Row {
        name: "a link or an image signs nobody out",
        method: "GET",
        origin: None,
        status: 405,
        ..REFUSED
    },
    Row {
        name: "a form on another site's page signs nobody out",
        origin: Some("https://evil.example"),
        status: 403,
        ..REFUSED
    },
    Row {
        name: "a form on a page of the same site signs nobody out",
        origin: Some("https://other.example.com"),
        status: 403,
        ..REFUSED
    },
    Row {
        name: "a form on another site's page, without the cookies that it cannot send, clears none",
        origin: Some("https://evil.example"),
        brings: Brings::Nothing,
        status: 403,
        ..REFUSED
    },
    Row {
        name: "while Clerk is away nobody looks signed out who is not",
        clerk: Clerk::Away,
        status: 503,
        ..REFUSED
    },
    Row {
        name: "with a secret key that Clerk refuses nobody looks signed out who is not",
        clerk: Clerk::RefusesTheSecretKey,
        status: 500,
        ..REFUSED
    },
    Row {
        name: "without the layer nobody looks signed out who is not",
        has_layer: false,
        status: 500,
        ..REFUSED
    },
];

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
            Instance::Development => services::publishable_key("pk_test"),
            Instance::Production | Instance::Satellite => services::publishable_key("pk_live"),
        };
        let mut settings = Settings::builder().publishable_key(key);
        if let Instance::Satellite = row.instance {
            settings = settings
                .satellite(true)
                .domain("example.com")
                .issuers([emulator.issuer()]);
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
        let expired = ada.issued_ago(Duration::from_secs(90)).sign(NOW);
        let key = self.settings.publishable_key().expect("there is one");
        let suffixed = |name: &str| format!("{name}_{}", key.cookie_suffix());
        let mut jar = Jar::default();
        for name in ["__clerk_db_jwt".to_owned(), suffixed("__clerk_db_jwt")] {
            jar.set(&name, None, "dvb_example");
        }
        let token = match row.brings {
            Brings::Nothing | Brings::Bearer => return (jar, fresh),
            Brings::ExpiredBearer => return (jar, expired),
            Brings::ExpiredSession => expired,
            Brings::Session | Brings::SessionFromBefore | Brings::PartitionedSession => {
                fresh.clone()
            }
        };
        let signed_in_at = match row.brings {
            Brings::SessionFromBefore => NOW.as_secs() + 1,
            _ => NOW.as_secs() - 1000,
        };
        // For the site, and by an older frontend for the host.
        for domain in [Some("example.com"), None] {
            for name in ["__client_uat".to_owned(), suffixed("__client_uat")] {
                jar.set(&name, domain, &signed_in_at.to_string());
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

        let mut compare = |what: &str, found: String, expected: String| {
            if found != expected {
                let name = row.name;
                differences.push(format!(
                    "{name}: {what} is {found} and should be {expected}"
                ));
            }
        };
        let location = response.headers().get(header::LOCATION);
        let expected = (row.status == 303).then_some(GOODBYE.as_bytes());
        let is_expected = location.map(|it| it.as_bytes()) == expected;
        compare("the way on", is_expected.to_string(), true.to_string());
        let status = response.status().as_u16();
        compare("the status", status.to_string(), row.status.to_string());
        let ended = stage.ended().to_string();
        compare(
            "the number of ended sessions",
            ended,
            usize::from(row.has_ended).to_string(),
        );
        if row.status == 303 || row.brings == Brings::Nothing {
            let kept = response.headers().get(header::CACHE_CONTROL);
            let is_kept = kept.is_none_or(|it| it != "no-store");
            compare(
                "an answer that caches keep",
                is_kept.to_string(),
                false.to_string(),
            );
        }
        let changes = response.headers().contains_key(header::SET_COOKIE);
        let may_change = (row.status == 303).to_string();
        compare(
            "an answer that changes cookies",
            changes.to_string(),
            may_change,
        );
        // Whoever has brought no cookies has none to be judged by.
        if !matches!(
            row.brings,
            Brings::Bearer | Brings::ExpiredBearer | Brings::Nothing
        ) {
            let response = answer(Some(&stage), next(&jar)).await;
            let found = match response.status() {
                StatusCode::TEMPORARY_REDIRECT => Next::Handshake,
                _ if response.body() == crate::NOBODY => Next::Nobody,
                _ => Next::SignedIn,
            };
            compare(
                "the next request",
                format!("{found:?}"),
                format!("{:?}", row.next),
            );
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
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

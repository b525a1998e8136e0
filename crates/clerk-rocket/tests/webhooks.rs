//! The table of deliveries that every framework's adapter answers alike, and what is Rocket's own.

use bytes::Bytes;
use clerk_framework_table::webhooks::{acted, run_as_text, shown, work};
use clerk_rocket::webhooks::{Receiver, Rejection, Webhook};
use clerk_webhooks::{SigningSecrets, Verifier};
use http::{Request, Response};
use rocket::{
    Build, Config, Data, Rocket, Route,
    config::LogLevel,
    data::FromData as _,
    error::ErrorKind,
    fairing::AdHoc,
    http::{Header, Method},
    local::asynchronous::Client,
    outcome::Outcome,
    post,
    route::{self, BoxFuture},
    routes,
    tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
        spawn,
        sync::mpsc,
    },
};

#[rocket::async_test]
async fn the_webhook_table() {
    run_as_text(async |receiver, request| {
        let routes = routes![webhook, event, once];
        send(application(routes).manage(receiver), request).await
    })
    .await;
}

#[rocket::async_test]
async fn a_bare_webhook_is_refused_with_the_same_status_and_rockets_own_page() {
    let application = application(routes![bare]).manage(receiver());
    let answer = send(application, unsigned("/bare")).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
}

#[rocket::async_test]
async fn without_a_receiver_there_is_no_launch() {
    for routes in [routes![webhook], routes![bare]] {
        let launched = Client::untracked(application(routes)).await;
        let refused = launched.map(drop).unwrap_err();
        assert!(matches!(refused.kind(), ErrorKind::SentinelAborts(_)));
    }
}

#[rocket::async_test]
async fn where_rocket_does_not_see_the_guard_the_receiver_is_missed_later() {
    fn asks<'r>(request: &'r rocket::Request<'_>, data: Data<'r>) -> BoxFuture<'r> {
        Box::pin(async move {
            match Webhook::from_data(request, data).await {
                Outcome::Success(webhook) => route::Outcome::from(request, shown(&webhook)),
                Outcome::Error((_, rejection)) => route::Outcome::from(request, rejection),
                Outcome::Forward(forwarded) => Outcome::Forward(forwarded),
            }
        })
    }

    let route = Route::new(Method::Post, "/webhook", asks);
    let answer = send(application(vec![route]), unsigned("/webhook")).await;
    assert_eq!(answer.status(), 500);
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    assert_eq!(answer.body(), "the delivery was not handled");
}

/// Takes a connection: bodies of Rocket's local client do not break off. And takes more than a few
/// bytes: Rocket looks for a method among the first 14, and says nothing if they break off.
#[rocket::async_test]
async fn a_body_that_breaks_off_is_refused() {
    let (port, mut ports) = mpsc::channel(1);
    let listening = AdHoc::on_liftoff("port", |rocket| {
        Box::pin(async move { port.send(rocket.config().port).await.unwrap() })
    });
    let application = application(routes![webhook]).manage(receiver());
    spawn(application.attach(listening).launch());

    let port = ports.recv().await.unwrap();
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let head = "POST /webhook HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
    let sent = format!("{head}10\r\n{{              }}\r\nno chunk");
    connection.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.ends_with("\r\n\r\nthe body broke off"), "{answer}");
}

fn receiver() -> Receiver {
    let secrets = SigningSecrets::new("whsec_dGhlIHNlY3JldCBvZiB0aGlzIHRlc3Qgb25seQ==").unwrap();
    Receiver::new(Verifier::new(secrets))
}

fn unsigned(path: &str) -> Request<Bytes> {
    Request::post(path).body(Bytes::new()).unwrap()
}

fn application(routes: Vec<Route>) -> Rocket<Build> {
    let config = Config {
        port: 0,
        log_level: LogLevel::Off,
        ..Config::debug_default()
    };
    rocket::custom(config).mount("/", routes)
}

async fn send(application: Rocket<Build>, request: Request<Bytes>) -> Response<Bytes> {
    let client = Client::untracked(application).await.unwrap();
    let mut sent = client
        .req(Method::Post, request.uri().to_string())
        .body(request.body());
    for (name, value) in request.headers() {
        // As Rocket's server does: what is not UTF-8 is not there.
        if let Ok(value) = std::str::from_utf8(value.as_bytes()) {
            sent.add_header(Header::new(name.as_str().to_owned(), value.to_owned()));
        }
    }
    let answered = sent.dispatch().await;

    let mut response = Response::builder().status(answered.status().code);
    for header in answered.headers().iter() {
        response = response.header(header.name().as_str(), header.value());
    }
    let body = answered.into_bytes().await.unwrap_or_default();
    response.body(Bytes::from(body)).unwrap()
}

#[post("/webhook", data = "<webhook>")]
async fn webhook(webhook: Result<Webhook, Rejection>) -> Result<String, Rejection> {
    Ok(shown(&*webhook?))
}

#[post("/bare", data = "<webhook>")]
async fn bare(webhook: Webhook) -> String {
    shown(&webhook)
}

#[post("/event", data = "<webhook>")]
async fn event(webhook: Result<Webhook, Rejection>) -> Result<String, Rejection> {
    Ok(webhook?.event()?.event_type().to_owned())
}

#[post("/once", data = "<webhook>")]
async fn once(webhook: Result<Webhook, Rejection>) -> Result<String, Rejection> {
    let webhook = webhook?;
    let outcome = webhook.once(async || Ok(work(&webhook)?)).await?;
    Ok(acted(outcome))
}

//! What is Rocket's own: how applications launch, how browsers are sent away, and who answers.

use std::sync::atomic::{AtomicUsize, Ordering};

use clerk::Clerk;
use clerk_auth::Denied;
use clerk_emulator::Emulator;
use clerk_framework_table::missing_layer;
use clerk_rocket::{ClerkFairing, MaybeSignedIn, Rejection, SignedIn, catchers};
use rocket::{
    Build, Catcher, Config, Data, Request, Rocket, State, async_trait,
    config::LogLevel,
    data::{self, FromData},
    error::ErrorKind,
    fairing::AdHoc,
    get,
    http::{Header, Status},
    local::asynchronous::{Client, LocalResponse},
    post, routes,
};

#[derive(Default)]
struct Visits(AtomicUsize);

#[get("/")]
async fn home(visits: &State<Visits>) -> &'static str {
    visits.0.fetch_add(1, Ordering::Relaxed);
    "home"
}

#[get("/me")]
async fn me(session: SignedIn) -> String {
    session.user_id().to_owned()
}

#[get("/optional")]
async fn optional(session: MaybeSignedIn) -> String {
    format!("{:?}", session.0.map(|it| it.user_id().to_owned()))
}

#[get("/swallowed")]
async fn swallowed(session: Option<SignedIn>) -> Status {
    assert!(session.is_none());
    Status::InternalServerError
}

#[rocket::catch(401)]
fn page(_: &Request<'_>) -> &'static str {
    "a page of the application's own"
}

#[rocket::catch(default)]
fn any_page() -> &'static str {
    "a page for everything"
}

fn rocket() -> Rocket<Build> {
    let config = Config {
        log_level: LogLevel::Off,
        ..Config::debug_default()
    };
    rocket::custom(config).manage(Visits::default())
}

/// Nothing here needs a network: no token comes with a request.
fn fairing() -> ClerkFairing {
    let emulator = Emulator::builder().build().unwrap();
    let clerk = Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key().as_str())
        .build()
        .unwrap();
    ClerkFairing::new(clerk.authenticator().unwrap().clone())
}

async fn client(catchers: Vec<Catcher>) -> Client {
    let routes = routes![home, me, optional, swallowed];
    let application = rocket().mount("/", routes).register("/", catchers);
    Client::untracked(application.attach(fairing()))
        .await
        .unwrap()
}

fn header<'a>(answer: &'a LocalResponse<'_>, name: &str) -> Option<&'a str> {
    answer.headers().get_one(name)
}

#[rocket::async_test]
async fn no_application_launches_whose_guards_miss_the_fairing() {
    for routes in [routes![me], routes![optional], routes![swallowed]] {
        let launched = Client::untracked(rocket().mount("/", routes)).await;
        let error = launched.map(drop).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::SentinelAborts(_)));
    }
    let launched = Client::untracked(rocket().mount("/", routes![home])).await;
    assert!(launched.is_ok());
}

#[rocket::async_test]
async fn no_handler_sees_a_browser_that_is_sent_away() {
    let client = client(Vec::new()).await;
    let visits = || {
        let visits = client.rocket().state::<Visits>().unwrap();
        visits.0.load(Ordering::Relaxed)
    };
    let page_load = || {
        let request = client.get("/?page=2");
        request.header(Header::new("sec-fetch-dest", "document"))
    };
    let answer = page_load().header(Header::new("host", "app.example"));
    let answer = answer.dispatch().await;
    assert_eq!(answer.status(), Status::TemporaryRedirect);
    let location = header(&answer, "location").unwrap();
    assert!(location.contains("redirect_url=http%3A%2F%2Fapp.example%2F%3Fpage%3D2"));
    assert_eq!(visits(), 0);

    let answer = client.get("/").dispatch().await;
    assert_eq!(answer.status(), Status::Ok);
    assert_eq!(visits(), 1);
}

#[rocket::async_test]
async fn catchers_of_the_application_answer_and_the_challenge_is_there_all_the_same() {
    for (catchers, body) in [
        (rocket::catchers![page], "a page of the application's own"),
        (rocket::catchers![any_page], "a page for everything"),
    ] {
        let client = client(catchers).await;
        let answer = client.get("/me").dispatch().await;
        assert_eq!(answer.status(), Status::Unauthorized);
        assert_eq!(header(&answer, "www-authenticate"), Some("Bearer"));
        let reasons: Vec<_> = answer.headers().get("x-clerk-auth-reason").collect();
        assert_eq!(reasons, ["dev-browser-missing"]);
        assert_eq!(answer.content_type(), Some(rocket::http::ContentType::Text));
        assert_eq!(answer.into_string().await.as_deref(), Some(body));
    }
}

#[rocket::async_test]
async fn catchers_may_be_registered_by_hand_too() {
    let client = client(catchers()).await;
    let answer = client.get("/me").dispatch().await;
    assert_eq!(answer.status(), Status::Unauthorized);
    let body = answer.into_string().await.unwrap();
    assert!(body.starts_with(r#"{"errors":[{"code":"authentication_invalid""#));
}

#[rocket::async_test]
async fn errors_of_the_application_are_not_answered_with_a_rejection_of_another_status() {
    let client = client(Vec::new()).await;
    let answer = client.get("/swallowed").dispatch().await;
    assert_eq!(answer.status(), Status::InternalServerError);
    assert_eq!(header(&answer, "www-authenticate"), None);
    let body = answer.into_string().await.unwrap();
    assert_eq!(body, "500 Internal Server Error");
}

/// A page load that has to go to Clerk first, asked by a fairing before the gate sends it there.
#[rocket::async_test]
async fn fairings_are_not_told_that_the_fairing_is_missing_where_it_is_there() {
    let asks = AdHoc::on_request("asks", |request, _| {
        Box::pin(async {
            let asked = request.guard::<SignedIn>().await;
            assert!(asked.is_forward());
        })
    });
    let application = rocket()
        .mount("/", routes![me])
        .attach(fairing())
        .attach(asks);
    let client = Client::untracked(application).await.unwrap();
    let page_load = client
        .get("/me")
        .header(Header::new("host", "app.example"))
        .header(Header::new("sec-fetch-dest", "document"));
    let (answer, log) = missing_layer::logged(page_load.dispatch()).await;
    assert_eq!(answer.status(), Status::TemporaryRedirect);
    assert_eq!(log, "");
}

/// Refuses after one of this crate's guards has let the request in, with data still to come.
struct Signed;

#[async_trait]
impl<'r> FromData<'r> for Signed {
    type Error = Rejection;

    async fn from_data(request: &'r Request<'_>, _: Data<'r>) -> data::Outcome<'r, Self> {
        let asked = request.guard::<MaybeSignedIn>().await.succeeded();
        assert!(asked.is_some());
        Rejection::from(Denied::Machine).refuse(request)
    }
}

#[post("/signed", data = "<_signed>")]
async fn signed(_signed: Signed) {}

#[rocket::async_test]
async fn data_guards_of_ones_own_refuse_with_a_body_too() {
    let application = rocket().mount("/", routes![signed]).attach(fairing());
    let client = Client::untracked(application).await.unwrap();
    let answer = client.post("/signed").body("{}").dispatch().await;
    let expected = clerk_auth::Rejection::denied(&Denied::Machine);
    assert_eq!(answer.status().code, expected.status().as_u16());
    for (name, value) in expected.headers() {
        assert_eq!(
            header(&answer, name.as_str()),
            value.to_str().ok(),
            "{name}"
        );
    }
    assert_eq!(answer.into_string().await.as_deref(), Some(expected.body()));
}

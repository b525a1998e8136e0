//! Fetching one user over a connection that stays open.

use std::time::Duration;

use clerk::{Clerk, blocking};
use tokio::runtime::Runtime;

use super::Run;
use crate::{Fixture, users};

const SECRET: &str = "sk_test_of_the_benchmark";
/// Ours, if nothing else is set.
const TIMEOUT: Duration = Duration::from_secs(30);

fn id() -> String {
    let user = &users(1)[0];
    user["id"].as_str().expect("users have ids").to_owned()
}

/// One thread, as the others have: what is measured is a request's way, not how many go at once.
fn runtime() -> Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime of one thread")
}

pub(super) fn reqwest(fixture: &Fixture) -> Run {
    let id = id();
    let runtime = runtime();
    let clerk = Clerk::builder().secret_key(SECRET).api_url(fixture.api());
    let clerk = clerk.build().expect("sound settings");
    Box::new(move || {
        let user = runtime.block_on(clerk.send(clerk_api::users::get(&id)));
        assert_eq!(user.expect("a user").id, id.as_str());
    })
}

/// The floor: what the library takes for the same exchange, with nothing read of the answer.
pub(super) fn reqwest_alone(fixture: &Fixture) -> Run {
    use clerk_http_reqwest::reqwest::{Client, redirect::Policy};

    let url = format!("{}/v1/users/{}", fixture.api(), id());
    let runtime = runtime();
    let client = Client::builder().redirect(Policy::none()).no_proxy();
    let client = client.build().expect("sound settings");
    Box::new(move || {
        let exchange = async {
            let request = client.get(&url).bearer_auth(SECRET).timeout(TIMEOUT);
            let answer = request.send().await?.error_for_status()?;
            answer.bytes().await
        };
        let body = runtime.block_on(exchange).expect("an answer");
        assert!(body.starts_with(b"{"));
    })
}

pub(super) fn ureq(fixture: &Fixture) -> Run {
    let id = id();
    let clerk = blocking::Clerk::builder()
        .secret_key(SECRET)
        .api_url(fixture.api());
    let clerk = clerk.build().expect("sound settings");
    Box::new(move || {
        let user = clerk.send(clerk_api::users::get(&id));
        assert_eq!(user.expect("a user").id, id.as_str());
    })
}

pub(super) fn clerk_rs(fixture: &Fixture) -> Run {
    let id = id();
    let runtime = runtime();
    let configuration = clerk_rs::ClerkConfiguration::new(SECRET).with_base_path(fixture.api());
    Box::new(move || {
        let user = clerk_rs::apis::users_api::get_user(&configuration, &id);
        assert_eq!(runtime.block_on(user).expect("a user").id, id);
    })
}

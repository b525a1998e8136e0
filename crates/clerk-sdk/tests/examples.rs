//! Every example does what it says, against an emulated instance.
#![cfg(all(
    feature = "async",
    feature = "blocking",
    feature = "users",
    feature = "instance",
    feature = "invitations",
    feature = "organizations"
))]
#![allow(dead_code, reason = "the examples' `main` is not what runs here")]

#[path = "../examples/invitations.rs"]
mod invitations;
#[path = "../examples/invitations_blocking.rs"]
mod invitations_blocking;
#[path = "../examples/organizations.rs"]
mod organizations;
#[path = "../examples/organizations_blocking.rs"]
mod organizations_blocking;
#[path = "../examples/sessions.rs"]
mod sessions;
#[path = "../examples/sessions_blocking.rs"]
mod sessions_blocking;
#[path = "../examples/users.rs"]
mod users;
#[path = "../examples/users_blocking.rs"]
mod users_blocking;
#[path = "../examples/verify_token.rs"]
mod verify_token;
#[path = "../examples/verify_token_blocking.rs"]
mod verify_token_blocking;

use std::future::Future;

use clerk::{Builder, Clock as _, SystemClock, blocking};
use clerk_emulator::{Emulator, Server};

fn server() -> Server {
    Server::start(Emulator::builder()).unwrap()
}

fn clerk<T: clerk::Build>(server: &Server, builder: Builder<T>) -> T {
    let secret = server.emulator().secret_key();
    builder
        .secret_key(secret)
        .api_url(server.url())
        .build()
        .unwrap()
}

fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

/// Which operations the emulator carried out, in their order, and with which status.
fn carried_out(server: &Server) -> Vec<(&'static str, u16)> {
    let requests = server.emulator().requests().into_iter();
    let known = requests.filter_map(|request| Some((request.operation?, request.status?.as_u16())));
    known
        .filter(|(operation, _)| *operation != "GetJWKS")
        .collect()
}

#[test]
fn users_are_created_found_counted_and_deleted() {
    let (one, other) = (server(), server());
    let asynchronous = async { users::run(&clerk(&one, clerk::Clerk::builder())).await };
    wait(asynchronous).unwrap();
    users_blocking::run(&clerk(&other, blocking::Clerk::builder())).unwrap();
    let steps = [
        ("CreateUser", 200),
        ("UpdateUser", 200),
        ("UpdateUserMetadata", 200),
        ("GetUser", 200),
        ("GetUserList", 200),
        ("GetUsersCount", 200),
        ("DeleteUser", 200),
        ("GetUser", 404),
    ];
    assert_eq!(carried_out(&one), steps);
    assert_eq!(carried_out(&other), steps);
}

#[test]
fn sessions_are_started_used_and_revoked() {
    let (one, other) = (server(), server());
    let ada = one.emulator().user_id("ada@example.com").unwrap();
    let asynchronous = async {
        let clerk = clerk(&one, clerk::Clerk::builder());
        sessions::run(&clerk, &ada, "hasura").await
    };
    wait(asynchronous).unwrap();
    let ada = other.emulator().user_id("ada@example.com").unwrap();
    let clerk = clerk(&other, blocking::Clerk::builder());
    sessions_blocking::run(&clerk, &ada, "hasura").unwrap();
    let steps = [
        ("createSession", 200),
        ("CreateSessionToken", 200),
        ("CreateSessionTokenFromTemplate", 200),
        ("GetSessionList", 200),
    ];
    for server in [&one, &other] {
        let done = carried_out(server);
        assert_eq!(done[..4], steps);
        assert!(done[4..].iter().all(|step| *step == ("RevokeSession", 200)));
        assert!(done.len() > 4);
    }
}

#[test]
fn organizations_are_founded_joined_and_dissolved() {
    let (one, other) = (server(), server());
    let ada = one.emulator().user_id("ada@example.com").unwrap();
    let asynchronous = async {
        let clerk = clerk(&one, clerk::Clerk::builder());
        organizations::run(&clerk, &ada).await
    };
    wait(asynchronous).unwrap();
    let ada = other.emulator().user_id("ada@example.com").unwrap();
    let clerk = clerk(&other, blocking::Clerk::builder());
    organizations_blocking::run(&clerk, &ada).unwrap();
    let steps = [
        ("CreateOrganization", 200),
        ("CreateOrganizationMembership", 200),
        ("UpdateOrganizationMembership", 200),
        ("ListOrganizationMemberships", 200),
        ("CreateOrganizationInvitation", 200),
        ("ListOrganizationInvitations", 200),
        ("DeleteOrganization", 200),
    ];
    assert_eq!(carried_out(&one), steps);
    assert_eq!(carried_out(&other), steps);
}

#[test]
fn people_are_invited_and_invited_no_more() {
    let (one, other) = (server(), server());
    let asynchronous = async { invitations::run(&clerk(&one, clerk::Clerk::builder())).await };
    wait(asynchronous).unwrap();
    invitations_blocking::run(&clerk(&other, blocking::Clerk::builder())).unwrap();
    let steps = [
        ("CreateInvitation", 200),
        ("ListInvitations", 200),
        ("RevokeInvitation", 200),
    ];
    assert_eq!(carried_out(&one), steps);
    assert_eq!(carried_out(&other), steps);
}

#[test]
fn tokens_are_verified_or_refused() {
    let server = server();
    let token = server.emulator().token().sign(SystemClock::new().now());
    let forged = format!("{token}A");
    let asynchronous = async {
        let clerk = clerk(&server, clerk::Clerk::builder());
        verify_token::run(&clerk, &token).await.unwrap();
        assert!(verify_token::run(&clerk, &forged).await.is_err());
    };
    wait(asynchronous);
    let clerk = clerk(&server, blocking::Clerk::builder());
    verify_token_blocking::run(&clerk, &token).unwrap();
    assert!(verify_token_blocking::run(&clerk, &forged).is_err());
}

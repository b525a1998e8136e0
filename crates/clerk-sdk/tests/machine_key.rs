//! A client that has nothing but a machine's secret key: the least that a machine needs.
#![cfg(all(
    feature = "async",
    feature = "blocking",
    feature = "machines",
    feature = "users"
))]

use clerk::{
    BuildError, Fault,
    auth::{AcceptedTokens, MachineTokenType, RequestHead},
    blocking,
};
use clerk_emulator::{Emulator, Server};

type Tested = Result<(), Box<dyn std::error::Error>>;

struct Machine {
    id: String,
    secret: String,
}

/// A machine that makes tokens, and one that is asked with them.
fn machines(server: &Server) -> Result<(Machine, Machine), Box<dyn std::error::Error>> {
    let instance = blocking::Clerk::builder()
        .secret_key(server.emulator().secret_key())
        .api_url(server.url())
        .build()?;
    let orders = instance.machines().create("orders").send()?;
    let billing = instance.machines().create("billing");
    let billing = billing.scoped_machines([orders.id.as_str()]).send()?;
    let machine = |id: &str| -> Result<Machine, clerk::http::Error> {
        let answer = instance.machines().get_secret_key(id).send()?;
        Ok(Machine {
            id: id.to_owned(),
            secret: answer.secret,
        })
    };
    Ok((machine(billing.id.as_str())?, machine(orders.id.as_str())?))
}

#[test]
fn it_makes_tokens_and_judges_those_of_others() -> Tested {
    let server = Server::start(Emulator::builder())?;
    let (billing, orders) = machines(&server)?;
    let client = |machine: &Machine| {
        let builder = blocking::Clerk::builder().machine_secret_key(&*machine.secret);
        builder.api_url(server.url())
    };
    let made = client(&billing).build()?.m2m_tokens().create().send()?;
    let token = made.token.expect("a token");

    let accepted = AcceptedTokens::Machine(MachineTokenType::M2m);
    let orders = client(&orders).accepts(accepted).machine_id(&*orders.id);
    let orders = orders.build()?;
    let authorization = format!("Bearer {token}");
    let head = RequestHead::new("GET", "https://orders.example.com/");
    let head = head.header("authorization", authorization.as_bytes());
    let state = orders.authenticator()?.authenticate(&head)?;
    assert_eq!(state.status(), "signed-in");
    Ok(())
}

#[tokio::test]
async fn what_needs_another_key_says_which_and_sends_nothing() -> Tested {
    let server = tokio::task::spawn_blocking(|| Server::start(Emulator::builder())).await??;
    let emulator = server.emulator();
    let variables = |name: &str| match name {
        "CLERK_MACHINE_SECRET_KEY" => Some("ak_planted".to_owned()),
        "CLERK_API_URL" => Some(server.url().to_owned()),
        _ => None,
    };
    let clerk = clerk::Clerk::builder().variables(variables).build()?;
    let token = emulator
        .token()
        .sign(clerk::Clock::now(&clerk::SystemClock::new()));

    let refused = clerk.verify_token(&token).await.unwrap_err();
    assert_eq!(refused.fault(), Fault::Configuration);
    let said = refused.to_string();
    assert!(said.contains("CLERK_PUBLISHABLE_KEY"), "{said}");

    let refused = clerk.users().list().send().await.unwrap_err();
    let said = refused.to_string();
    assert!(said.contains("CLERK_SECRET_KEY"), "{said}");

    let refused = clerk.authenticator().unwrap_err().to_string();
    assert!(refused.contains("CLERK_PUBLISHABLE_KEY"), "{refused}");
    assert!(!format!("{clerk:?} {said} {refused}").contains("planted"));
    assert_eq!(emulator.requests().len(), 0);

    let twin = tokio::task::spawn_blocking(move || {
        let twin = blocking::Clerk::builder().machine_secret_key("ak_planted");
        twin.build()
            .map(|twin| twin.verify_token(&token).unwrap_err().to_string())
    });
    assert_eq!(twin.await??, said_of_tokens());
    Ok(())
}

fn said_of_tokens() -> String {
    clerk::jwks::ResolveError::NoSource.to_string()
}

#[test]
fn without_any_key_nothing_is_built() {
    let built = blocking::Clerk::builder().build();
    let Err(error @ BuildError::NoKeys) = built else {
        panic!("{built:?}");
    };
    assert!(
        error.to_string().contains("CLERK_MACHINE_SECRET_KEY"),
        "{error}"
    );
}

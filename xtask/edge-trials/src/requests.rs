//! Tokens in headers, machines, and the Backend API.

use std::time::Duration;

use clerk_emulator::{Defect, Emulator};

use crate::{
    Outcome, Trial,
    edge::{Edge, Place, now},
};

pub(crate) const TRIALS: &[Trial] = &[
    Trial::everywhere("good tokens are let in, and others are not", tokens).of_both(),
    Trial::everywhere("a machine says which one it is", machines).of_both(),
    Trial::everywhere("the Backend API answers with its users", users).of_both(),
    Trial::at_cloudflare("requests leave nothing behind in memory", memory),
];

fn ada(clerk: &Emulator) -> Result<String, String> {
    let ada = clerk.user_id("ada@example.com");
    ada.ok_or_else(|| "nobody is called Ada".to_owned())
}

fn tokens(place: &Place<'_>) -> Outcome {
    for &signatures in place.signatures() {
        let edge = place.edge_with(&[("SIGNATURES", signatures)])?;
        tokens_at(&edge).map_err(|problem| format!("with {signatures}: {problem}"))?;
    }
    Ok(())
}

fn tokens_at(edge: &Edge) -> Outcome {
    let clerk = edge.clerk();
    let ada = ada(clerk)?;
    let token = || clerk.token().user("ada@example.com");
    let good = token().sign(now());
    edge.answers("/me", Some(&good), (200, &ada))?;
    edge.answers("/", Some(&good), (200, "Welcome back"))?;
    edge.answers("/", None, (200, "Hello stranger"))?;
    edge.answers("/me", None, (401, ""))?;
    let expired = token().issued_ago(Duration::from_secs(90)).sign(now());
    edge.answers("/me", Some(&expired), (401, ""))?;
    for defect in [Defect::ForeignKey, Defect::AlgNone] {
        let bad = token().defect(defect).sign(now());
        edge.answers("/me", Some(&bad), (401, ""))
            .map_err(|problem| format!("{defect:?}: {problem}"))?;
    }
    edge.answers("/me", Some("no token"), (401, ""))
}

fn machines(place: &Place<'_>) -> Outcome {
    let edge = place.edge()?;
    for (kind, token) in [
        ("a JWT", edge.clerk().token().machine().sign(now())),
        (
            "an opaque token",
            edge.clerk().token().opaque_machine().sign(now()),
        ),
    ] {
        let (status, machine) = edge.ask("/machine", Some(&token))?;
        if status != 200 || !machine.starts_with("mch_") {
            return Err(format!("{kind}: {status} {machine}"));
        }
    }
    let person = edge.clerk().token().sign(now());
    edge.answers("/machine", Some(&person), (401, ""))
}

fn users(place: &Place<'_>) -> Outcome {
    let edge = place.edge()?;
    let (status, users) = edge.ask("/users", None)?;
    let ada = ada(edge.clerk())?;
    if status == 200 && users.lines().any(|user| user == ada) {
        return Ok(());
    }
    Err(format!("Ada is {ada}; {status} {users}"))
}

fn memory(place: &Place<'_>) -> Outcome {
    const TO_WARM_UP: usize = 1000;
    const AND_THEN: usize = 9000;

    let edge = place.edge()?;
    let good = edge.clerk().token().sign(now());
    let bad = edge.clerk().token().defect(Defect::ForeignKey).sign(now());
    let after = |requests: usize| {
        for _ in 0..requests / 2 {
            edge.answers("/me", Some(&good), (200, ""))?;
            edge.answers("/me", Some(&bad), (401, ""))?;
        }
        edge.ask("/memory", None).map(|(_, bytes)| bytes)
    };
    let (before, after) = (after(TO_WARM_UP)?, after(AND_THEN)?);
    if before == after {
        return Ok(());
    }
    Err(format!(
        "{before} bytes became {after} in {AND_THEN} requests"
    ))
}

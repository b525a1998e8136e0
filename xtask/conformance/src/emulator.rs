//! Suite `emulator`: Clerk's own clients, unmodified, against our emulator and beside our client.

mod application;
mod calls;
mod fetching;
mod journeys;
mod machines;
mod tokens;
mod verifiers;

use crate::{
    Settings,
    checks::Checks,
    clients::{Node, Python},
    divergences,
    outcome::Outcome,
};

use self::verifiers::Verifiers;

pub(crate) const NAME: &str = "emulator";

pub(crate) fn run(settings: &Settings) -> Outcome {
    let node = Node::set_up(&settings.directory)?;
    let python = Python::set_up(&settings.directory)?;
    let mut verifiers = Verifiers::start(&node, &python)?;
    let mut checks = Checks::default();
    tokens::good(&mut verifiers, &mut checks)?;
    tokens::bad(&mut verifiers, &mut checks)?;
    tokens::of_machines(&mut verifiers, &mut checks)?;
    calls::node(&mut verifiers, &mut checks)?;
    calls::python(&mut verifiers, &mut checks)?;
    fetching::all(&mut verifiers, &mut checks)?;
    journeys::all(&mut verifiers, &mut checks)?;
    machines::all(&mut verifiers, &mut checks)?;
    checks.conclude(NAME, &divergences::read()?)
}

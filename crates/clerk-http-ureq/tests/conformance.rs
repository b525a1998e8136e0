//! The transport against the suite that defines what a transport is, and the runtime.

use std::{sync::mpsc, thread, time::Duration};

use clerk_http::{BlockingRuntime, conformance};
use clerk_http_ureq::{Threads, UreqTransport};

#[test]
fn keeps_the_transport_contract() -> Result<(), conformance::Violations> {
    conformance::check_blocking(UreqTransport::new)
}

#[test]
fn keeps_it_over_an_agent_with_other_settings() -> Result<(), conformance::Violations> {
    conformance::check_blocking(|| {
        let config = ureq::Agent::config_builder()
            .proxy(None)
            .http_status_as_error(true)
            .max_redirects(5)
            .timeout_global(Some(Duration::from_millis(1)))
            .build();
        UreqTransport::from_agent(config.new_agent())
    })
}

#[test]
fn runs_tasks_beside_the_caller() {
    let (sender, receiver) = mpsc::channel();
    Threads.spawn(Box::new(move || {
        sender.send(thread::current().id()).unwrap();
    }));
    assert_ne!(receiver.recv().unwrap(), thread::current().id());
}

#[test]
fn sleeping_returns() {
    Threads.sleep(Duration::from_millis(1));
}

//! Operations in any order do what a small model of an instance says: what they answer, what there is afterwards, and
//! that nothing has changed where they are refused.

mod invitations;
mod lists;
mod observation;
mod organizations;
mod plan;
mod sessions;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod users;
mod world;

use std::time::Duration;

use clerk_emulator::{Emulator, Seed};
use proptest::prelude::*;
use serde_json::Value;

use crate::{
    observation::Instance,
    plan::{Guest, Request},
    steps::{Planned, Step},
    support::{
        NOW,
        page::{ORIGIN, ScriptedPage},
    },
    world::World,
};

/// Sends what a plan says, and gives back the status and what it answers.
fn send(instance: &Instance, request: &Request) -> (u16, Value) {
    let (ticket, guest) = match request {
        Request::Server(method, path, body) => return instance.call(method, path, body),
        Request::Ticket(ticket, guest) => (ticket.as_str(), *guest),
    };
    let mut page = ScriptedPage {
        emulator: &instance.emulator,
        browser: String::new(),
        origin: ORIGIN,
        now: instance.now,
    };
    let (_, browser) = page.post("/v1/dev_browser", &[]);
    page.browser = support::page::text(&browser["id"]);
    let form = [
        ("strategy", "ticket"),
        ("ticket", ticket),
        ("password", "correct horse"),
    ];
    let (status, body) = match guest {
        Guest::User => page.post("/v1/client/sign_ins", &form[..2]),
        Guest::New => page.post("/v1/client/sign_ups", &form),
    };
    if status != 200 {
        return (status, body);
    }
    let mut answer = body["response"].clone();
    assert_eq!(answer["status"], "complete", "{body}");
    if guest == Guest::New {
        let id = support::page::text(&answer["created_user_id"]);
        answer["user"] = instance.get(&format!("/v1/users/{id}"));
    }
    (status, answer)
}

/// Takes the steps one by one, and compares what there is after each.
fn follow(steps: &[Step]) {
    let emulator = Emulator::builder()
        .deterministic(1)
        .seed(Seed::empty())
        .build();
    let mut instance = Instance {
        emulator: emulator.expect("an emulator"),
        now: NOW,
    };
    let mut world = World::default();
    let mut before = observation::read(&instance);
    for step in steps {
        let mut is_refused = false;
        match step.plan(&world) {
            Planned::Look(lookup) => lookup.compare(&instance, &world),
            Planned::Wait(seconds) => {
                world.seconds += seconds;
                instance.now = NOW.saturating_add(Duration::from_secs(world.seconds));
            }
            Planned::Ask(plan) => {
                let answer = send(&instance, &plan.request);
                let told = format!("{:?} {}", plan.request, answer.1);
                match plan.outcome {
                    Ok(change) => {
                        assert_eq!(answer.0, 200, "{told}");
                        change(&mut world, &answer.1);
                    }
                    Err(refused) => {
                        let error = &answer.1["errors"][0];
                        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                        let (code, param) =
                            (text(&error["code"]), text(&error["meta"]["param_name"]));
                        assert_eq!((answer.0, &*code, &*param), refused, "{told}");
                        is_refused = true;
                    }
                }
            }
        }
        let after = observation::read(&instance);
        if is_refused {
            assert_eq!(after, before, "{step:?}");
        }
        let shown = observation::view(&after);
        for (list, expected) in world.view().as_object().expect("lists") {
            assert_eq!(&shown[list], expected, "{list} after {step:?}");
        }
        before = after;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn operations_in_any_order_do_what_a_small_model_says(
        steps in proptest::collection::vec(steps::step(), 1..60),
    ) {
        follow(&steps);
    }
}

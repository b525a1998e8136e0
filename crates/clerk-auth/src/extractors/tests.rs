#![allow(
    dead_code,
    unreachable_pub,
    reason = "the extractors of an adapter, of which few are asked here"
)]

use serde_json::{Value, json};

use crate::{Denied, Guard, Rejection, Requirement, specimen::session};

/// As each adapter has one.
#[derive(Debug)]
pub struct SignOutResponse(pub crate::SignOutResponse);

crate::extractors!();

struct Admin;

impl Guard for Admin {
    fn requirement() -> Requirement {
        Requirement::new().role("org:admin")
    }
}

/// Of which somebody has forgotten what it asks for.
struct Nothing;

impl Guard for Nothing {
    fn requirement() -> Requirement {
        Requirement::new()
    }
}

fn with_role(role: &str) -> Value {
    json!({"o": {"id": "org_1", "slg": "acme", "rol": role}})
}

#[test]
fn a_session_that_meets_the_requirement_makes_what_a_handler_takes() {
    let handler = |admin: Allowed<Admin>| admin.user_id().to_owned();
    let admin = Allowed::new(session(&with_role("admin"))).unwrap();
    assert_eq!(handler(admin), "user_1");
}

#[test]
fn no_session_gets_past_a_guard_by_being_handed_in() {
    for lesser in [with_role("member"), json!({})] {
        let denied = Allowed::<Admin>::new(session(&lesser)).unwrap_err();
        assert!(matches!(denied, Denied::Role(_)), "{denied}");
    }
    let denied = Allowed::<Nothing>::new(session(&with_role("admin"))).unwrap_err();
    assert!(matches!(denied, Denied::NothingAsked), "{denied}");
}

#[test]
fn a_pending_session_gets_past_no_guard_by_being_handed_in() {
    let mut pending = with_role("admin");
    pending["sts"] = json!("pending");
    let denied = Allowed::<Admin>::new(session(&pending)).unwrap_err();
    assert!(matches!(denied, Denied::SessionPending), "{denied}");
}

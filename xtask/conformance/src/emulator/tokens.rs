//! Tokens of the emulator, good and bad, before those who judge them.

use clerk::{TemplateClaims, UserClaims};
use clerk_emulator::{Defect, TokenBuilder, TokenVersion};

use super::{
    checks::Checks,
    verifiers::{Verifiers, Wanted, claims, judged, now, server, settings},
};
use crate::outcome::Stopped;

/// What Node's `verifyToken` accepts all the same, and the entry of `docs/divergences.md` that says
/// so.
const ACCEPTED_BY_NODE: [(Defect, &str); 6] = [
    (Defect::CriticalHeader, "critical-header"),
    (Defect::TemplateCategory, "session-tokens-only"),
    (Defect::MachineSubject, "session-tokens-only"),
    (Defect::ExpiryOutOfRange, "numeric-date-range"),
    (Defect::DuplicateClaim, "duplicate-member"),
    (Defect::PaddedBase64, "padded-base64url"),
];

/// What Python's `verify_token` accepts all the same: PyJWT 2.15 does, and it adds no check.
const ACCEPTED_BY_PYTHON: [(Defect, &str); 11] = [
    (Defect::WrongType, "typ is not looked at"),
    (Defect::TemplateCategory, "cat is not looked at"),
    (Defect::MachineCategory, "cat is not looked at"),
    (Defect::MissingExpiry, "exp is not required"),
    (
        Defect::ExpiryNotANumber,
        "a text of digits is taken for a number",
    ),
    (Defect::ExpiryOutOfRange, "integers have no limit there"),
    (Defect::MissingSubject, "sub is not required"),
    (Defect::MachineSubject, "sub is not looked at"),
    (Defect::WrongIssuer, "there is no option for the issuer"),
    (Defect::DuplicateClaim, "the last member of a name is taken"),
    (Defect::PaddedBase64, "padding is ignored"),
];

pub(super) fn good(verifiers: &mut Verifiers, checks: &mut Checks) -> Result<(), Stopped> {
    let server = server()?;
    let ada = || server.emulator().token().user("ada@example.com");
    let wanted = Wanted {
        party: Some("http://localhost:3000".to_owned()),
        issuer: Some(server.emulator().issuer().to_owned()),
        audience: None,
    };
    let tokens: [(&str, TokenBuilder); 4] = [
        ("version 2", ada()),
        ("version 1", ada().version(TokenVersion::V1)),
        ("an organization", ada().organization("acme")),
        (
            "another user",
            server.emulator().token().user("bob@example.com"),
        ),
    ];
    for (what, token) in tokens {
        let answers = verifiers.ask(&server, &token.sign(now()), &wanted)?;
        let expected = &answers.blocking;
        for (who, answer) in answers.named() {
            let same = answer.is_ok() && answer == expected;
            checks.that(same, || {
                format!("{what}: {who} says {answer:?}, we say {expected:?}")
            });
        }
    }
    Ok(())
}

pub(super) fn bad(verifiers: &mut Verifiers, checks: &mut Checks) -> Result<(), Stopped> {
    let server = server()?;
    let emulator = server.emulator();
    for &defect in Defect::ALL {
        let wanted = Wanted {
            party: Some("http://localhost:3000".to_owned()),
            issuer: Some(emulator.issuer().to_owned()),
            // Session tokens have no audience, so none is asked for where it is not the point.
            audience: (defect == Defect::WrongAudience)
                .then(|| "https://api.example.com".to_owned()),
        };
        let token = emulator.token().user("ada@example.com").defect(defect);
        let answers = verifiers.ask(&server, &token.sign(now()), &wanted)?;
        let by_node = ACCEPTED_BY_NODE
            .iter()
            .find(|(accepted, _)| *accepted == defect);
        let by_python = ACCEPTED_BY_PYTHON
            .iter()
            .find(|(accepted, _)| *accepted == defect);
        for (who, answer) in answers.named() {
            let accepted = match who {
                "@clerk/backend" => by_node.map(|(_, id)| *id),
                "clerk-backend-api" => by_python.map(|(_, why)| *why),
                _ => None,
            };
            let expected =
                accepted.map_or("refuse it".to_owned(), |why| format!("accept it ({why})"));
            checks.that(answer.is_ok() == accepted.is_some(), || {
                format!("{defect}: {who} should {expected}, and says {answer:?}")
            });
        }
        checks.equal(
            &format!("{defect}: our blocking client"),
            &answers.blocking,
            &answers.asynchronous,
        );
        if let Some((_, id)) = by_node {
            checks.shows(id);
        }
    }
    Ok(())
}

/// Tokens that are good, and not a session's.
pub(super) fn of_other_kinds(
    verifiers: &mut Verifiers,
    checks: &mut Checks,
) -> Result<(), Stopped> {
    let server = server()?;
    let token = || server.emulator().token().user("ada@example.com");
    let clerk = settings(clerk::blocking::Clerk::builder(), &server).build()?;
    let kinds = [
        ("template", token().template("hasura"), true),
        ("machine", token().machine(), false),
        ("OAuth", token().oauth(), false),
    ];
    for (kind, token, good_for_node) in kinds {
        let token = token.sign(now());
        let answers = verifiers.ask(&server, &token, &Wanted::default())?;
        for (who, answer) in [
            ("async", &answers.asynchronous),
            ("blocking", &answers.blocking),
        ] {
            checks.that(answer.is_err(), || {
                format!("{kind}: {who} takes it for a session token")
            });
        }
        checks.equal(
            &format!("{kind}: accepted by Node"),
            &answers.node.is_ok(),
            &good_for_node,
        );
        let as_node = clerk.verify::<UserClaims>(&token);
        let as_node = judged(as_node.map(|user| claims(user.claims().all())));
        checks.equal(&format!("{kind}: as Node would"), &as_node, &answers.node);
        let template = clerk.verify::<TemplateClaims>(&token).is_ok();
        checks.equal(
            &format!("{kind}: a template token"),
            &template,
            &(kind == "template"),
        );
    }
    checks.shows("session-tokens-only");
    Ok(())
}

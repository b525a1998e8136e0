//! Tokens of the emulator, good and bad, before those who judge them.

use clerk_emulator::{Defect, TokenBuilder, TokenVersion};

use super::verifiers::{Verifiers, Wanted, node_question, now, server};
use crate::{checks::Checks, outcome::Stopped};

/// Bad tokens that everybody refuses. What is refused by a rule of our own is shown to nobody else.
const REFUSED_BY_ALL: [Defect; 24] = [
    Defect::DamagedSignature,
    Defect::MissingSignature,
    Defect::TamperedPayload,
    Defect::ForeignKey,
    Defect::UnknownKeyId,
    Defect::MissingKeyId,
    Defect::AlgNone,
    Defect::AlgHs256PublicKey,
    Defect::AlgMismatch,
    Defect::MissingAlg,
    Defect::Expired,
    Defect::NotYetActive,
    Defect::IssuedInTheFuture,
    Defect::SubjectNotAString,
    Defect::WrongAuthorizedParty,
    Defect::WrongAudience,
    Defect::HeaderNotJson,
    Defect::PayloadNotJson,
    Defect::PayloadNotAnObject,
    Defect::Truncated,
    Defect::TwoParts,
    Defect::FourParts,
    Defect::StandardBase64,
    Defect::NonCanonicalBase64,
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
        let expected = &answers.ours.blocking;
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
        let token = token.sign(now());
        let ours = verifiers.ask_ours(&server, &token, &wanted)?;
        checks.that(ours.asynchronous.is_err(), || {
            format!(
                "{defect}: we should refuse it, and say {:?}",
                ours.asynchronous
            )
        });
        checks.equal(
            &format!("{defect}: our blocking client"),
            &ours.blocking,
            &ours.asynchronous,
        );
        if REFUSED_BY_ALL.contains(&defect) {
            let answers = verifiers.ask(&server, &token, &wanted)?;
            for (who, answer) in answers.named() {
                checks.that(answer.is_err(), || {
                    format!("{defect}: {who} no longer refuses it")
                });
            }
        }
    }
    Ok(())
}

/// Tokens that are good, and a machine's: nobody takes them for a session's.
pub(super) fn of_machines(verifiers: &mut Verifiers, checks: &mut Checks) -> Result<(), Stopped> {
    let server = server()?;
    let token = || server.emulator().token().user("ada@example.com");
    for (kind, token) in [("machine", token().machine()), ("OAuth", token().oauth())] {
        let token = token.sign(now());
        let ours = verifiers.ask_ours(&server, &token, &Wanted::default())?;
        let node = verifiers.ask_node(&[node_question(&server, &token, &Wanted::default())])?;
        for (who, answer) in [
            ("async", &ours.asynchronous),
            ("blocking", &ours.blocking),
            ("Node", &node[0]),
        ] {
            checks.that(answer.is_err(), || {
                format!("{kind}: {who} takes it for a session token")
            });
        }
    }
    Ok(())
}

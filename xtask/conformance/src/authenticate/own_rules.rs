//! Made-up requests that a rule of our own decides. Chance may make one; they are left out of the
//! comparison, which is of rules that both sides have. Our tests hold the rules.

use serde_json::Value;

use super::{api, question::Question, token::Token};

type Applies = fn(&Question) -> bool;

/// By the rules' names in `docs/divergences.md`.
const RULES: &[(&str, Applies)] = &[
    ("handshake-page", handshake_page),
    ("handshake-nonce", handshake_nonce),
    ("handshake-expiry", handshake_expiry),
    ("handshake-session-class", handshake_session_class),
    ("header-alone", header_alone),
];

/// The rule that decides the question, if one does.
pub(super) fn deciding(question: &Question) -> Option<&'static str> {
    let applies = |(_, applies): &&(&str, Applies)| applies(question);
    RULES.iter().find(applies).map(|(id, _)| *id)
}

const NONCE: &str = "__clerk_handshake_nonce";
const TOKEN: &str = "__clerk_handshake";

/// A page alone brings a handshake.
fn handshake_page(question: &Question) -> bool {
    let brings = |name| question.parameter(name).is_some() || question.cookie(name).is_some();
    !question.loads_page() && (brings(NONCE) || brings(TOKEN))
}

/// One handshake comes at a time.
fn handshake_nonce(question: &Question) -> bool {
    let count = |name| {
        let in_query = question.parameter(name).into_iter();
        in_query.chain(question.cookies(name)).count()
    };
    count(NONCE) + count(TOKEN) > 1
}

/// A handshake token that has expired is none.
fn handshake_expiry(question: &Question) -> bool {
    let leeway = question.options.clock_skew_ms.unwrap_or(5_000);
    let earliest = question.now - leeway as f64 / 1000.0;
    let has_expired = |token: &str| {
        let exp = Token::read(token).and_then(|token| token.payload.get("exp")?.as_f64());
        exp.is_some_and(|exp| exp <= earliest)
    };
    let in_query = question.parameter(TOKEN).into_iter();
    in_query.chain(question.cookies(TOKEN)).any(has_expired)
}

/// What comes out of a handshake, or of a refresh, is a session token.
fn handshake_session_class(question: &Question) -> bool {
    brought(question).any(|token| is_other(&token))
}

/// Beside a token in the header, no cookie refreshes anything.
fn header_alone(question: &Question) -> bool {
    let mut parts = question
        .header("cookie")
        .flat_map(|header| header.split(';'));
    question.header("authorization").next().is_some()
        && parts.any(|part| part.trim().starts_with("__refresh"))
}

fn is_other(token: &Token) -> bool {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let category = text(token.header.get("cat"));
    let typ = text(token.header.get("typ"));
    let subject = text(token.payload.get("sub")).unwrap_or_default();
    !matches!(
        category.as_deref(),
        None | Some("cl_B7d4PD111AAA" | "cl_I7d4PD111III")
    ) || matches!(typ.as_deref(), Some("at+jwt" | "application/at+jwt"))
        || subject.starts_with("mch_")
        || (token.payload.contains_key("sub") && !token.payload.contains_key("sid"))
}

/// The session tokens that a handshake or a refresh would bring.
fn brought(question: &Question) -> impl Iterator<Item = Token> {
    let signed = question
        .parameter(TOKEN)
        .into_iter()
        .chain(question.cookies(TOKEN))
        .filter_map(Token::read)
        .filter_map(|token| token.payload.get("handshake").cloned());
    let refresh = question
        .header("cookie")
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().strip_prefix("__refresh_")?.split_once('='))
        .map(|(_, value)| value);
    let scripted = question
        .parameter(NONCE)
        .into_iter()
        .chain(question.cookies(NONCE))
        .chain(refresh)
        .filter_map(api::script)
        .flat_map(|script| ["directives", "cookies"].map(|name| script["body"][name].clone()));
    signed.chain(scripted).flat_map(|list| {
        let texts = list.as_array().into_iter().flatten();
        let values = texts.filter_map(|text| text.as_str()?.split_once('='));
        let tokens = values.filter_map(|(_, value)| Token::read(value.split(';').next()?));
        tokens.collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        authenticate::{Mint, chance, compared, grid},
        divergences,
        signer::Signers,
    };

    #[test]
    fn every_rule_is_on_the_page() {
        let page = divergences::page().unwrap();
        for (id, _) in RULES {
            assert!(page.rules.iter().any(|rule| rule.id == *id), "{id}");
        }
    }

    #[test]
    fn what_a_rule_of_ours_decides_is_left_out_and_little() {
        let mint = Mint::new(Signers::new().unwrap());
        let drafts: Vec<_> = (0..300)
            .map(|index| chance::draft(7, index, &mint))
            .collect();
        let count = drafts.len();
        let left: Vec<_> = compared(drafts).collect();
        assert!(left.iter().all(|question| deciding(question).is_none()));
        assert!(
            left.len() < count && left.len() * 10 > count * 8,
            "{}",
            left.len()
        );
    }

    #[test]
    fn only_chance_makes_up_what_a_rule_of_ours_decides() {
        let mint = Mint::new(Signers::new().unwrap());
        for draft in grid::all(&mint) {
            let question = draft.finish();
            assert_eq!(deciding(&question), None, "{:?}", question.story);
        }
    }
}

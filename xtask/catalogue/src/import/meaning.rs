//! What a name says that its schema does not: units of time, metadata, secrets.

use crate::ir::{Literal, TimeUnit, Ty};

/// Numbers that are instants although their names do not end in `_at`.
const INSTANTS: &[&str] = &[
    "billing_date",
    "date",
    "expiration",
    "next_billing_date",
    "period_end",
    "period_start",
    "timestamp",
];

/// Values that must not be shown, by name. A new secret is hidden before anybody reviews it.
const SECRETS: &[&str] = &[
    "api_key",
    "backup_codes",
    "cookies",
    "jwt",
    "password",
    "password_digest",
    "private_metadata",
    "secret",
    "secret_key",
    "signing_key",
    "token",
    "totp_secret",
];
const SECRET_ENDINGS: &[&str] = &["_secret", "_token"];

/// Whether a number of this name is an instant. All are milliseconds but those that a correction
/// names.
pub(super) fn time(wire: &str) -> Option<Ty> {
    // A price that `starts_at_block` two starts at no time.
    let bound = wire.contains("_at_") && !wire.ends_with("_block");
    let instant = wire.ends_with("_at") || bound || INSTANTS.contains(&wire);
    instant.then_some(Ty::Time(TimeUnit::Milliseconds))
}

pub(super) fn is_secret(wire: &str, ty: &Ty) -> bool {
    let holds_data = !matches!(ty, Ty::Bool | Ty::Int | Ty::Time(_));
    let named = SECRETS.contains(&wire) || SECRET_ENDINGS.iter().any(|end| wire.ends_with(end));
    holds_data && named
}

/// `true` and `false` in quotes, without the quotes.
pub(super) fn unquoted(literal: Literal) -> Literal {
    match literal {
        Literal::Str(text) if text == "true" => Literal::Bool(true),
        Literal::Str(text) if text == "false" => Literal::Bool(false),
        other => other,
    }
}

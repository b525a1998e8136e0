use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Directory, Key, Record, money, suffix};
use crate::rfc3339;

/// What a payer's credit was changed by.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct CreditEntry {
    pub(crate) id: String,
    /// Of a user or an organization.
    pub(crate) payer_id: String,
    /// In cents; what was taken is below zero.
    pub(crate) amount: i64,
    /// Who sends a request again names the same one.
    pub(crate) idempotency_key: String,
    pub(crate) note: Option<String>,
    pub(crate) created_at: UnixTime,
}

impl Record for CreditEntry {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Subject, &self.payer_id);
    }
}

impl CreditEntry {
    /// The API's ledger object.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "object": "commerce_credit_ledger",
            "id": self.id,
            "payer_id": format!("cpayer_{}", suffix(&self.payer_id)),
            "amount": money(self.amount, "USD"),
            "source_type": "manual",
            "source_id": self.idempotency_key,
            "note": self.note,
            "created_at": rfc3339::write(self.created_at),
        })
    }
}

impl Directory {
    /// What a payer has, in cents.
    pub(crate) fn credit_of(&self, payer_id: &str) -> i64 {
        let entries = self.credits.by(Key::Subject, payer_id);
        entries.fold(0, |sum: i64, entry| sum.saturating_add(entry.amount))
    }
}

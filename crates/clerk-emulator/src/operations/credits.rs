//! Credit of users and organizations. Nothing is ever paid with it.

use http::StatusCode;
use serde_json::json;

use super::organizations;
use crate::{
    answer::Reply,
    call::Call,
    directory::{CreditEntry, Key, money},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("GetUserBillingCreditBalance", |call| {
        let payer = user(call)?;
        Ok(balance(call, &payer))
    }),
    ("AdjustUserBillingCreditBalance", |call| {
        let payer = user(call)?;
        adjust(call, payer)
    }),
    ("GetOrganizationBillingCreditBalance", |call| {
        let payer = organizations::called_for(call)?.id.clone();
        Ok(balance(call, &payer))
    }),
    ("AdjustOrganizationBillingCreditBalance", |call| {
        let payer = organizations::called_for(call)?.id.clone();
        adjust(call, payer)
    }),
];

/// More than anybody has, and few enough to be added up.
const MOST: u64 = 1 << 53;

fn user(call: &Call<'_>) -> Result<String, Refusal> {
    let id = call.path.get("user_id");
    let user = call.state.directory.user(id);
    let user = user.ok_or_else(|| Refusal::resource_not_found("user", id))?;
    Ok(user.id.clone())
}

fn balance(call: &Call<'_>, payer_id: &str) -> Reply {
    let credit = call.state.directory.credit_of(payer_id);
    Reply::ok(json!({ "object": "commerce_credit_balance", "balance": money(credit, "USD") }))
}

fn adjust(call: &mut Call<'_>, payer_id: String) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let amount = input.number("amount", 1..=MOST)?;
    let amount = amount.ok_or_else(|| Refusal::form_param_missing("amount"))?;
    let amount = i64::try_from(amount).unwrap_or(i64::MAX);
    let amount = match input.required_text("action")?.as_str() {
        "increase" => amount,
        "decrease" => -amount,
        _ => {
            let expected = "increase or decrease";
            return Err(Refusal::form_param_value_invalid("action", expected));
        }
    };
    let currency = input.text("currency")?;
    let idempotency_key = input.required_text("idempotency_key")?;
    let note = input.text("note")?;
    input.finish()?;
    if currency.is_some_and(|currency| !currency.eq_ignore_ascii_case("usd")) {
        return Err(Refusal::form_param_value_invalid("currency", "usd"));
    }
    let directory = &call.state.directory;
    let known = directory
        .credits
        .by(Key::Subject, &payer_id)
        .find(|known| known.idempotency_key == idempotency_key);
    if let Some(known) = known {
        return match known.amount == amount {
            true => Ok(Reply::ok(known.to_json())),
            false => Err(other_request(&idempotency_key)),
        };
    }
    if directory.credit_of(&payer_id).saturating_add(amount) < 0 {
        let expected = "at most what there is";
        return Err(Refusal::form_param_value_invalid("amount", expected));
    }
    let entry = CreditEntry {
        id: call.state.ids.object("ccl_"),
        payer_id,
        amount,
        idempotency_key,
        note,
        created_at: call.now,
    };
    let body = entry.to_json();
    call.state.directory.credits.put(entry);
    Ok(Reply::ok(body))
}

fn other_request(key: &str) -> Refusal {
    Refusal::new(
        StatusCode::CONFLICT,
        "idempotency_key_in_use",
        "is in use",
        format!("The credit was changed by another amount under the key {key}."),
    )
}

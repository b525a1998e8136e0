//! Plans, prices, and what users and organizations are subscribed to. Nothing is ever charged.

use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{listing::page_with_total, organizations};
use crate::{
    answer::Reply,
    call::{Call, Query},
    directory::{PayerType, Plan, Price, SubscriptionItem, money, suffix},
    refusal::Refusal,
    rfc3339,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("GetCommercePlanList", plans),
    ("GetBillingPriceList", prices),
    ("CreateBillingPrice", create_price),
    ("GetUserBillingSubscription", of_user),
    ("GetOrganizationBillingSubscription", of_organization),
    ("GetCommerceSubscriptionItemList", items),
    ("CancelCommerceSubscriptionItem", cancel),
    ("ExtendBillingSubscriptionItemFreeTrial", extend_trial),
    ("CreateBillingPriceTransition", change_price),
];

/// A month, near enough for a test.
const PERIOD: i64 = 30 * 24 * 60 * 60;

fn instance_id<'c>(call: &Call<'c>) -> &'c str {
    &call.settings.first_keys.current().id
}

/// The filter `payer_type`.
fn payer_type(query: &Query) -> Result<Option<PayerType>, Refusal> {
    let Some(name) = query.get("payer_type") else {
        return Ok(None);
    };
    let mut known = PayerType::ALL.into_iter();
    let found = known.find(|known| known.as_str() == name);
    found
        .map(Some)
        .ok_or_else(|| Refusal::form_param_value_invalid("payer_type", "user or org"))
}

fn plans(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["limit", "offset", "payer_type"])?;
    let payer = payer_type(&call.query)?;
    let directory = &call.state.directory;
    let plans = directory.plans.iter().rev();
    let plans: Vec<&Plan> = plans
        .filter(|plan| payer.is_none_or(|payer| plan.payer_type == payer))
        .collect();
    let write = |plan: &&Plan| plan.to_json(directory);
    Ok(Reply::ok(page_with_total(&call.query, &plans, write)?))
}

fn prices(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["limit", "offset", "plan_id"])?;
    let directory = &call.state.directory;
    let plan_id = call.query.get("plan_id");
    let prices = directory.prices.iter().rev();
    let prices: Vec<&Price> = prices
        .filter(|price| plan_id.is_none_or(|id| price.plan_id == id))
        .collect();
    let write = |price: &&Price| price.to_json(directory, instance_id(call));
    Ok(Reply::ok(page_with_total(&call.query, &prices, write)?))
}

fn create_price(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let plan_id = input.required_text("plan_id")?;
    let currency = input.text("currency")?;
    let largest = i64::MAX.unsigned_abs() / 12;
    let mut amount = |name: &str| -> Result<Option<i64>, Refusal> {
        let amount = input.number(name, 0..=largest)?;
        Ok(amount.and_then(|amount| i64::try_from(amount).ok()))
    };
    let (monthly, annual) = (amount("amount")?, amount("annual_monthly_amount")?);
    let description = input.text("description")?;
    let periods = input.text("supported_billing_periods")?;
    input.finish()?;
    if call.state.directory.plans.get(&plan_id).is_none() {
        return Err(Refusal::resource_not_found("plan", &plan_id));
    }
    let periods = match periods.as_deref() {
        None if annual.is_some() => "both",
        None => "month",
        Some(known @ ("month" | "annual" | "both")) => known,
        Some(_) => {
            let name = "supported_billing_periods";
            return Err(Refusal::form_param_value_invalid(
                name,
                "month, annual or both",
            ));
        }
    };
    let price = Price {
        id: call.state.ids.object("cprice_"),
        plan_id,
        currency: currency.unwrap_or_else(|| "USD".to_owned()).to_uppercase(),
        amount: monthly.unwrap_or_default(),
        annual_monthly_amount: annual,
        description,
        periods: periods.to_owned(),
        created_at: call.now,
    };
    let body = price.to_json(&call.state.directory, instance_id(call));
    call.state.directory.prices.put(price);
    Ok(Reply::ok(body))
}

/// The API's subscription item object.
fn described(call: &Call<'_>, item: &SubscriptionItem) -> Value {
    let directory = &call.state.directory;
    let price = directory.prices.get(&item.price_id);
    let plan = price.and_then(|price| directory.plans.get(&price.plan_id));
    let status = status(item, call.now);
    let (start, end) = period(item, call.now);
    let amount = price.map_or_else(
        || money(0, "USD"),
        |price| money(price.amount, &price.currency),
    );
    let next = match item.canceled_at {
        None if status == "active" => json!({ "amount": amount, "date": end.as_millis() }),
        _ => Value::Null,
    };
    let milliseconds = |at: Option<UnixTime>| at.map(UnixTime::as_millis);
    json!({
        "object": "commerce_subscription_item",
        "id": format!("csub_item_{}", suffix(&item.payer_id)),
        "instance_id": instance_id(call),
        "status": status,
        "plan_id": plan.map(|plan| &plan.id),
        "price_id": item.price_id,
        "plan": plan.map(|plan| plan.to_json(directory)),
        "plan_period": "month",
        "next_payment": next,
        "payer_id": format!("cpayer_{}", suffix(&item.payer_id)),
        "payer": payer(call, item),
        "is_free_trial": item.trial_ends_at.is_some_and(|until| call.now < until),
        "period_start": start.as_millis(),
        "period_end": end.as_millis(),
        "canceled_at": milliseconds(item.canceled_at),
        "past_due_at": null,
        "ended_at": milliseconds(item.ended_at),
        "created_at": start.as_millis(),
        "updated_at": item.updated_at.as_millis(),
        "lifetime_paid": money(0, "USD"),
    })
}

/// The same as it is shown where something about it was changed.
fn described_older(call: &Call<'_>, item: &SubscriptionItem) -> Value {
    let directory = &call.state.directory;
    let mut body = described(call, item);
    let price = directory.prices.get(&item.price_id);
    let plan = price.and_then(|price| directory.plans.get(&price.plan_id));
    let amount = price.map(|price| money(price.amount, &price.currency));
    body["plan"] = json!(plan.map(|plan| plan.to_older_json(directory)));
    body["amount"] = json!(amount);
    body["payment_source_id"] = json!("");
    let (start, _) = period(item, call.now);
    body["proration_date"] = json!(rfc3339::write(start));
    let user = directory
        .user(&item.payer_id)
        .map(|user| (user.created_at, user.updated_at));
    let organization = directory.organizations.get(&item.payer_id);
    let times = user.or(organization.map(|known| (known.created_at, known.updated_at)));
    if let Some(payer) = body["payer"].as_object_mut() {
        for name in ["first_name", "last_name", "email"] {
            let text = payer
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            payer.insert(name.to_owned(), json!(text));
        }
        payer.retain(|_, value| !value.is_null());
        if let Some((created_at, updated_at)) = times {
            payer.insert("created_at".to_owned(), json!(created_at.as_millis()));
            payer.insert("updated_at".to_owned(), json!(updated_at.as_millis()));
        }
    }
    body
}

/// Refuses to change what was canceled or has ended.
fn check_active(call: &Call<'_>, item: &SubscriptionItem) -> Result<(), Refusal> {
    match status(item, call.now) {
        "active" => Ok(()),
        _ => Err(Refusal::bad_request(
            "subscription_item_not_active",
            "The subscription item was canceled before, or has ended.",
        )),
    }
}

fn payer(call: &Call<'_>, item: &SubscriptionItem) -> Value {
    let directory = &call.state.directory;
    let user = directory.user(&item.payer_id);
    let organization = directory.organizations.get(&item.payer_id);
    let email = user.and_then(|user| user.primary_email());
    let image = user.map(|user| &user.image_url);
    let image = image.or(organization.map(|organization| &organization.image_url));
    json!({
        "object": "commerce_payer",
        "id": format!("cpayer_{}", suffix(&item.payer_id)),
        "instance_id": instance_id(call),
        "user_id": user.map(|user| &user.id),
        "first_name": user.and_then(|user| user.first_name.as_ref()),
        "last_name": user.and_then(|user| user.last_name.as_ref()),
        "email": email.map(|email| &email.address),
        "organization_id": organization.map(|organization| &organization.id),
        "organization_name": organization.map(|organization| &organization.name),
        "image_url": image.map_or("", String::as_str),
    })
}

/// Computed from the time, never stored: what was canceled ends with its period.
fn status(item: &SubscriptionItem, now: UnixTime) -> &'static str {
    match (item.ended_at, item.canceled_at) {
        (Some(ended), _) if ended <= now => "ended",
        (_, Some(_)) => "canceled",
        _ => "active",
    }
}

/// From when to when the payer has it. Periods begin with the last change.
fn period(item: &SubscriptionItem, now: UnixTime) -> (UnixTime, UnixTime) {
    let start = item.updated_at.as_secs();
    let passed = now.as_secs().saturating_sub(start).max(0) / PERIOD;
    let start = start.saturating_add(passed.saturating_mul(PERIOD));
    let end = UnixTime::from_secs(start.saturating_add(PERIOD));
    let end = item.trial_ends_at.map_or(end, |until| until.max(end));
    (UnixTime::from_secs(start), item.ended_at.unwrap_or(end))
}

fn of_user(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = call.path.get("user_id").to_owned();
    match call.state.directory.user(&id) {
        Some(_) => subscription(call, &id),
        None => Err(Refusal::resource_not_found("user", &id)),
    }
}

fn of_organization(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = organizations::called_for(call)?.id.clone();
    subscription(call, &id)
}

fn subscription(call: &Call<'_>, payer_id: &str) -> Result<Reply, Refusal> {
    let item = call.state.directory.subscription_item(payer_id);
    let item = item.ok_or_else(|| Refusal::resource_not_found("subscription of", payer_id))?;
    let body = described(call, &item);
    let status = status(&item, call.now);
    Ok(Reply::ok(json!({
        "object": "commerce_subscription",
        "id": format!("csub_{}", suffix(payer_id)),
        "instance_id": instance_id(call),
        "status": status,
        "payer_id": body["payer_id"],
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
        "active_at": body["created_at"],
        "past_due_at": null,
        "subscription_items": [body],
        "eligible_for_free_trial": false,
    })))
}

fn items(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&[
        "limit",
        "offset",
        "status",
        "payer_type",
        "plan_id",
        "include_free",
        "query",
    ])?;
    let wanted = query.get("status").unwrap_or("active");
    if !["active", "ended", "past_due", "upcoming", "free_trial"].contains(&wanted) {
        let expected = "active, ended, past_due, upcoming or free_trial";
        return Err(Refusal::form_param_value_invalid("status", expected));
    }
    let payer = payer_type(query)?;
    let with_free = query.flag("include_free")? == Some(true);
    let directory = &call.state.directory;
    let users = directory.users.iter().map(|user| &user.id);
    let organizations = directory.organizations.iter().map(|known| &known.id);
    let items = users.chain(organizations).rev();
    let items: Vec<SubscriptionItem> = items
        .filter_map(|id| directory.subscription_item(id))
        .filter(|item| {
            let price = directory.prices.get(&item.price_id);
            let plan = price.and_then(|price| directory.plans.get(&price.plan_id));
            let in_trial = item.trial_ends_at.is_some_and(|until| call.now < until);
            let has_status = match wanted {
                "ended" => status(item, call.now) == "ended",
                "free_trial" => in_trial,
                "active" => status(item, call.now) != "ended",
                _ => false,
            };
            let is_planned = plan.is_some_and(|plan| {
                payer.is_none_or(|payer| plan.payer_type == payer)
                    && query.get("plan_id").is_none_or(|id| plan.id == id)
                    && (with_free || !plan.is_free())
            });
            has_status && is_planned && is_mentioned(call, item)
        })
        .collect();
    let write = |item: &SubscriptionItem| described(call, item);
    Ok(Reply::ok(page_with_total(query, &items, write)?))
}

/// Whether the payer is what the filter `query` asks for.
fn is_mentioned(call: &Call<'_>, item: &SubscriptionItem) -> bool {
    let Some(wanted) = call.query.get("query").map(str::to_lowercase) else {
        return true;
    };
    let payer = payer(call, item);
    let names = [
        "user_id",
        "first_name",
        "last_name",
        "email",
        "organization_id",
        "organization_name",
    ];
    let mut texts = names.iter().filter_map(|name| payer[*name].as_str());
    texts.any(|text| text.to_lowercase().contains(&wanted))
}

fn called_for(call: &Call<'_>) -> Result<SubscriptionItem, Refusal> {
    let id = call.path.get("subscription_item_id");
    let directory = &call.state.directory;
    let payer = id.strip_prefix("csub_item_").and_then(|payer| {
        let ids = [format!("user_{payer}"), format!("org_{payer}")];
        ids.iter().find_map(|id| directory.subscription_item(id))
    });
    payer.ok_or_else(|| Refusal::resource_not_found("subscription item", id))
}

fn cancel(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["end_now"])?;
    let end_now = call.query.flag("end_now")? == Some(true);
    let mut item = called_for(call)?;
    check_active(call, &item)?;
    let (_, end) = period(&item, call.now);
    item.canceled_at = Some(call.now);
    item.ended_at = Some(if end_now { call.now } else { end });
    let body = described(call, &item);
    call.state.directory.subscription_items.put(item);
    Ok(Reply::ok(body))
}

fn extend_trial(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut item = called_for(call)?;
    let until = input.time("extend_to")?;
    let until = until.ok_or_else(|| Refusal::form_param_missing("extend_to"))?;
    input.finish()?;
    if until <= call.now {
        let expected = "a time to come";
        return Err(Refusal::form_param_value_invalid("extend_to", expected));
    }
    check_active(call, &item)?;
    item.trial_ends_at = Some(until);
    let body = described_older(call, &item);
    call.state.directory.subscription_items.put(item);
    Ok(Reply::ok(body))
}

/// At once, and for nothing.
fn change_price(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut item = called_for(call)?;
    let from = input.required_text("from_price_id")?;
    let to = input.required_text("to_price_id")?;
    input.finish()?;
    check_active(call, &item)?;
    let directory = &call.state.directory;
    if item.price_id != from {
        let expected = "the price that the subscription item has";
        return Err(Refusal::form_param_value_invalid("from_price_id", expected));
    }
    let previous = directory.prices.get(&from);
    let plan_of =
        |price: Option<&Price>| price.and_then(|price| directory.plans.get(&price.plan_id));
    let (Some(old_price), Some(old_plan)) = (previous, plan_of(previous)) else {
        return Err(Refusal::resource_not_found("price", &from));
    };
    let new_plan = plan_of(directory.prices.get(&to));
    if new_plan.is_none_or(|plan| plan.payer_type != old_plan.payer_type) {
        return Err(Refusal::resource_not_found("price for this payer", &to));
    }
    let transition = json!({
        "previous_plan": old_plan.to_older_json(directory),
        "previous_price": old_price.to_json(directory, instance_id(call)),
        "effective_at": call.now.as_millis(),
        "effective_mode": "immediate",
        "charged_immediately": false,
        "previous_subscription_item_status": "ended",
        "previous_subscription_item_id": format!("csub_item_{}", suffix(&item.payer_id)),
    });
    item.price_id = to;
    item.updated_at = call.now;
    let body = described_older(call, &item);
    call.state.directory.subscription_items.put(item);
    Ok(Reply::ok(json!({
        "object": "commerce_price_transition",
        "subscription_item": body,
        "transition": transition,
    })))
}

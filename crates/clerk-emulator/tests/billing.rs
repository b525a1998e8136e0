//! Plans, prices, and what users and organizations are subscribed to.

mod support;

use std::time::Duration;

use clerk_core::UnixTime;
use clerk_emulator::Emulator;
use serde_json::{Value, json};
use support::{
    ACME, ADA, NOW, column, delete, emulator, fine, get, post, refusal, refused, request, text,
};

const ITEMS: &str = "/v1/billing/subscription_items";

fn subscription(emulator: &Emulator, at: UnixTime) -> Value {
    let path = format!("/v1/users/{ADA}/billing/subscription");
    let answer = emulator.handle(request("GET", &path, None), at);
    let response = answer.into_response().unwrap();
    serde_json::from_slice(response.body()).unwrap()
}

#[test]
fn plans_are_those_of_the_seed_and_of_everybody_else() {
    let emulator = emulator();
    for (query, expected) in [
        ("payer_type=user", &["free", "free_user"][..]),
        ("payer_type=org", &["team", "free_org"]),
        ("limit=1", &["team"]),
    ] {
        let plans = fine(get(&emulator, &format!("/v1/billing/plans?{query}")));
        assert_eq!(column(&plans, "slug"), expected, "{query}");
    }
    let odd = get(&emulator, "/v1/billing/plans?payer_type=odd");
    assert_eq!(
        refusal(odd),
        refused(422, "form_param_value_invalid", "payer_type")
    );
}

#[test]
fn everybody_is_subscribed_to_their_plan() {
    let emulator = emulator();
    let ada = subscription(&emulator, NOW);
    assert_eq!(ada["status"], "active");
    let item = &ada["subscription_items"][0];
    assert_eq!(item["plan"]["slug"], "free");
    assert_eq!(item["payer"]["user_id"], ADA);
    let path = format!("/v1/organizations/{ACME}/billing/subscription");
    let acme = fine(get(&emulator, &path));
    assert_eq!(acme["subscription_items"][0]["plan"]["slug"], "team");
    for (query, expected) in [
        ("", &[ACME, "user_0bobExampleMemberOfAcme0000", ADA][..]),
        ("payer_type=org", &[ACME]),
        ("query=lovelace", &[ADA]),
        ("status=ended", &[]),
    ] {
        let items = fine(get(&emulator, &format!("{ITEMS}?{query}")));
        let items = items["data"].as_array().unwrap();
        let payer = |item: &Value| {
            let payer = &item["payer"];
            let user = payer["user_id"].as_str();
            user.or(payer["organization_id"].as_str())
                .unwrap()
                .to_owned()
        };
        assert_eq!(
            items.iter().map(payer).collect::<Vec<_>>(),
            expected,
            "{query}"
        );
    }
    let eve = fine(post(&emulator, "/v1/users", json!({ "username": "eve" })));
    let listed = |query: &str| {
        let path = format!("{ITEMS}?query={}&{query}", text(&eve, "id"));
        fine(get(&emulator, &path))["total_count"].clone()
    };
    assert_eq!(
        (listed(""), listed("include_free=true")),
        (json!(0), json!(1))
    );
    let nobody = get(&emulator, "/v1/users/nobody/billing/subscription");
    assert_eq!(refusal(nobody), refused(404, "resource_not_found", ""));
}

#[test]
fn what_is_canceled_ends_with_its_period_or_at_once() {
    let (late, now) = (emulator(), emulator());
    let id = |emulator: &Emulator| {
        let ada = subscription(emulator, NOW);
        text(&ada["subscription_items"][0], "id").to_owned()
    };
    let canceled = fine(delete(&late, &format!("{ITEMS}/{}", id(&late))));
    assert_eq!(canceled["status"], "canceled");
    let end = canceled["ended_at"].as_i64().unwrap();
    assert_eq!(canceled["period_end"], end);
    let before = UnixTime::from_millis(end).saturating_sub(Duration::from_secs(1));
    assert_eq!(subscription(&late, before)["status"], "canceled");
    assert_eq!(
        subscription(&late, UnixTime::from_millis(end))["status"],
        "ended"
    );
    assert_eq!(
        refusal(delete(&late, &format!("{ITEMS}/{}", id(&late)))),
        refused(400, "subscription_item_not_active", "")
    );
    let path = format!("{ITEMS}/{}", id(&now));
    let ended = fine(delete(&now, &format!("{path}?end_now=true")));
    assert_eq!(ended["status"], "ended");
    assert_eq!(
        fine(get(&now, &format!("{ITEMS}?status=ended")))["total_count"],
        1
    );
    let nobody = delete(&now, &format!("{ITEMS}/csub_item_x"));
    assert_eq!(refusal(nobody), refused(404, "resource_not_found", ""));
}

#[test]
fn prices_are_made_and_subscribed_to() {
    let emulator = emulator();
    let ada = subscription(&emulator, NOW);
    let item = &ada["subscription_items"][0];
    let price = fine(post(
        &emulator,
        "/v1/billing/prices",
        json!({ "plan_id": item["plan_id"], "amount": 1905, "currency": "eur" }),
    ));
    assert_eq!(price["fee"]["amount_formatted"], "19.05");
    assert_eq!(
        (&price["currency"], &price["is_default"]),
        (&json!("EUR"), &json!(false))
    );
    let path = format!("/v1/billing/prices?plan_id={}", text(item, "plan_id"));
    let prices = fine(get(&emulator, &path));
    assert_eq!(
        column(&prices, "id"),
        [text(&price, "id"), text(item, "price_id")]
    );
    let path = format!("{ITEMS}/{}", text(item, "id"));
    let change = |from: &Value, to: &Value| {
        let body = json!({ "from_price_id": from, "to_price_id": to });
        post(&emulator, &format!("{path}/price_transition"), body)
    };
    let changed = fine(change(&item["price_id"], &price["id"]));
    assert_eq!(changed["subscription_item"]["amount"]["amount"], 1905);
    assert_eq!(
        changed["transition"]["previous_price"]["id"],
        item["price_id"]
    );
    is_shown_as_it_once_was(&changed["subscription_item"]);
    let transition = &changed["transition"];
    assert_eq!(transition["previous_plan"]["amount_formatted"], "0.00");
    assert_eq!(transition["previous_subscription_item_status"], "ended");
    assert_eq!(
        refusal(change(&item["price_id"], &price["id"])),
        refused(422, "form_param_value_invalid", "from_price_id")
    );
    let acme = fine(get(
        &emulator,
        &format!("/v1/organizations/{ACME}/billing/subscription"),
    ));
    let of_acme = &acme["subscription_items"][0]["price_id"];
    assert_eq!(
        refusal(change(&price["id"], of_acme)),
        refused(404, "resource_not_found", "")
    );
    let unknown = json!({ "plan_id": "cplan_x", "amount": 1 });
    assert_eq!(
        refusal(post(&emulator, "/v1/billing/prices", unknown)).0,
        404
    );
}

#[test]
fn a_free_trial_lasts_as_long_as_it_is_said_to() {
    let emulator = emulator();
    let ada = subscription(&emulator, NOW);
    let path = format!(
        "{ITEMS}/{}/extend_free_trial",
        text(&ada["subscription_items"][0], "id")
    );
    let extended = fine(post(
        &emulator,
        &path,
        json!({ "extend_to": "2099-01-01T00:00:00Z" }),
    ));
    assert_eq!(extended["is_free_trial"], true);
    assert_eq!(extended["period_end"], 4_070_908_800_000_i64);
    is_shown_as_it_once_was(&extended);
    for (body, code) in [
        (json!({}), "form_param_missing"),
        (json!({ "extend_to": "soon" }), "form_param_format_invalid"),
        (
            json!({ "extend_to": "2020-01-01T00:00:00Z" }),
            "form_param_value_invalid",
        ),
    ] {
        let found = refusal(post(&emulator, &path, body));
        assert_eq!(found, refused(422, code, "extend_to"));
    }
}

/// Where something about an item was changed, Clerk has members that it has nowhere else.
fn is_shown_as_it_once_was(item: &Value) {
    for member in ["payment_source_id", "proration_date"] {
        assert!(item[member].is_string(), "{member} in {item}");
    }
    for member in ["amount", "annual_monthly_amount", "annual_amount"] {
        assert!(item["plan"][member].is_i64(), "{member} in {item}");
        let formatted = format!("{member}_formatted");
        assert!(item["plan"][&*formatted].is_string(), "{member} in {item}");
    }
    assert_eq!(item["plan"]["payer_type"], json!(["user"]));
    for member in ["first_name", "last_name", "email"] {
        assert!(item["payer"][member].is_string(), "{member} in {item}");
    }
    assert!(item["payer"]["created_at"].is_i64(), "{item}");
    assert_eq!(item["payer"].get("organization_id"), None);
}

#[test]
fn what_was_canceled_is_not_changed_any_more() {
    let emulator = emulator();
    let ada = subscription(&emulator, NOW);
    let item = &ada["subscription_items"][0];
    // Clerk has the price of the plan there, and none of the item.
    assert_eq!(item.get("amount"), None);
    let path = format!("{ITEMS}/{}", text(item, "id"));
    fine(delete(&emulator, &path));
    let price = &item["price_id"];
    for (verb, body) in [
        (
            "extend_free_trial",
            json!({ "extend_to": "2099-01-01T00:00:00Z" }),
        ),
        (
            "price_transition",
            json!({ "from_price_id": price, "to_price_id": price }),
        ),
    ] {
        let found = refusal(post(&emulator, &format!("{path}/{verb}"), body));
        assert_eq!(
            found,
            refused(400, "subscription_item_not_active", ""),
            "{verb}"
        );
    }
}

#[test]
fn credit_is_given_and_taken_once() {
    let emulator = emulator();
    for payer in [
        format!("/v1/users/{ADA}"),
        format!("/v1/organizations/{ACME}"),
    ] {
        let path = format!("{payer}/billing/credits");
        let balance = || fine(get(&emulator, &path))["balance"]["amount"].clone();
        let adjust = |action: &str, amount: i64, key: &str| {
            let body =
                json!({ "action": action, "amount": amount, "idempotency_key": key, "note": "n" });
            post(&emulator, &path, body)
        };
        assert_eq!(balance(), 0);
        let entry = fine(adjust("increase", 500, "a"));
        assert_eq!(entry["amount"]["amount_formatted"], "5.00");
        assert_eq!(fine(adjust("increase", 500, "a")), entry);
        assert_eq!(fine(adjust("decrease", 200, "b"))["amount"]["amount"], -200);
        assert_eq!(balance(), 300);
        for (answer, expected) in [
            (
                adjust("decrease", 301, "c"),
                refused(422, "form_param_value_invalid", "amount"),
            ),
            (
                adjust("increase", 0, "c"),
                refused(422, "form_param_value_invalid", "amount"),
            ),
            (
                adjust("double", 1, "c"),
                refused(422, "form_param_value_invalid", "action"),
            ),
            (
                adjust("increase", 1, "a"),
                refused(409, "idempotency_key_in_use", ""),
            ),
            (
                post(
                    &emulator,
                    &path,
                    json!({ "action": "increase", "amount": 1 }),
                ),
                refused(422, "form_param_missing", "idempotency_key"),
            ),
        ] {
            assert_eq!(refusal(answer), expected);
        }
        assert_eq!(balance(), 300);
    }
    assert_eq!(
        refusal(get(&emulator, "/v1/users/user_no/billing/credits")).0,
        404
    );
}

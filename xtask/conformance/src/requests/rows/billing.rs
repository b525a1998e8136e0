//! Plans and subscriptions.

use clerk_api::billing;
use serde_json::json;

use super::{Table, at};

pub(super) fn all(table: &mut Table) {
    table.row(
        "billing.getUserBillingSubscription",
        json!(["user_1"]),
        billing::get_user_subscription("user_1"),
    );
    table.row(
        "billing.getOrganizationBillingSubscription",
        json!(["organization_1"]),
        billing::get_organization_subscription("organization_1"),
    );
    table.row("billing.getPlanList", json!([]), billing::list_plans());
    table.row(
        "billing.getPlanList",
        json!([{ "limit": 7, "offset": 7, "payerType": "user" }]),
        billing::list_plans().limit(7).offset(7).payer_type("user"),
    );
    table.row(
        "billing.cancelSubscriptionItem",
        json!(["subscription_item_1"]),
        billing::cancel_subscription_item("subscription_item_1"),
    );
    table.row(
        "billing.cancelSubscriptionItem",
        json!(["subscription_item_1", { "endNow": true }]),
        billing::cancel_subscription_item("subscription_item_1").end_now(true),
    );
    table.row(
        "billing.extendSubscriptionItemFreeTrial",
        json!(["subscription_item_1", { "extendTo": "2027-01-15T08:00:00Z" }]),
        billing::extend_subscription_item_free_trial("subscription_item_1", at()),
    );
}

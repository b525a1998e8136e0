use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Directory, Key, Record};
use crate::ids::Ids;

/// Who pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum PayerType {
    User,
    Organization,
}

impl PayerType {
    pub(crate) const ALL: [Self; 2] = [Self::User, Self::Organization];

    /// The API's name of it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Organization => "org",
        }
    }

    /// The slug of the plan of those who have none.
    fn free(self) -> &'static str {
        match self {
            Self::User => "free_user",
            Self::Organization => "free_org",
        }
    }
}

/// What one can subscribe to.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Plan {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) payer_type: PayerType,
    /// The id of the price that it has from the start.
    pub(crate) price_id: String,
}

impl Record for Plan {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Slug, &self.slug);
    }
}

impl Plan {
    /// Whether those have it who have no other.
    pub(crate) fn is_free(&self) -> bool {
        self.slug == self.payer_type.free()
    }

    /// The API's plan object.
    pub(crate) fn to_json(&self, directory: &Directory) -> Value {
        let price = directory.prices.get(&self.price_id);
        let amount = price.map_or(0, |price| price.amount);
        let annual = price.and_then(|price| price.annual_monthly_amount);
        let money = |amount: i64| money(amount, "USD");
        json!({
            "object": "commerce_plan",
            "id": self.id,
            "name": self.slug,
            "fee": money(amount),
            "annual_monthly_fee": annual.map(money),
            "annual_fee": annual.map(|amount| money(amount.saturating_mul(12))),
            "description": null,
            "product_id": format!("cprod_{}", suffix(&self.id)),
            "is_default": self.is_free(),
            "is_recurring": true,
            "publicly_visible": true,
            "has_base_fee": amount > 0,
            "for_payer_type": self.payer_type.as_str(),
            "slug": self.slug,
            "avatar_url": null,
            "features": [],
            "free_trial_enabled": false,
            "free_trial_days": null,
        })
    }
}

impl Plan {
    /// As some operations still show it, with the fees as plain numbers, too.
    pub(crate) fn to_older_json(&self, directory: &Directory) -> Value {
        let mut plan = self.to_json(directory);
        for (name, fee) in [
            ("amount", "fee"),
            ("annual_monthly_amount", "annual_monthly_fee"),
            ("annual_amount", "annual_fee"),
        ] {
            let fee = match &plan[fee] {
                Value::Null => money(0, "USD"),
                fee => fee.clone(),
            };
            plan[name] = fee["amount"].clone();
            plan[&*format!("{name}_formatted")] = fee["amount_formatted"].clone();
        }
        plan["currency"] = json!("USD");
        plan["currency_symbol"] = json!(symbol("USD"));
        plan["payer_type"] = json!([self.payer_type.as_str()]);
        plan["description"] = json!("");
        plan["avatar_url"] = json!("");
        plan
    }
}

/// What a plan costs.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Price {
    pub(crate) id: String,
    pub(crate) plan_id: String,
    pub(crate) currency: String,
    /// For a month, in the smallest unit of the currency.
    pub(crate) amount: i64,
    /// For a month where a year is paid.
    pub(crate) annual_monthly_amount: Option<i64>,
    pub(crate) description: Option<String>,
    pub(crate) periods: String,
    pub(crate) created_at: UnixTime,
}

impl Record for Price {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Collection, &self.plan_id);
    }
}

impl Price {
    /// The API's price object.
    pub(crate) fn to_json(&self, directory: &Directory, instance_id: &str) -> Value {
        let plan = directory.plans.get(&self.plan_id);
        let money = |amount: i64| money(amount, &self.currency);
        json!({
            "object": "commerce_price",
            "id": self.id,
            "plan_id": self.plan_id,
            "instance_id": instance_id,
            "currency": self.currency,
            "currency_symbol": symbol(&self.currency),
            "amount": self.amount,
            "annual_monthly_amount": self.annual_monthly_amount.unwrap_or_default(),
            "fee": money(self.amount),
            "annual_monthly_fee": self.annual_monthly_amount.map(money),
            "description": self.description,
            "is_default": plan.is_some_and(|plan| plan.price_id == self.id),
            "created_at": self.created_at.as_millis(),
            "supported_billing_periods": self.periods,
        })
    }
}

/// What became of the one thing that a payer is subscribed to. Without it, the subscription is as the seed has it.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct SubscriptionItem {
    /// Of a user or an organization.
    pub(crate) payer_id: String,
    pub(crate) price_id: String,
    pub(crate) trial_ends_at: Option<UnixTime>,
    pub(crate) canceled_at: Option<UnixTime>,
    pub(crate) ended_at: Option<UnixTime>,
    pub(crate) updated_at: UnixTime,
}

impl Record for SubscriptionItem {
    fn id(&self) -> &str {
        &self.payer_id
    }
}

/// An amount, as the API has it.
pub(crate) fn money(amount: i64, currency: &str) -> Value {
    let (sign, absolute) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
    json!({
        "amount": amount,
        "amount_formatted": format!("{sign}{}.{:02}", absolute / 100, absolute % 100),
        "currency": currency,
        "currency_symbol": symbol(currency),
    })
}

fn symbol(currency: &str) -> &str {
    match currency {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        other => other,
    }
}

/// What an id has behind its prefix, which makes ids of what belongs to it.
pub(crate) fn suffix(id: &str) -> &str {
    id.rsplit_once('_').map_or(id, |(_, suffix)| suffix)
}

impl Directory {
    /// The plans of the seed's users and organizations, and those of all others.
    pub(crate) fn plant_plans(&mut self, ids: &mut Ids, now: UnixTime) {
        let of_users = self.users.iter().filter_map(|user| user.plan.clone());
        let of_organizations = self.organizations.iter();
        let of_organizations =
            of_organizations.filter_map(|organization| organization.plan.clone());
        let free = PayerType::ALL.map(|payer| (payer, payer.free().to_owned()));
        let plans = free
            .into_iter()
            .chain(of_users.map(|slug| (PayerType::User, slug)))
            .chain(of_organizations.map(|slug| (PayerType::Organization, slug)));
        for (payer_type, slug) in plans.collect::<Vec<_>>() {
            if self.plan(payer_type, &slug).is_some() {
                continue;
            }
            let id = ids.object_made_at("cplan_", now);
            self.put_plan((payer_type, slug, id), (0, None), (ids, now));
        }
    }

    /// Adds a plan that costs so much, for a month and for a month where a year is paid.
    pub(crate) fn put_plan(
        &mut self,
        (payer_type, slug, id): (PayerType, String, String),
        (amount, annual_monthly_amount): (i64, Option<i64>),
        (ids, now): (&mut Ids, UnixTime),
    ) {
        let price_id = ids.object_made_at("cprice_", now);
        self.prices.put(Price {
            id: price_id.clone(),
            plan_id: id.clone(),
            currency: "USD".to_owned(),
            amount,
            annual_monthly_amount,
            description: None,
            periods: "month".to_owned(),
            created_at: now,
        });
        self.plans.put(Plan {
            id,
            slug,
            payer_type,
            price_id,
        });
    }

    /// The plan with this slug.
    pub(crate) fn plan(&self, payer_type: PayerType, slug: &str) -> Option<&Plan> {
        let mut plans = self.plans.by(Key::Slug, slug);
        plans.find(|plan| plan.payer_type == payer_type)
    }

    /// What the user or the organization with this id is subscribed to.
    pub(crate) fn subscription_item(&self, payer_id: &str) -> Option<SubscriptionItem> {
        if let Some(changed) = self.subscription_items.get(payer_id) {
            return Some(changed.clone());
        }
        let (payer_type, plan, created_at) = match self.user(payer_id) {
            Some(user) => (PayerType::User, &user.plan, user.created_at),
            None => {
                let organization = self.organizations.get(payer_id)?;
                let plan = &organization.plan;
                (PayerType::Organization, plan, organization.created_at)
            }
        };
        let slug = plan.as_deref().unwrap_or(payer_type.free());
        Some(SubscriptionItem {
            payer_id: payer_id.to_owned(),
            price_id: self.plan(payer_type, slug)?.price_id.clone(),
            trial_ends_at: None,
            canceled_at: None,
            ended_at: None,
            updated_at: created_at,
        })
    }
}

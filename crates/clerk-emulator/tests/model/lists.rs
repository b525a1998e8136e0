//! Lists: their filters, their orders, their pages and what they count.

use serde_json::Value;

use crate::{
    observation::Instance,
    users::address,
    world::{ADMIN, Kind, Membership, User, World},
};

/// A list that is asked for, as numbers say.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    pub(crate) list: usize,
    pub(crate) filter: usize,
    pub(crate) order: usize,
    pub(crate) limit: usize,
}

/// What something is sorted by: what lacks it comes first, texts are in lower case.
type Rank = (Option<u64>, Option<String>);

fn by_time(at: Option<u64>) -> Rank {
    (at, None)
}

fn by_text(text: Option<&str>) -> Rank {
    (None, text.map(str::to_lowercase))
}

type Filter<'w> = Box<dyn Fn(&User) -> bool + 'w>;

/// What is expected of a list: where it is, and the ids of what is in it, in its order.
struct Expected {
    path: String,
    query: String,
    ids: Vec<String>,
    /// Where in an item its id is.
    pointer: &'static str,
}

/// Oldest first among equals, or all of it the other way round.
fn in_order(mut ranked: Vec<(Rank, String)>, descending: bool) -> Vec<String> {
    ranked.sort_by(|one, other| one.0.cmp(&other.0));
    if descending {
        ranked.reverse();
    }
    ranked.into_iter().map(|(_, id)| id).collect()
}

impl Lookup {
    /// Whether the emulator shows what the model has.
    pub(crate) fn compare(&self, instance: &Instance, world: &World) {
        let expected = match self.list % 5 {
            0 | 1 => self.users(world),
            2 => self.organizations(world),
            3 => self.memberships(world),
            _ => self.sessions(world),
        };
        pages(instance, &expected, self.limit);
        if expected.path == "/v1/users" {
            let count = instance.get(&format!(
                "/v1/users/count?{}",
                without_order(&expected.query)
            ));
            assert_eq!(
                count["total_count"],
                expected.ids.len(),
                "{}",
                expected.query
            );
            if self.order % 5 == 0 {
                cursors(instance, &expected, self.limit);
            }
        }
    }

    fn direction(&self) -> (&'static str, bool) {
        match self.order % 3 {
            0 => ("-", true),
            1 => ("%2B", false),
            _ => ("", false),
        }
    }

    fn users(&self, world: &World) -> Expected {
        let number = self.filter / 10;
        let email = address(Kind::Email, number);
        let some_user = world.users.get(number % world.users.len().max(1));
        let some_organization = world
            .organizations
            .get(number % world.organizations.len().max(1));
        let organization = some_organization.map_or("nobody", |known| &known.id);
        let external_id = some_user
            .and_then(|user| user.external_id.as_deref())
            .unwrap_or("1");
        let username = some_user
            .and_then(|user| user.username.as_deref())
            .unwrap_or("zoe");
        let id = some_user.map_or("nobody", |user| &user.id);
        let has_email = |user: &User| user.has(Kind::Email, email);
        let is_member = |user: &User| world.membership(organization, &user.id).is_some();
        let (query, passes): (String, Filter<'_>) = match self.filter % 10 {
            0 => (
                format!("email_address={}", email.replace(' ', "%20")),
                Box::new(has_email),
            ),
            1 => ("banned=true".into(), Box::new(|user| user.banned)),
            2 => (
                format!("organization_id={organization}"),
                Box::new(is_member),
            ),
            3 => (
                format!("organization_id=-{organization}"),
                Box::new(move |user| !is_member(user)),
            ),
            4 => (
                format!("external_id={external_id}"),
                Box::new(move |user| user.external_id.as_deref() == Some(external_id)),
            ),
            5 => (
                format!("username={username}"),
                Box::new(move |user| user.username.as_deref() == Some(username)),
            ),
            6 => ("query=AN".into(), Box::new(|user| mentions(user, "an"))),
            7 => (
                format!("user_id=-{id}"),
                Box::new(move |user| user.id != id),
            ),
            _ => (String::new(), Box::new(|_| true)),
        };
        let rank: (&str, fn(&User) -> Rank) = match self.order % 5 {
            0 => ("created_at", |user| by_time(Some(user.created))),
            1 => ("email_address", |user| {
                by_text(user.primary(Kind::Email).map(|own| own.text.as_str()))
            }),
            2 => ("username", |user| by_text(user.username.as_deref())),
            3 => ("last_sign_in_at", |user| by_time(user.signed_in)),
            _ => ("first_name", |user| by_text(user.first_name.as_deref())),
        };
        let found = world.users.iter().filter(|user| passes(user));
        let ranked = found.map(|user| (rank.1(user), user.id.clone())).collect();
        let (sign, descending) = self.direction();
        Expected {
            path: "/v1/users".into(),
            query: format!("{query}&order_by={sign}{}", rank.0),
            ids: in_order(ranked, descending),
            pointer: "/id",
        }
    }

    fn organizations(&self, world: &World) -> Expected {
        let user = world.users.get(self.filter % world.users.len().max(1));
        let user = user.map_or("nobody", |user| &user.id);
        let all = world
            .organizations
            .iter()
            .filter(|known| match self.filter % 3 {
                0 => world.membership(&known.id, user).is_some(),
                _ => true,
            });
        let ranked = all.map(|known| {
            let rank = match self.order % 3 {
                0 => by_text(Some(&known.name)),
                1 => by_time(Some(world.members(&known.id).len() as u64)),
                _ => by_time(Some(known.created)),
            };
            (rank, known.id.clone())
        });
        let filter = match self.filter % 3 {
            0 => format!("user_id={user}"),
            _ => String::new(),
        };
        let name = ["name", "members_count", "created_at"][self.order % 3];
        let (sign, descending) = self.direction();
        Expected {
            path: "/v1/organizations".into(),
            query: format!("{filter}&order_by={sign}{name}"),
            ids: in_order(ranked.collect(), descending),
            pointer: "/id",
        }
    }

    fn memberships(&self, world: &World) -> Expected {
        let organization = world
            .organizations
            .get(self.filter % world.organizations.len().max(1));
        let Some(organization) = organization else {
            return self.organizations(world);
        };
        let only_admins = self.filter % 4 == 0;
        let members = world.members(&organization.id).into_iter();
        let members = members.filter(|known| !only_admins || known.role == ADMIN);
        let ranked = members.map(|known: &Membership| {
            let user = world.user(&known.user);
            let rank = match self.order % 4 {
                0 => by_time(Some(known.created)),
                1 => by_text(user.and_then(|user| user.username.as_deref())),
                2 => by_text(user.and_then(|user| user.first_name.as_deref())),
                _ => by_text(user.and_then(|user| Some(user.primary(Kind::Email)?.text.as_str()))),
            };
            (rank, known.user.clone())
        });
        let name = ["created_at", "username", "first_name", "email_address"][self.order % 4];
        let (sign, descending) = self.direction();
        let role = if only_admins { "role=org:admin" } else { "" };
        Expected {
            path: format!("/v1/organizations/{}/memberships", organization.id),
            query: format!("{role}&order_by={sign}{name}"),
            ids: in_order(ranked.collect(), descending),
            pointer: "/public_user_data/user_id",
        }
    }

    /// Newest first.
    fn sessions(&self, world: &World) -> Expected {
        let user = world.users.get(self.filter % world.users.len().max(1));
        let user = user.map_or("nobody", |user| &user.id);
        let status = ["active", "revoked", "expired"][self.filter % 3];
        let all = world
            .sessions
            .iter()
            .rev()
            .filter(|known| known.user == user);
        let found = all.filter(|known| world.status_of_session(known) == status);
        Expected {
            path: "/v1/sessions".into(),
            query: format!("user_id={user}&status={status}"),
            ids: found.map(|known| known.id.clone()).collect(),
            pointer: "/id",
        }
    }
}

fn mentions(user: &User, needle: &str) -> bool {
    let addresses = user.emails.iter().chain(&user.phones).map(|own| &own.text);
    let names = user.username.iter().chain(&user.first_name);
    let mut texts = addresses.chain(names).chain([&user.id]);
    texts.any(|text| text.to_lowercase().contains(needle))
}

fn without_order(query: &str) -> &str {
    query.split("&order_by").next().unwrap_or_default()
}

/// The ids on a page, and the total that it tells.
fn page(instance: &Instance, expected: &Expected, rest: &str) -> (Vec<String>, Option<usize>) {
    let body = instance.get(&format!("{}?{}&{rest}", expected.path, expected.query));
    let items = body.as_array().or(body["data"].as_array()).expect("a list");
    let id = |item: &Value| {
        item.pointer(expected.pointer)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let total = body["total_count"].as_u64().map(|total| total as usize);
    (items.iter().filter_map(id).collect(), total)
}

/// Page by page, nothing comes twice and nothing is left out.
fn pages(instance: &Instance, expected: &Expected, limit: usize) {
    let mut shown = Vec::new();
    for offset in (0..=expected.ids.len()).step_by(limit) {
        let rest = format!("limit={limit}&offset={offset}&paginated=true");
        let rest = match expected.path.as_str() {
            "/v1/users" | "/v1/sessions" => rest.as_str(),
            _ => rest.trim_end_matches("&paginated=true"),
        };
        let (ids, total) = page(instance, expected, rest);
        assert_eq!(
            total,
            Some(expected.ids.len()),
            "{} {}",
            expected.path,
            expected.query
        );
        shown.extend(ids);
    }
    assert_eq!(
        shown, expected.ids,
        "{} {} by {limit}",
        expected.path, expected.query
    );
}

/// The same from each user to the next.
fn cursors(instance: &Instance, expected: &Expected, limit: usize) {
    let mut shown: Vec<String> = Vec::new();
    loop {
        let after = shown.last().map(|last| format!("&starting_after={last}"));
        let rest = format!("limit={limit}{}", after.unwrap_or_default());
        let (ids, _) = page(instance, expected, &rest);
        if ids.is_empty() {
            break;
        }
        shown.extend(ids);
        assert!(
            shown.len() <= expected.ids.len(),
            "{} repeats itself",
            expected.query
        );
    }
    assert_eq!(shown, expected.ids, "{} after each other", expected.query);
}

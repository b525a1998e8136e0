use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::{Directory, Images, Key, Record};

/// An organization.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) image_url: String,
    /// The id of the picture that somebody has uploaded.
    pub(crate) picture_id: Option<String>,
    /// Zero is no limit.
    pub(crate) max_allowed_memberships: u64,
    pub(crate) admin_delete_enabled: bool,
    pub(crate) public_metadata: Map<String, Value>,
    pub(crate) private_metadata: Map<String, Value>,
    /// The id of a user.
    pub(crate) created_by: Option<String>,
    /// The key of its role set, where it has one: otherwise it has all roles of the instance.
    pub(crate) role_set: Option<String>,
    /// The plan and its features, which are in tokens but not in the organization object.
    pub(crate) plan: Option<String>,
    pub(crate) features: Vec<String>,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for Organization {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Slug, &self.slug);
        if let Some(set) = &self.role_set {
            add(Key::RoleSet, set);
        }
    }
}

impl Organization {
    /// How many members an organization takes unless it says otherwise.
    pub(crate) const MAX_MEMBERS: u64 = 5;

    /// An organization that has nothing but a name.
    pub(crate) fn new(
        id: String,
        slug: String,
        name: String,
        images: &Images,
        now: UnixTime,
    ) -> Self {
        Self {
            image_url: images.of(&id),
            picture_id: None,
            id,
            slug,
            name,
            max_allowed_memberships: Self::MAX_MEMBERS,
            admin_delete_enabled: true,
            public_metadata: Map::new(),
            private_metadata: Map::new(),
            created_by: None,
            role_set: None,
            plan: None,
            features: Vec::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// The API's organization object.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "object": "organization",
            "id": self.id,
            "name": self.name,
            "slug": self.slug,
            "image_url": self.image_url,
            "has_image": self.picture_id.is_some(),
            "max_allowed_memberships": self.max_allowed_memberships,
            "admin_delete_enabled": self.admin_delete_enabled,
            "public_metadata": self.public_metadata,
            "private_metadata": self.private_metadata,
            "role_set_key": self.role_set,
            // Clerk writes an empty text where nobody did.
            "created_by": self.created_by.as_deref().unwrap_or_default(),
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }

    /// What those who are not in it get to know of it.
    pub(crate) fn to_public_json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "slug": self.slug,
            "image_url": self.image_url,
            "has_image": self.picture_id.is_some(),
        })
    }
}

impl Directory {
    /// A slug made from a name and the time, in Unix seconds, with a number where others have it.
    pub(crate) fn free_slug(&self, name: &str, now: UnixTime) -> String {
        let words: Vec<String> = name
            .to_lowercase()
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let slug = match words.is_empty() {
            true => "organization".to_owned(),
            false => words.join("-"),
        };
        let slug = format!("{slug}-{}", now.as_secs());
        let mut candidate = slug.clone();
        let mut number = 1_u64;
        while self.organization(&candidate).is_some() {
            number += 1;
            candidate = format!("{slug}-{number}");
        }
        candidate
    }
}

/// A user's place in the organization a session is in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActiveOrganization<'d> {
    pub(crate) organization: &'d Organization,
    /// With its prefix: `org:admin`.
    pub(crate) role: &'d str,
    /// All permissions of the role, Clerk's own (`org:sys_…`) too.
    pub(crate) permissions: &'d [String],
}

/// How a version 2 session token writes permissions: names of actions, and for each feature of
/// the organization a number whose bits say which of them are allowed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PermissionMask {
    /// The claim `per`.
    pub(crate) actions: String,
    /// The claim `fpm`.
    pub(crate) features: String,
}

impl<'d> ActiveOrganization<'d> {
    /// The permissions that are in tokens, as (feature, action): not Clerk's own ones, and only
    /// those on features that the organization has.
    fn granted(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        self.permissions.iter().filter_map(move |permission| {
            let (feature, action) = permission.strip_prefix("org:")?.split_once(':')?;
            self.organization
                .features
                .iter()
                .any(|known| known == feature)
                .then_some((feature, action))
        })
    }

    /// The permissions in full, as version 1 tokens write them.
    pub(crate) fn permissions(self) -> Vec<String> {
        self.granted()
            .map(|(feature, action)| format!("org:{feature}:{action}"))
            .collect()
    }

    /// The permissions as version 2 tokens write them; `None` where there are none.
    pub(crate) fn permission_mask(self) -> Option<PermissionMask> {
        let mut actions: Vec<&str> = self.granted().map(|(_, action)| action).collect();
        actions.sort_unstable();
        actions.dedup();
        if actions.is_empty() {
            return None;
        }
        let masks: Vec<String> = self
            .organization
            .features
            .iter()
            .map(|feature| {
                let mut digits = vec![0];
                // The first action is the lowest bit, so it comes last.
                for action in actions.iter().rev() {
                    let allowed = self
                        .granted()
                        .any(|pair| pair == (feature.as_str(), *action));
                    double_and_add(&mut digits, u8::from(allowed));
                }
                digits
                    .iter()
                    .rev()
                    .map(|digit| char::from(b'0' + digit))
                    .collect()
            })
            .collect();
        Some(PermissionMask {
            actions: actions.join(","),
            features: masks.join(","),
        })
    }
}

/// Doubles a decimal number, lowest digit first, and adds a bit: masks have as many bits as the
/// instance has actions, so no machine integer is wide enough.
fn double_and_add(digits: &mut Vec<u8>, bit: u8) {
    let mut carry = bit;
    for digit in digits.iter_mut() {
        let doubled = *digit * 2 + carry;
        *digit = doubled % 10;
        carry = doubled / 10;
    }
    if carry > 0 {
        digits.push(carry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(features: &[&str], permissions: &[&str]) -> Option<PermissionMask> {
        let now = UnixTime::from_secs(1_800_000_000);
        let mut organization = Organization::new(
            "org_1".into(),
            "acme".into(),
            "Acme".into(),
            &Images::default(),
            now,
        );
        organization.features = features.iter().map(ToString::to_string).collect();
        let permissions: Vec<String> = permissions.iter().map(ToString::to_string).collect();
        ActiveOrganization {
            organization: &organization,
            role: "org:admin",
            permissions: &permissions,
        }
        .permission_mask()
    }

    #[test]
    fn writes_permissions_as_bits_of_actions() {
        for (features, permissions, expected) in [
            (
                &["dashboard", "teams"][..],
                &[
                    "org:dashboard:manage",
                    "org:dashboard:read",
                    "org:teams:read",
                ][..],
                Some(("manage,read", "3,2")),
            ),
            (
                &["silent", "teams"],
                &["org:teams:read"],
                Some(("read", "0,1")),
            ),
            (&["teams"], &["org:sys_memberships:read"], None),
            (&["teams"], &["org:dashboard:read"], None),
            (&[], &[], None),
        ] {
            let expected = expected.map(|(actions, features)| PermissionMask {
                actions: actions.into(),
                features: features.into(),
            });
            assert_eq!(mask(features, permissions), expected, "{permissions:?}");
        }
    }

    #[test]
    fn masks_are_exact_beyond_every_machine_integer() {
        let permissions: Vec<String> = (0..130).map(|bit| format!("org:f:a{bit:03}")).collect();
        let first_and_last = [permissions[0].as_str(), permissions[129].as_str()];
        let all: Vec<&str> = permissions.iter().map(String::as_str).collect();
        assert_eq!(
            mask(&["f"], &all).unwrap().features,
            // 2^130 - 1
            "1361129467683753853853498429727072845823"
        );
        assert_eq!(mask(&["f"], &first_and_last).unwrap().features, "3");
    }
}

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use super::{Entitlements, is_version_2};
use crate::{Claims, claims::Name, json};

/// The organization that is active in a session, and what the user may do in it.
#[derive(Clone, Debug)]
pub struct Organization<'c> {
    id: Cow<'c, str>,
    slug: Option<Cow<'c, str>>,
    role: Option<Cow<'c, str>>,
    permissions: Permissions,
}

/// The permissions of a session's organization, each as `org:<feature>:<permission>`.
///
/// Clerk puts an instance's own permissions into tokens, never the system ones (`org:sys_…`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions(Vec<String>);

impl<'c> Organization<'c> {
    pub(super) fn of(claims: &'c Claims) -> Option<Self> {
        if is_version_2(claims) {
            Self::version_2(claims)
        } else {
            Self::version_1(claims)
        }
    }

    fn version_1(claims: &'c Claims) -> Option<Self> {
        let text = |name| claims.text(name).filter(|text| !text.is_empty());
        let permissions = claims.raw(Name::OrgPermissions).and_then(json::texts);
        Some(Self {
            id: text(Name::OrgId)?.into(),
            slug: text(Name::OrgSlug).map(Cow::Borrowed),
            role: text(Name::OrgRole).map(Cow::Borrowed),
            permissions: Permissions(permissions.unwrap_or_default()),
        })
    }

    fn version_2(claims: &'c Claims) -> Option<Self> {
        let (mut id, mut slg, mut rol, mut per, mut fpm) = (None, None, None, None, None);
        json::members(claims.raw(Name::Org)?, |name, raw| match name {
            "id" => json::once(&mut id, raw),
            "slg" => json::once(&mut slg, raw),
            "rol" => json::once(&mut rol, raw),
            "per" => json::once(&mut per, raw),
            "fpm" => json::once(&mut fpm, raw),
            _ => Ok(()),
        })
        .ok()?;
        let text = |raw: Option<&'c str>| raw.and_then(json::text).filter(|text| !text.is_empty());
        let permissions = match (text(per), text(fpm)) {
            (Some(names), Some(masks)) => {
                let features = Entitlements::new(claims.text(Name::Features));
                Permissions::decode(features, &names, &masks)
            }
            _ => Permissions::default(),
        };
        Some(Self {
            id: text(id)?,
            slug: text(slg),
            role: text(rol).map(|role| Cow::Owned(format!("org:{role}"))),
            permissions,
        })
    }

    /// The organization: `org_…`.
    pub fn id(&self) -> Cow<'c, str> {
        self.id.clone()
    }

    /// Its slug, where it has one.
    pub fn slug(&self) -> Option<&str> {
        self.slug.as_deref()
    }

    /// The user's role in it, as the dashboard names it: `org:admin`.
    pub fn role(&self) -> Option<&str> {
        self.role.as_deref()
    }

    /// What the user may do in it.
    pub const fn permissions(&self) -> &Permissions {
        &self.permissions
    }
}

impl Permissions {
    /// The permissions, in the token's order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether `permission` is among them. It is compared as it is: `org:invoices:read`.
    pub fn contains(&self, permission: &str) -> bool {
        self.0.iter().any(|one| one == permission)
    }

    /// Unpacks version 2: for each feature of the organization there is a mask (a decimal number
    /// of any size), whose bit `j` stands for the permission name `j`.
    ///
    /// Features of the user alone have no mask. A mask that is not a number grants nothing, and
    /// neither do bits beyond the last name.
    fn decode(features: Entitlements<'_>, names: &str, masks: &str) -> Self {
        let names: Vec<&str> = names.split(',').map(str::trim).collect();
        let mut permissions = Vec::new();
        for (feature, mask) in features.of_organization().zip(masks.split(',')) {
            let bits = bits_of_decimal(mask.trim(), names.len());
            for (name, _) in names.iter().zip(bits).filter(|(_, bit)| *bit) {
                permissions.push(["org", feature, name].join(":"));
            }
        }
        Self(permissions)
    }
}

impl core::fmt::Display for Permissions {
    /// The permissions with commas between.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

/// The lowest `count` bits of a decimal number, lowest first; none set if it is not a number.
///
/// Masks go beyond 64 bits. Halving the digits by hand is slower than arithmetic on a wide
/// integer, and needs no limit.
fn bits_of_decimal(number: &str, count: usize) -> Vec<bool> {
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let mut digits: Vec<u8> = if is_number {
        number.bytes().map(|byte| byte.wrapping_sub(b'0')).collect()
    } else {
        Vec::new()
    };
    (0..count).map(|_| halve(&mut digits)).collect()
}

/// Halves a decimal number in place; whether it was odd.
fn halve(digits: &mut [u8]) -> bool {
    let mut carried: u8 = 0;
    for digit in digits {
        let value = carried.wrapping_add(*digit);
        *digit = value >> 1;
        carried = if value & 1 == 1 { 10 } else { 0 };
    }
    carried != 0
}

use clerk_core::UnixTime;
use std::time::Duration;

use super::{
    Claim, Directory, ExternalAccount, Identification, IdentificationKind, Images, Membership,
    Organization, Permission, Proof, Role, Template, User,
    role::{SYSTEM_PERMISSIONS, SYSTEM_ROLES},
};
use crate::{
    ids::{Ids, SEEDED_AT, is_object_id},
    seed::{OrganizationSeed, RoleSeed, Seed, TemplateSeed, UserSeed},
};

/// Why a seed does not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the seed's {place} {problem}")]
pub struct InvalidSeed {
    place: String,
    problem: String,
}

impl InvalidSeed {
    fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            problem: problem.into(),
        }
    }
}

impl Directory {
    /// The records a seed describes, of an instance at `origin`.
    pub(crate) fn plant(seed: Seed, origin: &str, ids: &mut Ids) -> Result<Self, InvalidSeed> {
        let mut directory = Self {
            images: Images::at(origin),
            settings: seed.instance.settings,
            ..Self::default()
        };
        directory.plant_roles(seed.roles, ids)?;
        for user in seed.users {
            directory.plant_user(user, ids)?;
        }
        for organization in seed.organizations {
            directory.plant_organization(organization, ids)?;
        }
        directory.plant_plans(ids, SEEDED_AT);
        for template in seed.jwt_templates {
            directory.plant_template(template, ids)?;
        }
        directory.plant_message_templates(ids);
        Ok(directory)
    }

    /// Clerk's own roles and permissions, and those of the seed.
    fn plant_roles(&mut self, seeds: Vec<RoleSeed>, ids: &mut Ids) -> Result<(), InvalidSeed> {
        let permission = |key: &str, name: String, ids: &mut Ids| {
            let id = ids.object_made_at("perm_", SEEDED_AT);
            Permission::new(id, key.to_owned(), name, SEEDED_AT)
        };
        for (key, name) in SYSTEM_PERMISSIONS {
            let permission = permission(key, name.to_owned(), ids);
            self.permissions.put(permission);
        }
        for (key, permissions) in SYSTEM_ROLES {
            let mut role = Role::named_like(key, ids, SEEDED_AT);
            role.permissions = permissions.iter().map(ToString::to_string).collect();
            self.roles.put(role);
        }
        for seed in seeds {
            check_role(&seed.key, &seed.permissions)?;
            for key in &seed.permissions {
                if self.permission(key).is_none() {
                    let permission = permission(key, Permission::name_like(key), ids);
                    self.permissions.put(permission);
                }
            }
            let known = self.role(&seed.key).cloned();
            let mut role = known.unwrap_or_else(|| Role::named_like(&seed.key, ids, SEEDED_AT));
            for key in seed.permissions {
                role.permit(key);
            }
            self.roles.put(role);
        }
        Ok(())
    }

    fn plant_user(&mut self, seed: UserSeed, ids: &mut Ids) -> Result<(), InvalidSeed> {
        let place = format!("user {}", seed.email);
        if !IdentificationKind::EmailAddress.is_valid(&seed.email) {
            return Err(InvalidSeed::new(place, "has no e-mail address"));
        }
        if self.user_called(&seed.email).is_some() {
            return Err(InvalidSeed::new(place, "is there twice"));
        }
        check_slugs(&place, seed.plan.iter().chain(&seed.features))?;
        ids.set_time(self.next_moment());
        let id = pinned(&place, seed.id, "user_", ids)?;
        if self.user(&id).is_some() {
            return Err(InvalidSeed::new(place, "has the id of another user"));
        }
        let mut user = User::new(id, &self.images, self.next_moment());
        user.external_id = seed.external_id;
        if let Some(name) = &seed.username {
            if self.user_identified_by(name).is_some() {
                return Err(InvalidSeed::new(place, "has the username of another user"));
            }
        }
        user.username = seed.username;
        if let Some(password) = &seed.password {
            user.set_password(password.expose(), ids, self.next_moment());
        }
        user.first_name = seed.first_name;
        user.last_name = seed.last_name;
        user.public_metadata = seed.public_metadata;
        user.plan = seed.plan;
        user.features = seed.features;
        let mut email = Identification::verified(
            IdentificationKind::EmailAddress,
            ids.object("idn_"),
            seed.email,
            user.created_at,
        );
        for account in seed.external_accounts {
            check_slugs(&place, [&account.provider])?;
            let ids = (ids.object("eac_"), ids.object("idn_"));
            let provider = (account.provider, account.provider_user_id);
            let mut made = ExternalAccount::new(ids, provider);
            made.first_name = account.first_name;
            made.last_name = account.last_name;
            user.external_accounts.push(made);
        }
        if let Some(account) = user.external_accounts.first() {
            email.claim = Claim::Verified(Proof::Account(account.strategy()));
            email.linked_to = Some(account.link());
        }
        user.email_addresses.push(email);
        self.users.put(user);
        Ok(())
    }

    fn plant_organization(
        &mut self,
        seed: OrganizationSeed,
        ids: &mut Ids,
    ) -> Result<(), InvalidSeed> {
        let place = format!("organization {}", seed.slug);
        if self.organization(&seed.slug).is_some() {
            return Err(InvalidSeed::new(place, "is there twice"));
        }
        let slugs = std::iter::once(&seed.slug).chain(&seed.plan);
        check_slugs(&place, slugs.chain(&seed.features))?;
        ids.set_time(self.next_moment());
        let id = pinned(&place, seed.id, "org_", ids)?;
        if self.organization(&id).is_some() {
            return Err(InvalidSeed::new(
                place,
                "has the id of another organization",
            ));
        }
        for (email, role) in seed.members {
            let user = self.user_called(&email).ok_or_else(|| {
                InvalidSeed::new(&place, format!("has a member who is no user: {email}"))
            })?;
            if self.role(&role).is_none() {
                return Err(InvalidSeed::new(
                    place,
                    format!("has a member in a role that there is not: {role}"),
                ));
            }
            let (user_id, now) = (user.id.clone(), self.next_moment());
            let membership = ids.object_made_at("orgmem_", now);
            let membership = Membership::new(membership, id.clone(), user_id, role, now);
            self.memberships.put(membership);
        }
        let name = seed.name.unwrap_or_else(|| seed.slug.clone());
        let now = self.next_moment();
        let mut organization = Organization::new(id, seed.slug, name, &self.images, now);
        organization.plan = seed.plan;
        organization.features = seed.features;
        self.organizations.put(organization);
        Ok(())
    }

    fn plant_template(&mut self, seed: TemplateSeed, ids: &mut Ids) -> Result<(), InvalidSeed> {
        let place = format!("JWT template {}", seed.name);
        if self.template(&seed.name).is_some() {
            return Err(InvalidSeed::new(place, "is there twice"));
        }
        if !(30..=315_360_000).contains(&seed.lifetime) || seed.allowed_clock_skew > 300 {
            return Err(InvalidSeed::new(
                place,
                "needs a lifetime of 30 to 315360000 seconds and a clock skew of at most 300",
            ));
        }
        if let Some(claim) = Template::reserved_claim(&seed.claims) {
            return Err(InvalidSeed::new(
                place,
                format!("sets {claim}, which is reserved"),
            ));
        }
        let now = self.next_moment();
        let id = ids.object_made_at("jtmp_", now);
        let mut template = Template::new(id, seed.name, seed.claims, now);
        template.lifetime = seed.lifetime;
        template.allowed_clock_skew = seed.allowed_clock_skew;
        self.templates.put(template);
        Ok(())
    }

    /// One second later for each record, so that lists by creation have an order.
    fn next_moment(&self) -> UnixTime {
        let records = self.users.len()
            + self.organizations.len()
            + self.memberships.len()
            + self.templates.len();
        SEEDED_AT.saturating_add(Duration::from_secs(records as u64))
    }
}

fn pinned(
    place: &str,
    id: Option<String>,
    prefix: &str,
    ids: &mut Ids,
) -> Result<String, InvalidSeed> {
    match id {
        None => Ok(ids.object(prefix)),
        Some(id) if is_object_id(&id, prefix) => Ok(id),
        Some(_) => Err(InvalidSeed::new(
            place,
            format!("needs an id of {prefix} and 27 letters and digits"),
        )),
    }
}

fn check_role(key: &str, permissions: &[String]) -> Result<(), InvalidSeed> {
    let place = format!("role {key}");
    if !key.strip_prefix("org:").is_some_and(is_slug) {
        return Err(InvalidSeed::new(place, "needs a key such as org:billing"));
    }
    let malformed = permissions.iter().find(|permission| {
        !permission
            .strip_prefix("org:")
            .and_then(|rest| rest.split_once(':'))
            .is_some_and(|(feature, action)| is_slug(feature) && is_slug(action))
    });
    match malformed {
        None => Ok(()),
        Some(permission) => Err(InvalidSeed::new(
            place,
            format!("has a permission that is not like org:invoices:read: {permission}"),
        )),
    }
}

fn check_slugs<'s>(
    place: &str,
    slugs: impl IntoIterator<Item = &'s String>,
) -> Result<(), InvalidSeed> {
    match slugs.into_iter().find(|slug| !is_slug(slug)) {
        None => Ok(()),
        Some(slug) => Err(InvalidSeed::new(
            place,
            format!("has a slug that is not of lower-case letters, digits, - and _: {slug}"),
        )),
    }
}

fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
}

use super::{Planter, refused};
use crate::{
    directory::{Permission, Role, SYSTEM_PERMISSIONS, SYSTEM_ROLES},
    ids::SEEDED_AT,
    operations::{permissions, roles},
    seed::{InvalidSeed, RoleSeed, SeedPlace},
};

impl Planter<'_> {
    /// Clerk's own roles and permissions, and those of the seed.
    pub(super) fn roles(&mut self, seeds: Vec<RoleSeed>) -> Result<(), InvalidSeed> {
        for (key, name) in SYSTEM_PERMISSIONS {
            let permission = self.permission(key, name.to_owned());
            self.directory.permissions.put(permission);
        }
        let pinned = |key: &str| {
            let seed = seeds.iter().position(|seed| seed.key == key);
            seed.map(|index| (index, seeds[index].id.clone()))
        };
        for (key, permissions) in SYSTEM_ROLES {
            let (index, id) = pinned(key).unwrap_or_default();
            let mut role = self.role(&place(index), key, id)?;
            role.permissions = permissions.iter().map(ToString::to_string).collect();
            self.directory.roles.put(role);
        }
        for (index, seed) in seeds.into_iter().enumerate() {
            self.role_of(seed, &place(index))?;
        }
        let settings = self.directory.settings.organizations.clone();
        let place = SeedPlace::of("instance").member("organizations");
        for (name, key) in [
            ("creator_role", settings.creator_role),
            ("domains_default_role", settings.domains_default_role),
        ] {
            if self.directory.role(&key).is_none() {
                let problem = format!("`{key}` is no role of the seed: add it to `roles`");
                return Err(InvalidSeed::at(&place.member(name), problem));
            }
        }
        Ok(())
    }

    fn role_of(&mut self, seed: RoleSeed, place: &SeedPlace) -> Result<(), InvalidSeed> {
        let known = self.directory.role(&seed.key).cloned();
        let mut role = match known {
            Some(role) => role,
            None => self.role(place, &seed.key, seed.id)?,
        };
        role.name = seed.name.unwrap_or(role.name);
        role.description = seed.description.or(role.description);
        let refuse = refused(place, &seed.key);
        roles::check(&self.directory, &role).map_err(refuse)?;
        for (index, key) in seed.permissions.into_iter().enumerate() {
            if self.directory.permission(&key).is_none() {
                let permission = self.permission(&key, Permission::name_like(&key));
                let place = place.member("permissions").item(index);
                let refuse = refused(&place, &key);
                permissions::check(&self.directory, &permission).map_err(refuse)?;
                self.directory.permissions.put(permission);
            }
            role.permit(key);
        }
        self.directory.roles.put(role);
        Ok(())
    }

    fn permission(&mut self, key: &str, name: String) -> Permission {
        let id = self.ids.object_made_at("perm_", SEEDED_AT);
        Permission::new(id, key.to_owned(), name, SEEDED_AT)
    }

    fn role(
        &mut self,
        place: &SeedPlace,
        key: &str,
        pinned: Option<String>,
    ) -> Result<Role, InvalidSeed> {
        let id = self.id(
            place,
            pinned,
            ("role_", |all, id| all.roles.get(id).is_some()),
        )?;
        let name = Role::name_like(key);
        Ok(Role::new(id, key.to_owned(), name, SEEDED_AT))
    }
}

fn place(index: usize) -> SeedPlace {
    SeedPlace::of("roles").item(index)
}

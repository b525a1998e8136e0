use super::{Planter, check_slug, refused, refused_part};
use crate::{
    directory::{
        ApiKey, Directory, Key, Machine, OAuthApplication, PayerType, RedirectUrl, Template,
    },
    ids::SEEDED_AT,
    operations::{api_keys, machines, oauth_applications, redirect_urls, templates},
    seed::{
        ApiKeySeed, InvalidSeed, MachineSeed, Moment, OAuthApplicationSeed, Payer, PlanSeed,
        Secret, SeedPlace, TemplateSeed,
    },
};

impl Planter<'_> {
    /// First all of them, then whom each may call, which may be one that stands below it.
    pub(super) fn machines(&mut self, seeds: Vec<MachineSeed>) -> Result<(), InvalidSeed> {
        let mut scopes = Vec::new();
        for (index, mut seed) in seeds.into_iter().enumerate() {
            let place = SeedPlace::of("machines").item(index);
            let named = std::mem::take(&mut seed.scopes);
            let machine = self.machine(seed, &place)?;
            scopes.push((machine, named, place));
        }
        for (mut machine, named, place) in scopes {
            for (index, name) in named.iter().enumerate() {
                let place = place.member("scopes").item(index);
                let mut all = self.directory.machines.iter();
                let to = all.find(|other| other.id == *name || other.name == *name);
                let to = to.ok_or_else(|| {
                    let problem =
                        format!("`{name}` is no machine of the seed: add it to `machines`");
                    InvalidSeed::at(&place, problem)
                })?;
                machine.scopes.push(to.id.clone());
            }
            machines::check(&self.directory, &machine).map_err(refused_part(&place))?;
            self.directory.machines.put(machine);
        }
        Ok(())
    }

    fn machine(&mut self, seed: MachineSeed, place: &SeedPlace) -> Result<Machine, InvalidSeed> {
        let now = self.moment(seed.created_at);
        let is_taken = |all: &Directory, id: &str| all.machines.get(id).is_some();
        let machine = Machine {
            id: self.id(place, seed.id, ("mch_", is_taken))?,
            name: seed.name,
            secret_key: self.secret(&place.member("secret_key"), seed.secret_key)?,
            previous_keys: Vec::new(),
            scopes: Vec::new(),
            token_lifetime: seed.default_token_ttl.unwrap_or(3600),
            created_at: now,
            updated_at: now,
        };
        machines::check(&self.directory, &machine).map_err(refused_part(place))?;
        self.directory.machines.put(machine.clone());
        Ok(machine)
    }

    /// A secret of a machine or an API key, which opens nothing else.
    fn secret(&mut self, place: &SeedPlace, pinned: Option<Secret>) -> Result<String, InvalidSeed> {
        let Some(secret) = pinned.map(Secret::into_exposed) else {
            return Ok(self.draw(|ids| ids.object("ak_")));
        };
        let directory = &self.directory;
        let is_taken = directory.machines.count(Key::Secret, &secret) > 0
            || directory.api_keys.count(Key::Secret, &secret) > 0;
        let problem = match secret
            .strip_prefix("ak_")
            .is_some_and(|rest| rest.len() >= 8)
        {
            false => "must be ak_ and 8 characters or more",
            true if is_taken => "is the secret of another one: use each once",
            true => return Ok(secret),
        };
        Err(InvalidSeed::at(place, problem))
    }

    pub(super) fn api_keys(&mut self, seeds: Vec<ApiKeySeed>) -> Result<(), InvalidSeed> {
        for (index, seed) in seeds.into_iter().enumerate() {
            let place = SeedPlace::of("api_keys").item(index);
            let now = self.moment(seed.created_at);
            let id = match seed.id {
                None => self.draw(|ids| ids.machine("ak_")),
                Some(id) if self.directory.api_keys.get(&id).is_none() => id,
                Some(id) => {
                    let problem = format!("`{id}` is the id of another one: pin each id once");
                    return Err(InvalidSeed::at(&place.member("id"), problem));
                }
            };
            let subject = self.subject(&place.member("subject"), seed.subject)?;
            let secret = self.secret(&place.member("secret"), seed.secret)?;
            let mut key = ApiKey::new(id, secret, (seed.name, subject), now);
            key.description = seed.description;
            key.claims = seed.claims.unwrap_or_default();
            key.scopes = seed.scopes;
            key.created_by = self.creator(&place, seed.created_by)?;
            key.expires_at = seed.expires_at.map(|Moment(at)| at);
            api_keys::check(&key).map_err(refused_part(&place))?;
            self.directory.api_keys.put(key);
        }
        Ok(())
    }

    /// The id of the organization, the machine or the user that is called so.
    fn subject(&self, place: &SeedPlace, name: String) -> Result<String, InvalidSeed> {
        if let Some(organization) = self.directory.organization(&name) {
            return Ok(organization.id.clone());
        }
        match api_keys::check_subject("subject", &name) {
            Ok(()) => Ok(name),
            Err(_) => self.user_called(place, &name).map_err(|_| {
                let problem = format!(
                    "`{name}` is neither a user nor an organization of the seed: name a user by e-mail address, \
                     an organization by slug, or either by id"
                );
                InvalidSeed::at(place, problem)
            }),
        }
    }

    pub(super) fn oauth_applications(
        &mut self,
        seeds: Vec<OAuthApplicationSeed>,
    ) -> Result<(), InvalidSeed> {
        for (index, seed) in seeds.into_iter().enumerate() {
            let place = SeedPlace::of("oauth_applications").item(index);
            let now = self.moment(seed.created_at);
            let is_taken = |all: &Directory, id: &str| all.oauth_applications.get(id).is_some();
            let id = self.id(&place, seed.id, ("oa_", is_taken))?;
            let client_id = seed
                .client_id
                .unwrap_or_else(|| self.draw(|ids| ids.object("")));
            let applications = &self.directory.oauth_applications;
            if applications.count(Key::Client, &client_id) > 0 {
                let problem = format!("`{client_id}` is another application's: pin each once");
                return Err(InvalidSeed::at(&place.member("client_id"), problem));
            }
            let secret = seed.client_secret.map(Secret::into_exposed);
            let secret = secret.unwrap_or_else(|| oauth_applications::new_secret(self.ids));
            let application = OAuthApplication {
                id,
                name: seed.name,
                client_id,
                client_secret: (!seed.public).then_some(secret),
                picture_id: None,
                redirect_uris: seed.redirect_uris,
                scopes: seed.scopes.unwrap_or_else(|| "profile email".to_owned()),
                consent_screen_enabled: seed.consent_screen_enabled.unwrap_or(true),
                pkce_required: seed.pkce_required || seed.public,
                public: seed.public,
                created_at: now,
                updated_at: now,
            };
            oauth_applications::check(&application).map_err(refused_part(&place))?;
            self.directory.oauth_applications.put(application);
        }
        Ok(())
    }

    pub(super) fn templates(&mut self, seeds: Vec<TemplateSeed>) -> Result<(), InvalidSeed> {
        for (index, seed) in seeds.into_iter().enumerate() {
            let place = SeedPlace::of("jwt_templates").item(index);
            let now = self.moment(None);
            let is_taken = |all: &Directory, id: &str| all.templates.get(id).is_some();
            let id = self.id(&place, seed.id, ("jtmp_", is_taken))?;
            let mut template = Template::new(id, seed.name, seed.claims, now);
            template.lifetime = seed.lifetime;
            template.allowed_clock_skew = seed.allowed_clock_skew;
            templates::check(&self.directory, &template).map_err(refused_part(&place))?;
            self.directory.templates.put(template);
        }
        Ok(())
    }

    /// The plans of the seed, those that users and organizations of it have, and those of all others.
    pub(super) fn plans(&mut self, seeds: Vec<PlanSeed>) -> Result<(), InvalidSeed> {
        for (index, seed) in seeds.into_iter().enumerate() {
            let place = SeedPlace::of("plans").item(index);
            check_slug(&place.member("slug"), &seed.slug)?;
            let payer = match seed.payer {
                Payer::User => PayerType::User,
                Payer::Organization => PayerType::Organization,
            };
            if self.directory.plan(payer, &seed.slug).is_some() {
                let problem = format!("`{}` is there already: say each plan once", seed.slug);
                return Err(InvalidSeed::at(&place.member("slug"), problem));
            }
            let is_taken = |all: &Directory, id: &str| all.plans.get(id).is_some();
            let id = self.id(&place, seed.id, ("cplan_", is_taken))?;
            let amounts = (seed.amount, seed.annual_monthly_amount);
            let plan = (payer, seed.slug, id);
            self.directory
                .put_plan(plan, amounts, (self.ids, SEEDED_AT));
        }
        self.directory.plant_plans(self.ids, SEEDED_AT);
        Ok(())
    }

    pub(super) fn redirect_urls(&mut self, urls: Vec<String>) -> Result<(), InvalidSeed> {
        for (index, url) in urls.into_iter().enumerate() {
            let place = SeedPlace::of("redirect_urls").item(index);
            redirect_urls::check(&self.directory, &url).map_err(refused(&place, &url))?;
            let url = RedirectUrl {
                created_at: self.moment(None),
                id: self.ids.object("ru_"),
                url,
            };
            self.directory.redirect_urls.put(url);
        }
        Ok(())
    }
}

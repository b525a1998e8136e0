//! Makes the records that a seed describes, by the rules of the operations that would make them.

mod applications;
mod organizations;
mod people;
mod pinned;
mod roles;

use std::{collections::HashSet, time::Duration};

use clerk_core::UnixTime;
use serde_json::{Map, Value};

use crate::{
    directory::{Directory, IdentificationKind, Images},
    ids::{Ids, SEEDED_AT, is_object_id},
    operations,
    refusal::Refusal,
    seed::{InvalidSeed, Moment, Seed, SeedPlace},
};

/// The records of an instance at `origin`.
pub(crate) fn plant(seed: Seed, origin: &str, ids: &mut Ids) -> Result<Directory, InvalidSeed> {
    let text = seed.text.clone();
    let directory = Directory {
        images: Images::at(origin),
        settings: seed.instance.settings.clone().into(),
        ..Directory::default()
    };
    let mut planter = Planter {
        directory,
        ids,
        origin,
        planted: 0,
        pinned: pinned::pinned(&seed),
    };
    match (planter.plant(seed), text) {
        (Ok(()), _) => Ok(planter.directory),
        (Err(invalid), Some(text)) => Err(invalid.in_text(&text)),
        (Err(invalid), None) => Err(invalid),
    }
}

/// What is there so far, and what it takes to make more.
struct Planter<'p> {
    directory: Directory,
    ids: &'p mut Ids,
    origin: &'p str,
    planted: u64,
    /// The ids and secrets that are not to be drawn.
    pinned: HashSet<String>,
}

impl Planter<'_> {
    fn plant(&mut self, seed: Seed) -> Result<(), InvalidSeed> {
        self.roles(seed.roles)?;
        self.users(seed.users)?;
        self.organizations(seed.organizations)?;
        self.invitations(seed.invitations)?;
        self.machines(seed.machines)?;
        self.api_keys(seed.api_keys)?;
        self.oauth_applications(seed.oauth_applications)?;
        self.templates(seed.jwt_templates)?;
        self.plans(seed.plans)?;
        self.lists(seed.allowlist, seed.blocklist)?;
        self.waitlist(seed.waitlist)?;
        self.redirect_urls(seed.redirect_urls)?;
        self.directory.plant_message_templates(self.ids);
        Ok(())
    }

    /// When the next record is made: one second later for each, so that lists by creation have an order.
    fn moment(&mut self, given: Option<Moment>) -> UnixTime {
        let usual = SEEDED_AT.saturating_add(Duration::from_secs(self.planted));
        let at = given.map_or(usual, |Moment(at)| at);
        self.planted += 1;
        self.ids.set_time(at);
        at
    }

    /// The id that was pinned, or else a new one. No other record of the kind has it.
    fn id(
        &mut self,
        place: &SeedPlace,
        pinned: Option<String>,
        (prefix, is_taken): (&str, impl Fn(&Directory, &str) -> bool),
    ) -> Result<String, InvalidSeed> {
        let Some(id) = pinned else {
            return Ok(self.draw(|ids| ids.object(prefix)));
        };
        let place = place.member("id");
        if !is_object_id(&id, prefix) {
            let problem = format!("`{id}` must be {prefix} and 27 letters and digits");
            return Err(InvalidSeed::at(&place, problem));
        }
        match is_taken(&self.directory, &id) {
            false => Ok(id),
            true => {
                let problem = format!("`{id}` is the id of another one: pin each id once");
                Err(InvalidSeed::at(&place, problem))
            }
        }
    }

    /// What nothing else has. Ids that were drawn in another run may be pinned in this one.
    fn draw(&mut self, make: impl Fn(&mut Ids) -> String) -> String {
        loop {
            let made = make(self.ids);
            if !self.pinned.contains(&made) {
                return made;
            }
        }
    }

    /// The id of whoever made something, who may be no user any more.
    fn creator(
        &self,
        place: &SeedPlace,
        name: Option<String>,
    ) -> Result<Option<String>, InvalidSeed> {
        match name {
            Some(id) if is_object_id(&id, "user_") => Ok(Some(id)),
            Some(name) => self
                .user_called(&place.member("created_by"), &name)
                .map(Some),
            None => Ok(None),
        }
    }

    /// The id of the user who is called so: by an address, a username, or the id itself.
    fn user_called(&self, place: &SeedPlace, name: &str) -> Result<String, InvalidSeed> {
        let directory = &self.directory;
        let user = directory.user(name);
        let user = user.or_else(|| directory.user_identified_by(name));
        let user = user
            .or_else(|| directory.user_claiming(IdentificationKind::Web3Wallet, name))
            .map(|user| user.id.clone());
        user.ok_or_else(|| {
            let problem = format!(
                "`{name}` is no user of the seed: add one, or name one by e-mail address, phone number, \
                 username or id"
            );
            InvalidSeed::at(place, problem)
        })
    }
}

/// What an operation would refuse, said of a value of the seed.
fn refused<'p>(
    place: &'p SeedPlace,
    value: &'p str,
) -> impl FnOnce(Refusal) -> InvalidSeed + use<'p> {
    move |refusal| {
        let problem = format!("`{value}`: {}", refusal.long_message());
        InvalidSeed::at(place, problem)
    }
}

/// The same of a part, where the operation's input has the name that the part has in the seed.
fn refused_part(place: &SeedPlace) -> impl FnOnce(Refusal) -> InvalidSeed + use<'_> {
    move |refusal| {
        let place = match refusal.blamed() {
            Some(name) => place.member(name),
            None => place.clone(),
        };
        InvalidSeed::at(&place, refusal.long_message())
    }
}

/// Refuses plans, features and providers that cannot be.
fn check_slug(place: &SeedPlace, slug: &str) -> Result<(), InvalidSeed> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    match !slug.is_empty() && slug.bytes().all(allowed) {
        true => Ok(()),
        false => {
            let problem = format!("`{slug}` must be of lower-case letters, digits, - and _");
            Err(InvalidSeed::at(place, problem))
        }
    }
}

/// The same of a plan and its features.
fn check_plan(
    place: &SeedPlace,
    plan: Option<&str>,
    features: &[String],
) -> Result<(), InvalidSeed> {
    if let Some(plan) = plan {
        check_slug(&place.member("plan"), plan)?;
    }
    for (index, feature) in features.iter().enumerate() {
        check_slug(&place.member("features").item(index), feature)?;
    }
    Ok(())
}

/// Metadata that is small enough, of whatever stands there.
fn check_metadata(
    place: &SeedPlace,
    fields: &[(&str, &Map<String, Value>)],
) -> Result<(), InvalidSeed> {
    for (name, metadata) in fields {
        operations::metadata::check_size(name, metadata).map_err(refused_part(place))?;
    }
    Ok(())
}

//! Says of the records that there are what seed they could have come from: the inverse of planting.

mod applications;
mod organizations;
mod people;

use clerk_core::UnixTime;

use crate::{
    directory::{Directory, InstanceSettings, Role, User},
    seed::{InstanceSeed, Moment, RoleSeed, Seed},
    state::State,
};

/// The seed that what is there at `now` could have come from.
pub(crate) fn harvest(state: &State, now: UnixTime) -> Seed {
    let directory = &state.directory;
    Seed {
        instance: InstanceSeed {
            settings: InstanceSettings::clone(&directory.settings),
        },
        roles: roles(directory),
        users: directory.users.iter().map(people::user).collect(),
        organizations: organizations::all(directory, now),
        invitations: organizations::to_the_instance(directory, now),
        machines: applications::machines(directory),
        api_keys: applications::api_keys(directory, now),
        oauth_applications: applications::oauth(directory),
        plans: applications::plans(directory),
        allowlist: people::listed(&directory.allowlist),
        blocklist: people::listed(&directory.blocklist),
        waitlist: people::waiting(directory),
        redirect_urls: applications::redirect_urls(directory),
        jwt_templates: applications::templates(directory),
        webhooks: state.outbox.endpoints().map(Into::into).collect(),
        text: None,
    }
}

fn roles(directory: &Directory) -> Vec<RoleSeed> {
    let roles = directory.roles.iter();
    let seed = |role: &Role| RoleSeed {
        key: role.key.clone(),
        id: Some(role.id.clone()),
        name: Some(role.name.clone()),
        description: role.description.clone(),
        permissions: role.permissions.clone(),
    };
    roles.map(seed).collect()
}

/// What the user is called by elsewhere in the seed.
fn name_of(directory: &Directory, user: &User) -> String {
    let names = user.email_addresses.iter().map(|email| &email.address);
    let mut names = names.chain(&user.username);
    let is_theirs = |name: &&String| {
        let named = directory.user_identified_by(name);
        named.is_some_and(|named| named.id == user.id)
    };
    names.find(is_theirs).unwrap_or(&user.id).clone()
}

/// The same of the user with this id, or the id, if there is no such user any more.
fn name_of_id(directory: &Directory, id: &str) -> String {
    let user = directory.user(id);
    user.map_or_else(|| id.to_owned(), |user| name_of(directory, user))
}

/// A time that has to be said, because it is not the usual one.
fn unless(usual: UnixTime, at: UnixTime) -> Option<Moment> {
    (at != usual).then_some(Moment(at))
}

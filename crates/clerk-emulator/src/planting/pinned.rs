use std::collections::HashSet;

use crate::seed::{InvitationSeed, OrganizationSeed, Secret, Seed, UserSeed};

/// The ids and secrets that a seed pins, which nothing else in it is to be given.
pub(super) fn pinned(seed: &Seed) -> HashSet<String> {
    let roles = seed.roles.iter().map(|role| &role.id);
    let users = seed.users.iter().flat_map(of_user);
    let organizations = seed.organizations.iter().flat_map(of_organization);
    let machines = seed.machines.iter().map(|machine| &machine.id);
    let applications = seed.oauth_applications.iter();
    let applications = applications.flat_map(|known| [&known.id, &known.client_id]);
    let ids = roles
        .chain(users)
        .chain(organizations)
        .chain(invitations(&seed.invitations))
        .chain(machines)
        .chain(seed.api_keys.iter().map(|key| &key.id))
        .chain(applications)
        .chain(seed.plans.iter().map(|plan| &plan.id))
        .chain(seed.jwt_templates.iter().map(|template| &template.id));
    let secrets = seed.machines.iter().map(|machine| &machine.secret_key);
    let secrets = secrets.chain(seed.api_keys.iter().map(|key| &key.secret));
    let secrets = secrets.flatten().map(Secret::expose).map(str::to_owned);
    ids.flatten().cloned().chain(secrets).collect()
}

fn of_user(user: &UserSeed) -> impl Iterator<Item = &Option<String>> {
    let addresses = user.email_addresses.iter().chain(&user.phone_numbers);
    let addresses = addresses.chain(&user.web3_wallets);
    let accounts = user.external_accounts.iter();
    let accounts = accounts.flat_map(|account| [&account.id, &account.identification_id]);
    std::iter::once(&user.id)
        .chain(addresses.map(|address| &address.id))
        .chain(accounts)
}

fn of_organization(organization: &OrganizationSeed) -> impl Iterator<Item = &Option<String>> {
    let members = organization.members.iter().map(|(_, member)| &member.id);
    let domains = organization.domains.iter().map(|domain| &domain.id);
    std::iter::once(&organization.id)
        .chain(members)
        .chain(domains)
        .chain(invitations(&organization.invitations))
}

fn invitations(all: &[InvitationSeed]) -> impl Iterator<Item = &Option<String>> {
    all.iter().map(|invitation| &invitation.id)
}

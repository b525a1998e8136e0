use super::unless;
use crate::{
    directory::{
        Claim, Directory, ExternalAccount, Identification, ListedIdentifier, Table, Totp, User,
        WaitlistEntry, WaitlistEntryStatus,
    },
    seed::{AddressSeed, AddressStatus, ExternalAccountSeed, Moment, Secret, UserSeed},
};

pub(super) fn user(user: &User) -> UserSeed {
    let addresses = |all: &[Identification]| -> Vec<AddressSeed> {
        all.iter().map(|one| address(user, one)).collect()
    };
    let digest = user.password.as_ref().map(|password| password.to_digest());
    let (hasher, digest) = digest.unzip();
    let totp = user.second_factors.totp.as_ref();
    let codes = user.second_factors.backup_codes().iter();
    UserSeed {
        id: Some(user.id.clone()),
        email: None,
        email_addresses: addresses(&user.email_addresses),
        phone_numbers: addresses(&user.phone_numbers),
        web3_wallets: addresses(&user.web3_wallets),
        username: user.username.clone(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        locale: user.locale.clone(),
        password: None,
        password_digest: digest.map(Secret::new),
        password_hasher: hasher.map(str::to_owned),
        totp_secret: totp
            .filter(|totp| totp.verified)
            .map(Totp::secret)
            .map(Secret::new),
        backup_codes: codes.map(Secret::new).collect(),
        external_accounts: user.external_accounts.iter().map(account).collect(),
        external_id: user.external_id.clone(),
        public_metadata: user.public_metadata.clone(),
        private_metadata: user.private_metadata.clone(),
        unsafe_metadata: user.unsafe_metadata.clone(),
        banned: user.banned,
        locked: user.locked,
        delete_self_enabled: (!user.delete_self_enabled).then_some(false),
        create_organization_enabled: (!user.create_organization_enabled).then_some(false),
        create_organizations_limit: user.create_organizations_limit,
        bypass_client_trust: user.bypass_client_trust,
        plan: user.plan.clone(),
        features: user.features.clone(),
        legal_accepted_at: user.legal_accepted_at.map(Moment),
        last_sign_in_at: user.last_sign_in_at.map(Moment),
        created_at: Some(Moment(user.created_at)),
        updated_at: unless(user.created_at, user.updated_at),
    }
}

fn address(user: &User, one: &Identification) -> AddressSeed {
    let all = user.identifications_of(one.kind);
    let is_primary = user.primary(one.kind).map(|primary| &primary.id) == Some(&one.id);
    let is_first = all.first().map(|first| &first.id) == Some(&one.id);
    let mut accounts = user.external_accounts.iter();
    let account = accounts.find(|account| one.linked_to == Some(account.link()));
    AddressSeed {
        address: one.address.clone(),
        id: Some(one.id.clone()),
        status: match one.claim {
            Claim::Verified(_) => AddressStatus::Verified,
            Claim::Reserved => AddressStatus::Reserved,
            Claim::Unverified => AddressStatus::Unverified,
        },
        primary: is_primary && !is_first,
        second_factor: one.is_second_factor && one.is_verified(),
        from: account.map(|account| account.provider.clone()),
        created_at: unless(user.created_at, one.created_at),
        updated_at: unless(one.created_at, one.updated_at),
    }
}

fn account(account: &ExternalAccount) -> ExternalAccountSeed {
    ExternalAccountSeed {
        provider: account.provider.clone(),
        provider_user_id: account.provider_user_id.clone(),
        id: Some(account.id.clone()),
        identification_id: Some(account.identification_id.clone()),
        first_name: account.first_name.clone(),
        last_name: account.last_name.clone(),
    }
}

pub(super) fn listed(list: &Table<ListedIdentifier>) -> Vec<String> {
    list.iter()
        .map(|listed| listed.identifier.clone())
        .collect()
}

/// Of those about whom nothing was decided.
pub(super) fn waiting(directory: &Directory) -> Vec<String> {
    let pending = |entry: &&WaitlistEntry| entry.status(directory) == WaitlistEntryStatus::Pending;
    let entries = directory.waitlist.iter().filter(pending);
    entries.map(|entry| entry.email_address.clone()).collect()
}

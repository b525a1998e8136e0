use std::collections::HashMap;

use super::{Planter, check_metadata, check_plan, check_slug, refused, refused_part};
use crate::{
    directory::{
        Claim, Directory, ExternalAccount, Identification, IdentificationKind, Key, Proof, User,
        WaitlistEntry,
    },
    operations::{
        identifications, invitations,
        listed_identifiers::{self, ALLOWLIST, BLOCKLIST},
        users::{self, Credentials},
    },
    seed::{
        AddressSeed, AddressStatus, ExternalAccountSeed, InvalidSeed, Moment, Secret, SeedPlace,
        UserSeed,
    },
};

/// The accounts by their providers: what addresses come from.
type Links = HashMap<String, (String, String)>;

impl Planter<'_> {
    pub(super) fn users(&mut self, seeds: Vec<UserSeed>) -> Result<(), InvalidSeed> {
        for (index, seed) in seeds.into_iter().enumerate() {
            self.user(seed, &SeedPlace::of("users").item(index))?;
        }
        Ok(())
    }

    fn user(&mut self, mut seed: UserSeed, place: &SeedPlace) -> Result<(), InvalidSeed> {
        check_plan(place, seed.plan.as_deref(), &seed.features)?;
        let now = self.moment(seed.created_at);
        let is_taken = |all: &Directory, id: &str| all.user(id).is_some();
        let id = self.id(place, seed.id.take(), ("user_", is_taken))?;
        let mut user = User::new(id, &self.directory.images, now);
        let links = self.accounts(
            &mut user,
            std::mem::take(&mut seed.external_accounts),
            place,
        )?;
        self.addresses(&mut user, &mut seed, (place, &links))?;
        user.username = seed.username;
        user.external_id = seed.external_id;
        users::refuse_duplicates(&self.directory, &user).map_err(refused_part(place))?;
        user.first_name = seed.first_name;
        user.last_name = seed.last_name;
        user.locale = seed.locale;
        check_metadata(
            place,
            &[
                ("public_metadata", &seed.public_metadata),
                ("private_metadata", &seed.private_metadata),
                ("unsafe_metadata", &seed.unsafe_metadata),
            ],
        )?;
        user.public_metadata = seed.public_metadata;
        user.private_metadata = seed.private_metadata;
        user.unsafe_metadata = seed.unsafe_metadata;
        let credentials = Credentials {
            password: seed.password.map(Secret::into_exposed),
            digest: seed.password_digest.map(Secret::into_exposed),
            hasher: seed.password_hasher,
        };
        users::give_credentials(&mut user, credentials, (self.ids, now))
            .map_err(refused_part(place))?;
        if let Some(secret) = &seed.totp_secret {
            users::give_app(&mut user, secret.expose()).map_err(refused_part(place))?;
        }
        let codes = seed.backup_codes.into_iter().map(Secret::into_exposed);
        user.second_factors.take_backup_codes(codes.collect());
        user.banned = seed.banned;
        user.locked = seed.locked;
        user.bypass_client_trust = seed.bypass_client_trust;
        user.delete_self_enabled = seed.delete_self_enabled.unwrap_or(true);
        user.create_organization_enabled = seed.create_organization_enabled.unwrap_or(true);
        user.create_organizations_limit = seed.create_organizations_limit;
        user.plan = seed.plan;
        user.features = seed.features;
        user.legal_accepted_at = seed.legal_accepted_at.map(|Moment(at)| at);
        user.last_sign_in_at = seed.last_sign_in_at.map(|Moment(at)| at);
        user.updated_at = seed.updated_at.map_or(now, |Moment(at)| at);
        user.note_second_factors(now);
        self.directory.users.put(user);
        Ok(())
    }

    fn accounts(
        &mut self,
        user: &mut User,
        seeds: Vec<ExternalAccountSeed>,
        place: &SeedPlace,
    ) -> Result<Links, InvalidSeed> {
        let mut links = Links::new();
        for (index, seed) in seeds.into_iter().enumerate() {
            let place = place.member("external_accounts").item(index);
            check_slug(&place.member("provider"), &seed.provider)?;
            let ids = (
                seed.id
                    .unwrap_or_else(|| self.draw(|ids| ids.object("eac_"))),
                seed.identification_id
                    .unwrap_or_else(|| self.draw(|ids| ids.object("idn_"))),
            );
            let provider = seed.provider.clone();
            let mut account = ExternalAccount::new(ids, (seed.provider, seed.provider_user_id));
            account.first_name = seed.first_name;
            account.last_name = seed.last_name;
            links.entry(provider).or_insert_with(|| account.link());
            user.external_accounts.push(account);
        }
        Ok(links)
    }

    fn addresses(
        &mut self,
        user: &mut User,
        seed: &mut UserSeed,
        (place, links): (&SeedPlace, &Links),
    ) -> Result<(), InvalidSeed> {
        if let Some(email) = seed.email.take() {
            let mut email = AddressSeed::new(email);
            let first = user.external_accounts.first();
            email.from = first.map(|account| account.provider.clone());
            let kind = IdentificationKind::EmailAddress;
            self.address(user, (kind, email), (&place.member("email"), links))?;
        }
        for (name, kind, addresses) in [
            (
                "email_addresses",
                IdentificationKind::EmailAddress,
                &mut seed.email_addresses,
            ),
            (
                "phone_numbers",
                IdentificationKind::PhoneNumber,
                &mut seed.phone_numbers,
            ),
            (
                "web3_wallets",
                IdentificationKind::Web3Wallet,
                &mut seed.web3_wallets,
            ),
        ] {
            for (index, address) in std::mem::take(addresses).into_iter().enumerate() {
                let place = place.member(name).item(index);
                self.address(user, (kind, address), (&place, links))?;
            }
        }
        Ok(())
    }

    fn address(
        &mut self,
        user: &mut User,
        (kind, seed): (IdentificationKind, AddressSeed),
        (place, links): (&SeedPlace, &Links),
    ) -> Result<(), InvalidSeed> {
        // What is said of somebody else as well was theirs before it was shown to be that one's.
        let nobody = Directory::default();
        let others = match seed.status {
            AddressStatus::Unverified => &nobody,
            AddressStatus::Verified | AddressStatus::Reserved => &self.directory,
        };
        let refuse = refused(place, &seed.address);
        identifications::check(others, user, (kind, &seed.address)).map_err(refuse)?;
        let own: Vec<String> = user.identifications().map(|own| own.id.clone()).collect();
        let is_taken = |all: &Directory, id: &str| {
            own.iter().any(|own| own == id) || all.users.count(Key::Identification, id) > 0
        };
        let id = self.id(place, seed.id, ("idn_", is_taken))?;
        let mut made = Identification::verified(kind, id, seed.address, user.created_at);
        made.claim = match seed.status {
            AddressStatus::Verified => Claim::Verified(Proof::Admin),
            AddressStatus::Reserved => Claim::Reserved,
            AddressStatus::Unverified => Claim::Unverified,
        };
        if let Some(provider) = &seed.from {
            let link = links.get(provider).ok_or_else(|| {
                let problem =
                    format!("`{provider}` is not among the user's external_accounts: add it there");
                InvalidSeed::at(&place.member("from"), problem)
            })?;
            if seed.status == AddressStatus::Verified {
                made.claim = Claim::Verified(Proof::Account(link.0.clone()));
            }
            made.linked_to = Some(link.clone());
        }
        let is_phone = kind == IdentificationKind::PhoneNumber;
        if seed.second_factor && !(is_phone && made.is_verified()) {
            let problem = "only phone numbers that are verified are second factors: leave it out";
            return Err(InvalidSeed::at(&place.member("second_factor"), problem));
        }
        made.is_second_factor = seed.second_factor;
        made.created_at = seed.created_at.map_or(made.created_at, |Moment(at)| at);
        made.updated_at = seed.updated_at.map_or(made.created_at, |Moment(at)| at);
        let id = made.id.clone();
        user.identifications_mut(kind).push(made);
        if seed.primary {
            let place = place.member("primary");
            identifications::choose(user, (kind, "primary"), id)
                .map_err(refused(&place, "true"))?;
        }
        Ok(())
    }

    pub(super) fn lists(
        &mut self,
        allowed: Vec<String>,
        blocked: Vec<String>,
    ) -> Result<(), InvalidSeed> {
        for (name, list, identifiers) in [
            ("allowlist", &ALLOWLIST, allowed),
            ("blocklist", &BLOCKLIST, blocked),
        ] {
            for (index, identifier) in identifiers.into_iter().enumerate() {
                let place = SeedPlace::of(name).item(index);
                let now = self.moment(None);
                let wanted = (list, identifier.clone());
                listed_identifiers::put_on(&mut self.directory, wanted, (self.ids, now))
                    .map_err(refused(&place, &identifier))?;
            }
        }
        Ok(())
    }

    pub(super) fn waitlist(&mut self, addresses: Vec<String>) -> Result<(), InvalidSeed> {
        for (index, address) in addresses.into_iter().enumerate() {
            let place = SeedPlace::of("waitlist").item(index);
            invitations::check_address(&address).map_err(refused(&place, &address))?;
            let key = address.to_ascii_lowercase();
            if self.directory.waitlist.count(Key::EmailAddress, &key) > 0 {
                let problem = format!("`{address}` waits already: say it once");
                return Err(InvalidSeed::at(&place, problem));
            }
            let now = self.moment(None);
            let entry = WaitlistEntry::new(self.ids.object("wle_"), address, now);
            self.directory.waitlist.put(entry);
        }
        Ok(())
    }
}

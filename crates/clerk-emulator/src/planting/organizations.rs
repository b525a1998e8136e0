use std::collections::HashSet;

use super::{Planter, check_metadata, check_plan, refused};
use crate::{
    directory::{Directory, Invitation, Membership, Organization, OrganizationDomain, Place},
    operations::{
        check_organization, check_role_in, invitations, organization_domains,
        organization_invitations,
    },
    seed::{
        DomainSeed, InvalidSeed, InvitationSeed, MemberSeed, Moment, OrganizationSeed, Secret,
        SeedPlace,
    },
};

/// How long invitations of a seed are pending where it does not say, in days: as good as always.
const LIFETIME: u64 = 36_500;

impl Planter<'_> {
    pub(super) fn organizations(
        &mut self,
        seeds: Vec<OrganizationSeed>,
    ) -> Result<(), InvalidSeed> {
        let (mut memberships, mut invitations) = (Vec::new(), Vec::new());
        for (index, mut seed) in seeds.into_iter().enumerate() {
            let place = SeedPlace::of("organizations").item(index);
            let (members, invited) = (
                std::mem::take(&mut seed.members),
                std::mem::take(&mut seed.invitations),
            );
            let organization = self.organization(seed, &place)?;
            memberships.extend(self.members(&organization, members, &place)?);
            invitations.push((organization, invited, place));
        }
        // Where seeds say since when, somebody joins one organization between two that join another.
        memberships.sort_by_key(|membership: &Membership| membership.created_at);
        for membership in memberships {
            self.directory.memberships.put(membership);
        }
        for (organization, invited, place) in invitations {
            for (index, invitation) in invited.into_iter().enumerate() {
                let place = place.member("invitations").item(index);
                self.organization_invitation(&organization, invitation, &place)?;
            }
        }
        Ok(())
    }

    fn organization(
        &mut self,
        seed: OrganizationSeed,
        place: &SeedPlace,
    ) -> Result<Organization, InvalidSeed> {
        check_plan(place, seed.plan.as_deref(), &seed.features)?;
        let now = self.moment(seed.created_at);
        let is_taken = |all: &Directory, id: &str| all.organizations.get(id).is_some();
        let id = self.id(place, seed.id, ("org_", is_taken))?;
        let name = seed.name.unwrap_or_else(|| seed.slug.clone());
        let images = &self.directory.images;
        let mut organization = Organization::new(id, seed.slug, name, images, now);
        let defaults = &self.directory.settings.organizations;
        organization.max_allowed_memberships = seed
            .max_allowed_memberships
            .unwrap_or(defaults.max_allowed_memberships);
        organization.admin_delete_enabled = seed
            .admin_delete_enabled
            .unwrap_or(defaults.admin_delete_enabled);
        check_organization(&self.directory, &organization)
            .map_err(refused(&place.member("slug"), &organization.slug))?;
        check_metadata(
            place,
            &[
                ("public_metadata", &seed.public_metadata),
                ("private_metadata", &seed.private_metadata),
            ],
        )?;
        organization.public_metadata = seed.public_metadata;
        organization.private_metadata = seed.private_metadata;
        organization.plan = seed.plan;
        organization.features = seed.features;
        organization.updated_at = seed.updated_at.map_or(now, |Moment(at)| at);
        organization.created_by = self.creator(place, seed.created_by)?;
        self.directory.organizations.put(organization.clone());
        for (index, domain) in seed.domains.into_iter().enumerate() {
            let place = place.member("domains").item(index);
            self.domain(&organization, domain, &place)?;
        }
        Ok(organization)
    }

    fn members(
        &mut self,
        organization: &Organization,
        seeds: Vec<(String, MemberSeed)>,
        place: &SeedPlace,
    ) -> Result<Vec<Membership>, InvalidSeed> {
        let (mut members, mut known) = (Vec::new(), HashSet::new());
        for (name, seed) in seeds {
            let place = place.member("members").member(&name);
            let user_id = self.user_called(&place, &name)?;
            if !known.insert(user_id.clone()) {
                let problem = format!("`{name}` is a member already: say it once");
                return Err(InvalidSeed::at(&place, problem));
            }
            check_role_in(&self.directory, organization, &seed.role)
                .map_err(|_| unknown_role(&place, &seed.role))?;
            check_metadata(
                &place,
                &[
                    ("public_metadata", &seed.public_metadata),
                    ("private_metadata", &seed.private_metadata),
                ],
            )?;
            let now = self.moment(seed.created_at);
            let is_taken = |all: &Directory, id: &str| all.memberships.get(id).is_some();
            let id = self.id(&place, seed.id, ("orgmem_", is_taken))?;
            let organization_id = organization.id.clone();
            let mut made = Membership::new(id, organization_id, user_id, seed.role, now);
            made.public_metadata = seed.public_metadata;
            made.private_metadata = seed.private_metadata;
            made.updated_at = seed.updated_at.map_or(now, |Moment(at)| at);
            members.push(made);
        }
        Ok(members)
    }

    fn domain(
        &mut self,
        organization: &Organization,
        seed: DomainSeed,
        place: &SeedPlace,
    ) -> Result<(), InvalidSeed> {
        let now = self.moment(seed.created_at);
        let is_taken = |all: &Directory, id: &str| all.organization_domains.get(id).is_some();
        let mode = seed.enrollment_mode;
        let domain = OrganizationDomain {
            id: self.id(place, seed.id, ("orgdmn_", is_taken))?,
            organization_id: organization.id.clone(),
            name: seed.name.to_lowercase(),
            enrollment_mode: mode.unwrap_or_else(|| "manual_invitation".to_owned()),
            verified_at: seed.verified.unwrap_or(true).then_some(now),
            owned_at: None,
            created_at: now,
            updated_at: now,
        };
        let refuse = refused(place, &domain.name);
        organization_domains::check(&self.directory, &domain).map_err(refuse)?;
        self.directory.organization_domains.put(domain);
        Ok(())
    }

    fn organization_invitation(
        &mut self,
        organization: &Organization,
        mut seed: InvitationSeed,
        place: &SeedPlace,
    ) -> Result<(), InvalidSeed> {
        let role = seed.role.take();
        let inviter = seed.inviter.take();
        let inviter = inviter.map(|name| self.user_called(&place.member("inviter"), &name));
        let role = role.unwrap_or_else(|| "org:member".to_owned());
        if self.directory.role(&role).is_none() {
            return Err(unknown_role(&place.member("role"), &role));
        }
        let joins = Place {
            organization_id: organization.id.clone(),
            role,
            inviter_id: inviter.transpose()?,
        };
        let mut invitation = self.invitation("orginv_", seed, place)?;
        invitation.organization = Some(joins);
        let (directory, made) = (&self.directory, (organization, &invitation));
        organization_invitations::check(directory, made, invitation.created_at)
            .map_err(refused(place, &invitation.email_address))?;
        self.directory.invitations.put(invitation);
        Ok(())
    }

    pub(super) fn invitations(&mut self, seeds: Vec<InvitationSeed>) -> Result<(), InvalidSeed> {
        for (index, seed) in seeds.into_iter().enumerate() {
            let place = SeedPlace::of("invitations").item(index);
            for (name, is_there) in [
                ("role", seed.role.is_some()),
                ("inviter", seed.inviter.is_some()),
                ("private_metadata", !seed.private_metadata.is_empty()),
            ] {
                if is_there {
                    let problem = "only invitations to an organization have it: put this one there, or leave it out";
                    return Err(InvalidSeed::at(&place.member(name), problem));
                }
            }
            let invitation = self.invitation("inv_", seed, &place)?;
            let refuse = refused(&place, &invitation.email_address);
            invitations::refuse_existing(&self.directory, &invitation, invitation.created_at)
                .map_err(refuse)?;
            self.directory.invitations.put(invitation);
        }
        Ok(())
    }

    /// What invitations of both kinds have.
    fn invitation(
        &mut self,
        prefix: &str,
        seed: InvitationSeed,
        place: &SeedPlace,
    ) -> Result<Invitation, InvalidSeed> {
        invitations::check_address(&seed.email).map_err(refused(place, &seed.email))?;
        check_metadata(
            place,
            &[
                ("public_metadata", &seed.public_metadata),
                ("private_metadata", &seed.private_metadata),
            ],
        )?;
        let ticket = seed.ticket.map(Secret::into_exposed);
        let ticket = ticket.unwrap_or_else(|| self.ids.hex(32));
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if ticket.is_empty() || !ticket.bytes().all(allowed) {
            let problem = "must be of letters, digits, - and _";
            return Err(InvalidSeed::at(&place.member("ticket"), problem));
        }
        let now = self.moment(seed.created_at);
        let is_taken = |all: &Directory, id: &str| all.invitations.get(id).is_some();
        let id = self.id(place, seed.id, (prefix, is_taken))?;
        let url = invitations::url_with(self.origin, &ticket);
        let mut invitation = Invitation::new(id, seed.email, url, LIFETIME, now);
        if let Some(Moment(at)) = seed.expires_at {
            invitation.expires_at = at;
        }
        invitation.public_metadata = seed.public_metadata;
        invitation.private_metadata = seed.private_metadata;
        invitation.redirect_url = seed.redirect_url;
        Ok(invitation)
    }
}

fn unknown_role(place: &SeedPlace, role: &str) -> InvalidSeed {
    let problem = format!(
        "`{role}` is no role of the seed: add it to `roles`, or name org:admin or org:member"
    );
    InvalidSeed::at(place, problem)
}

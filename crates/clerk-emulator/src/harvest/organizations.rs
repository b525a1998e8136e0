use std::collections::HashSet;

use clerk_core::UnixTime;

use super::{name_of, name_of_id, unless};
use crate::{
    directory::{Directory, Invitation, Key, Membership, Organization, OrganizationDomain},
    seed::{DomainSeed, InvitationSeed, MemberSeed, Moment, OrganizationSeed, Secret},
};

pub(super) fn all(directory: &Directory, now: UnixTime) -> Vec<OrganizationSeed> {
    let organizations = directory.organizations.iter();
    organizations
        .map(|organization| one(directory, organization, now))
        .collect()
}

fn one(directory: &Directory, organization: &Organization, now: UnixTime) -> OrganizationSeed {
    let members = directory.members(&organization.id);
    let domains = directory
        .organization_domains
        .by(Key::Organization, &organization.id);
    let is_member = |invitation: &Invitation| {
        let user = directory.user_called(&invitation.email_address);
        user.is_some_and(|user| directory.is_member(&user.id, &organization.id))
    };
    OrganizationSeed {
        slug: organization.slug.clone(),
        id: Some(organization.id.clone()),
        name: Some(organization.name.clone()),
        public_metadata: organization.public_metadata.clone(),
        private_metadata: organization.private_metadata.clone(),
        max_allowed_memberships: Some(organization.max_allowed_memberships),
        admin_delete_enabled: Some(organization.admin_delete_enabled),
        created_by: organization.created_by.clone(),
        plan: organization.plan.clone(),
        features: organization.features.clone(),
        members: members
            .filter_map(|membership| {
                let user = directory.user(&membership.user_id)?;
                Some((name_of(directory, user), member(membership)))
            })
            .collect(),
        domains: domains.map(domain).collect(),
        invitations: pending(directory, Some(&organization.id), now)
            .filter(|invitation| !is_member(invitation))
            .map(|invitation| self::invitation(directory, invitation))
            .collect(),
        created_at: Some(Moment(organization.created_at)),
        updated_at: unless(organization.created_at, organization.updated_at),
    }
}

fn member(membership: &Membership) -> MemberSeed {
    MemberSeed {
        role: membership.role.clone(),
        id: Some(membership.id.clone()),
        public_metadata: membership.public_metadata.clone(),
        private_metadata: membership.private_metadata.clone(),
        created_at: Some(Moment(membership.created_at)),
        updated_at: unless(membership.created_at, membership.updated_at),
    }
}

fn domain(domain: &OrganizationDomain) -> DomainSeed {
    DomainSeed {
        name: domain.name.clone(),
        id: Some(domain.id.clone()),
        enrollment_mode: Some(domain.enrollment_mode.clone()),
        verified: Some(domain.verified_at.is_some()),
        created_at: Some(Moment(domain.created_at)),
    }
}

/// Those that wait for somebody, who is no user yet.
pub(super) fn to_the_instance(directory: &Directory, now: UnixTime) -> Vec<InvitationSeed> {
    pending(directory, None, now)
        .filter(|invitation| {
            directory
                .user_with_email(&invitation.email_address)
                .is_none()
        })
        .map(|invitation| self::invitation(directory, invitation))
        .collect()
}

/// The pending invitations, one for each address.
fn pending<'d>(
    directory: &'d Directory,
    organization_id: Option<&'d str>,
    now: UnixTime,
) -> impl Iterator<Item = &'d Invitation> {
    let mut known = HashSet::new();
    directory
        .invitations_to(organization_id)
        .filter(move |invitation| invitation.is_pending(now))
        .filter(move |invitation| known.insert(invitation.email_address.to_ascii_lowercase()))
}

fn invitation(directory: &Directory, invitation: &Invitation) -> InvitationSeed {
    let place = invitation.organization.as_ref();
    let inviter = place.and_then(|place| {
        let inviter = place.inviter_id.as_deref()?;
        let membership = directory.membership(&place.organization_id, inviter)?;
        let may_invite = directory.manages_members(&membership.role);
        may_invite.then(|| name_of_id(directory, inviter))
    });
    InvitationSeed {
        email: invitation.email_address.clone(),
        id: Some(invitation.id.clone()),
        role: place.map(|place| place.role.clone()),
        inviter,
        ticket: invitation.ticket().map(Secret::new),
        public_metadata: invitation.public_metadata.clone(),
        private_metadata: invitation.private_metadata.clone(),
        redirect_url: invitation.redirect_url.clone(),
        expires_at: Some(Moment(invitation.expires_at)),
        created_at: Some(Moment(invitation.created_at)),
    }
}

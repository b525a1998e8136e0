//! What the emulated instance holds: users, browsers and their sessions, organizations,
//! memberships, roles, invitations, JWT templates, and what machines come with.

mod admin_portal_link_token;
mod api_key;
mod attempts;
mod base64_text;
mod billing;
mod client;
mod connection;
mod credit;
mod described;
mod domain;
mod email;
mod email_link;
mod external_account;
mod identification;
mod image;
mod invitation;
mod listed_identifier;
mod machine;
mod mailbox;
mod membership;
mod message_template;
mod oauth_application;
mod oauth_token;
mod organization;
mod organization_domain;
mod password;
mod password_digest;
mod picture;
mod redirect_url;
mod referral;
mod role;
mod role_set;
mod scim_directory;
mod second_factor;
mod sent_code;
mod session;
mod settings;
mod sign_up;
mod table;
mod task;
mod template;
mod ticket;
mod user;
mod verification;
mod waitlist;

pub(crate) use admin_portal_link_token::AdminPortalLinkToken;
pub(crate) use api_key::ApiKey;
pub(crate) use attempts::{
    Attempts, Reverification, ReverificationLevel, SignIn, SignInStatus, SignUp,
};
pub(crate) use billing::{PayerType, Plan, Price, SubscriptionItem, money, suffix};
pub(crate) use client::{Client, Handshake};
pub(crate) use connection::{Connection, Protocol, TestRun};
pub(crate) use credit::CreditEntry;
pub(crate) use described::Described;
pub(crate) use domain::Domain;
pub(crate) use email::Email;
pub(crate) use email_link::{EmailLink, LinkPurpose};
pub(crate) use external_account::ExternalAccount;
pub(crate) use identification::{Claim, Identification, IdentificationKind, Proof};
pub(crate) use image::Images;
pub(crate) use invitation::{Invitation, InvitationStatus, Place};
pub(crate) use listed_identifier::ListedIdentifier;
pub(crate) use machine::{Machine, MachineToken};
pub(crate) use mailbox::Mailbox;
pub use mailbox::Message;
pub(crate) use membership::Membership;
pub(crate) use message_template::{MessageTemplate, MessageText};
pub(crate) use oauth_application::{OAuthApplication, OAuthCode};
pub(crate) use oauth_token::OAuthToken;
pub(crate) use organization::{ActiveOrganization, Organization};
pub(crate) use organization_domain::OrganizationDomain;
pub(crate) use password::Password;
pub(crate) use password_digest::{InvalidDigest, PasswordDigest};
pub(crate) use picture::Picture;
pub(crate) use redirect_url::RedirectUrl;
pub(crate) use referral::{Persona, Referral, ReferralProblem, ReferralPurpose};
pub(crate) use role::{Permission, Role, SYSTEM_PERMISSIONS, SYSTEM_ROLES};
pub(crate) use role_set::RoleSet;
pub(crate) use scim_directory::{GroupRoleMapping, ScimDirectory};
pub(crate) use second_factor::{SecondFactors, Totp};
pub(crate) use sent_code::UnknownCode;
pub(crate) use session::{Session, SessionStatus};
pub(crate) use settings::{InstanceSettings, OrganizationSettings};
pub use settings::{Presence, SignUpMode};
pub(crate) use table::{Key, Record, Table};
pub(crate) use template::Template;
pub(crate) use ticket::{Purpose, Ticket, TicketStatus};
pub(crate) use user::User;
pub(crate) use verification::{CODE, Unverified, Verification};
pub(crate) use waitlist::{WaitlistEntry, WaitlistEntryStatus};

use clerk_core::UnixTime;

use crate::{
    ids::Ids,
    kept::{Noted, Parts},
};

/// The records of an instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    pub(crate) images: Images,
    pub(crate) pictures: Table<Picture>,
    pub(crate) settings: Noted<InstanceSettings>,
    pub(crate) users: Table<User>,
    pub(crate) clients: Table<Client>,
    pub(crate) handshakes: Table<Handshake>,
    pub(crate) referrals: Table<Referral>,
    pub(crate) email_links: Table<EmailLink>,
    pub(crate) sessions: Table<Session>,
    pub(crate) organizations: Table<Organization>,
    pub(crate) organization_domains: Table<OrganizationDomain>,
    pub(crate) memberships: Table<Membership>,
    pub(crate) invitations: Table<Invitation>,
    pub(crate) waitlist: Table<WaitlistEntry>,
    pub(crate) roles: Table<Role>,
    pub(crate) permissions: Table<Permission>,
    pub(crate) role_sets: Table<RoleSet>,
    pub(crate) templates: Table<Template>,
    pub(crate) tickets: Table<Ticket>,
    pub(crate) api_keys: Table<ApiKey>,
    pub(crate) machines: Table<Machine>,
    pub(crate) machine_tokens: Table<MachineToken>,
    pub(crate) oauth_applications: Table<OAuthApplication>,
    pub(crate) oauth_codes: Table<OAuthCode>,
    pub(crate) oauth_tokens: Table<OAuthToken>,
    /// Satellites, and the primary domain where it was changed.
    pub(crate) domains: Table<Domain>,
    pub(crate) allowlist: Table<ListedIdentifier>,
    pub(crate) blocklist: Table<ListedIdentifier>,
    pub(crate) redirect_urls: Table<RedirectUrl>,
    pub(crate) plans: Table<Plan>,
    pub(crate) prices: Table<Price>,
    pub(crate) subscription_items: Table<SubscriptionItem>,
    pub(crate) credits: Table<CreditEntry>,
    pub(crate) message_templates: Table<MessageTemplate>,
    pub(crate) emails: Table<Email>,
    pub(crate) admin_portal_link_tokens: Table<AdminPortalLinkToken>,
    /// What enterprises sign in by.
    pub(crate) connections: Table<Connection>,
    pub(crate) scim_directories: Table<ScimDirectory>,
    pub(crate) described: Table<Described>,
    pub(crate) attempts: Attempts,
    pub(crate) mailbox: Mailbox,
}

impl Directory {
    /// Without any records, of an instance that shows its pictures there.
    pub(crate) fn nothing_at(images: Images) -> Self {
        Self {
            images,
            ..Self::default()
        }
    }

    /// Has all pictures be where they are now, if that was another place when the records were made.
    pub(crate) fn move_images(&mut self) {
        let Self {
            images,
            users,
            organizations,
            ..
        } = self;
        let users_elsewhere = users.iter().filter(|user| !images.has(&user.image_url));
        let ids: Vec<String> = users_elsewhere.map(|user| user.id.clone()).collect();
        for id in ids {
            users.update(&id, |user| {
                user.image_url = images.of(user.picture_id.as_ref().unwrap_or(&user.id));
            });
        }
        let organizations_elsewhere = organizations.iter();
        let organizations_elsewhere =
            organizations_elsewhere.filter(|organization| !images.has(&organization.image_url));
        let ids: Vec<String> = organizations_elsewhere
            .map(|organization| organization.id.clone())
            .collect();
        for id in ids {
            organizations.update(&id, |organization| {
                let picture = organization.picture_id.as_ref();
                organization.image_url = images.of(picture.unwrap_or(&organization.id));
            });
        }
    }

    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.get(id)
    }

    /// The user with this id or e-mail address.
    pub(crate) fn user_called(&self, id_or_email: &str) -> Option<&User> {
        self.user(id_or_email)
            .or_else(|| self.user_with_email(id_or_email))
    }

    pub(crate) fn user_with_email(&self, address: &str) -> Option<&User> {
        self.user_claiming(IdentificationKind::EmailAddress, address)
    }

    /// The user whose address this is, and nobody else's.
    pub(crate) fn user_claiming(&self, kind: IdentificationKind, address: &str) -> Option<&User> {
        let address = kind.normal(address);
        self.users.by(kind.key(), &address).next()
    }

    /// The user who signs in by this: an e-mail address, a phone number or a username.
    pub(crate) fn user_identified_by(&self, identifier: &str) -> Option<&User> {
        self.user_with_email(identifier)
            .or_else(|| self.user_claiming(IdentificationKind::PhoneNumber, identifier))
            .or_else(|| self.users.by(Key::Username, identifier).next())
    }

    pub(crate) fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.get(id)
    }

    /// The organization with this id or slug.
    pub(crate) fn organization(&self, id_or_slug: &str) -> Option<&Organization> {
        self.organizations
            .get(id_or_slug)
            .or_else(|| self.organizations.by(Key::Slug, id_or_slug).next())
    }

    pub(crate) fn template(&self, name: &str) -> Option<&Template> {
        self.templates.by(Key::Name, name).next()
    }

    pub(crate) fn is_member(&self, user_id: &str, organization_id: &str) -> bool {
        self.membership(organization_id, user_id).is_some()
    }

    /// The organization a user joined last, which a new session starts in.
    pub(crate) fn last_joined(&self, user_id: &str) -> Option<&str> {
        self.memberships
            .by(Key::User, user_id)
            .next_back()
            .map(|membership| membership.organization_id.as_str())
    }

    /// What tokens say about a user's place in an organization; `None` where they have none.
    pub(crate) fn active_organization(
        &self,
        user_id: &str,
        organization_id: &str,
    ) -> Option<ActiveOrganization<'_>> {
        let membership = self.membership(organization_id, user_id)?;
        Some(ActiveOrganization {
            organization: self.organization(organization_id)?,
            role: &membership.role,
            permissions: self.permissions(&membership.role),
        })
    }

    /// Starts a session on a client and in an organization. That is a sign-in of the user's.
    pub(crate) fn start_session(
        &mut self,
        (client_id, organization_id): (String, Option<String>),
        user_id: &str,
        now: UnixTime,
        ids: &mut Ids,
    ) -> Session {
        self.users
            .update(user_id, |user| user.last_sign_in_at = Some(now));
        let session = Session::start(
            ids.object_made_at("sess_", now),
            client_id,
            user_id.to_owned(),
            organization_id,
            now,
        );
        self.sessions.put(session.clone());
        self.client_of(&session, ids);
        session
    }

    /// Revokes those of a user's sessions that are active, and says which.
    pub(crate) fn revoke_sessions(&mut self, user_id: &str, now: UnixTime) -> Vec<Session> {
        let mut revoked = Vec::new();
        self.sessions.update_by(Key::User, user_id, |session| {
            if session.end(SessionStatus::Revoked, now) {
                revoked.push(session.clone());
            }
        });
        revoked
    }

    /// Removes a user with all that belongs to them.
    pub(crate) fn remove_user(&mut self, id: &str) -> Option<User> {
        let user = self.users.remove(id)?;
        self.sessions.remove_by(Key::User, id);
        self.memberships.remove_by(Key::User, id);
        self.tickets.remove_by(Key::User, id);
        self.oauth_codes.remove_by(Key::User, id);
        self.oauth_tokens.remove_by(Key::Subject, id);
        self.remove_belongings(id);
        if let Some(picture) = &user.picture_id {
            self.pictures.remove(picture);
        }
        self.attempts.forget_user(id);
        Some(user)
    }

    /// Removes what users and organizations alike have: what they pay, and their keys.
    fn remove_belongings(&mut self, id: &str) {
        self.subscription_items.remove(id);
        self.credits.remove_by(Key::Subject, id);
        self.api_keys.remove_by(Key::Subject, id);
    }

    /// All that a state file keeps of it.
    pub(crate) fn parts(&mut self) -> Parts<'_> {
        let Self {
            // Where the emulator is, it says itself.
            images: _,
            pictures,
            settings,
            users,
            clients,
            handshakes,
            referrals,
            email_links,
            sessions,
            organizations,
            organization_domains,
            memberships,
            invitations,
            waitlist,
            roles,
            permissions,
            role_sets,
            templates,
            tickets,
            api_keys,
            machines,
            machine_tokens,
            oauth_applications,
            oauth_codes,
            oauth_tokens,
            domains,
            allowlist,
            blocklist,
            redirect_urls,
            plans,
            prices,
            subscription_items,
            credits,
            message_templates,
            emails,
            admin_portal_link_tokens,
            connections,
            scim_directories,
            described,
            attempts,
            mailbox,
        } = self;
        let mut parts: Parts<'_> = vec![
            ("pictures", pictures),
            ("settings", settings),
            ("users", users),
            ("clients", clients),
            ("handshakes", handshakes),
            ("referrals", referrals),
            ("email_links", email_links),
            ("sessions", sessions),
            ("organizations", organizations),
            ("organization_domains", organization_domains),
            ("memberships", memberships),
            ("invitations", invitations),
            ("waitlist", waitlist),
            ("roles", roles),
            ("permissions", permissions),
            ("role_sets", role_sets),
            ("templates", templates),
            ("tickets", tickets),
            ("api_keys", api_keys),
            ("machines", machines),
            ("machine_tokens", machine_tokens),
            ("oauth_applications", oauth_applications),
            ("oauth_codes", oauth_codes),
            ("oauth_tokens", oauth_tokens),
            ("domains", domains),
            ("allowlist", allowlist),
            ("blocklist", blocklist),
            ("redirect_urls", redirect_urls),
            ("plans", plans),
            ("prices", prices),
            ("subscription_items", subscription_items),
            ("credits", credits),
            ("message_templates", message_templates),
            ("emails", emails),
            ("admin_portal_link_tokens", admin_portal_link_tokens),
            ("connections", connections),
            ("scim_directories", scim_directories),
            ("described", described),
            ("messages", mailbox.part()),
        ];
        parts.extend(attempts.parts());
        parts
    }
}

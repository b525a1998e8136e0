//! Tickets: what stands in the links that Clerk mails to those who are invited, or that servers give out.

use http::StatusCode;

use super::errors;
use crate::{
    answer::Reply,
    call::Call,
    directory::{Directory, Invitation, Membership, Purpose, Ticket, TicketStatus, User},
    frontend::return_url::ReturnUrl,
    operations::{admit, refuse_new_member},
    refusal::Refusal,
    webhooks::EventType,
};

/// Where the link in an invitation leads: on to the application, which takes the ticket from there.
pub(in crate::frontend) fn follow(call: &Call<'_>) -> Result<Option<Reply>, Refusal> {
    let ticket = call.query.get("ticket").unwrap_or_default();
    let directory = &call.state.directory;
    let Ok(invitation) = invitation_with(directory, ticket, call) else {
        return Ok(None);
    };
    let home = call.settings.authorized_party.as_deref();
    let back = invitation.redirect_url.as_deref().or(home);
    let back = back.ok_or_else(|| Refusal::form_param_missing("redirect_url"))?;
    let back = ReturnUrl::read(back, call.settings)?;
    let status = match directory.user_called(&invitation.email_address) {
        Some(_) => "sign_in",
        None => "sign_up",
    };
    let back = back
        .with("__clerk_status", status)
        .with("__clerk_ticket", ticket);
    let reply = Reply::redirect(StatusCode::SEE_OTHER, back.as_str());
    Ok(Some(reply))
}

/// The ticket that this is shown for, whose user may sign in.
pub(in crate::frontend) fn pending(call: &Call<'_>, token: &str) -> Result<Ticket, Refusal> {
    let directory = &call.state.directory;
    let ticket = directory.ticket(token).ok_or_else(errors::ticket_invalid)?;
    let (what, codes) = match ticket.purpose {
        Purpose::SignIn { .. } => ("sign-in token", SIGN_IN_TOKEN),
        Purpose::Impersonation { .. } => ("actor token", ACTOR_TOKEN),
        Purpose::AgentTask { .. } => ("agent task", AGENT_TASK),
    };
    let status = ticket.status(call.now);
    let code = match status {
        TicketStatus::Pending => None,
        TicketStatus::Accepted => Some(codes.accepted),
        TicketStatus::Revoked => Some(codes.revoked),
        TicketStatus::Expired => Some(codes.expired),
    };
    if let Some(code) = code {
        let status = status.as_str();
        let why = format!("The {what} is {status}, and each is good once, while it is pending.");
        return Err(Refusal::bad_request(code, why));
    }
    let user = directory.user(&ticket.user_id);
    admit(user.ok_or_else(errors::ticket_invalid)?)?;
    Ok(ticket.clone())
}

/// Why a ticket is good no more.
struct Codes {
    accepted: &'static str,
    revoked: &'static str,
    expired: &'static str,
}

const SIGN_IN_TOKEN: Codes = Codes {
    accepted: "sign_in_token_already_used_code",
    revoked: "sign_in_token_revoked_code",
    expired: "sign_in_token_cannot_be_used_code",
};

const ACTOR_TOKEN: Codes = Codes {
    accepted: "actor_token_already_used_code",
    revoked: "actor_token_revoked_code",
    expired: "actor_token_cannot_be_used_code",
};

const AGENT_TASK: Codes = Codes {
    accepted: "agent_task_already_used",
    revoked: "agent_task_revoked",
    expired: "agent_task_cannot_be_used",
};

pub(in crate::frontend) fn unknown() -> Refusal {
    errors::ticket_invalid()
}

/// The invitation that waits for whoever has this ticket.
fn invitation_with<'d>(
    directory: &'d Directory,
    ticket: &str,
    call: &Call<'_>,
) -> Result<&'d Invitation, Refusal> {
    let mut invitations = directory.invitations.iter();
    invitations
        .find(|invitation| invitation.has_ticket(ticket) && invitation.is_pending(call.now))
        .ok_or_else(errors::ticket_invalid)
}

/// The user whom a ticket signs in. Who was invited to an organization is in it then.
pub(super) fn sign_in_with(call: &mut Call<'_>, ticket: &str) -> Result<String, Refusal> {
    let directory = &call.state.directory;
    let invitation = invitation_with(directory, ticket, call)?;
    let user = directory.user_called(&invitation.email_address);
    let user = user.ok_or_else(errors::identifier_not_found)?;
    admit(user)?;
    let (id, user_id) = (invitation.id.clone(), user.id.clone());
    accept_invitation(call, &id, &user_id)?;
    Ok(user_id)
}

/// The invitation by which somebody signs up who is no user yet.
pub(super) fn sign_up_with(call: &Call<'_>, ticket: &str) -> Result<Invitation, Refusal> {
    let directory = &call.state.directory;
    let invitation = invitation_with(directory, ticket, call)?;
    match directory.user_called(&invitation.email_address) {
        Some(_) => Err(Refusal::form_identifier_exists("email_address")),
        None => Ok(invitation.clone()),
    }
}

/// Gives a new user what the invitation to the instance has for them. Who could not accept it becomes no user.
pub(super) fn bring_metadata(call: &Call<'_>, id: &str, user: &mut User) -> Result<(), Refusal> {
    let invitation = call.state.directory.invitations.get(id);
    let invitation = invitation.filter(|invitation| invitation.is_pending(call.now));
    let invitation = invitation.ok_or_else(errors::ticket_invalid)?;
    check_place(&call.state.directory, invitation, &user.id)?;
    if invitation.organization.is_none() {
        user.public_metadata.clone_from(&invitation.public_metadata);
    }
    Ok(())
}

/// Refuses who cannot be in the organization that an invitation is to, if it is to one.
fn check_place(
    directory: &Directory,
    invitation: &Invitation,
    user_id: &str,
) -> Result<(), Refusal> {
    let Some(place) = &invitation.organization else {
        return Ok(());
    };
    let organization = directory.organization(&place.organization_id);
    let organization = organization.ok_or_else(errors::ticket_invalid)?;
    refuse_new_member(directory, organization, user_id)
}

/// Accepts an invitation for a user, who is a member then where it was an organization's.
pub(super) fn accept_invitation(
    call: &mut Call<'_>,
    id: &str,
    user_id: &str,
) -> Result<(), Refusal> {
    let now = call.now;
    let directory = &mut call.state.directory;
    let invitation = directory.invitations.get(id);
    let invitation = invitation.filter(|invitation| invitation.is_pending(now));
    let mut invitation = invitation.ok_or_else(errors::ticket_invalid)?.clone();
    check_place(directory, &invitation, user_id)?;
    if let Some(place) = &invitation.organization {
        let mut membership = Membership::new(
            call.state.ids.object("orgmem_"),
            place.organization_id.clone(),
            user_id.to_owned(),
            place.role.clone(),
            now,
        );
        membership
            .public_metadata
            .clone_from(&invitation.public_metadata);
        membership
            .private_metadata
            .clone_from(&invitation.private_metadata);
        let body = membership.to_json(directory);
        directory.memberships.put(membership);
        call.tell(EventType::OrganizationMembershipCreated, body);
    }
    invitation.accepted_at = Some(now);
    let directory = &mut call.state.directory;
    directory.invitations.put(invitation.clone());
    if invitation.organization.is_some() {
        let accepted = invitation.to_json(directory, now);
        call.tell(EventType::OrganizationInvitationAccepted, accepted);
    }
    Ok(())
}

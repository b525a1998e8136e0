//! Pictures of organizations and of OAuth applications. They stay on this machine.

use super::{oauth_applications, organizations, uploads::replace};
use crate::{answer::Reply, call::Call, directory::Organization, refusal::Refusal, route::Handled};

pub(super) const HANDLERS: &[Handled] = &[
    ("UploadOrganizationLogo", set),
    ("DeleteOrganizationLogo", delete),
    ("UploadOAuthApplicationLogo", set_of_application),
];

fn set(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut organization = organizations::called_for(call)?.clone();
    let id = replace(call, organization.picture_id.take())?;
    organization.image_url = call.state.directory.images.of(&id);
    organization.picture_id = Some(id);
    let image_url = organization.image_url.clone();
    Ok(organizations::store(call, organization, |body| {
        // The only answer that has it under its older name.
        body["logo_url"] = image_url.into();
    }))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut organization: Organization = organizations::called_for(call)?.clone();
    let id = organization.picture_id.take();
    let id = id.ok_or_else(Refusal::image_not_found)?;
    let directory = &mut call.state.directory;
    directory.pictures.remove(&id);
    organization.image_url = directory.images.of(&organization.id);
    Ok(organizations::store(call, organization, |_| {}))
}

fn set_of_application(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut application = oauth_applications::called_for(call)?;
    let id = replace(call, application.picture_id.take())?;
    application.picture_id = Some(id);
    Ok(oauth_applications::store(call, application))
}

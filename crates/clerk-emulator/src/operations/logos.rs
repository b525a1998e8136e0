//! Pictures of organizations and of OAuth applications. They stay on this machine.

use super::{oauth_applications, organizations, uploads};
use crate::{answer::Reply, call::Call, directory::Organization, refusal::Refusal, route::Handled};

pub(super) const HANDLERS: &[Handled] = &[
    ("UploadOrganizationLogo", set),
    ("DeleteOrganizationLogo", delete),
    ("UploadOAuthApplicationLogo", set_of_application),
];

fn set(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut organization = organizations::called_for(call)?.clone();
    let id = upload(call, organization.picture_id.take())?;
    organization.image_url = call.state.directory.images.of(&id);
    organization.picture_id = Some(id);
    let image_url = organization.image_url.clone();
    Ok(organizations::store(call, organization, |body| {
        // The only answer that has it under its older name.
        body["logo_url"] = image_url.into();
    }))
}

/// Keeps the picture that came with the request in the place of an older one, and returns its id.
fn upload(call: &mut Call<'_>, old: Option<String>) -> Result<String, Refusal> {
    let picture = uploads::picture(call)?;
    let id = picture.id.clone();
    let pictures = &mut call.state.directory.pictures;
    if let Some(old) = old {
        pictures.remove(&old);
    }
    pictures.put(picture);
    Ok(id)
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
    let id = upload(call, application.picture_id.take())?;
    application.picture_id = Some(id);
    Ok(oauth_applications::store(call, application))
}

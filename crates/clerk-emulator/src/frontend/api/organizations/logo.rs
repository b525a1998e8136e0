//! An organization's picture, from a page.

use http::Method;

use super::{member_with, put};
use crate::{
    answer::Reply, call::Call, description::Access, operations::upload_picture, refusal::Refusal,
    route::Route,
};

pub(in crate::frontend::api) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.organizations.setLogo",
        method: Method::PUT,
        path: "/v1/organizations/{organization_id}/logo",
        access: Access::Browser,
        handler: set,
    },
    Route {
        operation: "_frontend.organizations.deleteLogo",
        method: Method::DELETE,
        path: "/v1/organizations/{organization_id}/logo",
        access: Access::Browser,
        handler: delete,
    },
];

fn set(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (caller, mut organization) = member_with(call, "org:sys_profile:manage")?;
    let id = upload_picture(call, organization.picture_id.take())?;
    organization.image_url = call.state.directory.images.of(&id);
    organization.picture_id = Some(id);
    Ok(put(call, &caller, organization))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (caller, mut organization) = member_with(call, "org:sys_profile:manage")?;
    let id = organization.picture_id.take();
    let id = id.ok_or_else(Refusal::image_not_found)?;
    let directory = &mut call.state.directory;
    directory.pictures.remove(&id);
    organization.image_url = directory.images.of(&organization.id);
    Ok(put(call, &caller, organization))
}

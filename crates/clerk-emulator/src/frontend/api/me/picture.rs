//! A user's picture, from a page.

use http::Method;
use serde_json::json;

use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    frontend::api::{
        caller::{answer, signed_in, store},
        objects,
    },
    operations::upload_picture,
    refusal::Refusal,
    route::Route,
};

pub(in crate::frontend::api) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.me.setProfileImage",
        method: Method::POST,
        path: "/v1/me/profile_image",
        access: Access::Browser,
        handler: set,
    },
    Route {
        operation: "_frontend.me.deleteProfileImage",
        method: Method::DELETE,
        path: "/v1/me/profile_image",
        access: Access::Browser,
        handler: delete,
    },
];

fn set(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let caller = signed_in(call)?;
    let mut user = caller.user.clone();
    let id = upload_picture(call, user.picture_id.take())?;
    user.image_url = call.state.directory.images.of(&id);
    let response = json!({
        "object": "image",
        "id": id,
        "name": null,
        "public_url": user.image_url,
    });
    user.picture_id = Some(id);
    store(call, user);
    Ok(answer(call, &caller.client, response))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let caller = signed_in(call)?;
    let mut user = caller.user.clone();
    let id = user
        .picture_id
        .take()
        .ok_or_else(Refusal::image_not_found)?;
    let directory = &mut call.state.directory;
    directory.pictures.remove(&id);
    user.image_url = directory.images.of(&user.id);
    store(call, user);
    let response = objects::deleted("image", &id);
    Ok(answer(call, &caller.client, response))
}

use http::{Method, header};

use crate::{answer::Reply, call::Call, description::Access, refusal::Refusal, route::Route};

pub(super) const ROUTES: &[Route] = &[Route {
    operation: "_frontend.image",
    method: Method::GET,
    path: "/images/{id}",
    access: Access::Public,
    handler: image,
}];

/// Head and shoulders, the same for everybody who has no picture.
const PICTURE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">\
    <rect width=\"64\" height=\"64\" fill=\"#ccc\"/>\
    <circle cx=\"32\" cy=\"24\" r=\"12\" fill=\"#777\"/>\
    <path d=\"M8 64c0-16 10-26 24-26s24 10 24 26z\" fill=\"#777\"/></svg>";

/// What `image_url` leads to.
fn image(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let picture = call.state.directory.pictures.get(call.path.get("id"));
    let reply = match picture {
        Some(picture) => Reply::uploaded(picture.media_type(), picture.content.clone()),
        None => Reply::asset("image/svg+xml", PICTURE),
    };
    // Pages of other origins draw it where they may look into it.
    Ok(reply.header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
}

//! Pictures of users. They stay on this machine.

use super::{called_for, store};
use crate::{
    answer::Reply,
    call::Call,
    directory::{Picture, User},
    operations::uploads,
    refusal::Refusal,
};

pub(super) fn set(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut user = called_for(call)?;
    let picture = uploads::picture(call)?;
    let id = picture.id.clone();
    call.state.directory.pictures.put(picture);
    choose(call, &mut user, id)?;
    Ok(store(call, user))
}

/// Gives a user a picture that was uploaded. The one before it is gone.
pub(super) fn choose(call: &mut Call<'_>, user: &mut User, id: String) -> Result<(), Refusal> {
    let directory = &mut call.state.directory;
    if directory.pictures.get(&id).is_none() {
        return Err(Refusal::image_not_found());
    }
    if user.picture_id.as_ref() != Some(&id) {
        forget(call, user);
    }
    user.image_url = call.state.directory.images.of(&id);
    user.picture_id = Some(id);
    Ok(())
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut user = called_for(call)?;
    if user.picture_id.is_none() {
        return Err(Refusal::image_not_found());
    }
    forget(call, &mut user);
    user.image_url = call.state.directory.images.of(&user.id);
    Ok(store(call, user))
}

fn forget(call: &mut Call<'_>, user: &mut User) -> Option<Picture> {
    let id = user.picture_id.take()?;
    call.state.directory.pictures.remove(&id)
}

use url::Url;

use super::{deleted, listing::page};
use crate::{
    answer::Reply,
    call::Call,
    directory::{Directory, Key, RedirectUrl},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListRedirectURLs", list),
    ("CreateRedirectURL", create),
    ("GetRedirectURL", get),
    ("DeleteRedirectURL", delete),
];

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["paginated", "limit", "offset"])?;
    let urls = call.state.directory.redirect_urls.iter().rev();
    let urls: Vec<&RedirectUrl> = urls.collect();
    let write = |url: &&RedirectUrl| url.to_json();
    Ok(Reply::ok(page(&call.query, &urls, write)?))
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let url = input.required_text("url")?;
    input.finish()?;
    check(&call.state.directory, &url)?;
    let url = RedirectUrl {
        id: call.state.ids.object("ru_"),
        url,
        created_at: call.now,
    };
    let body = url.to_json();
    call.state.directory.redirect_urls.put(url);
    Ok(Reply::ok(body))
}

/// Refuses what is no URL to go back to, and what is there already.
pub(crate) fn check(directory: &Directory, url: &str) -> Result<(), Refusal> {
    // What runs a script is no place to go back to.
    let forbidden = ["javascript", "data", "vbscript", "file", "blob"];
    if !Url::parse(url).is_ok_and(|url| !forbidden.contains(&url.scheme())) {
        let expected = "a URL with https:// or a scheme of the application's own";
        return Err(Refusal::form_param_format_invalid("url", expected));
    }
    match directory.redirect_urls.by(Key::Name, url).next() {
        None => Ok(()),
        Some(_) => Err(Refusal::form_already_exists("url")),
    }
}

fn called_for(call: &Call<'_>) -> Result<RedirectUrl, Refusal> {
    let id = call.path.get("id");
    let url = call.state.directory.redirect_urls.get(id);
    url.cloned()
        .ok_or_else(|| Refusal::resource_not_found("redirect URL", id))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(called_for(call)?.to_json()))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = called_for(call)?.id;
    call.state.directory.redirect_urls.remove(&id);
    Ok(Reply::ok(deleted("redirect_url", &id, None)))
}

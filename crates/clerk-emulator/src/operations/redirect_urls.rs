use url::Url;

use super::{deleted, listing::page};
use crate::{
    answer::Reply,
    call::Call,
    directory::{Key, RedirectUrl},
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
    // What runs a script is no place to go back to.
    let forbidden = ["javascript", "data", "vbscript", "file", "blob"];
    let is_url = Url::parse(&url).is_ok_and(|url| !forbidden.contains(&url.scheme()));
    if !is_url {
        let expected = "a URL with https:// or a scheme of the application's own";
        return Err(Refusal::form_param_format_invalid("url", expected));
    }
    let urls = &mut call.state.directory.redirect_urls;
    if urls.by(Key::Name, &url).next().is_some() {
        return Err(Refusal::form_already_exists("url"));
    }
    let url = RedirectUrl {
        id: call.state.ids.object("ru_"),
        url,
        created_at: call.now,
    };
    let body = url.to_json();
    urls.put(url);
    Ok(Reply::ok(body))
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

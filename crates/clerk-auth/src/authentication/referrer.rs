use url::Url;

use super::incoming::Incoming;
use crate::{public_address::origin, redirects::accounts_url, settings::Instance};

/// Whether the browser comes from another origin that is not one of Clerk's own.
pub(super) fn is_foreign(incoming: &Incoming<'_>, instance: &Instance) -> bool {
    let Some(referrer) = incoming.head.text("referer") else {
        return false;
    };
    let (Ok(referrer), Some(here)) = (Url::parse(&referrer), incoming.public_url()) else {
        return false;
    };
    referrer.origin() != here.origin() && !is_clerks(&referrer, instance, here)
}

/// Coming back from Clerk's own pages is part of signing in, and no reason to ask again.
fn is_clerks(referrer: &Url, instance: &Instance, here: &Url) -> bool {
    let host = referrer.host_str().unwrap_or_default();
    let frontend_api = instance
        .frontend_api
        .url(here)
        .and_then(|url| Url::parse(&url).ok());
    if frontend_api.is_some_and(|url| url.host_str() == Some(host)) {
        return true;
    }
    if instance.is_development() && is_development_account_portal(host) {
        return true;
    }
    let accounts = Url::parse(&accounts_url(&instance.frontend_api.host)).ok();
    let accounts = accounts.as_ref().and_then(origin);
    accounts.is_some() && accounts == origin(referrer)
}

fn is_development_account_portal(host: &str) -> bool {
    const OLD: [&str; 3] = [".lcl.dev", ".lclstage.dev", ".lclclerk.com"];
    const NEW: [&str; 3] = [
        ".accounts.dev",
        ".accountsstage.dev",
        ".accounts.lclclerk.com",
    ];
    let is_old = host.starts_with("accounts.") && OLD.iter().any(|suffix| host.ends_with(suffix));
    let is_new = NEW.iter().any(|suffix| {
        let name = host.strip_suffix(suffix);
        name.is_some_and(|name| !name.ends_with(".clerk"))
    });
    is_old || is_new
}

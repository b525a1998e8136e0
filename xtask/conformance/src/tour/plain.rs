//! What of a navigation has to be the same, whoever answered and however often.

use serde::Deserialize;
use std::collections::BTreeMap;

/// One answer on the way to a page.
#[derive(Debug, Deserialize)]
pub(super) struct Hop {
    url: String,
    status: u16,
    location: Option<String>,
    /// `x-clerk-auth-…`
    said: BTreeMap<String, String>,
    /// The values of `Set-Cookie`.
    cookies: Vec<String>,
}

/// Parameters whose values differ from visit to visit.
const SINGULAR: [&str; 3] = ["__clerk_handshake_nonce", "__clerk_db_jwt", "__session"];

/// Each says why in its own words.
const MESSAGE: &str = "x-clerk-auth-message";

impl Hop {
    /// The hop in words. `application` is an origin without its scheme.
    pub(super) fn plainly(&self, application: &str) -> String {
        let url = plain_url(&self.url, application);
        let mut text = format!("{} {url}", self.status);
        if let Some(location) = &self.location {
            text.push_str(&format!("\n    to {}", plain_url(location, application)));
        }
        for (name, value) in self.said.iter().filter(|(name, _)| *name != MESSAGE) {
            text.push_str(&format!("\n    {name}: {value}"));
        }
        let mut cookies: Vec<String> = self.cookies.iter().map(|it| plain_cookie(it)).collect();
        cookies.sort();
        for cookie in cookies {
            text.push_str(&format!("\n    sets {cookie}"));
        }
        text
    }
}

/// The hop without what `handshake-clean-up` in `docs/divergences.md` says that it has with us alone: the redirect to the
/// address without a handshake's parameters is counted.
pub(super) fn uncounted(hop: &str) -> String {
    let first = hop.lines().next().unwrap_or_default();
    if !first.contains("http://application/") || !first.contains("?__clerk_handshake_nonce=") {
        return hop.to_owned();
    }
    let count = "    sets __clerk_redirect_count=";
    let others = hop.lines().filter(|line| !line.starts_with(count));
    others.collect::<Vec<_>>().join("\n")
}

fn plain_url(url: &str, application: &str) -> String {
    let encoded = application.replace(':', "%3A");
    let mut url = url.replace(application, "application");
    url = url.replace(&encoded, "application");
    SINGULAR
        .iter()
        .fold(url, |url, name| without_values(&url, name))
}

/// The URL with `*` for what `name` has as its value, also in a URL within.
fn without_values(url: &str, name: &str) -> String {
    let mut pieces = url.split(name);
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push_str(name);
        let sign = ["=", "%3D"]
            .into_iter()
            .find(|sign| piece.starts_with(sign));
        let Some(sign) = sign else {
            plain.push_str(piece);
            continue;
        };
        let value = &piece[sign.len()..];
        let end = value.find(['&', '%']).unwrap_or(value.len());
        plain.push_str(&format!("{sign}*{}", &value[end..]));
    }
    plain
}

/// Its name, whether it has a value, and its attributes in an order of ours.
fn plain_cookie(cookie: &str) -> String {
    let mut parts = cookie.split(';').map(str::trim);
    let pair = parts.next().unwrap_or_default();
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let value = match value {
        "" | "0" => value,
        _ => "*",
    };
    // Those that are to go expire at the beginning of time, and the others some day.
    let mut attributes: Vec<String> = parts
        .map(str::to_lowercase)
        .map(|attribute| match attribute.starts_with("expires=") {
            true if !attribute.contains(" 1970 ") => "expires=*".to_owned(),
            _ => attribute,
        })
        .collect();
    attributes.sort();
    format!("{name}={value}; {}", attributes.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clean_up_may_be_counted_by_one_alone() {
        let counted = |url: &str| format!("307 {url}\n    sets __clerk_redirect_count=*; httponly");
        let clean_up = counted("http://application/private?__clerk_handshake_nonce=*");
        assert_eq!(uncounted(&clean_up).lines().count(), 1);
        let handshake = counted("http://application/private");
        assert_eq!(uncounted(&handshake), handshake);
    }

    #[test]
    fn what_differs_from_visit_to_visit_is_no_difference() {
        let within = "http://clerk/x?redirect_url=http%3A%2F%2Flocalhost%3A3000%2F%3F__clerk_db_jwt%3Ddvb_1&a=b";
        assert_eq!(
            plain_url(within, "localhost:3000"),
            "http://clerk/x?redirect_url=http%3A%2F%2Fapplication%2F%3F__clerk_db_jwt%3D*&a=b"
        );
        let nonce = "http://localhost:3000/?__clerk_handshake_nonce=abc&b=c";
        assert_eq!(
            plain_url(nonce, "localhost:3000"),
            "http://application/?__clerk_handshake_nonce=*&b=c"
        );
        assert_eq!(
            plain_cookie("__client_uat=1800000000; Path=/; SameSite=Lax"),
            "__client_uat=*; path=/; samesite=lax"
        );
        assert_ne!(plain_cookie("a=0; Path=/"), plain_cookie("a=1; Path=/"));
        assert_ne!(plain_cookie("a=1; Path=/"), plain_cookie("a=1"));
    }
}

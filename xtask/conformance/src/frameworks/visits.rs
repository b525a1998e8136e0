//! A browser that visits: handshakes, signing in and out, and tokens that have expired.

use std::time::Duration;

use bytes::Bytes;
use clerk::{Clock as _, SystemClock, UnixTime, http::BlockingTransport as _};
use clerk_emulator::{Browser, Defect};
use http::Response;
use serde_json::{Value, json};

use super::Service;
use crate::{checks::Checks, outcome::Stopped};

/// Longer than the middleware counts redirects for, by a cookie that browsers then forget.
const A_MOMENT: Duration = Duration::from_secs(3);

/// Longer than a session token lasts, and than Clerk's middleware takes a clock to be wrong.
const A_WHILE: Duration = Duration::from_secs(120);

pub(super) fn all(service: &Service<'_>, checks: &mut Checks) -> Result<(), Stopped> {
    from_nowhere_to_signed_out(service, checks)?;
    cookies_made_for_tests(service, checks)
}

fn from_nowhere_to_signed_out(service: &Service<'_>, checks: &mut Checks) -> Result<(), Stopped> {
    let (mut browser, mut now) = (Browser::new(), SystemClock::new().now());
    let (ada, nobody) = (service.emulator.user_id("ada@example.com"), None);
    let home = format!("{}/", service.url);
    let emulator = service.emulator.url();
    let (sign_in, sign_out) = (
        format!("{emulator}/sign-in"),
        format!("{emulator}/sign-out"),
    );
    // The emulator's publishable key names a scheme, and so the middleware asks once more after a sign-in, for
    // cookies with a suffix.
    for (what, url, form, way, user) in [
        (
            "a first visit",
            &home,
            None,
            "307 dev-browser-missing, 307, 307 session-token-missing, 200 session-token-and-uat-missing",
            &nobody,
        ),
        (
            "a sign-in",
            &sign_in,
            Some(("user", "ada@example.com")),
            "303, 307 dev-browser-sync, 307, 307, 307 dev-browser-missing, 307, 307, 200",
            &ada,
        ),
        ("a reload", &home, None, "200", &ada),
        (
            "a sign-out",
            &sign_out,
            Some(("", "")),
            "303, 307 dev-browser-sync, 307, 307 session-token-missing, 200 session-token-and-uat-missing",
            &nobody,
        ),
    ] {
        let form = form.map(|field| [("redirect_url", home.as_str()), field]);
        let form = form.as_ref().map(|form| &form[..]);
        let (went, answer) = service.visit(&mut browser, url, form, now)?;
        now = now.saturating_add(A_MOMENT);
        let what = format!("{} {what}", service.name);
        checks.equal(&what, &went.as_str(), &way);
        checks.equal(&what, &answer["userId"], &json!(user));
    }
    Ok(())
}

fn cookies_made_for_tests(service: &Service<'_>, checks: &mut Checks) -> Result<(), Stopped> {
    let (emulator, now) = (service.emulator, SystemClock::new().now());
    let token = || {
        emulator
            .token()
            .user("ada@example.com")
            .claim("azp", service.url)
    };
    let (ada, nobody) = (emulator.user_id("ada@example.com"), None);
    let stale = token().issued_ago(A_WHILE);
    let forged = token().defect(Defect::ForeignKey);
    for (what, cookies, way, user) in [
        ("good cookies", token().cookies(now), "200", &ada),
        ("stale cookies", stale.cookies(now), "200", &ada),
        (
            "forged cookies",
            forged.cookies(now),
            "200 token-invalid-signature",
            &nobody,
        ),
        (
            "cookies of nobody",
            emulator.signed_out_cookies(),
            "200 session-token-and-uat-missing",
            &nobody,
        ),
    ] {
        let mut browser = Browser::new();
        browser.set_cookies("localhost", &cookies);
        let home = format!("{}/", service.url);
        let (went, answer) = service.visit(&mut browser, &home, None, now)?;
        let what = format!("{} {what}", service.name);
        checks.equal(&what, &went.as_str(), &way);
        checks.equal(&what, &answer["userId"], &json!(user));
    }
    Ok(())
}

impl Service<'_> {
    /// Opens `url` or sends it a form: the answers on the way, each with the middleware's reason if it gave one, and
    /// what the last page says.
    fn visit(
        &self,
        browser: &mut Browser,
        url: &str,
        form: Option<&[(&str, &str)]>,
        now: UnixTime,
    ) -> Result<(String, Value), Stopped> {
        let (mut way, mut trouble) = (Vec::new(), None);
        let network = |request: http::Request<Bytes>| {
            let response = self.network.send(request).unwrap_or_else(|error| {
                trouble = Some(error);
                Response::default()
            });
            let reason = response.headers().get("x-clerk-auth-reason");
            let reason = reason.and_then(|reason| reason.to_str().ok());
            let status = response.status().as_u16();
            way.push(
                format!("{status} {}", reason.unwrap_or_default())
                    .trim_end()
                    .to_owned(),
            );
            response
        };
        let page = match form {
            Some(form) => browser.submit(url, form, now, network),
            None => browser.open(url, now, network),
        };
        if let Some(error) = trouble {
            return Err(error.into());
        }
        let answer = serde_json::from_str(&page.text()).unwrap_or_default();
        Ok((way.join(", "), answer))
    }
}

//! Where a request comes from and where it goes to.

use crate::authenticate::{
    draft::Draft,
    instance::Instance,
    token::{Mint, NOW, SUBJECTS, Token},
};

use super::cookies::{ROLES, take};

pub(in crate::authenticate) const REFERRERS: [&str; 25] = [
    "https://example.com/other",
    "https://example.com:443/other",
    "https://example.com:8443/",
    "http://example.com/",
    "https://EXAMPLE.com/",
    "https://www.example.com/",
    "https://other.example.org/",
    "https://clerk.example.com/v1",
    "https://accounts.example.com/sign-in",
    "http://accounts.example.com/sign-in",
    "https://accounts.example.com.evil.example/",
    "https://accounts.evil.example/",
    "https://happy-hippo-1.clerk.accounts.dev/",
    "https://happy-hippo-1.accounts.dev/sign-in",
    "https://other-hippo-2.accounts.dev/sign-in",
    "https://other-hippo-2.clerk.accounts.dev/",
    "https://accounts.happy.lcl.dev/",
    "https://accounts.happy.lclclerk.com/",
    "https://happy.accounts.lclclerk.com/",
    "https://happy.clerk.accounts.lclclerk.com/",
    "https://happy.accountsstage.dev/",
    "about:blank",
    "not a url",
    "/relative",
    "https://satellite.example.net/page",
];

/// Headers of proxies.
pub(in crate::authenticate) const FORWARDED: &[&[(&str, &str)]] = &[
    &[
        ("x-forwarded-host", "app.example.com"),
        ("x-forwarded-proto", "https"),
    ],
    &[
        ("x-forwarded-host", "app.example.com:3000"),
        ("x-forwarded-proto", "http"),
    ],
    &[
        ("x-forwarded-host", "a.example.com, b.example.com"),
        ("x-forwarded-proto", "https,http"),
    ],
    &[("x-forwarded-host", " a.example.com , b.example.com")],
    &[("x-forwarded-proto", "http")],
    &[("x-forwarded-proto", "http, https")],
    &[
        ("x-forwarded-host", "example.com:443"),
        ("x-forwarded-proto", "https"),
    ],
    &[("x-forwarded-host", "EXAMPLE.com")],
    &[("x-forwarded-host", "")],
    &[("x-forwarded-host", "[::1]:3000")],
    &[("x-forwarded-port", "8443")],
    &[("host", "internal.local:8080")],
    &[
        ("host", "internal.local:8080"),
        ("x-forwarded-host", "app.example.com"),
    ],
    &[("host", "example.com")],
    &[("cloudfront-forwarded-proto", "http")],
];

/// Paths, some of which are no ordinary ones.
pub(in crate::authenticate) const PATHS: [&str; 17] = [
    "/",
    "",
    "/dashboard",
    "/dashboard/",
    "/%2F%2Fevil.example/x",
    "/a/../b",
    "/a/./b",
    "/a/%2e%2e/b",
    "/a/%zz/b",
    "/a%20b",
    "/a b",
    "/caf%C3%A9",
    "/;params",
    "/a//b///c",
    "/a:b@c",
    "/a|b",
    "/a'b\"c",
];

/// Queries, some of which mean something here.
pub(in crate::authenticate) const QUERIES: [&str; 21] = [
    "a=1",
    "a=1&a=2",
    "a=%20b+c",
    "a=%2f%3a",
    "a",
    "",
    "&&a=1&",
    "a=b=c",
    "a=%zz",
    "a=caf%C3%A9",
    "a[]=1",
    "a='b'",
    "a=~*",
    "__clerk_db_jwt=dvb_query",
    "__clerk_db_jwt=",
    "__clerk_db_jwt=dvb_query&a=%20b&__dev_session=x",
    "__dev_session=x",
    "__clerk_synced=false",
    "__clerk_synced=true",
    "__clerk_synced=true&__clerk_synced=false",
    "__clerk_redirect_url=http%3A%2F%2Flocalhost%3A3001%2Fpage",
];

/// Organization patterns, personal patterns, and a path to try them on.
pub(in crate::authenticate) const ORGANIZATIONS: &[(&[&str], &[&str], &str)] = &[
    (&["/orgs/:slug"], &["/me"], "/orgs/acme"),
    (&["/orgs/:slug"], &["/me"], "/orgs/other"),
    (&["/orgs/:slug"], &["/me"], "/orgs/ACME"),
    (&["/orgs/:slug"], &["/me"], "/ORGS/acme/"),
    (&["/orgs/:slug"], &["/me"], "/orgs/acme/settings"),
    (&["/orgs/:slug"], &["/me"], "/me"),
    (&["/orgs/:slug"], &["/me"], "/me/"),
    (&["/orgs/:slug"], &["/me"], "/elsewhere"),
    (
        &["/orgs/:slug", "/orgs/:slug/(.*)"],
        &["/me", "/me/(.*)"],
        "/orgs/acme/a/b",
    ),
    (
        &["/orgs/:slug", "/orgs/:slug/(.*)"],
        &["/me", "/me/(.*)"],
        "/orgs/other/a/b",
    ),
    (
        &["/orgs/:slug", "/orgs/:slug/(.*)"],
        &["/me", "/me/(.*)"],
        "/me/settings",
    ),
    (&["/orgs/:id"], &[], "/orgs/org_1"),
    (&["/orgs/:id"], &[], "/orgs/org_2"),
    (&["/orgs/:id/:slug"], &[], "/orgs/org_1/other"),
    (&["/o/:id(org_.*)", "/o/:slug"], &[], "/o/org_9"),
    (&["/o/:id(org_.*)", "/o/:slug"], &[], "/o/acme"),
    (&["/orgs/:slug?"], &[], "/orgs"),
    (&["/orgs/:slug+"], &[], "/orgs/a/b"),
    (&["/orgs/:slug*"], &[], "/orgs/acme"),
    (&["/orgs{-:slug}?"], &[], "/orgs-acme"),
    (&["/orgs/:other"], &["/orgs/(.*)"], "/orgs/acme"),
    (&["/orgs/:slug"], &[], "/orgs/a%20b"),
    (&["/orgs/:slug"], &[], "/orgs/caf%C3%A9"),
    (&["/orgs/:slug"], &[], "/orgs/%zz"),
    (&[], &["/(.*)"], "/anything"),
    (&["/me"], &["/me"], "/me"),
    (&["/files/:slug.html"], &[], "/files/other.html"),
    (&["/files/:slug\\.html"], &[], "/files/acme.html"),
    (&["/(orgs|teams)/:slug"], &[], "/teams/other"),
];

pub(super) fn all(mint: &Mint, drafts: &mut Vec<Draft>) {
    for instance in Instance::BOTH {
        referrers(instance, mint, drafts);
        organizations(instance, mint, drafts);
        addresses(instance, mint, drafts);
    }
}

fn referrers(instance: Instance, mint: &Mint, drafts: &mut Vec<Draft>) {
    for referrer in REFERRERS {
        for role in ROLES {
            let mut draft = Draft::visit(instance, mint);
            take(role, &mut draft);
            draft.header("referer", referrer);
            draft.tell(referrer);
            drafts.push(draft);
        }
        for (method, destination) in [("POST", "document"), ("GET", "empty"), ("GET", "iframe")] {
            let mut draft = Draft::visit(instance, mint);
            draft.method = method;
            draft.headers[0].1 = destination.to_owned();
            draft.header("referer", referrer);
            draft.tell(referrer);
            drafts.push(draft);
        }
    }
}

fn organizations(instance: Instance, mint: &Mint, drafts: &mut Vec<Draft>) {
    for (organization, personal, path) in ORGANIZATIONS {
        for (name, subject) in [SUBJECTS[0], SUBJECTS[2], SUBJECTS[4], SUBJECTS[6]] {
            for pending in [false, true] {
                let token = Token::session(instance).with(subject).with(|token| {
                    if pending {
                        token.claim("sts", "pending");
                    }
                });
                let mut draft = Draft::visit(instance, mint);
                draft.forget("__session");
                draft.session(&token.sign(mint));
                draft.path = (*path).to_owned();
                draft.organizations(organization, personal);
                draft.tell("organization sync");
                draft.tell(path);
                draft.tell(name);
                if !pending {
                    drafts.push(draft.clone());
                    draft.headers[0].1 = "empty".to_owned();
                }
                drafts.push(draft);
            }
        }
        // A handshake for another reason says which organization it should come back with.
        let expired = Token::session(instance).with(|token| token.claim("exp", NOW - 30));
        let mut draft = Draft::visit(instance, mint);
        draft.forget("__session");
        draft.session(&expired.sign(mint));
        draft.path = (*path).to_owned();
        draft.organizations(organization, personal);
        draft.tell("expired");
        draft.tell(path);
        drafts.push(draft);
    }
}

/// The address decides where a browser is sent back to.
fn addresses(instance: Instance, mint: &Mint, drafts: &mut Vec<Draft>) {
    let mut add = |change: &dyn Fn(&mut Draft), story: &'static str| {
        for role in ROLES {
            for known in [false, true] {
                let mut draft = if known {
                    Draft::visit(instance, mint)
                } else {
                    let mut draft = Draft::navigation(instance);
                    draft.client_uat("1799999000");
                    draft
                };
                take(role, &mut draft);
                change(&mut draft);
                draft.tell(story);
                drafts.push(draft);
            }
        }
    };
    for path in PATHS {
        add(&|draft| draft.path = path.to_owned(), path);
        let forwarded = |draft: &mut Draft| {
            draft.path = path.to_owned();
            draft.header("x-forwarded-host", "app.example.com");
            draft.header("x-forwarded-proto", "https");
        };
        add(&forwarded, path);
    }
    for query in QUERIES {
        add(&|draft| draft.ask(query), query);
    }
    for headers in FORWARDED {
        let forwarded = |draft: &mut Draft| {
            for (name, value) in *headers {
                draft.header(name, value);
            }
        };
        add(&forwarded, headers[0].1);
    }
}

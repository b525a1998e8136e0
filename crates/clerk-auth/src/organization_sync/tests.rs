use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::specimen::session;

const NONE: [&str; 0] = [];

fn id(id: &str) -> Option<OrganizationTarget> {
    Some(OrganizationTarget::Id(id.into()))
}

fn slug(slug: &str) -> Option<OrganizationTarget> {
    Some(OrganizationTarget::Slug(slug.into()))
}

#[test]
fn what_patterns_match() {
    let rows: &[(&str, &str, Option<OrganizationTarget>)] = &[
        ("/orgs/:slug", "/orgs/acme", slug("acme")),
        ("/orgs/:slug", "/orgs/acme/", slug("acme")),
        ("/orgs/:slug", "/ORGS/Acme", slug("Acme")),
        ("/orgs/:slug", "/orgs/acme//", None),
        ("/orgs/:slug", "/orgs/acme/more", None),
        ("/orgs/:slug", "/orgs/", None),
        ("/orgs/:slug", "/orgs", None),
        ("/orgs/:slug", "/x/orgs/acme", None),
        ("/orgs/:slug", "/orgsXacme", None),
        ("/orgs/:slug", "/orgs/a%20b", slug("a%20b")),
        ("/orgs/:slug", "/orgs/a.b-c_d", slug("a.b-c_d")),
        ("/orgs/:id", "/orgs/org_1", id("org_1")),
        ("/:slug/:id", "/acme/org_1", id("org_1")),
        ("/orgs/:id/", "/orgs/org_1/", id("org_1")),
        ("/orgs/:id/", "/orgs/org_1", None),
        ("/orgs/:slug/(.*)", "/orgs/acme/", slug("acme")),
        ("/orgs/:slug/(.*)", "/orgs/acme/a/b/c", slug("acme")),
        ("/orgs/:slug/(.*)", "/orgs/acme", None),
        ("/orgs/:slug(.*)", "/orgs/acme/a", slug("acme/a")),
        ("/orgs/:slug/:rest*", "/orgs/acme", slug("acme")),
        ("/orgs/:slug/:rest*", "/orgs/acme/a/b", slug("acme")),
        ("/orgs/:slug/:rest+", "/orgs/acme", None),
        ("/orgs/:slug/:rest+", "/orgs/acme/a/b/", slug("acme")),
        ("/orgs/:slug?", "/orgs/acme", slug("acme")),
        ("/orgs/:slug?", "/orgs", None),
        ("/:lang?/orgs/:slug", "/orgs/acme", slug("acme")),
        ("/:lang?/orgs/:slug", "/de/orgs/acme", slug("acme")),
        ("/orgs/:id(org_[a-z0-9]+)", "/orgs/org_1", id("org_1")),
        ("/orgs/:id(org_[a-z0-9]+)", "/orgs/acme", None),
        ("/orgs/:id(\\d+)", "/orgs/12", id("12")),
        ("/orgs/:id(\\d+)", "/orgs/x12", None),
        ("/(orgs|teams)/:slug", "/teams/acme", slug("acme")),
        ("/orgs/:slug-:rest", "/orgs/acme-1", slug("acme")),
        // A parameter does not reach over the text that stands before it.
        ("/orgs/:slug-:rest", "/orgs/acme-1-2", slug("acme-1")),
        ("/orgs/:slug.:format", "/orgs/acme.json", slug("acme")),
        ("/@:slug", "/@acme", slug("acme")),
        ("/orgs{/:slug}?", "/orgs/acme", slug("acme")),
        ("/orgs{-:slug}?", "/orgs-acme", slug("acme")),
        ("/orgs{/x}?/:slug", "/orgs/x/acme", slug("acme")),
        ("/orgs{/x}?/:slug", "/orgs/acme", slug("acme")),
        ("/a\\:b/:slug", "/a:b/acme", slug("acme")),
        ("/a.b/:slug", "/aXb/acme", None),
        ("/a\\+b/:slug", "/a+b/acme", slug("acme")),
        ("/orgs/:other", "/orgs/acme", None),
        ("/orgs/acme", "/orgs/acme", None),
    ];
    for (pattern, path, expected) in rows {
        let sync = OrganizationSync::new([pattern], NONE).unwrap();
        assert_eq!(sync.target(path), *expected, "{pattern} {path}");
    }
}

#[test]
fn the_first_pattern_decides_and_organizations_come_first() {
    let sync = OrganizationSync::new(["/:slug/x", "/a/:id", "/me/:other"], ["/me", "/a/(.*)"]);
    let sync = sync.unwrap();
    assert_eq!(sync.target("/a/x"), slug("a"));
    assert_eq!(sync.target("/a/y"), id("y"));
    assert_eq!(
        sync.target("/me"),
        Some(OrganizationTarget::PersonalAccount)
    );
    assert_eq!(sync.target("/me/z"), None);
    assert_eq!(
        sync.target("/A/b/c"),
        Some(OrganizationTarget::PersonalAccount)
    );
    assert_eq!(sync.target("/"), None);
    assert_eq!(OrganizationSync::default().target("/a/x"), None);
}

#[test]
fn what_is_no_pattern_is_named() {
    for pattern in [
        "/:",
        "/:/x",
        "/(",
        "/()",
        "/(?:a)",
        "/((a))",
        "/(?=a)",
        "/(a(?=b))",
        "/(a(?!b))",
        "/(a(?<n>b))",
        "/([)",
        "/(a)(b):c",
        "/:a:b",
        "/:a+:b",
        "(.*)*",
        ":a*",
        "/{a",
        "/a}",
        "*",
        "/*",
        "/a?",
        "/a\\",
        "/:id/:id",
        "/:id+",
        "/:slug*",
        "/:a--:b",
        "/(a{1000}{1000}{1000})",
    ] {
        let refused = |result: Result<OrganizationSync, InvalidPattern>| {
            let error = result.expect_err(pattern);
            assert_eq!(error.pattern(), pattern);
            let start = format!("Invalid pattern \"{pattern}\": ");
            assert!(error.to_string().starts_with(&start), "{error}");
        };
        refused(OrganizationSync::new(["/fine", pattern], NONE));
        refused(OrganizationSync::new(NONE, [pattern]));
    }
}

#[test]
fn a_session_that_has_something_else_active() {
    let acme = session(&json!({"o": {"id": "org_1", "slg": "acme"}}));
    let nameless = session(&json!({"o": {"id": "org_1"}}));
    let personal = session(&json!({}));
    for (target, rows) in [
        (OrganizationTarget::Id("org_1".into()), [false, false, true]),
        (OrganizationTarget::Id("org_2".into()), [true, true, true]),
        (OrganizationTarget::Slug("acme".into()), [false, true, true]),
        (OrganizationTarget::Slug("Acme".into()), [true, true, true]),
        (OrganizationTarget::PersonalAccount, [true, true, false]),
    ] {
        let found = [&acme, &nameless, &personal].map(|session| target.mismatch(session));
        assert_eq!(found, rows, "{target:?}");
    }
}

/// With an engine that backtracks, each of these would take longer than the universe has been there.
#[test]
fn hostile_paths_take_linear_time() {
    let sync = OrganizationSync::new(
        [
            "/(a+a+)+b/:slug",
            "/:slug/(?:x)".trim_end_matches("/(?:x)"),
            "/:a*/:b*/:c*/:d*/end/:slug",
        ],
        ["/(.*)/(.*)/(.*)/(.*)/(.*)/never"],
    )
    .unwrap();
    for path in [
        "/".repeat(20_000),
        "/a".repeat(10_000),
        format!("/{}", "a".repeat(20_000)),
    ] {
        let _ = sync.target(&path);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_pattern_and_no_path_panics(
        pattern in "[/a:(){}?*+.\\\\|\\[\\]^$-]{0,12}|.{0,12}",
        path in "[/a.?#-]{0,20}|.{0,20}",
    ) {
        if let Ok(sync) = OrganizationSync::new([&pattern], [&pattern]) {
            let _ = sync.target(&path);
        }
    }
}

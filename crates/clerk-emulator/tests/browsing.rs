//! The browser that tests have.

use bytes::Bytes;
use clerk_core::UnixTime;
use clerk_emulator::Browser;
use http::{Request, Response};
use std::time::Duration;

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

fn answer(status: u16, fields: &[(&str, &str)]) -> Response<Bytes> {
    let fields = fields.iter();
    let response = fields.fold(
        Response::builder().status(status),
        |response, (name, value)| response.header(*name, *value),
    );
    response.body(Bytes::new()).unwrap()
}

fn shown(request: &Request<Bytes>) -> String {
    let field = |name: &str| match request.headers().get(name) {
        Some(value) => value.to_str().unwrap().to_owned(),
        None => "-".to_owned(),
    };
    let body = String::from_utf8_lossy(request.body()).into_owned();
    [
        request.method().to_string(),
        request.uri().to_string(),
        field("host"),
        field("cookie"),
        body,
    ]
    .join(" ")
}

#[test]
fn cookies_stay_with_their_host_and_go_in_time() {
    let mut browser = Browser::new();
    let fields = [
        ("set-cookie", "a=1; Path=/"),
        ("set-cookie", "b=2=3; max-age=2"),
        ("set-cookie", "c=4"),
        ("set-cookie", "c=; Max-Age=0"),
        ("set-cookie", "no cookie"),
    ];
    browser.open("http://one.test/", NOW, |_| answer(200, &fields));
    let mut sent = |url: &str, now: UnixTime| {
        let mut cookies = String::new();
        browser.open(url, now, |request| {
            cookies = shown(&request);
            answer(200, &[])
        });
        cookies
    };
    assert_eq!(
        sent("http://one.test:81/x", NOW),
        "GET http://one.test:81/x one.test:81 a=1; b=2=3 "
    );
    assert_eq!(
        sent("http://two.test/", NOW),
        "GET http://two.test/ two.test - "
    );
    let later = NOW.saturating_add(Duration::from_secs(2));
    assert_eq!(
        sent("http://one.test/", later),
        "GET http://one.test/ one.test a=1 "
    );
    browser.forget("one.test", "a");
    assert_eq!(browser.cookie("one.test", "a"), None);
    assert!(!format!("{browser:?}").contains("2=3"));
}

#[test]
fn a_form_is_sent_on_only_where_the_redirect_keeps_the_method() {
    for (status, second) in [
        (303, "GET http://one.test/b one.test - "),
        (307, "POST http://one.test/b one.test - x=%3D+y"),
    ] {
        let mut seen = Vec::new();
        let page = Browser::new().submit("http://one.test/a", &[("x", "= y")], NOW, |request| {
            seen.push(shown(&request));
            match seen.len() {
                1 => answer(status, &[("location", "/b")]),
                _ => answer(200, &[("location", "/ignored")]),
            }
        });
        assert_eq!(seen, ["POST http://one.test/a one.test - x=%3D+y", second]);
        assert_eq!(page.statuses(), [status, 200]);
        assert_eq!(page.url(), "http://one.test/b");
    }
}

#[test]
#[should_panic(expected = "redirected in circles")]
fn circles_end() {
    Browser::new().open("http://one.test/", NOW, |_| {
        answer(302, &[("location", "/")])
    });
}

/// RFC 6265: a cookie is its host's, or a domain's, and the two are two.
#[test]
fn cookies_are_kept_and_sent_as_browsers_do() {
    let page = |lines: &[&str]| {
        let mut page = Response::new(Bytes::new());
        for line in lines {
            let line = line.parse().unwrap();
            page.headers_mut().append("set-cookie", line);
        }
        page
    };
    for (lines, url, expected) in [
        (&["a=1"][..], "https://app.example.com/", "a=1"),
        (&["a=1"], "https://example.com/", ""),
        (
            &["a=1; Domain=example.com"],
            "https://www.example.com/",
            "a=1",
        ),
        (&["a=1; Domain=.example.com"], "https://example.com/", "a=1"),
        (&["a=1; Domain=example.com"], "https://notexample.com/", ""),
        (
            &["a=1; Domain=other.example"],
            "https://app.example.com/",
            "",
        ),
        (
            &["a=1; Domain=www.example.com"],
            "https://www.example.com/",
            "",
        ),
        (
            &["a=1", "a=2; Domain=example.com"],
            "https://app.example.com/",
            "a=1; a=2",
        ),
        (
            &[
                "a=1",
                "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                "a=2; Domain=example.com",
            ],
            "https://app.example.com/",
            "a=2",
        ),
        (
            &["a=1; Domain=example.com", "a=; Max-Age=0"],
            "https://app.example.com/",
            "a=1",
        ),
        (
            &["a=1; Expires=Sat, 15 Jan 2028 08:00:00 GMT"],
            "https://app.example.com/",
            "a=1",
        ),
        (
            &["a=1; Expires=Sat, 15 Jan 2028 08:00:00 GMT; Max-Age=0"],
            "https://app.example.com/",
            "",
        ),
        (&["a=1; Secure"], "https://app.example.com/", "a=1"),
        (&["a=1; Secure"], "http://app.example.com/", ""),
    ] {
        let mut browser = Browser::new();
        browser.open("https://app.example.com/", NOW, |_| page(lines));
        let mut sent = String::new();
        browser.open(url, NOW, |request| {
            if let Some(cookie) = request.headers().get("cookie") {
                cookie.to_str().unwrap().clone_into(&mut sent);
            }
            page(&[])
        });
        assert_eq!(sent, expected, "{lines:?} at {url}");
    }
}

use super::*;

fn map(headers: &[(&'static str, &[u8])]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, HeaderValue::from_bytes(value).unwrap());
    }
    map
}

fn never() -> Charset {
    panic!("the engine is asked only where it matters")
}

#[test]
fn what_the_connection_needs_is_the_engines_to_write() {
    let headers = map(&[
        ("host", b"other.example"),
        ("connection", b"close"),
        ("content-length", b"7"),
        ("transfer-encoding", b"chunked"),
        ("authorization", b"Bearer x"),
        ("x-repeated", b"one"),
        ("x-repeated", b"two"),
    ]);
    let sent = outgoing(&headers, never).unwrap();
    let expected = [
        ("authorization", "Bearer x"),
        ("x-repeated", "one"),
        ("x-repeated", "two"),
    ];
    let sent: Vec<_> = sent.iter().map(|(name, text)| (*name, &**text)).collect();
    assert_eq!(sent, expected);
}

/// The bytes, and the text that stands for them in each kind of engine.
const VALUES: &[(&[u8], Option<&str>, Option<&str>)] = &[
    (b"plain", Some("plain"), Some("plain")),
    (b"\xe9", Some("\u{e9}"), None),
    (b"\xc3\xa9", Some("\u{c3}\u{a9}"), Some("\u{e9}")),
    (
        b"\xe4\xb8\xad",
        Some("\u{e4}\u{b8}\u{ad}"),
        Some("\u{4e2d}"),
    ),
    (b"\x80\xff", Some("\u{80}\u{ff}"), None),
];

#[test]
fn values_are_the_same_bytes_in_both_directions() {
    for (bytes, latin1, utf8) in VALUES {
        for (charset, text) in [(Charset::Latin1, latin1), (Charset::Utf8, utf8)] {
            let headers = map(&[("x-value", bytes)]);
            let sent = outgoing(&headers, || charset);
            let sent = sent.map(|sent| sent[0].1.to_string());
            assert_eq!(sent.as_deref(), *text, "{bytes:?} in {charset:?}");
            if let Some(text) = text {
                let (_, read) = incoming("x-value", text, || charset).unwrap();
                assert_eq!(read.as_bytes(), *bytes, "{text:?} in {charset:?}");
            }
        }
    }
}

#[test]
fn what_is_no_header_is_none() {
    for (name, value) in [("a b", "c"), ("", "c"), ("a", "b\nc"), ("a", "\u{4e2d}")] {
        assert_eq!(incoming(name, value, || Charset::Latin1), None, "{name}");
    }
}

#[test]
fn a_request_that_fetch_would_throw_at_is_told_beforehand() {
    for (method, uri, body, sent) in [
        (Method::GET, "https://api.example/v1", "", true),
        (Method::POST, "https://api.example/v1", "{}", true),
        (Method::DELETE, "https://api.example/v1", "{}", true),
        (Method::GET, "/v1", "", false),
        (Method::GET, "https://api.example/v1", "{}", false),
        (Method::HEAD, "https://api.example/v1", "{}", false),
    ] {
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri.parse().unwrap();
        assert_eq!(can_be_sent(&request), sent, "{request:?}");
    }
}

#[test]
fn a_body_has_room_for_its_limit_and_no_byte_more() {
    let mut body = Body::up_to(4);
    assert!(body.has_room_for(4) && !body.has_room_for(5));
    body.add(b"abc");
    assert!(body.has_room_for(1) && !body.has_room_for(2) && !body.has_room_for(u32::MAX));
    body.add(b"d");
    assert!(body.has_room_for(0) && !body.has_room_for(1));
    assert_eq!(body.into_bytes(), "abcd");
}

#[test]
fn a_coding_that_was_undone_is_not_spoken_of() {
    // What came, how long the body is that we got, and whether its coding is still spoken of.
    for (encoding, announced, length, kept) in [
        ("gzip", Some("46"), 52, false),
        ("GZIP", None, 52, false),
        ("br", Some("44"), 52, false),
        // As long as it was announced, by chance.
        ("gzip", Some("46"), 46, false),
        ("br, gzip", Some("44"), 52, false),
        // Undone by Node and not by Cloudflare.
        ("deflate", Some("34"), 52, false),
        ("deflate", Some("34"), 34, true),
        ("zstd", Some("11"), 11, true),
        ("aes128gcm", Some("34"), 34, true),
        ("aes128gcm, gzip", None, 34, true),
    ] {
        let mut headers = map(&[("content-encoding", encoding.as_bytes()), ("etag", b"1")]);
        if let Some(announced) = announced {
            headers.insert("content-length", HeaderValue::from_static(announced));
        }
        let before = headers.len();
        forget_coding(&mut headers, &Method::GET, StatusCode::OK, length);
        let expected = if kept { before } else { 1 };
        assert_eq!(
            headers.len(),
            expected,
            "{encoding}, {announced:?}, {length}"
        );
    }
}

#[test]
fn a_length_without_a_coding_stays() {
    let mut headers = map(&[("content-length", b"52")]);
    forget_coding(&mut headers, &Method::GET, StatusCode::OK, 52);
    assert_eq!(headers.len(), 1);
}

#[test]
fn where_there_is_no_body_nothing_was_undone() {
    for (method, status) in [
        (Method::HEAD, StatusCode::OK),
        (Method::GET, StatusCode::NOT_MODIFIED),
        (Method::DELETE, StatusCode::NO_CONTENT),
    ] {
        let mut headers = map(&[("content-encoding", b"gzip"), ("content-length", b"46")]);
        forget_coding(&mut headers, &method, status, 0);
        assert_eq!(headers.len(), 2, "{method} {status}");
    }
}

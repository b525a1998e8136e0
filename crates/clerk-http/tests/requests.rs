//! What settings make of an operation.

use std::time::Duration;

use bytes::Bytes;
use clerk_http::{
    Authorization, BasePath, CallOptions, Error, InvalidSettings, MachineSecretKey, Operation,
    RequestTimeout, Settings,
};
use http::{HeaderMap, Request, Response};
use proptest::prelude::*;

/// An operation whose request is whatever the test says.
struct Raw {
    uri: &'static str,
    headers: HeaderMap,
    timeout: Option<RequestTimeout>,
}

impl Raw {
    fn at(uri: &'static str) -> Self {
        Self {
            uri,
            headers: HeaderMap::new(),
            timeout: None,
        }
    }

    fn with_header(uri: &'static str, name: &'static str, value: &'static str) -> Self {
        let mut raw = Self::at(uri);
        raw.headers.insert(name, value.parse().unwrap());
        raw
    }

    fn build(&self) -> Result<Request<Bytes>, Error> {
        let mut request = Request::post(self.uri).body(Bytes::new()).unwrap();
        *request.headers_mut() = self.headers.clone();
        if let Some(timeout) = self.timeout {
            request.extensions_mut().insert(timeout);
        }
        Ok(request)
    }
}

macro_rules! operation {
    ($name:ident, $base:expr, $authorization:expr) => {
        struct $name(Raw);

        impl Operation for $name {
            type Output = ();
            const ID: &'static str = stringify!($name);
            const IDEMPOTENT: bool = true;
            const BASE: BasePath = $base;
            const AUTHORIZATION: Authorization = $authorization;

            fn request(&self) -> Result<Request<Bytes>, Error> {
                self.0.build()
            }

            fn response(&self, _: Response<Bytes>) -> Result<(), Error> {
                Ok(())
            }
        }
    };
}

operation!(Versioned, BasePath::Versioned, Authorization::SecretKey);
operation!(Root, BasePath::Root, Authorization::SecretKey);
operation!(Public, BasePath::Versioned, Authorization::Public);
operation!(Machine, BasePath::Root, Authorization::MachineSecretKey);
operation!(Either, BasePath::Root, Authorization::MachineOrSecretKey);

fn settings(base_url: &str) -> Settings {
    Settings::builder()
        .base_url(base_url)
        .secret_key("sk_test_abc".parse().unwrap())
        .build()
        .unwrap()
}

fn public_settings(base_url: &str) -> Settings {
    Settings::builder().base_url(base_url).build().unwrap()
}

#[test]
fn base_url_and_path_are_joined() {
    for (base, path, versioned, root) in [
        (
            "https://api.clerk.com",
            "/users?limit=1",
            "https://api.clerk.com/v1/users?limit=1",
            "https://api.clerk.com/users?limit=1",
        ),
        (
            " https://api.clerk.com/ ",
            "/users",
            "https://api.clerk.com/v1/users",
            "https://api.clerk.com/users",
        ),
        (
            "http://127.0.0.1:4010/a//b/",
            "/users",
            "http://127.0.0.1:4010/a/b/v1/users",
            "http://127.0.0.1:4010/a/b/users",
        ),
        (
            "HTTPS://[::1]:8443",
            "/",
            "https://[::1]:8443/v1/",
            "https://[::1]:8443/",
        ),
        (
            "https://example.com/%7Eclerk",
            "/users/a%2Fb?x=%2B",
            "https://example.com/%7Eclerk/v1/users/a%2Fb?x=%2B",
            "https://example.com/%7Eclerk/users/a%2Fb?x=%2B",
        ),
    ] {
        let settings = settings(base);
        let uri = |request: Result<Request<Bytes>, Error>| request.unwrap().uri().to_string();
        assert_eq!(uri(settings.request(&Versioned(Raw::at(path)))), versioned);
        assert_eq!(uri(settings.request(&Root(Raw::at(path)))), root);
    }
}

#[test]
fn the_version_segment_is_one_segment() {
    let with = |segment: &str| Settings::builder().version_segment(segment).build();
    for segment in ["v2", "/v2/"] {
        let request = with(segment).unwrap().request(&Public(Raw::at("/users")));
        assert_eq!(request.unwrap().uri().path(), "/v2/users");
    }
    for segment in [
        "", "/", ".", "..", "a/b", "a?b", "a#b", "v 1", "%2e%2e", "é",
    ] {
        let error = with(segment).unwrap_err();
        assert_eq!(error, InvalidSettings::VersionSegment, "{segment:?}");
    }
}

const WITH_VERSION: &str = "it ends in the API's version, which every request adds by itself";

#[test]
fn base_urls_that_are_none_are_refused() {
    for (url, problem) in [
        ("", "it is not a URL"),
        (
            "api.clerk.com",
            "it does not begin with https:// or http://",
        ),
        ("/v1", "it does not begin with https:// or http://"),
        (
            "ftp://api.clerk.com",
            "it does not begin with https:// or http://",
        ),
        ("https://", "it is not a URL"),
        ("https://:443", "it names no host"),
        ("https://api clerk.com", "it is not a URL"),
        ("api.clerk.com/v1", "it is not a URL"),
        (
            "https://user:pass@api.clerk.com",
            "it contains a user name or a password",
        ),
        ("https://api.clerk.com?x=1", "it has a query or a fragment"),
        ("https://api.clerk.com/#x", "it has a query or a fragment"),
        (
            "https://api.clerk.com/a/../b",
            "its path has a `.` or `..` segment",
        ),
        (
            "https://api.clerk.com/a/%2E%2e",
            "its path has a `.` or `..` segment",
        ),
        ("https://api.clerk.com/v1", WITH_VERSION),
        ("https://example.com/clerk/v1/", WITH_VERSION),
    ] {
        let error = Settings::builder().base_url(url).build().unwrap_err();
        assert_eq!(error, InvalidSettings::BaseUrl { problem }, "{url:?}");
    }
}

#[test]
fn credentials_travel_encrypted_or_not_at_all() {
    for (url, allowed) in [
        ("https://api.clerk.com", true),
        ("http://localhost:4010", true),
        ("http://LOCALHOST", true),
        ("http://127.0.0.1", true),
        ("http://127.255.0.9:1", true),
        ("http://[::1]:4010", true),
        ("http://api.clerk.com", false),
        ("http://localhost.example.com", false),
        ("http://127.0.0.1.example.com", false),
        ("http://127.1", false),
        ("http://10.0.0.1", false),
        ("http://0.0.0.0", false),
        ("http://[::2]", false),
        ("http://[::ffff:10.0.0.1]", false),
    ] {
        let with_key = Settings::builder()
            .base_url(url)
            .secret_key("sk_test_abc".parse().unwrap())
            .build();
        assert_eq!(with_key.is_ok(), allowed, "{url}");

        // The same holds for credentials that an operation brings along.
        let own = Public(Raw::with_header("/x", "authorization", "Bearer ak_1"));
        assert_eq!(public_settings(url).request(&own).is_ok(), allowed, "{url}");

        let public = Public(Raw::at("/jwks"));
        assert!(public_settings(url).request(&public).is_ok(), "{url}");
    }
    let error = Settings::builder()
        .base_url("http://api.clerk.com")
        .secret_key("sk_test_abc".parse().unwrap())
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "credentials are not sent to api.clerk.com over plain http, where others could read \
         them; use https, or a loopback address"
    );
}

#[test]
fn requests_carry_the_headers_of_their_client() {
    let request = settings("https://api.clerk.com")
        .request(&Versioned(Raw::at("/users")))
        .unwrap();
    let headers = request.headers();
    assert_eq!(headers["authorization"], "Bearer sk_test_abc");
    assert!(headers["authorization"].is_sensitive());
    assert_eq!(headers["clerk-api-version"], "2026-05-12");
    let agent = concat!("clerk-rust/", env!("CARGO_PKG_VERSION"));
    assert_eq!(headers["user-agent"], agent);
    assert_eq!(headers.len(), 3);

    let request = settings("https://api.clerk.com").request(&Public(Raw::at("/jwks")));
    assert!(!request.unwrap().headers().contains_key("authorization"));
}

#[test]
fn headers_of_the_operation_win() {
    let settings = settings("https://api.clerk.com");
    let with = |name, value| {
        let operation = Versioned(Raw::with_header("/x", name, value));
        settings.request(&operation).unwrap()
    };
    let request = with("authorization", "Bearer mt_1");
    let values: Vec<_> = request.headers().get_all("authorization").iter().collect();
    assert_eq!(values, ["Bearer mt_1"]);
    assert!(values[0].is_sensitive());

    assert_eq!(with("user-agent", "mine").headers()["user-agent"], "mine");
    let request = with("clerk-api-version", "2025-11-10");
    assert_eq!(request.headers()["clerk-api-version"], "2025-11-10");
}

#[test]
fn user_agents_can_be_set_to_header_values() {
    let with = |agent: &str| Settings::builder().user_agent(agent).build();
    let request = with("shop/2").unwrap().request(&Public(Raw::at("/x")));
    assert_eq!(request.unwrap().headers()["user-agent"], "shop/2");
    let error = with("shop\r\nx-admin: 1").unwrap_err();
    assert_eq!(error, InvalidSettings::UserAgent);
}

#[test]
fn a_missing_secret_key_says_what_to_do() {
    let error = public_settings("https://api.clerk.com")
        .request(&Versioned(Raw::at("/users")))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Versioned was not sent: it needs the instance's secret key; set CLERK_SECRET_KEY, \
         or give the client a secret key"
    );
    assert!(!error.is_retryable());
}

fn machine_key() -> MachineSecretKey {
    MachineSecretKey::new("ak_machine").unwrap()
}

fn credentials<O: Operation>(settings: &Settings, operation: &O) -> Result<String, String> {
    let request = settings.request(operation).map_err(|e| e.to_string())?;
    let value = &request.headers()["authorization"];
    assert!(value.is_sensitive());
    Ok(value.to_str().unwrap().to_owned())
}

#[test]
fn machines_have_a_key_of_their_own() {
    let url = "https://api.clerk.com";
    let machine = || Settings::builder().machine_secret_key(machine_key());
    let only_machine = machine().build().unwrap();
    let both = machine().secret_key("sk_test_abc".parse().unwrap());
    let both = both.build().unwrap();

    let bearer = |key: &str| Ok(format!("Bearer {key}"));
    let (versioned, own, either) = (
        Versioned(Raw::at("/users")),
        Machine(Raw::at("/m2m_tokens")),
        Either(Raw::at("/m2m_tokens/verify")),
    );
    assert_eq!(credentials(&both, &versioned), bearer("sk_test_abc"));
    assert_eq!(credentials(&both, &own), bearer("ak_machine"));
    assert_eq!(credentials(&both, &either), bearer("ak_machine"));
    assert_eq!(credentials(&only_machine, &either), bearer("ak_machine"));
    assert_eq!(credentials(&settings(url), &either), bearer("sk_test_abc"));

    let refused = |result: Result<String, String>| result.unwrap_err();
    assert!(refused(credentials(&only_machine, &versioned)).contains("CLERK_SECRET_KEY"));
    let missing = refused(credentials(&settings(url), &own));
    assert!(
        missing.contains("set CLERK_MACHINE_SECRET_KEY"),
        "{missing}"
    );
    let missing = refused(credentials(&public_settings(url), &either));
    assert!(
        missing.contains("CLERK_MACHINE_SECRET_KEY or CLERK_SECRET_KEY"),
        "{missing}"
    );

    let exposed = machine().base_url("http://api.clerk.com").build();
    assert!(matches!(exposed, Err(InvalidSettings::PlainHttp { .. })));
}

#[test]
fn options_change_one_call() {
    let settings = settings("https://api.clerk.com");
    let options = CallOptions::new()
        .timeout(Duration::from_secs(2))
        .idempotency_key("order-1815")
        .api_version("2027-01-01")
        .header("X-Shop", "a")
        .header("x-shop", "b");
    let operation = || Versioned(Raw::with_header("/users", "x-shop", "operation's"));
    let request = settings.request(&operation().with(options)).unwrap();
    let headers = request.headers();
    assert_eq!(headers["idempotency-key"], "order-1815");
    assert_eq!(headers["clerk-api-version"], "2027-01-01");
    assert_eq!(headers["authorization"], "Bearer sk_test_abc");
    let shops: Vec<_> = headers.get_all("x-shop").iter().collect();
    assert_eq!(shops, ["b"]);
    let timeout = request.extensions().get::<RequestTimeout>().copied();
    assert_eq!(timeout, Some(RequestTimeout(Duration::from_secs(2))));

    let as_machine = CallOptions::new().machine_secret_key(&machine_key());
    let operation = operation().with(as_machine);
    assert_eq!(
        credentials(&settings, &operation),
        Ok("Bearer ak_machine".to_owned())
    );
}

#[test]
fn options_that_make_no_header_are_refused_by_name() {
    let settings = settings("https://api.clerk.com");
    let refusal = |options: CallOptions| {
        let operation = Versioned(Raw::at("/users")).with(options);
        settings.request(&operation).unwrap_err().to_string()
    };
    assert_eq!(
        refusal(CallOptions::new().header("x-shop", "planted\r\nx: y")),
        "Versioned was not sent: the value of `x-shop` is not a header value"
    );
    assert_eq!(
        refusal(CallOptions::new().header("planted\n", "y")),
        "Versioned was not sent: a header's name is not one"
    );
    let shown = CallOptions::new()
        .header("x-shop", "planted")
        .machine_secret_key(&MachineSecretKey::new("ak_planted").unwrap());
    assert!(!format!("{shown:?}").contains("planted"));
}

#[test]
fn timeouts_come_from_the_operation_or_the_client() {
    let settings = Settings::builder()
        .timeout(Duration::from_secs(7))
        .build()
        .unwrap();
    let timeout = |operation: Public| {
        let request = settings.request(&operation).unwrap();
        request.extensions().get::<RequestTimeout>().copied()
    };
    let clients = RequestTimeout(Duration::from_secs(7));
    assert_eq!(timeout(Public(Raw::at("/x"))), Some(clients));

    let own = RequestTimeout(Duration::from_secs(2));
    let mut raw = Raw::at("/x");
    raw.timeout = Some(own);
    assert_eq!(timeout(Public(raw)), Some(own));
}

#[test]
fn paths_that_could_lead_elsewhere_are_refused() {
    let settings = settings("https://api.clerk.com");
    for uri in [
        "https://example.com/users",
        "example.com",
        "example.com:443",
        "*",
        "//example.com/users",
        "/users//ban",
        "/users/../secrets",
        "/users/./ban",
        "/users/..",
        "/users/%2e%2E/secrets",
        "/users/%252e%252e/secrets",
        "/users/..%2fsecrets",
        "/users/..\\secrets",
        "/users/%5c..%5csecrets",
    ] {
        let result = settings.request(&Versioned(Raw::at(uri)));
        assert!(matches!(result, Err(Error::Build { .. })), "{uri}");
    }
    for uri in [
        "/",
        "/users/",
        "/users/...",
        "/users/a..b",
        "/users/%2F",
        "/x?y=../..",
    ] {
        assert!(settings.request(&Versioned(Raw::at(uri))).is_ok(), "{uri}");
    }
}

proptest! {
    #[test]
    fn no_base_url_panics(url in ".{0,80}") {
        let _ = Settings::builder().base_url(&url).build();
        let _ = Settings::builder().base_url(format!("https://{url}")).build();
    }
}

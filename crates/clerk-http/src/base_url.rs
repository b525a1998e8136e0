use std::{
    borrow::Cow,
    net::{Ipv4Addr, Ipv6Addr},
};

use clerk_core::Pasted;
use http::{
    Uri,
    uri::{Authority, PathAndQuery, Scheme},
};
use percent_encoding::percent_decode_str;

use crate::InvalidSettings;

/// More than any chain of proxies and servers undoes.
const MOST_DECODINGS: u32 = 10;

/// Where an API is: what stands before the path of every request.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    /// Empty, or with a slash before every segment and none at its end.
    path: String,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidSettings> {
        let invalid = |problem| InvalidSettings::BaseUrl { problem };
        let text = Pasted::strip(text);
        if text.contains(['?', '#']) {
            return Err(invalid("it has a query or a fragment"));
        }
        let uri: Uri = text.parse().map_err(|_| invalid("it is not a URL"))?;
        let scheme = match uri.scheme_str().map(str::to_ascii_lowercase).as_deref() {
            Some("https") => Scheme::HTTPS,
            Some("http") => Scheme::HTTP,
            _ => return Err(invalid("it does not begin with https:// or http://")),
        };
        let authority = uri
            .authority()
            .filter(|authority| !authority.host().is_empty())
            .ok_or(invalid("it names no host"))?
            .clone();
        if authority.as_str().contains('@') {
            return Err(invalid("it contains a user name or a password"));
        }
        let mut path = String::new();
        for segment in uri.path().split('/').filter(|segment| !segment.is_empty()) {
            path.push('/');
            path.push_str(segment);
        }
        if !path.is_empty() {
            check_segments(&path).map_err(|_| invalid("its path has a `.` or `..` segment"))?;
        }
        Ok(Self {
            scheme,
            authority,
            path,
        })
    }

    /// Whether the version that every request adds stands in it already.
    pub(crate) fn ends_with_version(&self, segment: &str) -> bool {
        self.path
            .rsplit_once('/')
            .is_some_and(|(_, last)| last == segment)
    }

    /// The whole URI of a request for `target`, an operation's path and query.
    pub(crate) fn join(&self, version_segment: Option<&str>, target: &Uri) -> Result<Uri, String> {
        if target.authority().is_some() {
            return Err("an operation names a path, not a URL".into());
        }
        check_segments(target.path()).map_err(str::to_owned)?;
        let target = target.path_and_query().map_or("/", PathAndQuery::as_str);
        let path = match version_segment {
            Some(segment) => [&self.path, "/", segment, target].concat(),
            None => [&self.path, target].concat(),
        };
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(path)
            .build()
            .map_err(|error| error.to_string())
    }

    /// Whether what is sent there stays between the two ends.
    pub(crate) fn keeps_secrets(&self) -> bool {
        self.scheme == Scheme::HTTPS || is_loopback(self.authority.host())
    }

    pub(crate) fn exposes_secrets(&self) -> InvalidSettings {
        InvalidSettings::PlainHttp {
            host: self.authority.host().to_owned(),
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let v6 = || {
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .and_then(|host| host.parse::<Ipv6Addr>().ok())
    };
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
        || v6().is_some_and(|address| address.is_loopback())
}

/// Refuses paths that could end up on another route than the one they were built for.
///
/// Servers, proxies and HTTP libraries resolve dot segments each in its own way: `\` may be a
/// slash to them, and some decode more than once.
fn check_segments(path: &str) -> Result<(), &'static str> {
    if !path.starts_with('/') {
        return Err("its path does not begin with a slash");
    }
    if path.contains("//") {
        return Err("a segment of its path is empty; is an id missing?");
    }
    // Without these there are no dot segments, and nothing to decode.
    if !path.bytes().any(|byte| matches!(byte, b'.' | b'%')) {
        return Ok(());
    }
    let mut path = Cow::Borrowed(path);
    for _ in 0..MOST_DECODINGS {
        let mut segments = path.split(['/', '\\']);
        if segments.any(|segment| matches!(segment, "." | "..")) {
            return Err("a segment of its path is, or decodes to, `.` or `..`");
        }
        if !path.contains('%') {
            break;
        }
        path = Cow::Owned(percent_decode_str(&path).decode_utf8_lossy().into_owned());
    }
    Ok(())
}

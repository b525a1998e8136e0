//! Who is answered. The emulator has no secrets to keep from this machine's programs, but a browser
//! on it shows pages from everywhere, and sends what they ask for.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, header, request::Parts, uri::Authority};
use url::{Host, Url};

use crate::refusal::Refusal;

/// The names that the emulator answers to, beside those that always stand for this machine.
#[derive(Debug)]
pub(crate) struct Hosts {
    others: Vec<Host>,
}

impl Hosts {
    /// That of its own origin, and these. The error is one that is none.
    pub(crate) fn new(origin: &str, allowed: Vec<String>) -> Result<Self, String> {
        let own = Url::parse(origin).ok();
        let own = own.and_then(|url| url.host().map(|host| host.to_owned()));
        // One with a star in it is a host by its form, and is meant to be many, which there are not.
        let read = |name: String| match Host::parse(&name) {
            Ok(host) if !name.contains('*') => Ok(host),
            _ => Err(name),
        };
        let allowed = allowed.into_iter().map(read);
        let others = own.into_iter().map(Ok).chain(allowed);
        Ok(Self {
            others: others.collect::<Result<_, _>>()?,
        })
    }

    /// Refuses what a page from elsewhere may have sent.
    ///
    /// The name that the emulator was asked by is a matter of every request: whoever can make a name of
    /// theirs stand for this machine has browsers take the emulator for their own, and reads what it
    /// answers. `None` is a body that is larger than it may be.
    pub(crate) fn admit(&self, parts: &Parts, body: Option<&Bytes>) -> Result<(), Refusal> {
        let asked_for = parts.uri.authority().map(Authority::as_str);
        let asked_for = asked_for.map(str::as_bytes).into_iter();
        let asked_for = asked_for.chain(all(&parts.headers, header::HOST));
        require(asked_for, |text| self.knows(text), Refusal::misdirected)?;
        if is_control(parts.uri.path()) {
            self.admit_to_control(&parts.headers, body)?;
        }
        Ok(())
    }

    /// The control plane asks for no key, so nothing but this keeps pages from elsewhere out of it.
    /// There, browsers say which page it is, but for some old ones and forms; and they send JSON as
    /// what it is only after they have asked.
    fn admit_to_control(&self, headers: &HeaderMap, body: Option<&Bytes>) -> Result<(), Refusal> {
        let origins = all(headers, header::ORIGIN);
        let is_known = |text: &str| self.knows_origin(text);
        require(origins, is_known, Refusal::origin_not_allowed)?;
        if body.is_some_and(Bytes::is_empty) {
            return Ok(());
        }
        let types: Vec<&[u8]> = all(headers, header::CONTENT_TYPE).collect();
        match types.as_slice() {
            [only] if is_json(only) => Ok(()),
            _ => Err(Refusal::unsupported_media_type()),
        }
    }

    fn knows(&self, authority: &str) -> bool {
        let authority = authority.parse::<Authority>().ok();
        // The name of a user is none that a browser sends, and a place to hide a host in.
        let authority = authority.filter(|authority| !authority.as_str().contains('@'));
        let host = authority.and_then(|authority| Host::parse(authority.host()).ok());
        host.is_some_and(|host| self.has(&host))
    }

    pub(crate) fn knows_origin(&self, origin: &str) -> bool {
        let scheme_and_rest = origin.split_once("://");
        scheme_and_rest.is_some_and(|(scheme, authority)| {
            matches!(scheme, "http" | "https") && self.knows(authority)
        })
    }

    fn has(&self, host: &Host) -> bool {
        is_this_machine(host) || self.others.contains(host)
    }
}

/// Whether a name is this domain, or one under it.
pub(crate) fn is_within(name: &str, domain: &str) -> bool {
    let under = name.strip_suffix(domain);
    under.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether a host always stands for this machine, whatever anybody's name server says.
pub(crate) fn is_this_machine<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => {
            let name = name.as_ref();
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

fn is_control(path: &str) -> bool {
    let rest = path.strip_prefix("/_emulator");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn all(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &[u8]> {
    headers
        .get_all(name)
        .into_iter()
        .map(|value| value.as_bytes())
}

/// Each of them has to be one that is known: which of several counts would depend on who reads them.
fn require<'v>(
    mut values: impl Iterator<Item = &'v [u8]>,
    is_known: impl Fn(&str) -> bool,
    refusal: fn(&str) -> Refusal,
) -> Result<(), Refusal> {
    let unknown = values.find(|value| !std::str::from_utf8(value).is_ok_and(&is_known));
    match unknown {
        None => Ok(()),
        Some(value) => Err(refusal(&String::from_utf8_lossy(value))),
    }
}

fn is_json(media_type: &[u8]) -> bool {
    let essence = media_type.split(|&byte| byte == b';').next();
    let essence = essence.unwrap_or_default().trim_ascii();
    essence.eq_ignore_ascii_case(b"application/json")
}

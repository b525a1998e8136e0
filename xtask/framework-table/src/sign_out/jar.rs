use std::collections::BTreeMap;

use http::{HeaderMap, header};

/// The cookies of a browser on one page of https, as far as it matters for taking them away: one is
/// replaced by another of the same name, domain and partition (RFC 6265 §5.3).
#[derive(Debug, Default)]
pub(super) struct Jar(BTreeMap<Place, String>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    name: String,
    domain: Option<String>,
    is_partitioned: bool,
}

impl Jar {
    pub(super) fn set(&mut self, name: &str, domain: Option<&str>, value: &str) {
        let place = Place {
            name: name.to_owned(),
            domain: domain.map(str::to_owned),
            is_partitioned: false,
        };
        self.0.insert(place, value.to_owned());
    }

    pub(super) fn set_partitioned(&mut self, name: &str, value: &str) {
        let place = Place {
            name: name.to_owned(),
            domain: None,
            is_partitioned: true,
        };
        self.0.insert(place, value.to_owned());
    }

    /// Whether there is a cookie that could sign somebody in.
    pub(super) fn has_session(&self) -> bool {
        let is_sessions =
            |name: &str| name.starts_with("__session") || name.starts_with("__refresh");
        self.0.keys().any(|place| is_sessions(&place.name))
    }

    /// What the browser sends.
    pub(super) fn header(&self) -> Option<String> {
        let pairs = self.0.iter();
        let pairs: Vec<_> = pairs
            .map(|(place, it)| format!("{}={it}", place.name))
            .collect();
        Some(pairs.join("; ")).filter(|header| !header.is_empty())
    }

    /// Keeps what an answer sets, and drops what it takes away.
    pub(super) fn keep(&mut self, answer: &HeaderMap) {
        for line in answer.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("it is text");
            let mut parts = line.split(';').map(str::trim);
            let pair = parts.next().and_then(|pair| pair.split_once('='));
            let (name, value) = pair.expect("it has a name and a value");
            let attributes: Vec<&str> = parts.collect();
            let has = |wanted: &str| attributes.contains(&wanted);
            let domain = attributes.iter().find_map(|it| it.strip_prefix("Domain="));
            // Browsers pass over these.
            let other_sites = has("SameSite=None") || has("Partitioned");
            if !has("Path=/") || other_sites && !has("Secure") {
                continue;
            }
            let place = Place {
                name: name.to_owned(),
                domain: domain.map(str::to_owned),
                is_partitioned: has("Partitioned"),
            };
            if has("Max-Age=0") {
                self.0.remove(&place);
            } else {
                self.0.insert(place, value.to_owned());
            }
        }
    }
}

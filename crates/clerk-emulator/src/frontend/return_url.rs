use url::Url;

use crate::{
    hosts::{is_this_machine, is_within},
    refusal::Refusal,
    state::Settings,
};

/// Where a browser goes on to.
///
/// It takes the keys of a session there, so it is an application of this machine, or one of those
/// that the builder was told of.
#[derive(Clone, Debug)]
pub(crate) struct ReturnUrl(Url);

impl ReturnUrl {
    pub(crate) fn read(text: &str, settings: &Settings) -> Result<Self, Refusal> {
        Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .filter(|url| url.username().is_empty() && url.password().is_none())
            .filter(|url| is_allowed(url, settings))
            .map(Self)
            .ok_or_else(|| {
                Refusal::bad_request(
                    "redirect_url_not_allowed",
                    "redirect_url must be an absolute http or https URL of this machine \
                     (localhost or a loopback address), or of a host that the emulator was built \
                     with; see `Builder::redirect_host`.",
                )
            })
    }

    /// Scheme, host and port: the `azp` of tokens for the application.
    pub(crate) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    pub(crate) fn host(&self) -> Option<&str> {
        self.0.host_str()
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The same with this parameter, and no other of its name.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.0.query_pairs_mut().append_pair(name, value);
        self
    }

    /// The same without the parameter.
    pub(crate) fn without(mut self, name: &str) -> Self {
        if self.0.query_pairs().any(|(known, _)| known == name) {
            let pairs = self.0.query_pairs().into_owned();
            let kept: Vec<_> = pairs.filter(|(known, _)| known != name).collect();
            self.0.set_query(None);
            if !kept.is_empty() {
                self.0.query_pairs_mut().extend_pairs(kept);
            }
        }
        self
    }
}

fn is_allowed(url: &Url, settings: &Settings) -> bool {
    let is_here = url.host().is_some_and(|host| is_this_machine(&host));
    let mut others = settings.redirect_hosts.iter();
    is_here
        || others.any(|other| url.host_str() == Some(other))
        || settings.domain.as_ref().is_some_and(|domain| {
            url.scheme() == "https" && url.domain().is_some_and(|host| is_within(host, domain))
        })
}

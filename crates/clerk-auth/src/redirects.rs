//! Where to send people who have to sign in.

#[cfg(test)]
mod tests;

use std::fmt;

use clerk_core::{InstanceType, PublishableKey, Redacted};
use url::Url;

use crate::query;

/// Makes the addresses of sign-in and sign-up, with the way back in them.
///
/// They are those of the application's own pages if it says where those are, and else of Clerk's
/// Account Portal, which a publishable key leads to. Unless told otherwise they bring the user back
/// to the page that was asked for, without what handshakes have put into its address.
///
/// ```
/// use clerk_auth::Redirects;
///
/// let key = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse()?;
/// let redirects = Redirects::new("https://example.com/invoices?page=2")?.publishable_key(&key);
/// assert_eq!(
///     redirects.to_sign_in()?,
///     "https://accounts.example.com/sign-in\
///      ?redirect_url=https%3A%2F%2Fexample.com%2Finvoices%3Fpage%3D2",
/// );
///
/// let own = redirects.sign_in_url("/login");
/// assert_eq!(
///     own.clone().return_to("/").to_sign_in()?,
///     "https://example.com/login?redirect_url=https%3A%2F%2Fexample.com%2F",
/// );
/// assert_eq!(own.without_return().to_sign_up()?, "https://example.com/login/create");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "it is asked for addresses"]
pub struct Redirects {
    base: Url,
    return_to: Option<String>,
    accounts: Option<String>,
    is_development: bool,
    sign_in_url: Option<String>,
    sign_up_url: Option<String>,
    dev_browser: Option<Redacted<String>>,
    is_pending: bool,
    is_satellite: bool,
}

impl Redirects {
    /// Starts from the address of the request, which relative addresses are relative to.
    ///
    /// # Errors
    ///
    /// It is not an absolute `http` or `https` URL.
    pub fn new(request_url: &str) -> Result<Self, InvalidRedirect> {
        let base = Url::parse(request_url)
            .ok()
            .filter(is_web)
            .map(as_page)
            .ok_or(InvalidRedirect::RequestUrl)?;
        Ok(Self {
            return_to: Some(base.as_str().to_owned()),
            base,
            accounts: None,
            is_development: false,
            sign_in_url: None,
            sign_up_url: None,
            dev_browser: None,
            is_pending: false,
            is_satellite: false,
        })
    }

    /// Where users come back to once they have signed in, in place of the page that they have asked
    /// for: a URL, or one relative to that page's. An empty one counts as none.
    ///
    /// It may lead anywhere. Clerk's own pages follow it only to origins that the instance knows; a
    /// sign-in page of one's own has to see to that itself.
    pub fn return_to(mut self, url: impl Into<String>) -> Self {
        self.return_to = Some(url.into()).filter(|url| !url.is_empty());
        self
    }

    /// Leaves it to the page for signing in where users go on to.
    pub fn without_return(mut self) -> Self {
        self.return_to = None;
        self
    }

    /// The instance's key, whose Account Portal is used where there are no pages of its own.
    pub fn publishable_key(mut self, key: &PublishableKey) -> Self {
        self.accounts = Some(accounts_url(key.frontend_api()));
        self.is_development = key.instance_type() == InstanceType::Development;
        self
    }

    /// Where the application's own page for signing in is: a URL, or a path. An empty one counts
    /// as none.
    pub fn sign_in_url(mut self, url: impl Into<String>) -> Self {
        self.sign_in_url = Some(url.into()).filter(|url| !url.is_empty());
        self
    }

    /// Where the application's own page for signing up is: a URL, or a path. An empty one counts
    /// as none.
    pub fn sign_up_url(mut self, url: impl Into<String>) -> Self {
        self.sign_up_url = Some(url.into()).filter(|url| !url.is_empty());
        self
    }

    /// The development browser's token, which goes along to other origins of a development
    /// instance. Those of production instances have none.
    pub fn dev_browser(mut self, token: impl Into<String>) -> Self {
        self.dev_browser = Some(Redacted::new(token.into()));
        self
    }

    /// Whether the user has a pending session, and so is sent to what is left to do.
    pub const fn pending(mut self, is_pending: bool) -> Self {
        self.is_pending = is_pending;
        self
    }

    /// Whether the application is a satellite, whose users sign in at the primary domain and have
    /// to be synchronized when they come back.
    pub const fn satellite(mut self, is_satellite: bool) -> Self {
        self.is_satellite = is_satellite;
        self
    }

    /// The address to sign in at, with where to come back to in its `redirect_url`.
    ///
    /// # Errors
    ///
    /// There is neither a publishable key nor an own page, or an address is none of the web.
    pub fn to_sign_in(&self) -> Result<String, InvalidRedirect> {
        let target = match &self.sign_in_url {
            Some(own) => self.resolve(own, InvalidRedirect::SignInUrl)?,
            None => self.portal("sign-in", InvalidRedirect::NoSignInUrl)?,
        };
        self.finish(target)
    }

    /// The address to sign up at, with where to come back to in its `redirect_url`.
    ///
    /// # Errors
    ///
    /// There is neither a publishable key nor an own page, or an address is none of the web.
    pub fn to_sign_up(&self) -> Result<String, InvalidRedirect> {
        let target = match (&self.sign_up_url, &self.sign_in_url) {
            (Some(own), _) => self.resolve(own, InvalidRedirect::SignUpUrl)?,
            (None, Some(sign_in)) => {
                let mut target = self.resolve(sign_in, InvalidRedirect::SignInUrl)?;
                append(&mut target, "/create");
                target
            }
            (None, None) => self.portal("sign-up", InvalidRedirect::NoSignInUrl)?,
        };
        self.finish(target)
    }

    fn portal(&self, page: &str, missing: InvalidRedirect) -> Result<Url, InvalidRedirect> {
        let accounts = self.accounts.as_ref().ok_or(missing)?;
        self.resolve(
            &format!("{accounts}/{page}"),
            InvalidRedirect::AccountPortal,
        )
    }

    fn resolve(&self, address: &str, problem: InvalidRedirect) -> Result<Url, InvalidRedirect> {
        let resolved = self.base.join(address).ok().filter(is_web);
        resolved.ok_or(problem)
    }

    fn finish(&self, mut target: Url) -> Result<String, InvalidRedirect> {
        if self.is_pending {
            append(&mut target, "/tasks");
        }
        let leaves = (target.host_str(), target.port()) != (self.base.host_str(), self.base.port());
        if let Some(address) = &self.return_to {
            let mut back = self.resolve(address, InvalidRedirect::ReturnBackUrl)?;
            if leaves && self.is_satellite {
                set_query(&mut back, query::SYNCED, "false");
            }
            set_query(&mut target, "redirect_url", back.as_str());
        }
        if let (true, true, Some(token)) = (leaves, self.is_development, &self.dev_browser) {
            set_query(&mut target, query::DEV_BROWSER, token.expose());
        }
        Ok(target.into())
    }
}

impl fmt::Debug for Redirects {
    /// Shows origins alone: a query may hold what signs somebody in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redirects")
            .field("from", &self.base.origin().ascii_serialization())
            .field("accounts", &self.accounts)
            .field("is_pending", &self.is_pending)
            .field("is_satellite", &self.is_satellite)
            .finish_non_exhaustive()
    }
}

/// The Account Portal that belongs to a Frontend API: `https://accounts.example.com` for
/// `clerk.example.com`.
pub(crate) fn accounts_url(frontend_api: &str) -> String {
    let (scheme, host) = match frontend_api.split_once("://") {
        Some((scheme, host)) => (scheme, host.trim_end_matches('/')),
        None => ("https", frontend_api),
    };
    let host = host.replacen("clerk.accountsstage.", "accountsstage.", 1);
    let host = match host.split_once("clerk.") {
        Some((before, after)) => {
            let after = after.strip_prefix("accounts.").unwrap_or(after);
            format!("{before}accounts.{after}")
        }
        None => host,
    };
    format!("{scheme}://{host}")
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// The page's address, without what brought the browser there: a token in it would end up in the
/// address of another page, and in its logs. So it would by an address relative to this one that
/// keeps its query, such as `#part`.
fn as_page(mut page: Url) -> Url {
    query::remove(
        &mut page,
        &[
            query::DEV_BROWSER,
            query::LEGACY_DEV_SESSION,
            query::HANDSHAKE,
            query::HANDSHAKE_NONCE,
            query::HELP,
            query::SYNCED,
        ],
    );
    page.set_fragment(None);
    page
}

/// Appends to the path, whatever query or fragment follows it.
fn append(url: &mut Url, path: &str) {
    let path = format!("{}{path}", url.path());
    url.set_path(&path);
}

/// Gives a query parameter this value alone, where it first stands or at the end.
fn set_query(url: &mut Url, name: &str, value: &str) {
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut is_first = true;
    pairs.retain_mut(|(one, old)| {
        if one != name {
            return true;
        }
        value.clone_into(old);
        std::mem::take(&mut is_first)
    });
    if is_first {
        pairs.push((name.to_owned(), value.to_owned()));
    }
    url.query_pairs_mut().clear().extend_pairs(pairs);
}

/// Why there is no address to redirect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRedirect {
    /// The request's own address cannot be used.
    #[error("the request's URL is not an absolute http or https URL")]
    RequestUrl,
    /// Nothing says where to sign in.
    #[error("nothing says where to sign in; set CLERK_PUBLISHABLE_KEY, or give a sign-in URL")]
    NoSignInUrl,
    /// The address of the Account Portal cannot be used.
    #[error("the publishable key leads to no Account Portal; give a sign-in URL and a sign-up URL")]
    AccountPortal,
    /// The sign-in URL cannot be used.
    #[error("the sign-in URL is neither a path nor an http or https URL")]
    SignInUrl,
    /// The sign-up URL cannot be used.
    #[error("the sign-up URL is neither a path nor an http or https URL")]
    SignUpUrl,
    /// The address to come back to cannot be used.
    #[error("the URL to come back to is neither a path nor an http or https URL")]
    ReturnBackUrl,
}

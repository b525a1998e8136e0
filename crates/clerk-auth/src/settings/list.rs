use std::fmt;

/// A setting that lists what is accepted. None of them can be empty: nothing would be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum List {
    /// [`Builder::audiences`](crate::Builder::audiences).
    Audiences,
    /// [`Builder::issuers`](crate::Builder::issuers).
    Issuers,
    /// [`Builder::authorized_parties`](crate::Builder::authorized_parties).
    AuthorizedParties,
}

impl fmt::Display for List {
    /// What to do about an empty one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Audiences => {
                "the list of audiences is empty; name those that tokens may \
                 be for, or leave the setting out to accept tokens for anybody"
            }
            Self::Issuers => {
                "the list of issuers is empty; leave the setting out to \
                 accept the instance's own, or call ignore_issuer() to accept every issuer whose \
                 tokens the keys verify"
            }
            Self::AuthorizedParties => {
                "the list of authorized parties is empty; name the origins of \
                 your frontends, or use AuthorizedParties::Ignore to accept tokens that any origin \
                 asked for"
            }
        })
    }
}

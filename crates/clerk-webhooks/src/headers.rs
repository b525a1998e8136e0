use crate::Error;

/// Where the headers of a delivery are read from.
///
/// Implemented for lists of name and value, and with the feature `http` for `http::HeaderMap`. A
/// framework with a map of its own needs this one function:
///
/// ```
/// use clerk_webhooks::Headers;
///
/// struct OneHeader(&'static str, Vec<u8>);
///
/// impl Headers for OneHeader {
///     fn values<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> {
///         let found = self.0.eq_ignore_ascii_case(name);
///         found.then_some(self.1.as_slice()).into_iter()
///     }
/// }
///
/// let headers = OneHeader("Svix-Id", b"msg_1".to_vec());
/// assert_eq!(headers.values("svix-id").collect::<Vec<_>>(), [b"msg_1"]);
/// ```
pub trait Headers {
    /// The value of each header called `name`, which is in lower case, whatever the case it came in.
    ///
    /// All of them: a header that came twice is refused, and that takes seeing both.
    fn values<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]>;
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn values<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> {
        self.iter()
            .filter(move |(header, _)| header.as_ref().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_ref())
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const COUNT: usize> Headers for [(N, V); COUNT] {
    fn values<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> {
        self.as_slice().values(name)
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn values<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> {
        self.as_slice().values(name)
    }
}

#[cfg(feature = "http")]
impl Headers for http::HeaderMap {
    fn values<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> {
        // To look at every name costs less than to hash one, but for very many.
        self.iter()
            .filter(move |(header, _)| header.as_str() == name)
            .map(|(_, value)| value.as_bytes())
    }
}

/// The names of the headers that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) id: &'static str,
    pub(crate) timestamp: &'static str,
    pub(crate) signature: &'static str,
}

/// Those that Clerk sends.
pub(crate) const SVIX: Names = Names {
    id: "svix-id",
    timestamp: "svix-timestamp",
    signature: "svix-signature",
};

/// Those of Standard Webhooks.
pub(crate) const STANDARD: Names = Names {
    id: "webhook-id",
    timestamp: "webhook-timestamp",
    signature: "webhook-signature",
};

impl Names {
    /// The set that `headers` use, and the id in it.
    pub(crate) fn with_id<H: Headers + ?Sized>(headers: &H) -> Result<(Self, &[u8]), Error> {
        // Next to all deliveries have this one, and the first look is the only one at it.
        if let Ok(id) = only(headers, SVIX.id) {
            return Ok((SVIX, id));
        }
        let names = Self::used_in(headers);
        Ok((names, only(headers, names.id)?))
    }

    /// The set that `headers` use. One header decides: a sender that means one set sends all of it,
    /// and the value of a header that was forgotten must not come from somewhere else.
    fn used_in(headers: &(impl Headers + ?Sized)) -> Self {
        let any = |names: Self| {
            [names.id, names.timestamp, names.signature]
                .into_iter()
                .any(|name| headers.values(name).next().is_some())
        };
        if !any(SVIX) && any(STANDARD) {
            STANDARD
        } else {
            SVIX
        }
    }
}

/// The one value of the header `name`, without white space around it.
pub(crate) fn only<'h, H: Headers + ?Sized>(
    headers: &'h H,
    name: &'static str,
) -> Result<&'h [u8], Error> {
    let mut values = headers.values(name);
    let first = values.next().unwrap_or_default().trim_ascii();
    if values.next().is_some() {
        return Err(Error::RepeatedHeader { name });
    }
    if first.is_empty() {
        return Err(Error::MissingHeader { name });
    }
    Ok(first)
}

use alloc::string::{String, ToString};
use core::{error::Error, fmt};

/// An error and everything that caused it, in one line: `outer: inner: innermost`.
///
/// Errors of the Clerk crates say their causes in their own text, and then have no
/// [`source`](Error::source) that would say them again. Errors of other libraries leave theirs to
/// whoever prints them; this is how ours print those.
///
/// ```
/// use clerk_core::WithCauses;
/// use std::{error::Error, fmt, io};
///
/// #[derive(Debug)]
/// struct Sending(io::Error);
///
/// impl fmt::Display for Sending {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         f.write_str("the request was not sent")
///     }
/// }
///
/// impl Error for Sending {
///     fn source(&self) -> Option<&(dyn Error + 'static)> {
///         Some(&self.0)
///     }
/// }
///
/// let error = Sending(io::Error::other("connection refused"));
/// let text = WithCauses(&error).to_string();
/// assert_eq!(text, "the request was not sent: connection refused");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WithCauses<'e>(pub &'e (dyn Error + 'e));

impl fmt::Display for WithCauses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            let text: String = cause.to_string();
            // Many errors of other libraries say their cause and have it as their source as well.
            if !said.contains(&text) {
                write!(f, ": {text}")?;
            }
            said = text;
            next = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::boxed::Box;

    #[derive(Debug)]
    struct Link(&'static str, Option<Box<Link>>);

    impl fmt::Display for Link {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Link {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|link| link as _)
        }
    }

    fn chain(texts: &[&'static str]) -> Link {
        let mut links = texts.iter().rev();
        let innermost = Link(links.next().unwrap(), None);
        links.fold(innermost, |link, text| Link(text, Some(Box::new(link))))
    }

    #[test]
    fn each_cause_is_said_once() {
        for (texts, line) in [
            (&["one"][..], "one"),
            (&["one", "two", "three"], "one: two: three"),
            (&["one: two", "two", "three"], "one: two: three"),
            (&["same", "same"], "same"),
        ] {
            let error = chain(texts);
            assert_eq!(WithCauses(&error).to_string(), line);
        }
    }
}

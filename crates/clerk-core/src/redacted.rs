use core::fmt;

/// A value that `Debug` does not show.
///
/// For tokens and other values that must not reach a log by way of a derived `Debug`. There is
/// no `Display`, `Serialize` or `PartialEq`; [`expose`](Redacted::expose) is the one way in.
///
/// ```
/// use clerk_core::Redacted;
///
/// let token = Redacted::new(String::from("eyJhbGciOi"));
/// assert_eq!(format!("{token:?}"), "[redacted]");
/// assert_eq!(token.expose(), "eyJhbGciOi");
/// ```
#[derive(Clone)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Hides `value` from `Debug`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Whoever calls this must not log it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value, no longer hidden.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

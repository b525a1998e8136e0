use std::fmt;

/// What `Debug` shows of a field that holds a secret: whether it is there.
pub(crate) trait Secret {
    fn is_there(&self) -> bool;
}

impl Secret for String {
    fn is_there(&self) -> bool {
        true
    }
}

impl<T> Secret for Option<T> {
    fn is_there(&self) -> bool {
        self.is_some()
    }
}

impl<T> Secret for Vec<T> {
    fn is_there(&self) -> bool {
        !self.is_empty()
    }
}

impl Secret for crate::Json {
    fn is_there(&self) -> bool {
        !self.is_empty()
    }
}

pub(crate) fn redacted(field: &impl Secret) -> &'static dyn fmt::Debug {
    if field.is_there() {
        &Shown("[redacted]")
    } else {
        &Shown("[none]")
    }
}

struct Shown(&'static str);

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

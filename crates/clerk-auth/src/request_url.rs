use std::{fmt, sync::OnceLock};

use url::Url;

/// The URL under which the browser knows a request, read when it is first asked for: most handlers
/// send nobody anywhere.
#[derive(Clone)]
pub(crate) struct RequestUrl {
    candidates: [Option<String>; 3],
    read: OnceLock<Option<Url>>,
}

impl RequestUrl {
    /// The first of these texts that is a URL.
    pub(crate) const fn of(candidates: [Option<String>; 3]) -> Self {
        Self {
            candidates,
            read: OnceLock::new(),
        }
    }

    /// `None` if the request does not tell.
    pub(crate) fn get(&self) -> Option<&Url> {
        self.read.get_or_init(|| self.parse()).as_ref()
    }

    pub(crate) fn into_url(self) -> Option<Url> {
        self.get();
        self.read.into_inner().flatten()
    }

    fn parse(&self) -> Option<Url> {
        let mut texts = self.candidates.iter().flatten();
        texts.find_map(|text| Url::parse(text).ok())
    }
}

/// Its query may hold what signs somebody in.
impl fmt::Debug for RequestUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestUrl")
    }
}

use super::{Key, Record};

/// A domain that the application is at: a satellite, or the primary one since it was changed.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Domain {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) is_satellite: bool,
    /// Where Clerk's Frontend API is reached, if not by a name of its own.
    pub(crate) proxy_url: Option<String>,
}

impl Record for Domain {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Name, &self.name);
    }
}

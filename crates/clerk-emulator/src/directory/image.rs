/// Where the pictures of users and organizations are: Clerk has a server of its own for them, an
/// emulator sends nobody off the machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Images {
    base: String,
}

impl Images {
    /// Those of the instance at this origin.
    pub(crate) fn at(origin: &str) -> Self {
        Self {
            base: format!("{origin}/images/"),
        }
    }

    pub(crate) fn has(&self, url: &str) -> bool {
        url.starts_with(&self.base)
    }

    /// The URL of the picture of whatever has this id.
    pub(crate) fn of(&self, id: &str) -> String {
        format!("{}{id}", self.base)
    }
}

use std::{borrow::Cow, fmt};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{Json, JsonError};

/// What came with an object and is in none of its fields: what this version has no field for, and what
/// could not be read into the one it has.
///
/// ```
/// use clerk_api::models::User;
///
/// let user: User = serde_json::from_str(
///     r#"{"id":"user_1","birthday":"1815-12-10","created_at":"lately","phone_numbers":[]}"#,
/// )?;
/// assert_eq!(user.extra.get("birthday")?, Some("1815-12-10".to_owned()));
///
/// // A time is a number. This one is none, so the field has nothing, and what stood there is here.
/// assert_eq!(user.created_at, None);
/// assert_eq!(user.extra.json("created_at").unwrap().as_str(), r#""lately""#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Of a list, it has the items that have no place in it. `Debug` shows names alone: nobody knows which
/// of these are secrets.
#[derive(Clone, Default)]
pub struct Extra(
    /// Nearly always there is nothing, and so it takes next to no room.
    #[allow(clippy::box_collection, reason = "one word in every model")]
    Option<Box<Vec<Member>>>,
);

type Member = (Cow<'static, str>, Json);

impl Extra {
    /// What is there under `name`; `None` where there is nothing, or null.
    ///
    /// # Errors
    ///
    /// What is there is no `T`.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, JsonError> {
        self.json(name).map_or(Ok(None), Json::to)
    }

    /// What is there under `name`, as it came.
    pub fn json(&self, name: &str) -> Option<&Json> {
        let mut members = self.members().iter().rev();
        members
            .find(|(known, _)| known == name)
            .map(|(_, json)| json)
    }

    /// All of it, with the names it came under.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        let members = self.members().iter();
        members.map(|(name, json)| (name.as_ref(), json))
    }

    /// Whether all that came is in the other fields.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    #[cold]
    pub(crate) fn keep(&mut self, name: impl Into<Cow<'static, str>>, member: Box<RawValue>) {
        let members = self.0.get_or_insert_default();
        members.push((name.into(), Json::kept(member)));
    }

    fn members(&self) -> &[Member] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.members().iter().map(|(name, _)| name);
        f.debug_set().entries(names).finish()
    }
}

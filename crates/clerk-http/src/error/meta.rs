use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What else Clerk says of an error: which parameter is to blame, which session, and so on.
///
/// What has no method of its own is read with [`get`](Self::get).
///
/// ```
/// # fn show(error: &clerk_http::ApiError) {
/// for detail in &error.errors {
///     let parameter = detail.meta.param_name().unwrap_or("the request");
///     println!("{parameter}: {}", detail.message);
///     let seats: Option<u32> = detail.meta.get("seats_quantity");
/// }
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorMeta(Map<String, Value>);

impl ErrorMeta {
    /// Of anything but an object nothing is kept.
    pub(super) fn read(value: Option<Value>) -> Self {
        match value {
            Some(Value::Object(members)) => Self(members),
            _ => Self::default(),
        }
    }

    /// Which of the operation's inputs is to blame, by its name on the wire: `email_address`.
    pub fn param_name(&self) -> Option<&str> {
        self.text("param_name")
    }

    /// The session that the error is about.
    pub fn session_id(&self) -> Option<&str> {
        self.text("session_id")
    }

    /// The email addresses that the error is about, for instance those invited already.
    pub fn email_addresses(&self) -> Vec<&str> {
        self.texts("email_addresses")
    }

    /// The identifiers that the error is about: email addresses, phone numbers, user names.
    pub fn identifiers(&self) -> Vec<&str> {
        self.texts("identifiers")
    }

    /// Whether a larger plan would allow what was refused.
    pub fn is_plan_upgrade_possible(&self) -> Option<bool> {
        self.0.get("is_plan_upgrade_possible")?.as_bool()
    }

    /// The member `name` as a `T`; `None` where it is missing, or is no `T`.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.0.get(name)?).ok()
    }

    /// Whether Clerk says nothing else.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    fn texts(&self, name: &str) -> Vec<&str> {
        let list = self.0.get(name).and_then(Value::as_array);
        let list = list.into_iter().flatten();
        list.filter_map(Value::as_str).collect()
    }
}

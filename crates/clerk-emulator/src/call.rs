use bytes::Bytes;
use clerk_core::UnixTime;
use http::{HeaderMap, header};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::{
    description::{Body, Field, Operation, Ty},
    directory::Session,
    refusal::Refusal,
    rfc3339,
    state::{Settings, State},
    webhooks::{Event, EventType},
};

/// One request on its way through its operation.
#[derive(Debug)]
pub(crate) struct Call<'c> {
    pub(crate) settings: &'c Settings,
    pub(crate) state: &'c mut State,
    pub(crate) now: UnixTime,
    /// `Clerk-API-Version`, a date; none stands for the newest.
    pub(crate) api_version: Option<String>,
    /// The id of the machine that calls, where one does.
    pub(crate) machine: Option<String>,
    /// What Clerk's description says of the operation, if it has it.
    pub(crate) description: Option<&'static Operation>,
    pub(crate) path: PathParameters,
    pub(crate) query: Query,
    pub(crate) headers: &'c HeaderMap,
    pub(crate) body: Bytes,
    /// What has happened so far. If the operation is refused in the end, nothing has.
    pub(crate) events: Vec<Event>,
}

impl Call<'_> {
    /// Has an event told, with the record as the API shows it.
    pub(crate) fn tell(&mut self, event_type: EventType, data: Value) {
        self.events.push(Event { event_type, data });
    }

    /// Has what became of a session told.
    pub(crate) fn tell_of_session(&mut self, event_type: EventType, session: &Session) {
        let told = self.state.directory.session_json(session, self.now);
        self.tell(event_type, told);
    }

    /// Whether the caller speaks a version of the API that is older than this one.
    pub(crate) fn is_older_than(&self, version: &str) -> bool {
        self.api_version
            .as_deref()
            .is_some_and(|asked_for| asked_for < version)
    }

    /// The first cookie of this name.
    pub(crate) fn cookie(&self, name: &str) -> Option<&'_ str> {
        self.headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// The body as an HTML form sends it.
    pub(crate) fn form(&self) -> Query {
        Query::parse(&String::from_utf8_lossy(&self.body))
    }

    /// The body as a JSON object; an empty body is an empty object.
    pub(crate) fn input(&self) -> Result<Input, Refusal> {
        let known = self.known_inputs();
        if self.body.is_empty() {
            return Ok(Input {
                members: Map::new(),
                known,
            });
        }
        match serde_json::from_slice(&self.body) {
            Ok(value) => Input::read(value, known),
            Err(_) => Err(Refusal::request_body_invalid("it is not JSON")),
        }
    }

    /// The inputs that Clerk's description has.
    fn known_inputs(&self) -> &'static [Field] {
        match self.description.map(|operation| operation.body) {
            Some(Body::List {
                item: Ty::Object(model),
                ..
            }) => model.fields,
            Some(body) => body.fields(),
            None => &[],
        }
    }

    /// The body as an array of JSON objects, at most `limit`.
    pub(crate) fn inputs(&self, limit: usize) -> Result<Vec<Input>, Refusal> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Array(items)) if items.len() > limit => {
                Err(Refusal::bulk_size_exceeded(limit))
            }
            Ok(Value::Array(items)) => items
                .into_iter()
                .map(|item| Input::read(item, self.known_inputs()))
                .collect(),
            Ok(_) => Err(Refusal::request_body_invalid("it is not a JSON array")),
            Err(_) => Err(Refusal::request_body_invalid("it is not JSON")),
        }
    }
}

/// The values in a path, by the names that the operation's template gives them.
#[derive(Debug, Default)]
pub(crate) struct PathParameters {
    values: Vec<(&'static str, String)>,
}

impl PathParameters {
    pub(crate) fn insert(&mut self, name: &'static str, segment: &str) {
        let value = percent_decode_str(segment).decode_utf8_lossy().into_owned();
        self.values.push((name, value));
    }

    /// All of them, in the order they stand there.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.values.iter().map(|(name, value)| (*name, &**value))
    }

    /// The value of a parameter of the operation's template.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.values
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    }
}

/// A query string, as forms are encoded (`+` is a space).
#[derive(Debug, Default)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let decode = |part: &str| {
            percent_decode_str(&part.replace('+', " "))
                .decode_utf8_lossy()
                .into_owned()
        };
        let pairs = text
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                // Some clients mark repeated names as `name[]`.
                let name = decode(name);
                let name = name.strip_suffix("[]").unwrap_or(&name).to_owned();
                (name, decode(value))
            })
            .collect();
        Self { pairs }
    }

    /// The last value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).last()
    }

    /// What there are values of. A name comes as often as it was given.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    /// All values of this name.
    pub(crate) fn all<'q>(&'q self, name: &str) -> impl Iterator<Item = &'q str> {
        self.pairs
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Refuses names that are not in `known`: a filter that is ignored would be a wrong answer.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        match self
            .pairs
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()))
        {
            None => {}
            Some((name, _)) => return Err(Refusal::form_param_unknown(name)),
        }
        match known.iter().find(|name| self.all(name).count() > 100) {
            None => Ok(()),
            Some(name) => {
                let expected = "given at most 100 times";
                Err(Refusal::form_param_value_invalid(name, expected))
            }
        }
    }

    /// `true` or `false`, or neither where it is absent.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Refusal::form_param_value_invalid(name, "true or false")),
        }
    }

    /// A whole number within `range`, or `default`.
    pub(crate) fn number(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<usize>,
        default: usize,
    ) -> Result<usize, Refusal> {
        let Some(text) = self.get(name) else {
            return Ok(default);
        };
        let whole = text.strip_suffix(".0").unwrap_or(text);
        whole
            .parse()
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let expected = format!("a number from {} to {}", range.start(), range.end());
                Refusal::form_param_value_invalid(name, &expected)
            })
    }
}

/// A number without a fraction.
fn whole(value: &Value) -> Option<i64> {
    let float = value.as_f64().filter(|number| number.fract() == 0.0);
    // Saturates, and what is that large is out of every range.
    value.as_i64().or(float.map(|number| number as i64))
}

/// The members of a request's JSON object, taken one by one. `null` is the same as absent.
#[derive(Debug, Default)]
pub(crate) struct Input {
    members: Map<String, Value>,
    known: &'static [Field],
}

impl Input {
    fn read(value: Value, known: &'static [Field]) -> Result<Self, Refusal> {
        match value {
            Value::Object(members) => Ok(Self { members, known }),
            _ => Err(Refusal::request_body_invalid("it is not a JSON object")),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::form_param_value_invalid(name, "a string")),
        }
    }

    pub(crate) fn required_text(&mut self, name: &str) -> Result<String, Refusal> {
        self.text(name)?
            .ok_or_else(|| Refusal::form_param_missing(name))
    }

    /// A text that may be cleared: the outer `None` is an absent one, the inner `None` one that
    /// is `null` or blank.
    pub(crate) fn clearable_text(&mut self, name: &str) -> Result<Option<Option<String>>, Refusal> {
        if !self.members.contains_key(name) {
            return Ok(None);
        }
        let text = self.text(name)?;
        Ok(Some(text.filter(|text| !text.trim().is_empty())))
    }

    /// A list of texts; an absent one is empty.
    pub(crate) fn texts(&mut self, name: &str) -> Result<Vec<String>, Refusal> {
        Ok(self.given_texts(name)?.unwrap_or_default())
    }

    /// A list of texts, where there is one.
    pub(crate) fn given_texts(&mut self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let invalid = || Refusal::form_param_value_invalid(name, "a list of strings");
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(invalid))
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(invalid()),
        }
    }

    /// A list of texts that may be cleared: the outer `None` is an absent one, the inner `None` one that is `null`.
    pub(crate) fn clearable_texts(
        &mut self,
        name: &str,
    ) -> Result<Option<Option<Vec<String>>>, Refusal> {
        match self.members.contains_key(name) {
            true => self.given_texts(name).map(Some),
            false => Ok(None),
        }
    }

    /// Whatever is there.
    pub(crate) fn any(&mut self, name: &str) -> Option<Value> {
        self.take(name)
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(Refusal::form_param_value_invalid(name, "true or false")),
        }
    }

    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            // Some clients write whole numbers as `10.0`.
            Some(value) => whole(&value)
                .map(Some)
                .ok_or_else(|| Refusal::form_param_value_invalid(name, "a whole number")),
        }
    }

    /// A number within `range`.
    pub(crate) fn number(
        &mut self,
        name: &str,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, Refusal> {
        let Some(number) = self.integer(name)? else {
            return Ok(None);
        };
        match u64::try_from(number) {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => {
                let expected = format!("from {} to {}", range.start(), range.end());
                Err(Refusal::form_param_value_invalid(name, &expected))
            }
        }
    }

    /// An instant, as RFC 3339 writes it.
    pub(crate) fn time(&mut self, name: &str) -> Result<Option<UnixTime>, Refusal> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let expected = "a time as RFC 3339 writes it";
        rfc3339::parse(&text)
            .map(Some)
            .ok_or_else(|| Refusal::form_param_format_invalid(name, expected))
    }

    /// A JSON object, where there is one.
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Map<String, Value>>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(Refusal::form_param_value_invalid(name, "a JSON object")),
        }
    }

    /// Takes a member that changes nothing in an emulator.
    pub(crate) fn ignore(&mut self, name: &str) {
        self.members.remove(name);
    }

    /// All of them.
    pub(crate) fn into_members(self) -> Map<String, Value> {
        self.members
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) if self.known.iter().any(|field| field.name == name) => {
                Err(Refusal::input_not_emulated(name))
            }
            Some(name) => Err(Refusal::form_param_unknown(name)),
        }
    }
}

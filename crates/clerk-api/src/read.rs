//! How JSON becomes fields: with the least trust that still makes a value of them.
//!
//! A body is read once, as it comes. What a field cannot be made of is taken out of the way and kept
//! as what it was, so that one odd member costs that member and nothing beside it.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::{RawValue, to_raw_value};

/// What stood where a `T` was expected.
pub(crate) struct Found<T> {
    /// None where there was nothing, null, or no `T`.
    pub(crate) value: Option<T>,
    /// What no `T` could be made of. Of a list, the items that have no place in it.
    pub(crate) odd: Option<Box<RawValue>>,
}

impl<T> Found<T> {
    pub(crate) const NOTHING: Self = Self {
        value: None,
        odd: None,
    };

    pub(crate) fn value(value: T) -> Self {
        let value = Some(value);
        Self { value, odd: None }
    }

    pub(crate) fn odd(what: impl Serialize) -> Self {
        let odd = to_raw_value(&what).ok();
        Self { value: None, odd }
    }

    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> U) -> Found<U> {
        Found {
            value: self.value.map(make),
            odd: self.odd,
        }
    }

    fn value_or_odd(value: Option<T>, what: impl Serialize) -> Self {
        value.map_or_else(|| Self::odd(what), Self::value)
    }
}

/// A type of fields. It says what it can be made of; all else is kept.
pub(crate) trait Read<'de>: Sized {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        streamed(deserializer)
    }

    fn text(text: &str) -> Found<Self> {
        Found::odd(text)
    }

    fn flag(flag: bool) -> Found<Self> {
        Found::odd(flag)
    }

    fn whole(number: i64) -> Found<Self> {
        Found::odd(number)
    }

    fn number(number: f64) -> Found<Self> {
        Found::odd(number)
    }

    fn list<A: SeqAccess<'de>>(mut items: A) -> Result<Found<Self>, A::Error> {
        let mut kept: Vec<Box<RawValue>> = Vec::new();
        while let Some(item) = items.next_element()? {
            kept.push(item);
        }
        Ok(Found::odd(kept))
    }

    fn object<A: MapAccess<'de>>(members: A) -> Result<Found<Self>, A::Error> {
        match Object::keep(members)? {
            Object::Number(digits) => Ok(digits
                .parse()
                .map(Self::whole)
                .or_else(|_| digits.parse().map(Self::number))
                .unwrap_or_else(|_| Found::odd(digits))),
            Object::Members(members) => Ok(Found::odd(Members(members))),
        }
    }
}

/// An object that is no value of the type it was found for.
enum Object {
    Members(Vec<(String, Box<RawValue>)>),
    /// Numbers are objects with this one member to `serde_json`, once anything in the program asks for its
    /// feature `arbitrary_precision`.
    Number(String),
}

impl Object {
    const NUMBER: &str = "$serde_json::private::Number";

    fn keep<'de, A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let mut kept = Vec::new();
        while let Some(name) = members.next_key::<String>()? {
            if kept.is_empty() && name == Self::NUMBER {
                return members.next_value().map(Self::Number);
            }
            kept.push((name, members.next_value()?));
        }
        Ok(Self::Members(kept))
    }
}

struct Members(Vec<(String, Box<RawValue>)>);

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Reads whatever comes, and asks the type what to make of it.
pub(crate) fn streamed<'de, T, D>(deserializer: D) -> Result<Found<T>, D::Error>
where
    T: Read<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Reader(PhantomData))
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Read<'de>> Visitor<'de> for Reader<T> {
    type Value = Found<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Found<T>, E> {
        Ok(Found::NOTHING)
    }

    fn visit_none<E: Error>(self) -> Result<Found<T>, E> {
        Ok(Found::NOTHING)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found<T>, D::Error> {
        T::read(deserializer)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Found<T>, E> {
        Ok(T::text(text))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Found<T>, E> {
        Ok(T::flag(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Found<T>, E> {
        Ok(T::whole(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Found<T>, E> {
        Ok(i64::try_from(number).map_or_else(|_| Found::odd(number), T::whole))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Found<T>, E> {
        Ok(T::number(number))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Found<T>, A::Error> {
        T::list(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Found<T>, A::Error> {
        T::object(members)
    }
}

/// Reads what may be odd.
pub(crate) struct Tolerant<T>(PhantomData<T>);

/// Reads what an answer is worthless without: an id, a secret.
pub(crate) struct Essential<T>(PhantomData<T>);

/// Reads what can say no: absent or null it says nothing, but nobody may take something else for that.
pub(crate) struct Guarded<T>(PhantomData<T>);

impl<T> Tolerant<T> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<T> Essential<T> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<T> Guarded<T> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<'de, T: Read<'de>> DeserializeSeed<'de> for Tolerant<T> {
    type Value = Found<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found<T>, D::Error> {
        T::read(deserializer)
    }
}

impl<'de, T: Read<'de>> DeserializeSeed<'de> for Essential<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let found = T::read(deserializer)?;
        let missing = || D::Error::custom("there is nothing, or nothing that it can be");
        found.value.ok_or_else(missing)
    }
}

impl<'de, T: Read<'de>> DeserializeSeed<'de> for Guarded<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        let found = T::read(deserializer)?;
        match found.odd {
            None => Ok(found.value),
            Some(_) => Err(D::Error::custom("nobody knows what it says")),
        }
    }
}

/// Where nothing stands, or something odd, nothing was given.
impl<'de, T: Read<'de>> Read<'de> for Option<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        let Found { value, odd } = T::read(deserializer)?;
        let value = Some(value);
        Ok(Found { value, odd })
    }
}

impl<'de, T: Read<'de>> Read<'de> for Vec<T> {
    fn list<A: SeqAccess<'de>>(mut items: A) -> Result<Found<Self>, A::Error> {
        let (mut read, mut odd) = (Self::new(), Vec::new());
        while let Some(found) = items.next_element_seed(Tolerant::<T>::NEW)? {
            if found.odd.is_some() || found.value.is_none() {
                odd.push(found.odd);
            }
            if let Some(value) = found.value {
                if read.capacity() == 0 {
                    // Most of Clerk's lists within a model have one item, and a `Vec` that grows makes
                    // room for four at once.
                    read.reserve_exact(1);
                }
                read.push(value);
            }
        }
        let value = Some(read);
        let odd = match odd.as_slice() {
            [] => None,
            items => Found::<()>::odd(items).odd,
        };
        Ok(Found { value, odd })
    }
}

impl<'de, T: Read<'de>> Read<'de> for BTreeMap<String, T> {
    fn object<A: MapAccess<'de>>(mut members: A) -> Result<Found<Self>, A::Error> {
        let (mut read, mut odd) = (Self::new(), Vec::new());
        while let Some(name) = members.next_key::<String>()? {
            let found = members.next_value_seed(Tolerant::<T>::NEW)?;
            if let Some(what) = found.odd {
                odd.push((name.clone(), what));
            }
            read.extend(found.value.map(|value| (name, value)));
        }
        let value = Some(read);
        let odd = match odd.as_slice() {
            [] => None,
            _ => Found::<()>::odd(Members(odd)).odd,
        };
        Ok(Found { value, odd })
    }
}

impl Read<'_> for String {
    fn text(text: &str) -> Found<Self> {
        Found::value(text.to_owned())
    }
}

impl Read<'_> for bool {
    fn flag(flag: bool) -> Found<Self> {
        Found::value(flag)
    }
}

impl Read<'_> for i64 {
    fn whole(number: i64) -> Found<Self> {
        Found::value(number)
    }

    /// Clerk writes whole numbers as `10` or `10.0`.
    fn number(number: f64) -> Found<Self> {
        /// Beyond it a float says nothing about single units.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if number.fract() == 0.0 && number.abs() <= EXACT {
            return Found::value(number as i64);
        }
        Found::odd(number)
    }
}

impl Read<'_> for u64 {
    fn whole(number: i64) -> Found<Self> {
        Found::value_or_odd(number.try_into().ok(), number)
    }

    fn number(number: f64) -> Found<Self> {
        let whole = i64::number(number).value;
        Found::value_or_odd(whole.and_then(|whole| whole.try_into().ok()), number)
    }
}

impl Read<'_> for f64 {
    fn whole(number: i64) -> Found<Self> {
        Found::value(number as f64)
    }

    fn number(number: f64) -> Found<Self> {
        Found::value(number)
    }
}

/// An id, which is never empty: Clerk writes `""` where there is none.
pub(crate) fn id<T: for<'a> From<&'a str>>(text: &str) -> Found<T> {
    match text {
        "" => Found::NOTHING,
        text => Found::value(text.into()),
    }
}

/// One of a set of texts.
pub(crate) fn value<T: for<'a> From<&'a str>>(text: &str) -> Found<T> {
    Found::value(text.into())
}

/// JSON, whatever it is.
pub(crate) fn whatever<'de, D>(deserializer: D) -> Result<Found<Box<RawValue>>, D::Error>
where
    D: Deserializer<'de>,
{
    let text = Box::<RawValue>::deserialize(deserializer)?;
    Ok(match text.get() {
        "null" => Found::NOTHING,
        _ => Found::value(text),
    })
}

/// What can fail as a whole, inside something that is not to fail with it.
pub(crate) fn apart<'de, T, D>(deserializer: D) -> Result<Found<T>, D::Error>
where
    T: DeserializeOwned,
    D: Deserializer<'de>,
{
    let text = Box::<RawValue>::deserialize(deserializer)?;
    Ok(match serde_json::from_str(text.get()) {
        _ if text.get() == "null" => Found::NOTHING,
        Ok(value) => Found::value(value),
        Err(_) => Found {
            value: None,
            odd: Some(text),
        },
    })
}

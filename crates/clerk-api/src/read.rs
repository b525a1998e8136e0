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

/// Where what could not be read is put: beside the values, which are handed on without it.
///
/// Of a list, it has the items that have no place in it.
#[derive(Default)]
pub(crate) struct Odd(Option<Box<RawValue>>);

impl Odd {
    /// Keeps `what` instead of a value.
    #[cold]
    pub(crate) fn keep<T>(&mut self, what: impl Serialize) -> Option<T> {
        self.0 = to_raw_value(&what).ok();
        None
    }

    pub(crate) fn take(&mut self) -> Option<Box<RawValue>> {
        // Asked after every field, and next to never answered: a look is less than a move.
        match self.0 {
            None => None,
            Some(_) => self.0.take(),
        }
    }
}

/// A type of fields. It says what it can be made of; all else is kept.
pub(crate) trait Read<'de>: Sized {
    /// Fills `place`, which is empty, or leaves it so. A model that was handed on instead would be moved by
    /// everything that it passes, and they are large.
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
        odd: &mut Odd,
    ) -> Result<(), D::Error> {
        streamed(deserializer, place, odd)
    }

    fn text(text: &str, odd: &mut Odd) -> Option<Self> {
        odd.keep(text)
    }

    fn flag(flag: bool, odd: &mut Odd) -> Option<Self> {
        odd.keep(flag)
    }

    fn whole(number: i64, odd: &mut Odd) -> Option<Self> {
        odd.keep(number)
    }

    fn number(number: f64, odd: &mut Odd) -> Option<Self> {
        odd.keep(number)
    }

    #[cold]
    fn list<A: SeqAccess<'de>>(mut items: A, odd: &mut Odd) -> Result<Option<Self>, A::Error> {
        let mut kept: Vec<Box<RawValue>> = Vec::new();
        while let Some(item) = items.next_element()? {
            kept.push(item);
        }
        Ok(odd.keep(kept))
    }

    #[cold]
    fn object<A: MapAccess<'de>>(
        members: A,
        place: &mut Option<Self>,
        odd: &mut Odd,
    ) -> Result<(), A::Error> {
        *place = match Object::keep(members)? {
            Object::Number(digits) => match (digits.parse(), digits.parse()) {
                (Ok(number), _) => Self::whole(number, odd),
                (_, Ok(number)) => Self::number(number, odd),
                _ => odd.keep(digits),
            },
            Object::Members(members) => odd.keep(Members(members)),
        };
        Ok(())
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
pub(crate) fn streamed<'de, T, D>(
    deserializer: D,
    place: &mut Option<T>,
    odd: &mut Odd,
) -> Result<(), D::Error>
where
    T: Read<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Tolerant::at(place, odd))
}

/// Reads what may be odd.
struct Tolerant<'a, T> {
    place: &'a mut Option<T>,
    odd: &'a mut Odd,
}

/// Reads what an answer is worthless without: an id, a secret.
pub(crate) struct Essential<T>(PhantomData<T>);

/// Reads what can say no: absent or null it says nothing, but nobody may take something else for that.
pub(crate) struct Guarded<T>(PhantomData<T>);

impl<'a, T> Tolerant<'a, T> {
    const fn at(place: &'a mut Option<T>, odd: &'a mut Odd) -> Self {
        Self { place, odd }
    }
}

impl<T> Essential<T> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<T> Guarded<T> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<'de, T: Read<'de>> Visitor<'de> for Tolerant<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        T::read(deserializer, self.place, self.odd)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        *self.place = T::text(text, self.odd);
        Ok(())
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        *self.place = T::flag(flag, self.odd);
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        *self.place = T::whole(number, self.odd);
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        *self.place = match i64::try_from(number) {
            Ok(number) => T::whole(number, self.odd),
            Err(_) => self.odd.keep(number),
        };
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        *self.place = T::number(number, self.odd);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        *self.place = T::list(items, self.odd)?;
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        T::object(members, self.place, self.odd)
    }
}

impl<'de, T: Read<'de>> DeserializeSeed<'de> for Tolerant<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        T::read(deserializer, self.place, self.odd)
    }
}

impl<'de, T: Read<'de>> DeserializeSeed<'de> for Essential<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let mut value = None;
        T::read(deserializer, &mut value, &mut Odd::default())?;
        let missing = || D::Error::custom(MISSING);
        value.ok_or_else(missing)
    }
}

impl<'de, T: Read<'de>> DeserializeSeed<'de> for Guarded<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        let (mut value, mut odd) = (None, Odd::default());
        T::read(deserializer, &mut value, &mut odd)?;
        match odd.take() {
            None => Ok(value),
            Some(_) => Err(D::Error::custom("nobody knows what it says")),
        }
    }
}

/// A field, which is read anew each time that it comes.
pub(crate) trait Field<'de>: Sized {
    fn next<A: MapAccess<'de>>(&mut self, members: &mut A, odd: &mut Odd) -> Result<(), A::Error>;
}

impl<'de, T: Read<'de>> Field<'de> for Option<T> {
    fn next<A: MapAccess<'de>>(&mut self, members: &mut A, odd: &mut Odd) -> Result<(), A::Error> {
        *self = None;
        members.next_value_seed(Tolerant::at(self, odd))
    }
}

/// The default where nothing stands, or something odd.
impl<'de, T: Read<'de> + Default> Field<'de> for T {
    fn next<A: MapAccess<'de>>(&mut self, members: &mut A, odd: &mut Odd) -> Result<(), A::Error> {
        let mut value = None;
        members.next_value_seed(Tolerant::at(&mut value, odd))?;
        *self = value.unwrap_or_default();
        Ok(())
    }
}

impl<'de, T: Read<'de>> Read<'de> for Vec<T> {
    fn list<A: SeqAccess<'de>>(mut items: A, odd: &mut Odd) -> Result<Option<Self>, A::Error> {
        let (mut read, mut unfit, mut item) = (Self::new(), Vec::new(), None::<T>);
        while items
            .next_element_seed(Tolerant::at(&mut item, odd))?
            .is_some()
        {
            let without = odd.take();
            if without.is_some() || item.is_none() {
                unfit.push(without);
            }
            if let Some(item) = item.take() {
                if read.capacity() == 0 {
                    // Most of Clerk's lists within a model have one item, and a `Vec` that grows makes
                    // room for four at once.
                    read.reserve_exact(1);
                }
                read.push(item);
            }
        }
        if !unfit.is_empty() {
            odd.keep::<Self>(unfit);
        }
        Ok(Some(read))
    }
}

impl<'de, T: Read<'de>> Read<'de> for BTreeMap<String, T> {
    fn object<A: MapAccess<'de>>(
        mut members: A,
        whole: &mut Option<Self>,
        odd: &mut Odd,
    ) -> Result<(), A::Error> {
        let (mut read, mut unfit) = (Self::new(), Vec::new());
        while let Some(name) = members.next_key::<String>()? {
            let mut value = None::<T>;
            members.next_value_seed(Tolerant::at(&mut value, odd))?;
            if let Some(what) = odd.take() {
                unfit.push((name.clone(), what));
            }
            read.extend(value.map(|value| (name, value)));
        }
        if !unfit.is_empty() {
            odd.keep::<Self>(Members(unfit));
        }
        *whole = Some(read);
        Ok(())
    }
}

impl Read<'_> for String {
    fn text(text: &str, _: &mut Odd) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Read<'_> for bool {
    fn flag(flag: bool, _: &mut Odd) -> Option<Self> {
        Some(flag)
    }
}

/// Clerk writes whole numbers as `10` or `10.0`.
fn whole(number: f64) -> Option<i64> {
    /// Beyond it a float says nothing about single units.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

impl Read<'_> for i64 {
    fn whole(number: i64, _: &mut Odd) -> Option<Self> {
        Some(number)
    }

    fn number(number: f64, odd: &mut Odd) -> Option<Self> {
        whole(number).or_else(|| odd.keep(number))
    }
}

impl Read<'_> for u64 {
    fn whole(number: i64, odd: &mut Odd) -> Option<Self> {
        number.try_into().ok().or_else(|| odd.keep(number))
    }

    fn number(number: f64, odd: &mut Odd) -> Option<Self> {
        let whole = whole(number).and_then(|whole| whole.try_into().ok());
        whole.or_else(|| odd.keep(number))
    }
}

impl Read<'_> for f64 {
    fn whole(number: i64, _: &mut Odd) -> Option<Self> {
        Some(number as f64)
    }

    fn number(number: f64, _: &mut Odd) -> Option<Self> {
        Some(number)
    }
}

/// An id, which is never empty: Clerk writes `""` where there is none.
pub(crate) fn id<T: for<'a> From<&'a str>>(text: &str) -> Option<T> {
    match text {
        "" => None,
        text => Some(text.into()),
    }
}

/// JSON, whatever it is.
pub(crate) fn whatever<'de, D>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error>
where
    D: Deserializer<'de>,
{
    let text = Box::<RawValue>::deserialize(deserializer)?;
    Ok(match text.get() {
        "null" => None,
        _ => Some(text),
    })
}

/// What is said of an essential member in whose place is something else.
const MISSING: &str = "there is nothing, or nothing that it can be";

/// Errors have nothing to tell them apart by but their text, which none of the body's begins.
fn is_missing(error: &serde_json::Error) -> bool {
    let text = error.to_string();
    text.starts_with(MISSING) || text.starts_with("missing field")
}

/// What is none without its essential members, inside something that is not to fail with it. Where
/// nobody knows what it says, all fails: nobody may take that for nobody being there.
pub(crate) fn apart<'de, T, D>(
    deserializer: D,
    place: &mut Option<T>,
    odd: &mut Odd,
) -> Result<(), D::Error>
where
    T: DeserializeOwned,
    D: Deserializer<'de>,
{
    let Some(text) = whatever(deserializer)? else {
        return Ok(());
    };
    match serde_json::from_str(text.get()) {
        Ok(value) => {
            *place = Some(value);
            Ok(())
        }
        Err(error) if text.get().starts_with('{') && !is_missing(&error) => {
            Err(D::Error::custom(error))
        }
        Err(_) => {
            odd.0 = Some(text);
            Ok(())
        }
    }
}

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, Visitor},
};

use crate::read::{Odd, Read, apart, streamed};

/// An object that Clerk answers with.
pub(crate) trait Answer<'de>: Sized {
    /// What its member `object` says of every one of them.
    const TAG: &'static str;

    /// Whether there is a member without which there is no such object.
    const MAY_FAIL: bool;

    /// Fills `place`, or fails.
    fn members<A: MapAccess<'de>>(members: A, place: &mut Option<Self>) -> Result<(), A::Error>;
}

/// As part of another object. What is none without an id is looked at by itself, so that nothing fails
/// with it.
impl<'de, T: Answer<'de> + DeserializeOwned> Read<'de> for T {
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
        odd: &mut Odd,
    ) -> Result<(), D::Error> {
        if Self::MAY_FAIL {
            return apart(deserializer, place, odd);
        }
        streamed(deserializer, place, odd)
    }

    fn object<A: MapAccess<'de>>(
        members: A,
        place: &mut Option<Self>,
        _: &mut Odd,
    ) -> Result<(), A::Error> {
        Self::members(members, place)
    }
}

/// An object by itself.
pub(crate) fn whole<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Answer<'de>,
    D: Deserializer<'de>,
{
    struct Whole<'a, T>(&'a mut Option<T>);

    impl<'de, T: Answer<'de>> Visitor<'de> for Whole<'_, T> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
            T::members(members, self.0)
        }
    }

    let mut whole = None;
    deserializer.deserialize_map(Whole(&mut whole))?;
    whole.ok_or_else(|| D::Error::custom("an object has no members"))
}

/// Reads the name of a member: where it stands in the body, or else into here, as one with escapes.
pub(crate) struct Name<'a>(pub(crate) &'a mut String);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<&'de str>;

    fn deserialize<D: Deserializer<'de>>(self, names: D) -> Result<Self::Value, D::Error> {
        names.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name<'_> {
    type Value = Option<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Some(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        name.clone_into(self.0);
        Ok(None)
    }
}

/// The member `object`, which is kept where it does not say what it always says.
pub(crate) struct Tag<T>(PhantomData<T>);

impl<'de, T: Answer<'de>> Read<'de> for Tag<T> {
    fn text(text: &str, odd: &mut Odd) -> Option<Self> {
        match text == T::TAG {
            true => Some(Self(PhantomData)),
            false => odd.keep(text),
        }
    }
}

/// The objects that Clerk answers with: their fields, how each is read, and what it is called in JSON.
///
/// A field is read tolerantly, or is `essential`, or is `guarded` (see [`crate::read`]). A time is in
/// milliseconds unless it goes `by_magnitude`. What is `secret` has no place in `Debug`.
macro_rules! answers {
    ($(
        $(#[$meta:meta])* $answer:ident $($tag:literal)? {
            $($(#[$note:meta])* $field:ident: $ty:ty = $($mark:ident)* $wire:literal $(| $alias:literal)*;)*
        }
    )*) => { $(
        $(#[$meta])*
        #[derive(Clone)]
        #[non_exhaustive]
        pub struct $answer {
            $($(#[$note])* pub $field: $ty,)*
            /// What came and is in none of the other fields.
            pub extra: crate::Extra,
        }

        impl<'de> crate::answer::Answer<'de> for $answer {
            const TAG: &'static str = concat!($($tag)?);
            const MAY_FAIL: bool = false $(|| crate::answer::may_fail!($($mark)*))*;

            fn members<A: serde::de::MapAccess<'de>>(
                mut members: A,
                place: &mut Option<Self>,
            ) -> Result<(), A::Error> {
                const TAG: &str = <$answer as crate::answer::Answer<'_>>::TAG;

                let (mut extra, mut odd) = (crate::Extra::default(), crate::read::Odd::default());
                let mut copied = String::new();
                $(let mut $field = crate::answer::unset!([$($mark)*]);)*
                while let Some(name) = members.next_key_seed(crate::answer::Name(&mut copied))? {
                    let name = match name.unwrap_or(&copied) {
                        $($wire $(| $alias)* => {
                            crate::answer::field!([$($mark)*] members, $field, $wire, odd);
                            $wire
                        })*
                        name if name == "object" && !TAG.is_empty() => {
                            let mut tag = None::<crate::answer::Tag<Self>>;
                            crate::read::Field::next(&mut tag, &mut members, &mut odd)?;
                            "object"
                        }
                        name => {
                            extra.keep(name.to_owned(), members.next_value()?);
                            continue;
                        }
                    };
                    if let Some(odd) = odd.take() {
                        extra.keep(name, odd);
                    }
                }
                *place = Some(Self {
                    $($field: crate::answer::finished!([$($mark)*] $field, $wire),)*
                    extra,
                });
                Ok(())
            }
        }

        impl<'de> serde::Deserialize<'de> for $answer {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::answer::whole(deserializer)
            }
        }

        impl std::fmt::Debug for $answer {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut shown = f.debug_struct(stringify!($answer));
                $(shown.field(stringify!($field), crate::answer::shown!([$($mark)*] self.$field));)*
                if !self.extra.is_empty() {
                    shown.field("extra", &self.extra);
                }
                shown.finish()
            }
        }
    )* };
}

macro_rules! may_fail {
    (essential $($mark:ident)*) => {
        true
    };
    ($($mark:ident)*) => {
        false
    };
}

macro_rules! unset {
    ([essential $($mark:ident)*]) => {
        None
    };
    ([guarded $($mark:ident)*]) => {
        None
    };
    ([$($mark:ident)*]) => {
        Default::default()
    };
}

/// Of two that are essential or can say no, nobody knows which one is meant.
macro_rules! only {
    ($field:ident, $wire:literal) => {
        if $field.is_some() {
            return Err(serde::de::Error::duplicate_field($wire));
        }
    };
}

macro_rules! field {
    ([essential $($mark:ident)*] $members:ident, $field:ident, $wire:literal, $odd:ident) => {
        crate::answer::only!($field, $wire);
        $field = Some($members.next_value_seed(crate::read::Essential::NEW)?)
    };
    ([guarded by_magnitude $($mark:ident)*] $members:ident, $field:ident, $wire:literal, $odd:ident) => {
        crate::answer::only!($field, $wire);
        let time = $members.next_value_seed(crate::read::Guarded::NEW)?;
        $field = time.map(|time: crate::timestamp::ByMagnitude| time.into())
    };
    ([guarded $($mark:ident)*] $members:ident, $field:ident, $wire:literal, $odd:ident) => {
        crate::answer::only!($field, $wire);
        $field = $members.next_value_seed(crate::read::Guarded::NEW)?
    };
    ([by_magnitude $($mark:ident)*] $members:ident, $field:ident, $wire:literal, $odd:ident) => {
        let mut time = None::<crate::timestamp::ByMagnitude>;
        crate::read::Field::next(&mut time, &mut $members, &mut $odd)?;
        $field = time.map(Into::into);
    };
    ([$($mark:ident)*] $members:ident, $field:ident, $wire:literal, $odd:ident) => {
        crate::read::Field::next(&mut $field, &mut $members, &mut $odd)?;
    };
}

macro_rules! finished {
    ([essential $($mark:ident)*] $field:ident, $wire:literal) => {
        $field.ok_or_else(|| serde::de::Error::missing_field($wire))?
    };
    ([$($mark:ident)*] $field:ident, $wire:literal) => {
        $field
    };
}

macro_rules! shown {
    ([$($mark:ident)*] $($field:tt)*) => {
        crate::answer::shown_as!([$($mark)*] &$($field)*)
    };
}

macro_rules! shown_as {
    ([] $shown:expr) => { $shown };
    ([secret] $shown:expr) => { crate::redacted::redacted($shown) };
    ([$mark:ident $($marks:ident)*] $shown:expr) => { crate::answer::shown_as!([$($marks)*] $shown) };
}

pub(crate) use {answers, field, finished, may_fail, only, shown, shown_as, unset};

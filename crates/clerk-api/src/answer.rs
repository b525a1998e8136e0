use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, Visitor},
};

use crate::read::{Found, Read, apart, streamed};

/// An object that Clerk answers with.
pub(crate) trait Answer<'de>: Sized {
    /// What its member `object` says of every one of them.
    const TAG: &'static str;

    /// Whether there is a member without which there is no such object.
    const MAY_FAIL: bool;

    fn members<A: MapAccess<'de>>(members: A) -> Result<Self, A::Error>;
}

/// As part of another object. What can fail is looked at by itself, so that nothing fails with it.
impl<'de, T: Answer<'de> + DeserializeOwned> Read<'de> for T {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        if Self::MAY_FAIL {
            return apart(deserializer);
        }
        streamed(deserializer)
    }

    fn object<A: MapAccess<'de>>(members: A) -> Result<Found<Self>, A::Error> {
        Self::members(members).map(Found::value)
    }
}

/// An object by itself.
pub(crate) fn whole<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Answer<'de>,
    D: Deserializer<'de>,
{
    struct Whole<T>(PhantomData<T>);

    impl<'de, T: Answer<'de>> Visitor<'de> for Whole<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
            T::members(members)
        }
    }

    deserializer.deserialize_map(Whole(PhantomData))
}

/// The members that an object is known to have.
pub(crate) trait Known: Sized {
    fn of(name: &str) -> Option<Self>;
}

/// Reads the name of a member. One that is not known is left in `unknown`, so that the others are a byte.
pub(crate) struct Name<'a, K> {
    unknown: &'a mut String,
    known: PhantomData<K>,
}

impl<'a, K> Name<'a, K> {
    pub(crate) fn or(unknown: &'a mut String) -> Self {
        let known = PhantomData;
        Self { unknown, known }
    }
}

impl<'de, K: Known> DeserializeSeed<'de> for Name<'_, K> {
    type Value = Option<K>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<K>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<K: Known> Visitor<'_> for Name<'_, K> {
    type Value = Option<K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    #[inline]
    fn visit_str<E: Error>(self, name: &str) -> Result<Option<K>, E> {
        let known = K::of(name);
        if known.is_none() {
            name.clone_into(self.unknown);
        }
        Ok(known)
    }
}

/// The member `object`, which is kept where it does not say what it always says.
pub(crate) struct Tag<T>(PhantomData<T>);

impl<'de, T: Answer<'de>> Read<'de> for Tag<T> {
    fn text(text: &str) -> Found<Self> {
        match text == T::TAG {
            true => Found::value(Self(PhantomData)),
            false => Found::odd(text),
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

            fn members<A: serde::de::MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
                const TAG: &str = <$answer as crate::answer::Answer<'_>>::TAG;

                #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
                enum Name {
                    $($field,)*
                    Tag,
                }

                impl crate::answer::Known for Name {
                    #[inline]
                    fn of(name: &str) -> Option<Self> {
                        Some(match name {
                            $($wire $(| $alias)* => Self::$field,)*
                            _ if name == "object" && !TAG.is_empty() => Self::Tag,
                            _ => return None,
                        })
                    }
                }

                let (mut extra, mut unknown) = (crate::Extra::default(), String::new());
                $(let mut $field = crate::answer::start!([$($mark)*]);)*
                while let Some(next_member) = members.next_key_seed(crate::answer::Name::or(&mut unknown))? {
                    match next_member {
                        $(Some(Name::$field) => {
                            crate::answer::field!([$($mark)*] members, $field, $wire, extra);
                        })*
                        Some(Name::Tag) => {
                            let tag = members.next_value_seed(
                                crate::read::Tolerant::<crate::answer::Tag<Self>>::NEW,
                            )?;
                            if let Some(odd) = tag.odd {
                                extra.keep("object", odd);
                            }
                        }
                        None => extra.keep(std::mem::take(&mut unknown), members.next_value()?),
                    }
                }
                Ok(Self {
                    $($field: crate::answer::finished!([$($mark)*] $field, $wire),)*
                    extra,
                })
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
    (guarded $($mark:ident)*) => {
        true
    };
    ($($mark:ident)*) => {
        false
    };
}

macro_rules! start {
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
    ([essential $($mark:ident)*] $members:ident, $field:ident, $wire:literal, $extra:ident) => {
        crate::answer::only!($field, $wire);
        $field = Some($members.next_value_seed(crate::read::Essential::NEW)?)
    };
    ([guarded by_magnitude $($mark:ident)*] $members:ident, $field:ident, $wire:literal, $extra:ident) => {
        crate::answer::only!($field, $wire);
        let time = $members.next_value_seed(crate::read::Guarded::NEW)?;
        $field = time.map(|time: crate::timestamp::ByMagnitude| time.into())
    };
    ([guarded $($mark:ident)*] $members:ident, $field:ident, $wire:literal, $extra:ident) => {
        crate::answer::only!($field, $wire);
        $field = $members.next_value_seed(crate::read::Guarded::NEW)?
    };
    ([by_magnitude $($mark:ident)*] $members:ident, $field:ident, $wire:literal, $extra:ident) => {
        let found = $members.next_value_seed(crate::read::Tolerant::NEW)?;
        $field = found
            .value
            .map(|time: crate::timestamp::ByMagnitude| time.into());
        if let Some(odd) = found.odd {
            $extra.keep($wire, odd);
        }
    };
    ([$($mark:ident)*] $members:ident, $field:ident, $wire:literal, $extra:ident) => {
        let found = $members.next_value_seed(crate::read::Tolerant::NEW)?;
        $field = found.value.unwrap_or_default();
        if let Some(odd) = found.odd {
            $extra.keep($wire, odd);
        }
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

pub(crate) use {answers, field, finished, may_fail, only, shown, shown_as, start};

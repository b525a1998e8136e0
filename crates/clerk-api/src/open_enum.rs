/// Sets of texts that Clerk extends at any time, so each can hold a value that is not in it.
macro_rules! open_enums {
    ($(
        $(#[$meta:meta])* $name:ident {
            $($(#[$note:meta])* $variant:ident = $wire:literal,)*
        }
    )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$note])* $variant,)*
            /// A value that this version does not know, as it came.
            Other(Box<str>),
        }

        impl $name {
            /// The value as Clerk writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Other(value) => value,
                }
            }
        }

        impl From<&str> for $name {
            fn from(value: &str) -> Self {
                match value {
                    $($wire => Self::$variant,)*
                    _ => Self::Other(value.into()),
                }
            }
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                value.as_str().into()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::decode::text(deserializer)
            }
        }

        impl crate::read::Read<'_> for $name {
            fn text(value: &str, _: &mut crate::read::Odd) -> Option<Self> {
                Some(value.into())
            }
        }
    )* };
}

pub(crate) use open_enums;

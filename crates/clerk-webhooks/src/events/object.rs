use serde::{
    Deserialize,
    de::{Error as _, Unexpected},
};

/// Reads an object, and nothing else: serde would also take an array whose elements happen to be in
/// the order of the fields.
pub(super) fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, serde_json::Error> {
    if json.trim_ascii_start().starts_with('[') {
        return Err(serde_json::Error::invalid_type(
            Unexpected::Seq,
            &"an object",
        ));
    }
    serde_json::from_str(json)
}

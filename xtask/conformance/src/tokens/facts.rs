//! What is odd about a case, found by reading it as JavaScript does: leniently.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

use super::case::{Case, Options};

/// A case taken apart.
#[derive(Debug)]
pub(super) struct Facts<'c> {
    pub(super) token: &'c str,
    pub(super) options: &'c Options,
    pub(super) header: Part,
    pub(super) payload: Part,
    pub(super) signature_is_base64: bool,
    pub(super) padded: bool,
}

/// The header or the payload.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) bytes: Vec<u8>,
    pub(super) json: Json,
    pub(super) lone_surrogate: bool,
}

#[derive(Debug, Default)]
pub(super) enum Json {
    #[default]
    Unreadable,
    NoObject,
    Object(Vec<(String, Box<RawValue>)>),
}

impl<'c> Facts<'c> {
    pub(super) fn of(case: &'c Case) -> Self {
        let parts: Vec<&str> = case.token.split('.').collect();
        let [header, payload, signature] = match parts[..] {
            [header, payload, signature] => [header, payload, signature],
            _ => ["!"; 3],
        };
        Self {
            token: &case.token,
            options: &case.options,
            header: Part::read(header),
            payload: Part::read(payload),
            signature_is_base64: decode(signature).is_some(),
            padded: [header, payload, signature]
                .iter()
                .any(|part| part.ends_with('=')),
        }
    }

    /// Whether every part can be read by who reads leniently.
    pub(super) const fn is_readable(&self) -> bool {
        !matches!(self.header.json, Json::Unreadable)
            && !matches!(self.payload.json, Json::Unreadable)
            && self.signature_is_base64
    }

    /// The header's verdict on its own: `typ` first, then `alg`.
    pub(super) fn header_refusal(&self) -> Option<&'static str> {
        match self.header.value("typ") {
            None => {}
            Some(typ) if text(typ).as_deref() == Some("JWT") => {}
            Some(_) => return Some("token-invalid"),
        }
        let alg = self.header.value("alg").and_then(text);
        match alg.as_deref() {
            Some("RS256" | "RS384" | "RS512") => None,
            _ => Some("token-invalid-algorithm"),
        }
    }

    /// Whether keys are looked up by their ids.
    pub(super) fn has_key_set(&self) -> bool {
        let pem = self.options.jwt_key.as_deref().unwrap_or_default();
        pem.is_empty() && self.options.jwks.is_some()
    }

    /// The keys the token names.
    pub(super) fn jwks(&self) -> impl Iterator<Item = &Map<String, Value>> {
        let kid = self.header.value("kid").and_then(text);
        let set = self.options.jwks.as_ref().filter(|_| self.has_key_set());
        let keys = set.and_then(|set| set.get("keys")?.as_array());
        let named = move |key: &&Map<String, Value>| {
            kid.is_some() && key.get("kid").and_then(Value::as_str) == kid.as_deref()
        };
        keys.into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .filter(named)
    }
}

impl Part {
    fn read(segment: &str) -> Self {
        let Some(bytes) = decode(segment) else {
            return Self::default();
        };
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let (text, lone_surrogate) = without_lone_surrogates(text);
        Self {
            json: Json::read(&text),
            bytes,
            lone_surrogate,
        }
    }

    pub(super) fn is_utf8(&self) -> bool {
        std::str::from_utf8(&self.bytes).is_ok()
    }

    pub(super) fn members(&self) -> &[(String, Box<RawValue>)] {
        match &self.json {
            Json::Object(members) => members,
            Json::NoObject | Json::Unreadable => &[],
        }
    }

    /// The text of a member; of several of one name the last, as in JavaScript.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let mut members = self.members().iter().rev();
        let (_, value) = members.find(|(known, _)| known == name)?;
        Some(value.get())
    }

    pub(super) fn names_a_member_twice(&self) -> bool {
        let members = self.members();
        let names = members.iter().map(|(name, _)| name);
        names
            .enumerate()
            .any(|(at, name)| members[..at].iter().any(|(before, _)| before == name))
    }

    pub(super) const fn is_no_object(&self) -> bool {
        matches!(self.json, Json::NoObject)
    }
}

/// The string that a JSON text is.
pub(super) fn text(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

/// Padding is ignored; other alphabets and stray bits are not.
fn decode(segment: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(segment.trim_end_matches('=')).ok()
}

/// Replaces escapes of half a character, which only JavaScript's texts can hold.
fn without_lone_surrogates(json: &str) -> (String, bool) {
    let unit = |at: usize| {
        let escape = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape, 16).ok()
    };
    let (mut text, mut found, mut at) = (String::new(), false, 0);
    while let Some(next) = json[at..].chars().next() {
        let (taken, lone) = match (next, unit(at), unit(at + 6)) {
            ('\\', Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (12, false),
            ('\\', Some(0xd800..=0xdfff), _) => (6, true),
            ('\\', None, _) => (2, false),
            _ => (next.len_utf8(), false),
        };
        let end = (at + taken..=json.len()).find(|end| json.is_char_boundary(*end));
        let end = end.unwrap_or(json.len());
        text.push_str(if lone { "\\ufffd" } else { &json[at..end] });
        found |= lone;
        at = end;
    }
    (text, found)
}

impl Json {
    fn read(text: &str) -> Self {
        let Ok(value) = serde_json::from_str::<&RawValue>(text) else {
            return Self::Unreadable;
        };
        match serde_json::from_str::<Members>(value.get()) {
            Ok(Members(members)) => Self::Object(members),
            Err(_) => Self::NoObject,
        }
    }
}

/// An object with all its members, those of the same name too.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AllMembers;
        impl<'de> Visitor<'de> for AllMembers {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(AllMembers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(json: &[u8]) -> Part {
        Part::read(&URL_SAFE_NO_PAD.encode(json))
    }

    #[test]
    fn a_part_is_read_as_javascript_reads_it() {
        let odd = part(b"\xef\xbb\xbf {\"a\":1,\"\\u0061\":\"x\xff\"} ");
        assert!(!odd.is_utf8() && odd.names_a_member_twice());
        assert_eq!(odd.value("a"), Some("\"x\u{fffd}\""));
        assert!(part(b"[1]").is_no_object());
        assert!(matches!(part(b"{").json, Json::Unreadable));
    }

    #[test]
    fn half_a_character_is_found_and_a_whole_one_is_not() {
        let whole = r#"{"a":"\ud83d\ude00 \\ud800 \u00e9"}"#;
        assert_eq!(without_lone_surrogates(whole), (whole.to_owned(), false));
        let (text, found) = without_lone_surrogates(r#"{"a":"\ud83d\ud83d\ude00\udc00"}"#);
        assert!(found);
        assert_eq!(text, r#"{"a":"\ufffd\ud83d\ude00\ufffd"}"#);
        assert!(part(br#"{"\ud800":1}"#).lone_surrogate);
    }
}

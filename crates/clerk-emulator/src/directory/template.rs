use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::{Key, Record};
use crate::template_key::TemplateKey;

/// Claims that no template sets: every token has them.
const RESERVED: [&str; 9] = ["azp", "exp", "iat", "iss", "jti", "nbf", "sid", "sub", "v"];

/// A JWT template: claims with shortcodes such as `{{user.id}}`.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Template {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) claims: Map<String, Value>,
    /// Seconds.
    pub(crate) lifetime: u64,
    /// Seconds.
    pub(crate) allowed_clock_skew: u64,
    /// Signs its tokens, where it is not the instance's key that does.
    pub(crate) key: Option<TemplateKey>,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for Template {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Name, &self.name);
    }
}

impl Template {
    /// A template whose tokens live for a minute.
    pub(crate) fn new(id: String, name: String, claims: Map<String, Value>, now: UnixTime) -> Self {
        Self {
            id,
            name,
            claims,
            lifetime: 60,
            allowed_clock_skew: 5,
            key: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// A claim among these that no template may set.
    pub(crate) fn reserved_claim(claims: &Map<String, Value>) -> Option<&'static str> {
        RESERVED
            .into_iter()
            .find(|claim| claims.contains_key(*claim))
    }

    /// The API's JWT template object.
    pub(crate) fn to_json(&self) -> Value {
        let algorithm = self.key.as_ref().map(|key| key.algorithm());
        json!({
            "object": "jwt_template",
            "id": self.id,
            "name": self.name,
            "claims": self.claims,
            "lifetime": self.lifetime,
            "allowed_clock_skew": self.allowed_clock_skew,
            "custom_signing_key": self.key.is_some(),
            "signing_algorithm": algorithm.unwrap_or("RS256"),
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }

    /// The claims with every shortcode replaced by what it stands for in `context`.
    pub(crate) fn fill(&self, context: &Value) -> Map<String, Value> {
        self.claims
            .iter()
            .map(|(name, value)| (name.clone(), fill(value, context)))
            .collect()
    }
}

fn fill(value: &Value, context: &Value) -> Value {
    match value {
        Value::String(text) => fill_text(text, context),
        Value::Array(items) => items.iter().map(|item| fill(item, context)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), fill(value, context)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// A text that is one shortcode keeps the type of what it stands for; amid other text, it is
/// written out.
fn fill_text(text: &str, context: &Value) -> Value {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, code, after)) = next_shortcode(rest) {
        let value = resolve(code, context);
        if rest.len() == text.len() && before.is_empty() && after.is_empty() {
            return value;
        }
        filled.push_str(before);
        match value {
            Value::String(value) => filled.push_str(&value),
            other => filled.push_str(&other.to_string()),
        }
        rest = after;
    }
    filled.push_str(rest);
    Value::String(filled)
}

fn next_shortcode(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (code, after) = rest.split_once("}}")?;
    Some((before, code, after))
}

/// The first alternative of `a || b || 'text'` that is not null.
fn resolve(code: &str, context: &Value) -> Value {
    code.split("||")
        .map(|alternative| operand(alternative.trim(), context))
        .find(|value| !value.is_null())
        .unwrap_or(Value::Null)
}

fn operand(text: &str, context: &Value) -> Value {
    for quote in ['\'', '"'] {
        let literal = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(literal) = literal {
            return Value::String(literal.to_owned());
        }
    }
    if let Ok(literal @ (Value::Number(_) | Value::Bool(_))) = serde_json::from_str(text) {
        return literal;
    }
    text.split('.')
        .try_fold(context, |value, name| value.get(name))
        .cloned()
        .unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcodes_stand_for_what_the_context_says() {
        let context = json!({
            "user": {
                "id": "user_1",
                "public_metadata": { "level": 3, "tags": ["a"], "on": false },
                "last_name": null,
            },
        });
        for (text, expected) in [
            ("{{user.id}}", json!("user_1")),
            ("{{ user.id }}", json!("user_1")),
            ("{{user.public_metadata.level}}", json!(3)),
            ("{{user.public_metadata.tags}}", json!(["a"])),
            ("{{user.public_metadata.on}}", json!(false)),
            ("{{user.last_name}}", json!(null)),
            ("{{user.no.such.thing}}", json!(null)),
            ("{{user.last_name || 'Doe'}}", json!("Doe")),
            ("{{user.last_name || user.id}}", json!("user_1")),
            ("{{org.id || user.last_name || 7}}", json!(7)),
            ("id={{user.id}}", json!("id=user_1")),
            (
                "{{user.id}}/{{user.public_metadata.level}}",
                json!("user_1/3"),
            ),
            ("{{user.id}}{{user.id}}", json!("user_1user_1")),
            ("<{{user.last_name}}>", json!("<null>")),
            ("{{user.public_metadata.tags}}!", json!("[\"a\"]!")),
            ("no shortcode", json!("no shortcode")),
            ("{{unclosed", json!("{{unclosed")),
            ("", json!("")),
        ] {
            assert_eq!(fill_text(text, &context), expected, "{text}");
        }
    }

    #[test]
    fn fills_at_every_depth_and_leaves_the_rest_alone() {
        let claims = Map::from_iter([("a".into(), json!([{ "b": "{{user.id}}" }, 1, null]))]);
        let now = UnixTime::from_secs(1_800_000_000);
        let template = Template::new("jtmp_1".into(), "t".into(), claims, now);
        let filled = template.fill(&json!({ "user": { "id": "user_1" } }));
        assert_eq!(
            Value::Object(filled),
            json!({ "a": [{ "b": "user_1" }, 1, null] })
        );
    }
}

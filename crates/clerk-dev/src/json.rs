//! JSON text laid out anew. It is never read into values and written back: that would round its
//! numbers and move its members.

use std::borrow::Cow;

use serde_json::value::RawValue;

/// The same JSON on one line. Within strings JSON has no line breaks, so those that there are
/// stand between tokens and mean nothing.
pub(crate) fn one_line(json: &RawValue) -> Cow<'_, RawValue> {
    let text = json.get();
    if !text.contains(['\n', '\r']) {
        return Cow::Borrowed(json);
    }
    match RawValue::from_string(text.replace(['\n', '\r'], " ")) {
        Ok(joined) => Cow::Owned(joined),
        Err(_) => Cow::Borrowed(json),
    }
}

/// The same JSON for people, one member a line.
///
/// What a terminal would act on instead of showing is escaped: anyone may have written the token.
pub(crate) fn indented(json: &RawValue) -> String {
    let mut text = String::new();
    let mut depth = 0;
    let mut in_string = false;
    let mut characters = json.get().chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            _ if in_string => {
                push_shown(&mut text, character);
                match character {
                    '"' => in_string = false,
                    '\\' => text.extend(characters.next()),
                    _ => {}
                }
            }
            ' ' | '\t' | '\n' | '\r' => {}
            '{' | '[' => {
                text.push(character);
                let closing = if character == '{' { '}' } else { ']' };
                while characters
                    .next_if(|next| next.is_ascii_whitespace())
                    .is_some()
                {}
                if characters.next_if_eq(&closing).is_some() {
                    text.push(closing);
                } else {
                    depth += 1;
                    break_line(&mut text, depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                break_line(&mut text, depth);
                text.push(character);
            }
            ',' => {
                text.push(',');
                break_line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            '"' => {
                in_string = true;
                text.push('"');
            }
            _ => text.push(character),
        }
    }
    text
}

fn break_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
}

/// A text that somebody else wrote, with what a terminal would act on escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        push_shown(&mut shown, character);
    }
    shown
}

fn push_shown(text: &mut String, character: char) {
    // The second group turns the direction of the text around it.
    let acts = character.is_control()
        || matches!(character, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if acts {
        text.push_str(&format!("\\u{:04x}", u32::from(character)));
    } else {
        text.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn indenting_changes_nothing_but_white_space() {
        let json =
            raw("{\"a\" : [1.0,2e400,\t\"x, {y}: \\\" [z]\"],\"b\":{ },\n\"c\":[],\"d\":-0}");
        let expected = "{
  \"a\": [
    1.0,
    2e400,
    \"x, {y}: \\\" [z]\"
  ],
  \"b\": {},
  \"c\": [],
  \"d\": -0
}";
        assert_eq!(indented(&json), expected);
        for scalar in ["5", "null", "\"\\\\\"", "[]"] {
            assert_eq!(indented(&raw(scalar)), scalar);
        }
    }

    #[test]
    fn what_a_terminal_would_act_on_is_escaped() {
        let json = raw("[\"\u{9b}31m\u{7f}\u{202e}é\"]");
        assert_eq!(indented(&json), "[\n  \"\\u009b31m\\u007f\\u202eé\"\n]");
    }

    #[test]
    fn one_line_has_no_line_breaks_and_the_same_meaning() {
        let json = raw("{\"a\":\r\n[1,\n2]}");
        assert_eq!(one_line(&json).get(), "{\"a\":  [1, 2]}");
        assert!(matches!(one_line(&raw("[1, 2]")), Cow::Borrowed(_)));
    }
}

//! Words and signs of Rust. What stands in comments and in literals names nothing.

/// A word, `::`, or any other sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    /// From 1 on.
    pub(super) line: usize,
}

pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut rest, mut line) = (Vec::new(), text, 1);
    while let Some(first) = rest.chars().next() {
        let (length, is_token) = lexeme(rest, first);
        let (text, behind) = rest.split_at(length);
        if is_token {
            tokens.push(Token { text, line });
        }
        line += text.matches('\n').count();
        rest = behind;
    }
    tokens
}

/// How long what `rest` begins with is, in bytes, and whether it is more than a gap.
fn lexeme(rest: &str, first: char) -> (usize, bool) {
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
    let word = word.unwrap_or(rest.len());
    let behind = rest.get(word..).unwrap_or_default();
    let prefix = rest.get(..word).unwrap_or_default();
    match first {
        _ if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), false),
        _ if rest.starts_with("/*") => (block_comment(rest), false),
        _ if rest.starts_with("::") => (2, true),
        '\'' => quoted_character(rest),
        _ if matches!(prefix, "r" | "br" | "cr") && behind.starts_with(['"', '#']) => {
            match raw_text(behind) {
                Some(length) => (word + length, false),
                None => (word, true),
            }
        }
        _ if matches!(prefix, "" | "b" | "c") && behind.starts_with('"') => {
            (word + quoted_text(behind), false)
        }
        _ if word > 0 => (word, true),
        _ => (first.len_utf8(), !first.is_whitespace()),
    }
}

/// They may stand in each other.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut length = 0;
    while let Some(from_here) = rest.get(length..).filter(|rest| !rest.is_empty()) {
        let sign = if from_here.starts_with("/*") {
            depth += 1;
            2
        } else if from_here.starts_with("*/") {
            depth = depth.saturating_sub(1);
            2
        } else {
            from_here.chars().next().map_or(1, char::len_utf8)
        };
        length += sign;
        if depth == 0 {
            break;
        }
    }
    length
}

/// What begins with an apostrophe may also be a lifetime, of which the apostrophe alone is taken.
fn quoted_character(rest: &str) -> (usize, bool) {
    let mut characters = rest.char_indices().skip(1);
    let first = characters.next();
    let second = characters.next();
    match (first, second) {
        (Some((_, '\\')), Some(_)) => {
            let close = characters.find(|(_, c)| *c == '\'');
            (close.map_or(rest.len(), |(at, _)| at + 1), false)
        }
        (Some(_), Some((at, '\''))) => (at + 1, false),
        _ => (1, true),
    }
}

/// From one quotation mark to the next that no backslash stands before.
fn quoted_text(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// From the hashes in front of it to as many behind it. `r#type` is a word.
fn raw_text(rest: &str) -> Option<usize> {
    let hashes = rest.find(|c| c != '#')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let body = rest.get(hashes..)?.strip_prefix('"')?;
    let end = body.find(&close).map(|at| at + close.len());
    Some(hashes + 1 + end.unwrap_or(body.len()))
}

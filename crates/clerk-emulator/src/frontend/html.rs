use std::fmt;

/// A text as HTML has it, between tags and in quoted attributes.
pub(super) struct Escaped<'t>(pub(super) &'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => fmt::Write::write_char(f, other)?,
            }
        }
        Ok(())
    }
}

/// A text as a JavaScript string that stays one inside `<script>`: JSON, in which nothing reads
/// as markup.
pub(super) fn script_string(text: &str) -> String {
    let mut literal = serde_json::Value::from(text).to_string();
    for (character, escape) in [
        ('<', "\\u003c"),
        ('>', "\\u003e"),
        ('&', "\\u0026"),
        ('\'', "\\u0027"),
        ('\u{2028}', "\\u2028"),
        ('\u{2029}', "\\u2029"),
    ] {
        literal = literal.replace(character, escape);
    }
    literal
}

/// A page that says whose it is. `body` is HTML.
pub(super) fn page(title: &str, body: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 26rem; padding: 0 1rem }}
button {{ display: block; font: inherit; margin: .5rem 0; padding: .5rem; text-align: left; width: 100% }}
.banner {{ background: #fe9; color: #000; padding: .5rem 1rem }}
</style>
</head>
<body>
<p class="banner" data-testid="banner">Clerk emulator, not Clerk</p>
<h1>{title}</h1>
{body}
</body>
</html>
"#,
        title = Escaped(title)
    )
}

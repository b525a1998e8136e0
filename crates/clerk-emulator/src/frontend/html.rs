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
:root {{
  color-scheme: light dark;
  --ink: light-dark(#1b1c20, #ececf1); --dim: light-dark(#5c5f6a, #a3a6b3);
  --paper: light-dark(#fff, #16171b); --card: light-dark(#f5f5f8, #1f2026);
  --line: light-dark(#c9cbd5, #4a4d59); --accent: light-dark(#5b3fd6, #a998ff);
}}
* {{ box-sizing: border-box }}
body {{
  background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
  margin: 3rem auto; max-width: 28rem; padding: 0 1rem;
}}
h1 {{ font-size: 1.4rem; margin: 1.5rem 0 .5rem }}
fieldset {{ border: 1px solid var(--line); border-radius: .6rem; margin: 1rem 0; padding: .25rem 1rem .75rem }}
legend {{ color: var(--dim); font-size: .85rem; padding: 0 .4rem }}
label {{ display: block; font-size: .85rem; margin: .5rem 0 }}
input {{
  background: var(--paper); border: 1px solid var(--line); border-radius: .4rem; color: inherit;
  display: block; font: 1rem system-ui, sans-serif; padding: .5rem .6rem; width: 100%;
}}
button {{
  background: var(--card); border: 1px solid var(--line); border-radius: .4rem; color: inherit; cursor: pointer;
  display: block; font: inherit; margin: .5rem 0; padding: .5rem .75rem; text-align: left; width: 100%;
}}
button:hover {{ border-color: var(--accent) }}
button small {{ color: var(--dim); display: block }}
button.plain {{ background: none; border: 0; color: var(--dim); text-align: center; text-decoration: underline }}
:focus-visible {{ outline: 2px solid var(--accent); outline-offset: 2px }}
.banner {{ background: light-dark(#fe9, #5c4d00); border-radius: .4rem; padding: .5rem 1rem }}
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

//! The files that the guide for other languages shows, which are run as they stand there.

use std::{fs, path::Path};

use crate::outcome::Stopped;

const GUIDE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/guides/test-other-languages.md"
);

/// Writes those in these languages, and says how many there are.
pub(crate) fn write(languages: &[&str], directory: &Path) -> Result<usize, Stopped> {
    let files = files(&fs::read_to_string(GUIDE)?, languages);
    if files.is_empty() {
        return Err(Stopped::Failed(format!("{GUIDE} has no file to run")));
    }
    fs::create_dir_all(directory)?;
    for (name, text) in &files {
        fs::write(directory.join(name), text)?;
    }
    Ok(files.len())
}

/// Name and text of each. The fence has the name, after the language, or a comment in the first line.
fn files(guide: &str, languages: &[&str]) -> Vec<(String, String)> {
    let blocks = guide.split("\n```").skip(1).step_by(2);
    let named = blocks.filter_map(|block| {
        let (fence, text) = block.split_once('\n')?;
        let (language, name) = fence.split_once(' ').unwrap_or((fence, ""));
        let comment = text.lines().next().unwrap_or_default();
        let comment = comment.trim_start_matches(['/', '#', ' ']);
        let name = if name.is_empty() { comment } else { name };
        let is_name = name.contains('.') && !name.contains([' ', '/']);
        (languages.contains(&language) && is_name).then(|| (name.to_owned(), format!("{text}\n")))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_their_names_in_the_fence_or_in_a_comment() {
        let guide = "A\n\n```js\n// a.mjs\none();\n```\n\n```sh\n# b.sh\n```\n\n```json c.json\n{}\n```\n\n```js\nno();\n```\n";
        let expected = [("a.mjs", "// a.mjs\none();\n"), ("c.json", "{}\n")];
        let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(files(guide, &["js", "json"]), expected);
    }
}

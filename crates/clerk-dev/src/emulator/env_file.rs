//! A file of settings, `NAME=value` a line, as services read theirs.

use std::{fs, io, path::Path};

/// Has the file say these, and leaves what else it says as it is. Whoever reads it meanwhile reads the old file or
/// the new one.
pub(super) fn write(path: &Path, settings: &[(String, &str)]) -> io::Result<()> {
    let before = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    fs::write(&new, merged(&before, settings))?;
    fs::rename(new, path)
}

/// `before` with these settings, each where it stood, or at the end.
fn merged(before: &str, settings: &[(String, &str)]) -> String {
    let mut missing = settings.to_vec();
    let mut after = String::new();
    for line in before.lines() {
        match settings.iter().find(|(name, _)| sets(line, name)) {
            None => after.push_str(line),
            Some((name, value)) => {
                missing.retain(|(other, _)| other != name);
                after.push_str(&format!("{name}={value}"));
            }
        }
        after.push('\n');
    }
    for (name, value) in missing {
        after.push_str(&format!("{name}={value}\n"));
    }
    after
}

fn sets(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let rest = line.strip_prefix(name).map(str::trim_start);
    rest.is_some_and(|rest| rest.starts_with('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_stand_where_they_stood_and_others_stay() {
        let settings = [
            ("CLERK_API_URL".to_owned(), "http://127.0.0.1:1"),
            ("CLERK_SECRET_KEY".to_owned(), "sk_test_x"),
        ];
        for (before, after) in [
            (
                "",
                "CLERK_API_URL=http://127.0.0.1:1\nCLERK_SECRET_KEY=sk_test_x\n",
            ),
            (
                "# mine\nPORT=3000\nexport CLERK_SECRET_KEY = 'old'\nLAST=1",
                "# mine\nPORT=3000\nCLERK_SECRET_KEY=sk_test_x\nLAST=1\nCLERK_API_URL=http://127.0.0.1:1\n",
            ),
            (
                "CLERK_API_URL_OLD=1\n#CLERK_API_URL=2\n",
                "CLERK_API_URL_OLD=1\n#CLERK_API_URL=2\nCLERK_API_URL=http://127.0.0.1:1\nCLERK_SECRET_KEY=sk_test_x\n",
            ),
        ] {
            assert_eq!(merged(before, &settings), after);
            assert_eq!(merged(after, &settings), after);
        }
    }
}

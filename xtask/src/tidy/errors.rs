//! Error types say what caused them in their own text, once.

use super::Finding;
use super::sources::{at, code, rust_files};
use crate::repository::Repository;

/// Their causes may repeat what somebody put into a token, so the text leaves them out.
const LEAVES_OUT: &[&str] = &[
    "crates/clerk-auth/src/auth/machine.rs",
    "crates/clerk-jwt/src/claims.rs",
];

const ADVICE: &str = "whoever prints the error alone does not see this cause, and whoever prints the chain may see it twice: write it into the text (`{0}`) and drop the attribute, or make the variant transparent";

pub(super) fn causes(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in rust_files(repository, "crates/") {
        if !file.path.contains("/src/") || LEAVES_OUT.contains(&file.path.as_str()) {
            continue;
        }
        let mut is_transparent = false;
        for (number, line) in code(file) {
            if line.starts_with("#[error(") {
                is_transparent = line.starts_with("#[error(transparent)]");
            }
            let has_source = line.contains("#[source]") || line.contains("#[from]");
            if has_source && !is_transparent {
                findings.push(Finding::new(at(file, number), ADVICE));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        causes(&Repository::of_files(&[(path, text)])).len()
    }

    #[test]
    fn a_cause_that_the_text_leaves_to_the_chain_is_found() {
        let path = "crates/clerk-jwks/src/error.rs";
        for (text, findings) in [
            ("#[error(\"no keys\")]\nKeys(#[source] Cause),\n", 1),
            ("#[error(\"no keys: {0}\")]\nKeys(#[from] Cause),\n", 1),
            (
                "#[error(\n    \"no keys\"\n)]\nKeys {\n    #[source]\n    why: Cause,\n}\n",
                1,
            ),
            ("#[error(\"no keys: {0}\")]\nKeys(Cause),\n", 0),
            ("#[error(transparent)]\nKeys(#[from] Cause),\n", 0),
        ] {
            assert_eq!(found(path, text), findings, "{text}");
        }
        let text = "#[error(\"no keys\")]\nKeys(#[source] Cause),\n";
        assert_eq!(found("crates/clerk-jwks/tests/error.rs", text), 0);
    }
}

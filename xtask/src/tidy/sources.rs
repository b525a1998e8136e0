//! What the text of a source file shows: clocks, statics, unfinished work, lengths.

use super::Finding;
use crate::repository::{Repository, TextFile};

/// The one place that reads the clock.
const READS_CLOCKS: &[&str] = &["crates/clerk-core/src/time/clock.rs"];

/// The adapters, whose business it is to wait.
const WAITS: &[&str] = &[
    "crates/clerk-emulator/src/server",
    "crates/clerk-http-reqwest/src/",
    "crates/clerk-http-ureq/src/",
];

/// Types that let a `static` change after it was made.
/// `LazyLock` is not among them: alone, it holds a constant that is found when it is first used.
const INTERIOR_STATE: &[&str] = &[
    "ArcSwap", "Atomic", "Cell", "DashMap", "Mutex", "Once", "RwLock",
];

/// Crates that face input nobody has checked yet, so no panic may be reachable in them.
const FACES_INPUT: &[&str] = &[
    "clerk-auth",
    "clerk-aws-lc",
    "clerk-core",
    "clerk-http-fetch",
    "clerk-jwks",
    "clerk-jwt",
    "clerk-webcrypto",
    "clerk-webhooks",
];

const PANIC_LINTS: &[&str] = &[
    "clippy::arithmetic_side_effects",
    "clippy::expect_used",
    "clippy::indexing_slicing",
    "clippy::panic",
    "clippy::unwrap_used",
];

/// In two parts, so that this file does not hold what it looks for.
const UNFINISHED: &[(&str, &str, &str)] = &[
    ("to", "do!", "finish it, or take the half-built part out"),
    (
        "unimpl",
        "emented!",
        "finish it, or take the half-built part out",
    ),
    (
        "db",
        "g!",
        "remove it; what is worth knowing is a `tracing` event",
    ),
    (
        "#[ig",
        "nore",
        "make the test fast and reliable, or delete it",
    ),
];

const MACHINE_PATHS: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/tm", "p/"),
    ("/ho", "me/"),
    ("/ro", "ot/"),
    ("/Us", "ers/"),
    ("../sha", "red"),
];

const LONG: usize = 400;
const TOO_LONG: usize = 600;

pub(super) fn rust_files<'a>(
    repository: &'a Repository,
    under: &'a str,
) -> impl Iterator<Item = &'a TextFile> {
    let wanted = move |file: &&TextFile| file.path.starts_with(under) && file.path.ends_with(".rs");
    repository.files.iter().filter(wanted)
}

/// Numbered lines of code; a comment may well name what code must not do.
pub(super) fn code(file: &TextFile) -> impl Iterator<Item = (usize, &str)> {
    let lines = file.text.lines().enumerate();
    lines
        .map(|(index, line)| (index + 1, line.trim_start()))
        .filter(|(_, line)| !line.starts_with("//"))
}

pub(super) fn at(file: &TextFile, line: usize) -> String {
    format!("{}:{line}", file.path)
}

pub(super) fn clocks_and_waiting(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in rust_files(repository, "crates/") {
        let allowed = |places: &[&str]| places.iter().any(|place| file.path.starts_with(place));
        for (number, line) in code(file) {
            let reads = line.contains("SystemTime::now") || line.contains("Instant::now");
            if reads && !allowed(READS_CLOCKS) {
                findings.push(Finding::new(
                    at(file, number),
                    "only `SystemClock` reads the clock; take the time as an argument, or hold a `clerk_core::Clock`",
                ));
            }
            let waits = line.contains("thread::sleep") || line.contains("time::sleep");
            if waits && !allowed(WAITS) {
                findings.push(Finding::new(
                    at(file, number),
                    "only adapters wait; in a test use `ManualClock` or wait for an event, elsewhere ask the runtime trait",
                ));
            }
        }
    }
    findings
}

pub(super) fn statics(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in rust_files(repository, "crates/") {
        let lines: Vec<(usize, &str)> = code(file).collect();
        for (index, (number, line)) in lines.iter().enumerate() {
            // `rustfmt` may put a long type on lines of its own.
            let declared: String = lines
                .iter()
                .skip(index)
                .take(4)
                .flat_map(|(_, line)| [*line, " "])
                .collect();
            let declared = declared.split(['=', ';']).next().unwrap_or_default();
            let named = line.strip_prefix("static ").is_some()
                || (line.starts_with("pub") && line.contains(" static "));
            let holds_state = INTERIOR_STATE.iter().any(|kind| declared.contains(kind));
            if (named && holds_state) || line.starts_with("thread_local!") {
                findings.push(Finding::new(
                    at(file, *number),
                    "a static that holds state is shared by every Clerk instance in the process; make it a field of the value that uses it",
                ));
            }
        }
    }
    findings
}

pub(super) fn subtractive_features(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in rust_files(repository, "crates/") {
        let found = code(file).filter(|(_, line)| line.contains("not(feature"));
        findings.extend(found.map(|(number, _)| {
            Finding::new(
                at(file, number),
                "a feature only adds items, because any crate in the graph may turn it on; give both behaviours a name",
            )
        }));
    }
    findings
}

pub(super) fn unfinished(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in rust_files(repository, "") {
        for (head, tail, advice) in UNFINISHED {
            let pattern = [*head, *tail].concat();
            let found = code(file).filter(|(_, line)| line.contains(&pattern));
            findings.extend(found.map(|(number, _)| {
                Finding::new(at(file, number), format!("`{pattern}`: {advice}"))
            }));
        }
    }
    findings
}

pub(super) fn panic_lints(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in FACES_INPUT {
        let path = format!("crates/{name}/src/lib.rs");
        let Some(file) = repository.file(&path) else {
            continue;
        };
        let denials = file.text.split("deny(").skip(1);
        let denied: String = denials.filter_map(|rest| rest.split(')').next()).collect();
        let missing: Vec<&str> = PANIC_LINTS
            .iter()
            .copied()
            .filter(|lint| !denied.contains(lint))
            .collect();
        if !missing.is_empty() {
            findings.push(Finding::new(
                path,
                format!(
                    "input reaches this crate, so add `#![deny({})]`",
                    missing.join(", ")
                ),
            ));
        }
    }
    findings
}

/// What `cargo xtask codegen` begins its files with. It also answers for them: see its `--check`.
const GENERATED: &str = "// @generated by cargo xtask codegen";

fn handwritten(repository: &Repository) -> impl Iterator<Item = (&TextFile, usize)> {
    rust_files(repository, "")
        .filter(|file| !file.text.starts_with(GENERATED))
        .map(|file| (file, file.text.lines().count()))
}

pub(super) fn lengths(repository: &Repository) -> Vec<Finding> {
    handwritten(repository)
        .filter(|(_, lines)| *lines > TOO_LONG)
        .map(|(file, lines)| {
            Finding::new(
                file.path.as_str(),
                format!("{lines} lines where {TOO_LONG} is the most; split it by what its parts are about, tests into `tests.rs` first"),
            )
        })
        .collect()
}

/// Files to split before they become findings.
pub(super) fn long_files(repository: &Repository) -> Vec<String> {
    handwritten(repository)
        .filter(|(_, lines)| (LONG..=TOO_LONG).contains(lines))
        .map(|(file, lines)| format!("{} has {lines} lines; {LONG} is the aim", file.path))
        .collect()
}

pub(super) fn machine_paths(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &repository.files {
        for (index, line) in file.text.lines().enumerate() {
            for (head, tail) in MACHINE_PATHS {
                let pattern = [*head, *tail].concat();
                let starts_a_path = line.match_indices(&pattern).any(|(offset, _)| {
                    let before = line.get(..offset).and_then(|text| text.chars().next_back());
                    !before.is_some_and(char::is_alphanumeric)
                });
                if starts_a_path {
                    findings.push(Finding::new(
                        at(file, index + 1),
                        format!("`{pattern}` exists on one machine only; use a path relative to the repository, or ask the standard library"),
                    ));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(check: fn(&Repository) -> Vec<Finding>, path: &str, text: &str) -> usize {
        check(&Repository::of_files(&[(path, text)])).len()
    }

    #[test]
    fn a_clock_is_read_in_one_file_only() {
        let line = "let now = std::time::SystemTime::now();\n";
        assert_eq!(
            found(clocks_and_waiting, "crates/clerk-jwt/src/a.rs", line),
            1
        );
        assert_eq!(
            found(
                clocks_and_waiting,
                "crates/clerk-core/src/time/clock.rs",
                line
            ),
            0
        );
        let comment = "// never SystemTime::now\n";
        assert_eq!(
            found(clocks_and_waiting, "crates/clerk-jwt/src/a.rs", comment),
            0
        );
    }

    #[test]
    fn only_adapters_wait() {
        let line = "    tokio::time::sleep(delay).await;\n";
        assert_eq!(
            found(clocks_and_waiting, "crates/clerk-jwks/tests/a.rs", line),
            1
        );
        assert_eq!(
            found(
                clocks_and_waiting,
                "crates/clerk-http-reqwest/src/lib.rs",
                line
            ),
            0
        );
    }

    #[test]
    fn a_static_with_state_is_found_wherever_its_type_stands() {
        let path = "crates/clerk-jwks/src/a.rs";
        for state in [
            "static KEYS: Mutex<Vec<u8>> = Mutex::new(Vec::new());\n",
            "pub(crate) static KEYS: OnceLock<Keys> = OnceLock::new();\n",
            "static KEYS:\n    RwLock<Keys> =\n    RwLock::new(Keys::new());\n",
            "static KEYS: LazyLock<Mutex<Keys>> = LazyLock::new(Mutex::default);\n",
            "thread_local! {\n",
        ] {
            assert_eq!(found(statics, path, state), 1, "{state}");
        }
        for constant in [
            "static TABLE: [u8; 3] = [1, 2, 3];\n",
            "static TABLE: LazyLock<Table> = LazyLock::new(Table::of_this_processor);\n",
            "fn name(&self) -> &'static str { Mutex::new(1); }\n",
        ] {
            assert_eq!(found(statics, path, constant), 0, "{constant}");
        }
    }

    #[test]
    fn a_feature_that_takes_something_away_is_found() {
        let line = "#[cfg(not(feature = \"std\"))]\n";
        assert_eq!(
            found(subtractive_features, "crates/clerk-jwt/src/a.rs", line),
            1
        );
    }

    #[test]
    fn unfinished_work_is_found() {
        for (head, tail, _) in UNFINISHED {
            let line = format!("    {head}{tail}\n");
            assert_eq!(found(unfinished, "xtask/src/a.rs", &line), 1, "{line}");
        }
    }

    #[test]
    fn a_crate_that_faces_input_denies_every_way_to_panic() {
        let path = "crates/clerk-jwt/src/lib.rs";
        let all = format!("#![deny(\n    {}\n)]\n", PANIC_LINTS.join(",\n    "));
        assert_eq!(found(panic_lints, path, &all), 0);
        assert_eq!(
            found(panic_lints, path, &all.replace("clippy::panic", "")),
            1
        );
        assert_eq!(found(panic_lints, path, &all.replace("deny", "warn")), 1);
    }

    #[test]
    fn long_files_are_noted_and_longer_ones_are_findings() {
        let lines =
            |count: usize| Repository::of_files(&[("crates/a/src/b.rs", &"x\n".repeat(count))]);
        assert_eq!(
            (lengths(&lines(399)).len(), long_files(&lines(399)).len()),
            (0, 0)
        );
        assert_eq!(
            (lengths(&lines(600)).len(), long_files(&lines(600)).len()),
            (0, 1)
        );
        assert_eq!(
            (lengths(&lines(601)).len(), long_files(&lines(601)).len()),
            (1, 0)
        );
        let text = format!("{GENERATED}\n{}", "x\n".repeat(900));
        let generated = Repository::of_files(&[("crates/a/src/b.rs", &text)]);
        assert_eq!(lengths(&generated), []);
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_a_longer_url_is_not() {
        for (head, tail) in MACHINE_PATHS {
            let line = format!("see \"{head}{tail}file\"\n");
            assert_eq!(found(machine_paths, "docs/a.md", &line), 1, "{line}");
        }
        let url = ["https://example.com/ho", "me/index"].concat();
        assert_eq!(found(machine_paths, "docs/a.md", &url), 0);
    }
}

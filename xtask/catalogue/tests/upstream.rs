//! The committed files against the description they come from, where there is one: set
//! `CLERK_OPENAPI` and `CLERK_WEBHOOKS` to the paths of Clerk's OpenAPI files. They are not part of
//! this repository.

#![cfg(feature = "import")]
#![allow(
    clippy::print_stdout,
    reason = "a test that could not look says so, or it would seem to have passed"
)]

use std::fs;
use std::path::{Path, PathBuf};

use clerk_catalogue::files;
use clerk_catalogue::import::import;
use clerk_catalogue::prose::Prose;

fn api() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../crates/clerk-api"
    ))
}

fn named_by(variable: &str) -> Option<String> {
    let Some(path) = std::env::var_os(variable) else {
        println!("skipped: {variable} names no OpenAPI file of Clerk's");
        return None;
    };
    let text = fs::read_to_string(path);
    Some(text.unwrap_or_else(|error| panic!("{variable} names a file that can be read: {error}")))
}

fn descriptions() -> Option<(String, String)> {
    Some((named_by("CLERK_OPENAPI")?, named_by("CLERK_WEBHOOKS")?))
}

#[test]
fn importing_again_gives_the_committed_catalogue() {
    let Some((openapi, webhooks)) = descriptions() else {
        return;
    };
    let catalogue = api().join("catalogue");
    let names = fs::read_to_string(catalogue.join("overlay/names.toml")).unwrap();
    let found = import(&openapi, Some(&webhooks), &names).unwrap_or_else(|error| panic!("{error}"));
    let committed = files::list(&catalogue.join(&found.api.source.version)).unwrap();
    for (printed, committed) in files::print(&found.api).iter().zip(&committed) {
        assert_eq!(
            printed, committed,
            "run `cargo xtask import --openapi FILE --webhooks FILE`"
        );
    }
    assert_eq!(files::print(&found.api).len(), committed.len());
}

#[test]
fn nothing_repeats_the_prose_of_the_description() {
    let Some((openapi, webhooks)) = descriptions() else {
        return;
    };
    let (api_prose, event_prose) = (Prose::of(&openapi).unwrap(), Prose::of(&webhooks).unwrap());
    assert!(
        api_prose.len() > 5_000,
        "the description has lost its prose"
    );
    assert!(
        event_prose.len() > 300,
        "the description has lost its prose"
    );
    let mut files = Vec::new();
    collect(&api(), &mut files);
    assert!(files.len() > 40, "the catalogue is not where it was");
    let mut repetitions = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        // Links to the reference documentation, which the description has as well.
        let lines = text
            .lines()
            .filter(|line| !line.contains("https://clerk.com/docs/"));
        let text = lines.collect::<Vec<_>>().join("\n");
        let file = path.strip_prefix(api()).unwrap().display().to_string();
        for prose in [&api_prose, &event_prose] {
            let repeated = prose.repeated_in(&text);
            repetitions.extend(repeated.into_iter().map(|run| format!("{file}: {run}")));
        }
    }
    assert_eq!(repetitions, Vec::<String>::new());
}

/// The catalogue, the overlay and the Rust code, generated or not.
fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_dir() {
            collect(&path, files);
        } else if matches!(extension, Some("toml" | "rs" | "md")) {
            files.push(path);
        }
    }
}

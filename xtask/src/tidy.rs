//! Facts about the repository that the compiler cannot check, each with what to do when it no longer holds.

mod advisories;
mod circles;
mod documents;
mod errors;
mod layers;
mod manifests;
mod sources;

use std::fmt;

use crate::Outcome;
use crate::repository::Repository;

/// Something that is not as it should be, where, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    place: String,
    advice: String,
}

impl Finding {
    fn new(place: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            advice: advice.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.advice)
    }
}

const CHECKS: &[fn(&Repository) -> Vec<Finding>] = &[
    layers::edges,
    layers::vocabulary,
    layers::core_closures,
    manifests::fields,
    manifests::registry_pages,
    manifests::lints,
    manifests::unasked_defaults,
    manifests::lock_file,
    advisories::list,
    advisories::lock_files,
    advisories::requirements,
    circles::of_modules,
    sources::clocks_and_waiting,
    sources::statics,
    sources::subtractive_features,
    sources::unfinished,
    sources::panic_lints,
    sources::lengths,
    sources::machine_paths,
    errors::causes,
    documents::decisions,
    documents::links,
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    if let Some(unknown) = arguments.first() {
        return Err(format!("it takes no arguments, so remove `{unknown}`").into());
    }
    let repository = Repository::read(&layers::measured_crates())?;
    for file in sources::long_files(&repository) {
        println!("note: {file}");
    }
    for awaited in advisories::awaited(&repository) {
        println!("note: {awaited}");
    }
    let findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(&repository)).collect();
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => {
            let (files, checks) = (repository.files.len(), CHECKS.len());
            println!("tidy: {files} files pass {checks} checks");
            Ok(())
        }
        1 => Err("one finding; see above for what to do".into()),
        many => Err(format!("{many} findings; see above for what to do").into()),
    }
}

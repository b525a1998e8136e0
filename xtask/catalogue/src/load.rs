use std::fs;
use std::path::Path;

use crate::ir::Api;
use crate::{Error, check, corrections, derive, docs, files};

/// What is written by hand beside a catalogue.
#[derive(Clone, Copy, Debug, Default)]
pub struct Overlay<'a> {
    /// The text of `corrections.toml`.
    pub corrections: &'a str,
    /// The text of `docs.toml`.
    pub docs: &'a str,
    /// The files of `additions/`.
    pub additions: &'a [files::File],
}

/// Reads a catalogue (`catalogue/2026-05-12`) and its overlay (`catalogue/overlay`).
///
/// # Errors
///
/// A file cannot be read or is not well-formed, a correction or a sentence speaks of something that
/// is gone, a correction changes nothing, or what comes of it all contradicts itself.
pub fn load(catalogue: &Path, overlay: &Path) -> Result<Api, Error> {
    let text = |name: &str| {
        let path = overlay.join(name);
        let text = fs::read_to_string(&path);
        text.map_err(|error| Error::new(format!("{} cannot be read: {error}", path.display())))
    };
    let (corrections, docs) = (text("corrections.toml")?, text("docs.toml")?);
    let additions = overlay.join("additions");
    let additions = files::list(&additions)
        .map_err(|error| Error::new(format!("{} cannot be read: {error}", additions.display())))?;
    let overlay = Overlay {
        corrections: &corrections,
        docs: &docs,
        additions: &additions,
    };
    apply(files::read(catalogue)?, overlay)
}

/// Corrects and documents the facts of a catalogue, and checks what comes of it.
///
/// # Errors
///
/// As those of [`load`], but for reading.
pub fn apply(mut api: Api, overlay: Overlay<'_>) -> Result<Api, Error> {
    files::additions::apply(&mut api, overlay.additions)?;
    corrections::apply(&mut api, overlay.corrections)?;
    docs::apply(&mut api, overlay.docs)?;
    derive::derive(&mut api)?;
    check::check(&api)?;
    Ok(api)
}

#[cfg(test)]
mod tests;

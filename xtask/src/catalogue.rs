//! The catalogue of the Backend API: imported from Clerk's description, and compared with another.

use std::fs;
use std::path::{Path, PathBuf};

use clerk_catalogue::files::{self, File};
use clerk_catalogue::import::import;
use clerk_catalogue::{Effect, diff, load};

use crate::Outcome;
use crate::repository::root;

pub(crate) fn run_import(arguments: &[String]) -> Outcome {
    let texts: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (openapi, webhooks, out) = match texts.as_slice() {
        ["--openapi", openapi, "--webhooks", webhooks] => (openapi, webhooks, None),
        ["--openapi", openapi, "--webhooks", webhooks, "--out", out] => {
            (openapi, webhooks, Some(PathBuf::from(out)))
        }
        _ => {
            let usage =
                "say `--openapi FILE --webhooks FILE`, and perhaps `--out DIRECTORY` after it";
            return Err(usage.into());
        }
    };
    let catalogue = root().join("crates/clerk-api/catalogue");
    let text = read(Path::new(openapi))?;
    let webhooks = read(Path::new(webhooks))?;
    let names = read(&catalogue.join("overlay/names.toml"))?;
    let found = import(&text, Some(&webhooks), &names)?;
    let directory = out.unwrap_or_else(|| catalogue.join(&found.api.source.version));
    write(&directory, &files::print(&found.api))?;
    for note in &found.notes {
        println!("note: {note}");
    }
    let (operations, models) = (found.api.source.operations, found.api.models.len());
    let events = found.api.events.len();
    println!(
        "{operations} operations, {events} events, {models} models: {}",
        directory.display()
    );
    load(&directory, &catalogue.join("overlay"))
        .map_err(|error| format!("the catalogue is written, but its overlay is stale: {error}"))?;
    Ok(())
}

/// Makes `directory` hold these files and no other ones of a catalogue.
fn write(directory: &Path, printed: &[File]) -> Outcome {
    fs::create_dir_all(directory)?;
    let present = files::list(directory)?;
    if !present.is_empty() && !present.iter().any(|file| file.name == "source.toml") {
        let directory = directory.display();
        return Err(format!("{directory} holds something other than a catalogue").into());
    }
    let is_gone = |old: &&File| !printed.iter().any(|file| file.name == old.name);
    for old in present.iter().filter(is_gone) {
        fs::remove_file(directory.join(&old.name))?;
    }
    for file in printed {
        fs::write(directory.join(&file.name), &file.text)?;
    }
    Ok(())
}

pub(crate) fn run_diff(arguments: &[String]) -> Outcome {
    let [old, new] = arguments else {
        return Err("name two directories, the older first".into());
    };
    let differences = diff(&files::read(Path::new(old))?, &files::read(Path::new(new))?);
    for difference in &differences {
        println!("{difference}");
    }
    let count = |effect| differences.iter().filter(|d| d.effect == effect).count();
    println!(
        "{} breaking, {} loosening, {} additive",
        count(Effect::Breaking),
        count(Effect::Loosening),
        count(Effect::Additive)
    );
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

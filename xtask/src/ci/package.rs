//! What would go to the registry can be packed, and a release also builds it from that alone.

use super::{Shell, StepOutcome, Verdict, cargo, succeed};
use crate::Outcome;
use crate::repository::{self, Metadata};

/// Leads nowhere, by RFC 2606. The root manifest has it until the source has an address.
const NOWHERE: &str = ".invalid/";

const DRY_RUN: [&str; 4] = ["publish", "--dry-run", "--workspace", "--locked"];

/// What Cargo says where it reaches no registry, and not about a package.
const NO_REGISTRY: &str = "failed to download from";

/// Packs everything as for the registry. Building what was packed is for a release: it compiles all of it once more.
pub(super) fn check(_: &Metadata) -> StepOutcome {
    let mut command = cargo(&DRY_RUN);
    // Checks are for changes, too, that are not committed yet.
    command.args(["--no-verify", "--allow-dirty"]);
    let output = command.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return Ok(Verdict::Passed);
    }
    if said.contains(NO_REGISTRY) {
        return Ok(Verdict::Skipped("no registry here".to_owned()));
    }
    Err(format!("{said}\nrepeat with: {}", Shell(&command)))
}

/// Everything but the upload: whether what is committed may go to the registry, built from the packages alone.
pub(crate) fn release(arguments: &[String]) -> Outcome {
    if let Some(unknown) = arguments.first() {
        return Err(format!("it takes no arguments, so remove `{unknown}`").into());
    }
    let metadata = repository::metadata()?;
    let packages = metadata.packages.iter();
    has_an_address(packages.filter_map(|package| package.repository.as_deref()))?;
    Ok(succeed(cargo(&DRY_RUN))?)
}

fn has_an_address<'a>(mut repositories: impl Iterator<Item = &'a str>) -> Result<(), String> {
    match repositories.find(|address| address.contains(NOWHERE)) {
        Some(address) => Err(format!(
            "`{address}` leads nowhere; have `repository` in the root manifest say where the source is"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_leads_nowhere_is_not_released() {
        let refused = has_an_address(["https://repository.invalid/clerk"].into_iter());
        assert!(refused.is_err_and(|why| why.contains("repository.invalid")));
        assert_eq!(
            has_an_address(["https://example.com/clerk"].into_iter()),
            Ok(())
        );
    }
}

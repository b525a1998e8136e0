//! Workers with Clerk's own package, from npm.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::engines::install;
use crate::repository::{self, Metadata, capture};

/// The Workers, and what npm is told of the package and of what bundles it.
const REFERENCE: &str = "xtask/edge/reference";

/// Where npm has put the package, and what bundles it.
pub(crate) struct Reference(PathBuf);

impl Reference {
    /// Downloads what the lock file names, unless that was done before.
    pub(crate) fn at_hand(metadata: &Metadata) -> Result<Self, Box<dyn Error>> {
        let directory = metadata.target_directory.join("edge/reference");
        install(REFERENCE, &directory)?;
        Ok(Self(directory))
    }

    /// One module of a Worker and all that it imports. The bundler's own launcher finds the program for this machine, for
    /// which no script has to have run.
    pub(crate) fn bundle(
        &self,
        worker: &str,
        into: &Path,
        options: &[&str],
    ) -> Result<(), Box<dyn Error>> {
        let Self(directory) = self;
        let source = repository::root().join(REFERENCE).join(worker);
        fs::copy(&source, directory.join(worker))?;
        let mut esbuild = Command::new("node");
        esbuild.args(["node_modules/esbuild/bin/esbuild", worker, "--bundle"]);
        esbuild.args(["--format=esm", "--platform=neutral", "--log-level=warning"]);
        esbuild.args(["--main-fields=module,main", "--conditions=workerd"]);
        esbuild
            .args(options)
            .arg(format!("--outfile={}", into.display()));
        capture(esbuild.current_dir(directory))?;
        Ok(())
    }
}

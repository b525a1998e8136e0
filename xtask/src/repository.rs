//! The repository as the chores see it: the members of the workspace and the files under version control.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Deserializer};

/// The few fields of `cargo metadata` that the chores read.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) target_directory: PathBuf,
    #[serde(default)]
    pub(crate) workspace_root: PathBuf,
}

/// A member of the workspace.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) description: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) rust_version: Option<String>,
    pub(crate) repository: Option<String>,
    pub(crate) documentation: Option<String>,
    pub(crate) readme: Option<PathBuf>,
    #[serde(default)]
    pub(crate) keywords: Vec<String>,
    #[serde(default)]
    pub(crate) categories: Vec<String>,
    /// The registries that it may go to; `None` is all of them, an empty list is none.
    pub(crate) publish: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) dependencies: Vec<Dependency>,
    #[serde(default)]
    pub(crate) features: BTreeMap<String, Vec<String>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) metadata: PackageMetadata,
}

/// What a manifest says to these chores.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct PackageMetadata {
    /// By feature: the compiler that it needs, where the crate alone needs an older one.
    #[serde(default, rename = "rust-version")]
    pub(crate) rust_version: BTreeMap<String, String>,
}

/// `null`, which stands for a table that is not there, is an empty one.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A line of a `[dependencies]` table.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` is a normal dependency; the others are `dev` and `build`.
    pub(crate) kind: Option<String>,
    /// Which versions it allows.
    #[serde(default)]
    pub(crate) req: String,
    #[serde(default)]
    pub(crate) source: Option<String>,
    #[serde(default)]
    pub(crate) uses_default_features: bool,
}

impl Dependency {
    /// Whether a user of the crate compiles it too.
    pub(crate) fn ships(&self) -> bool {
        self.kind.as_deref() != Some("dev")
    }
}

/// A text file under version control, or about to be.
#[derive(Clone, Debug)]
pub(crate) struct TextFile {
    /// Relative to the root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Everything the tidy checks look at, so that a test can make one by hand.
#[derive(Debug, Default)]
pub(crate) struct Repository {
    pub(crate) packages: Vec<Package>,
    pub(crate) files: Vec<TextFile>,
    /// By member: what its users compile for this machine with default features, itself included.
    pub(crate) closures: BTreeMap<String, BTreeSet<Release>>,
}

/// A package at a version: two versions of one package are compiled twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Release {
    pub(crate) name: String,
    pub(crate) version: String,
}

impl Repository {
    /// Reads the checkout this binary was built from.
    pub(crate) fn read(closures_of: &[&str]) -> Result<Self, Box<dyn Error>> {
        let metadata = metadata()?;
        let mut closures = BTreeMap::new();
        for package in &metadata.packages {
            if closures_of.contains(&package.name.as_str()) {
                closures.insert(package.name.clone(), closure(&package.name)?);
            }
        }
        Ok(Self {
            packages: metadata.packages,
            files: text_files()?,
            closures,
        })
    }

    #[cfg(test)]
    pub(crate) fn of_files(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| TextFile {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        Self {
            files: files.iter().map(file).collect(),
            ..Self::default()
        }
    }

    pub(crate) fn file(&self, path: &str) -> Option<&TextFile> {
        self.files.iter().find(|file| file.path == path)
    }
}

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// The `cargo` that runs this chore, in the root of the checkout.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

pub(crate) fn metadata() -> Result<Metadata, Box<dyn Error>> {
    let mut command = cargo();
    command.args(["metadata", "--no-deps", "--locked", "--format-version", "1"]);
    let mut metadata: Metadata = serde_json::from_str(&capture(&mut command)?)?;
    for package in &mut metadata.packages {
        let manifest = package.manifest_path.strip_prefix(&metadata.workspace_root);
        if let Ok(relative) = manifest {
            package.manifest_path = relative.to_path_buf();
        }
    }
    Ok(metadata)
}

/// Metadata of the whole workspace unifies features over its members, so one member is asked about alone.
fn closure(package: &str) -> Result<BTreeSet<Release>, Box<dyn Error>> {
    let mut command = cargo();
    command.args(["tree", "--locked", "--package", package]);
    command.args(["--edges", "normal,build", "--prefix", "none"]);
    command.args(["--format", "{p}"]);
    Ok(releases(&capture(&mut command)?))
}

/// What `cargo tree` prints without a prefix.
pub(crate) fn releases(tree: &str) -> BTreeSet<Release> {
    let parse = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, version) = (words.next()?, words.next()?);
        Some(Release {
            name: name.to_owned(),
            version: version.trim_start_matches('v').to_owned(),
        })
    };
    tree.lines().filter_map(parse).collect()
}

/// The compiler that each package of the lock file says it needs, where it says so.
pub(crate) fn rust_versions() -> Result<BTreeMap<Release, String>, Box<dyn Error>> {
    #[derive(Deserialize)]
    struct Everything {
        packages: Vec<Versioned>,
    }
    #[derive(Deserialize)]
    struct Versioned {
        #[serde(flatten)]
        release: Release,
        rust_version: Option<String>,
    }
    let mut command = cargo();
    command.args(["metadata", "--all-features", "--locked"]);
    command.args(["--format-version", "1"]);
    let everything: Everything = serde_json::from_str(&capture(&mut command)?)?;
    let packages = everything.packages.into_iter();
    let declared = packages.filter_map(|p| Some((p.release, p.rust_version?)));
    Ok(declared.collect())
}

/// Every file under version control, or about to be, relative to the root.
pub(crate) fn paths() -> Result<Vec<String>, Box<dyn Error>> {
    let mut command = Command::new("git");
    command.current_dir(root());
    // A checkout made by another user, as containers have it, is ours to read all the same.
    command.args(["-c", "safe.directory=*"]);
    command.args(["ls-files", "-z", "--cached", "--others"]);
    command.arg("--exclude-standard");
    let paths = capture(&mut command)?;
    Ok(paths.split_terminator('\0').map(str::to_owned).collect())
}

fn text_files() -> Result<Vec<TextFile>, Box<dyn Error>> {
    let mut files = Vec::new();
    for path in paths()? {
        match fs::read_to_string(root().join(&path)) {
            Ok(text) => files.push(TextFile { path, text }),
            // Binary, or deleted but not yet committed: nothing a text check could say.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{path}: {error}").into()),
        }
    }
    Ok(files)
}

/// What a command prints, or an error with what it complained about.
pub(crate) fn capture(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command
        .output()
        .map_err(|error| format!("cannot run {command:?}: {error}"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?} failed ({}):\n{complaint}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

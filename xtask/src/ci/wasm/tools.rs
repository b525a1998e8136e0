//! No Rust with a standard library for WebAssembly is installed. So a compiler with the source of its own is
//! unpacked from Debian's packages, and clang for ring's C, where the machine has none.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ci::toolchains::{self, Toolchain, Unpacked};
use crate::repository::{self, Metadata, capture};

/// What compiles for WebAssembly.
pub(crate) struct Tools {
    rust: Toolchain,
    /// For ring's C, or why there is none.
    pub(in crate::ci) clang: Result<PathBuf, Box<dyn Error>>,
    pub(crate) target_directory: PathBuf,
}

impl Tools {
    /// Finds them, or downloads them into the target directory; that is some 150 MB, once.
    pub(crate) fn at_hand(metadata: &Metadata) -> Result<Self, Box<dyn Error>> {
        let directory = metadata.target_directory.join("wasm");
        let mut rust = toolchains::unpacked_with_source(&directory)?;
        let clang = match clang_of_machine() {
            Some(clang) => Ok(clang),
            None => unpacked_clang(&directory).map(|clang| {
                rust.also_finds(clang.libraries());
                clang.binaries().join("clang")
            }),
        };
        Ok(Self {
            rust,
            clang,
            target_directory: directory.join("target"),
        })
    }

    /// A `cargo` for `target`, which compiles the standard library, too.
    pub(crate) fn cargo(&self, subcommand: &str, target: &str) -> Result<Command, String> {
        let mut command = self.rust.cargo()?;
        command.current_dir(repository::root());
        command.args([subcommand, "--locked", "--target", target, "--target-dir"]);
        command.arg(&self.target_directory);
        command.args([
            "-Zbuild-std=core,alloc,std,panic_abort",
            "-Zbuild-std-features=",
        ]);
        command.env("RUSTC_BOOTSTRAP", "1");
        let variable = target.replace('-', "_");
        if let Ok(clang) = &self.clang {
            command.env(format!("CC_{variable}"), clang);
        }
        if let Some(linker) = linker() {
            let variable = variable.to_uppercase();
            command.env(format!("CARGO_TARGET_{variable}_LINKER"), linker);
        }
        Ok(command)
    }

    /// The directory with the C library that programs for WASI are linked with. It is downloaded into the target
    /// directory where the machine has none; that is less than a megabyte.
    pub(in crate::ci) fn wasi_libc(&self) -> Result<PathBuf, Box<dyn Error>> {
        let of_machine = PathBuf::from(WASI_LIBC);
        if of_machine.join("crt1-command.o").exists() {
            return Ok(of_machine);
        }
        let directory = self.target_directory.with_file_name("wasi-libc");
        let unpacked = Unpacked::once(directory, || Ok(vec!["wasi-libc".to_owned()]))?;
        Ok(unpacked.path(WASI_LIBC))
    }
}

/// The C library that programs for WASI are linked with, of a machine that has it.
const WASI_LIBC: &str = "/usr/lib/wasm32-wasi";

/// The compiler at work brings a linker for WebAssembly; Debian's does not.
fn linker() -> Option<PathBuf> {
    let libraries = capture(Command::new("rustc").args(["--print", "target-libdir"])).ok()?;
    let linker = Path::new(libraries.trim()).parent()?.join("bin/rust-lld");
    linker.exists().then_some(linker)
}

fn clang_of_machine() -> Option<PathBuf> {
    let targets = capture(Command::new("clang").arg("--print-targets")).ok()?;
    targets.contains("wasm32").then(|| "clang".into())
}

fn unpacked_clang(directory: &Path) -> Result<Unpacked, Box<dyn Error>> {
    Unpacked::once(directory.join("clang"), || Ok(vec!["clang".to_owned()]))
}

//! Libraries of other languages, each measured by a script beside the signature checks it builds on.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::Row;
use crate::repository::{capture, root};

/// A language: what installs its libraries into a directory and gives the program to run there.
type Prepare = fn(&Path) -> Result<Command, Box<dyn Error>>;

const LANGUAGES: &[(&str, Prepare)] = &[("node", node), ("python", python)];

/// Measures with what `measure` prints and serves. Languages that this machine lacks are left out,
/// audibly.
pub(super) fn measure(program: Command, directory: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut programs = Vec::new();
    for (language, prepare) in LANGUAGES {
        let directory = directory.join(language);
        fs::create_dir_all(&directory)?;
        match prepare(&directory) {
            Ok(program) => programs.push(program),
            Err(error) => eprintln!("{language} is left out: {error}"),
        }
    }
    // Last, because its webhook is too old after five minutes, which installing libraries can take.
    let (serving, fixture) = serve(program)?;
    let mut rows = Vec::new();
    for program in programs {
        for line in with_input(program, &fixture)?.lines() {
            rows.push(serde_json::from_str(line)?);
        }
    }
    serving.wait_with_output()?;
    Ok(rows)
}

/// Starts the program that serves the fixture. It ends with its input: when it is waited for.
fn serve(mut program: Command) -> Result<(Child, String), Box<dyn Error>> {
    program.arg("--fixture");
    let mut serving = program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut fixture = String::new();
    let output = serving.stdout.as_mut().ok_or("it has no output")?;
    BufReader::new(output).read_line(&mut fixture)?;
    Ok((serving, fixture))
}

/// Node looks for packages beside the script, so it is copied to where they are installed.
fn node(directory: &Path) -> Result<Command, Box<dyn Error>> {
    let sources = root().join("xtask/peers/node");
    for file in ["package.json", "package-lock.json", "measure.mjs"] {
        fs::copy(sources.join(file), directory.join(file))?;
    }
    let mut install = Command::new("npm");
    install.args(["ci", "--no-audit", "--no-fund"]);
    capture(install.current_dir(directory))?;
    let mut program = Command::new("node");
    program.arg("measure.mjs").current_dir(directory);
    Ok(program)
}

fn python(directory: &Path) -> Result<Command, Box<dyn Error>> {
    let sources = root().join("xtask/peers/python");
    capture(Command::new("python3").args(["-m", "venv"]).arg(directory))?;
    let interpreter = directory.join("bin/python");
    let mut install = Command::new(&interpreter);
    install.args(["-m", "pip", "install", "--quiet", "--requirement"]);
    capture(install.arg(sources.join("requirements.txt")))?;
    let mut program = Command::new(interpreter);
    program.arg(sources.join("measure.py"));
    Ok(program)
}

fn with_input(mut program: Command, input: &str) -> Result<String, Box<dyn Error>> {
    program.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = program.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{program:?} failed ({})", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_reads_the_fixture_and_its_failure_is_one() {
        assert!(with_input(Command::new("cat"), "{}\n").is_ok_and(|output| output == "{}\n"));
        assert!(with_input(Command::new("false"), "").is_err());
    }
}

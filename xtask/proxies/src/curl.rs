//! The guide's commands with which people check what they have deployed.

use std::{fs, process::Command};

use crate::{
    application::HOST,
    visit::{Outcome, Visit},
};

/// Where the commands ask for a page, each line of their output is to lead back to it.
const PAGE: &str = "redirect_url=https%3A%2F%2Fapp.example.com%2Fme&";

/// Runs them as they are; what stands in for the guide's host is curl's settings.
pub(crate) fn tells_the_same(visit: &Visit<'_>) -> Outcome {
    let failed = |error: std::io::Error| error.to_string();
    let settings = format!(
        "cacert = \"{}\"\nconnect-to = \"{HOST}:443:127.0.0.1:{}\"\n",
        visit.directory.join("certificate.pem").display(),
        visit.port
    );
    fs::write(visit.directory.join(".curlrc"), settings).map_err(failed)?;
    let output = Command::new("sh")
        .args(["-c", visit.commands.as_str()])
        .env("CURL_HOME", visit.directory)
        .env("NO_PROXY", "*")
        .output()
        .map_err(failed)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let is_right = |line: &str| line.contains("/v1/client/handshake?") && line.contains(PAGE);
    if text.lines().count() == 2 && text.lines().all(is_right) {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "two lines with `{PAGE}` were expected, and came:\n{text}{complaint}"
    ))
}

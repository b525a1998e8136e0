//! Clerk's scripts, where the packages for frameworks look for them.

use std::{fs, io, path::Path};

use bytes::Bytes;
use http::{Method, StatusCode};

use crate::{answer::Reply, call::Call, description::Access, refusal::Refusal, route::Route};

pub(super) const ROUTES: &[Route] = &[Route {
    operation: "_frontend.script",
    method: Method::GET,
    path: "/npm/@clerk/{package}/dist/{file}",
    access: Access::Browser,
    handler: script,
}];

/// Those that make up what a page loads.
const PACKAGES: [&str; 2] = ["clerk-js", "ui"];

fn script(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (package, file) = (call.path.get("package"), call.path.get("file"));
    let name = package.split('@').next().unwrap_or_default();
    let missing = || {
        let why = format!(
            "There is no such script. Install @clerk/clerk-js and @clerk/ui, and start the emulator with \
             `--scripts node_modules`, or `Builder::scripts`: {package}/dist/{file}"
        );
        Refusal::new(StatusCode::NOT_FOUND, "script_not_found", "not found", why)
    };
    let directory = call.settings.scripts.as_deref().ok_or_else(missing)?;
    if !PACKAGES.contains(&name) || !is_script(file) {
        return Err(missing());
    }
    let content = read(directory, name, file).map_err(|_| missing())?;
    Ok(Reply::uploaded("text/javascript; charset=utf-8", content))
}

/// A name that leads nowhere else.
fn is_script(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    name.ends_with(".js") && name.bytes().all(is_plain)
}

fn read(directory: &Path, package: &str, file: &str) -> io::Result<Bytes> {
    let path = directory
        .join("@clerk")
        .join(package)
        .join("dist")
        .join(file);
    Ok(fs::read(path)?.into())
}

//! WebAssembly: the crates that are meant for it compile for a JavaScript engine and for WASI.

mod tools;

use std::error::Error;

use super::{StepOutcome, Verdict, succeed};
use crate::repository::{Metadata, Package};
pub(crate) use tools::Tools;

/// Of JavaScript engines, such as V8's isolates.
pub(crate) const UNKNOWN: &str = "wasm32-unknown-unknown";
/// Of the WebAssembly System Interface, which has clocks and randomness, and no sockets.
pub(super) const WASI: &str = "wasm32-wasip1";

/// The layers that a service in WebAssembly is made of. What is not here brings its own IO, or a framework
/// that does.
const PORTABLE: &[&str] = &[
    "clerk-api",
    "clerk-auth",
    "clerk-axum",
    "clerk-core",
    "clerk-http",
    "clerk-jwks",
    "clerk-jwt",
    "clerk-sdk",
    "clerk-tower",
    "clerk-webhooks",
];

/// These ask a JavaScript engine for everything.
const JAVASCRIPT: &[&str] = &["clerk-http-fetch", "clerk-webcrypto"];

/// Features that bring a transport with sockets, or a framework with its own.
const NATIVE: &[&str] = &[
    "actix",
    "async",
    "blocking",
    "poem",
    "rocket",
    "webhooks-redis",
];

/// Features that bring ring, and with it C, or say what it takes.
const RING: &[&str] = &["ring", "wasm-js"];

pub(super) fn check(metadata: &Metadata) -> StepOutcome {
    let tools = match Tools::at_hand(metadata) {
        Ok(tools) => tools,
        Err(error) => return Ok(skipped("nothing is compiled for WebAssembly", &*error)),
    };
    for target in [UNKNOWN, WASI] {
        let selections = selections(&metadata.packages, target, tools.clang.is_ok());
        for (name, selection) in ["no feature", "every feature"].iter().zip(selections) {
            println!("{target} with {name}");
            let mut command = tools.cargo("check", target)?;
            command.args(["-Zwarnings", "--config", "build.warnings=\"deny\""]);
            command.args(selection);
            succeed(command)?;
        }
    }
    match tools.clang {
        Ok(_) => Ok(Verdict::Passed),
        Err(error) => Ok(skipped(
            "nothing with ring is compiled for WebAssembly",
            &*error,
        )),
    }
}

/// On one line, which is what the table of steps shows.
pub(super) fn skipped(what: &str, why: &dyn Error) -> Verdict {
    let why = why.to_string();
    let words: Vec<&str> = why.split_whitespace().collect();
    Verdict::Skipped(format!("{what}: {}", words.join(" ")))
}

/// No feature, and every feature that can be had: the arguments of one run each.
fn selections(packages: &[Package], target: &str, has_clang: bool) -> [Vec<String>; 2] {
    let is_portable = |package: &&Package| {
        let name = package.name.as_str();
        PORTABLE.contains(&name) || (JAVASCRIPT.contains(&name) && target == UNKNOWN)
    };
    let is_had = |feature: &str| {
        feature != "default"
            && !NATIVE.contains(&feature)
            && (has_clang || !RING.contains(&feature))
    };
    let name = |package: &Package| ["--package".to_owned(), package.name.clone()];
    let named: Vec<String> = packages.iter().filter(is_portable).flat_map(name).collect();
    let features: Vec<String> = packages
        .iter()
        .filter(is_portable)
        .flat_map(|package| {
            let features = package.features.keys().filter(|feature| is_had(feature));
            features.map(|feature| format!("{}/{feature}", package.name))
        })
        .collect();
    let none = "--no-default-features".to_owned();
    [
        [vec![none.clone()], named.clone()].concat(),
        [
            vec![none, "--features".to_owned(), features.join(",")],
            named,
        ]
        .concat(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Vec<Package> {
        let package = |name: &str, features: &[&str]| Package {
            name: name.to_owned(),
            features: features
                .iter()
                .map(|feature| ((*feature).to_owned(), Vec::new()))
                .collect(),
            ..Package::default()
        };
        vec![
            package("clerk-jwt", &["default", "ring", "wasm-js"]),
            package("clerk-http-fetch", &["cloudflare-workers"]),
            package("clerk-http-ureq", &[]),
            package("clerk-sdk", &["async", "axum", "default", "wasm-js"]),
        ]
    }

    #[test]
    fn all_that_is_meant_for_a_target_is_compiled_for_it() {
        let run = |target, has_clang| {
            selections(&workspace(), target, has_clang).map(|arguments| arguments.join(" "))
        };
        assert_eq!(
            run(UNKNOWN, true),
            [
                "--no-default-features --package clerk-jwt --package clerk-http-fetch --package clerk-sdk",
                "--no-default-features --features clerk-jwt/ring,clerk-jwt/wasm-js,\
                 clerk-http-fetch/cloudflare-workers,clerk-sdk/axum,clerk-sdk/wasm-js \
                 --package clerk-jwt --package clerk-http-fetch --package clerk-sdk",
            ]
        );
        assert_eq!(
            run(WASI, true)[0],
            "--no-default-features --package clerk-jwt --package clerk-sdk"
        );
    }

    #[test]
    fn without_clang_what_needs_none_is_compiled() {
        let [bare, whole] = selections(&workspace(), UNKNOWN, false);
        assert_eq!(bare, selections(&workspace(), UNKNOWN, true)[0]);
        assert_eq!(
            whole.join(" "),
            "--no-default-features --features clerk-http-fetch/cloudflare-workers,clerk-sdk/axum \
             --package clerk-jwt --package clerk-http-fetch --package clerk-sdk"
        );
    }
}

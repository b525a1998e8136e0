//! What the command line says.

use std::{path::PathBuf, time::Duration};

use clerk_jwks::CachePolicy;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) instances: usize,
    /// Requests a second to each instance.
    pub(crate) rate: f64,
    pub(crate) seed: u64,
    /// Ours.
    pub(crate) policy: CachePolicy,
    pub(crate) json: bool,
    pub(crate) svg: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            instances: 10_000,
            rate: 10.0,
            seed: 1,
            policy: CachePolicy::default(),
            json: false,
            svg: None,
        }
    }
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            let mut value = || {
                rest.next()
                    .ok_or_else(|| format!("`{option}` needs a value"))
            };
            match option.as_str() {
                "--json" => options.json = true,
                "--instances" => options.instances = number(option, value()?)?,
                "--rate" => options.rate = number(option, value()?)?,
                "--seed" => options.seed = number(option, value()?)?,
                "--policy" => set(&mut options.policy, value()?)?,
                "--svg" => options.svg = Some(value()?.into()),
                unknown => {
                    return Err(format!(
                        "there is no option `{unknown}`; there are --instances N, --rate N, --seed N, --policy FIELD=SECONDS, --json and --svg FILE"
                    ));
                }
            }
        }
        if options.instances == 0 || !(0.001..=100_000.0).contains(&options.rate) {
            return Err(
                "a fleet has an instance, and an instance from 0.001 to 100000 requests a second"
                    .to_owned(),
            );
        }
        Ok(options)
    }
}

/// Sets a field of the policy, as in `last_backoff=300`.
fn set(policy: &mut CachePolicy, assignment: &str) -> Result<(), String> {
    let (name, seconds) = assignment.split_once('=').unwrap_or((assignment, ""));
    let field = match name {
        "time_to_live" => &mut policy.time_to_live,
        "refresh_after" => &mut policy.refresh_after,
        "stale_window" => &mut policy.stale_window,
        "unknown_key_cooldown" => &mut policy.unknown_key_cooldown,
        "last_unknown_key_cooldown" => &mut policy.last_unknown_key_cooldown,
        "first_backoff" => &mut policy.first_backoff,
        "last_backoff" => &mut policy.last_backoff,
        unknown => return Err(format!("a `CachePolicy` has no field `{unknown}`")),
    };
    *field = Duration::from_secs(number(name, seconds)?);
    Ok(())
}

fn number<T: std::str::FromStr>(option: &str, value: &str) -> Result<T, String> {
    let parsed = value.parse();
    parsed.map_err(|_| format!("`{option}` needs a number, and `{value}` is none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&arguments)
    }

    #[test]
    fn what_is_not_said_is_as_usual() {
        assert_eq!(parse(""), Ok(Options::default()));
        let some = parse("--instances 50 --json --svg plot.svg").unwrap();
        assert_eq!((some.instances, some.seed, some.json), (50, 1, true));
        assert_eq!(some.svg, Some("plot.svg".into()));
        let patient = parse("--policy last_backoff=300").unwrap().policy;
        assert_eq!(patient.last_backoff, Duration::from_secs(300));
    }

    #[test]
    fn what_makes_no_fleet_is_said() {
        for line in [
            "--instances",
            "--instances x",
            "--instances 0",
            "--rate 0",
            "--rate NaN",
            "--sede 1",
            "--policy last_backoff",
            "--policy backoff=1",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}

//! What the command line says.

use std::{path::PathBuf, time::Duration};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Options {
    /// The program of the example.
    pub(crate) service: PathBuf,
    pub(crate) whole: Duration,
    /// Requests a second, to all services together.
    pub(crate) rate: u32,
    pub(crate) seed: u64,
    /// Whether it matters how long anything takes.
    pub(crate) is_timed: bool,
    pub(crate) json: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self {
            service: PathBuf::new(),
            whole: Duration::from_secs(30 * 60),
            rate: 1000,
            seed: 1,
            is_timed: true,
            json: false,
        };
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            let mut value = || {
                rest.next()
                    .ok_or_else(|| format!("`{option}` needs a value"))
            };
            match option.as_str() {
                "--service" => options.service = value()?.into(),
                "--minutes" => options.whole = minutes(value()?)?,
                "--rate" => options.rate = number(option, value()?)?,
                "--seed" => options.seed = number(option, value()?)?,
                "--untimed" => options.is_timed = false,
                "--json" => options.json = true,
                unknown => {
                    return Err(format!(
                        "there is no option `{unknown}`; there are --minutes N, --rate N, --seed N, --untimed and --json"
                    ));
                }
            }
        }
        if options.service.as_os_str().is_empty() {
            return Err("`--service` names the program to run; `cargo xtask soak` does".to_owned());
        }
        if !(10..=20_000).contains(&options.rate) {
            return Err("`--rate` takes from 10 to 20000 requests a second".to_owned());
        }
        Ok(options)
    }
}

fn minutes(text: &str) -> Result<Duration, String> {
    let minutes: f64 = number("--minutes", text)?;
    match minutes {
        0.25..=1440.0 => Ok(Duration::from_secs_f64(minutes * 60.0)),
        _ => Err("`--minutes` takes from 0.25 to 1440".to_owned()),
    }
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
        let usual = parse("--service axum").unwrap();
        assert_eq!(
            (usual.whole.as_secs(), usual.rate, usual.is_timed),
            (1800, 1000, true)
        );
        let other = parse("--service axum --minutes 0.25 --rate 200 --untimed --json").unwrap();
        assert_eq!((other.whole.as_secs(), other.rate), (15, 200));
        assert!(!other.is_timed && other.json);
    }

    #[test]
    fn what_makes_no_run_is_said() {
        for line in [
            "",
            "--service",
            "--service axum --minutes 0",
            "--service axum --minutes NaN",
            "--service axum --rate 1",
            "--service axum --rate many",
            "--service axum --mintues 1",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}

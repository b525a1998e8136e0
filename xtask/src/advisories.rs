//! The versions below which a published advisory applies, from `xtask/advisories.toml`.

use std::fmt;

use serde::Deserialize;

pub(crate) const LIST: &str = "xtask/advisories.toml";

#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Advisories {
    #[serde(default)]
    pub(crate) minimum: Vec<Minimum>,
    /// Fixed in versions that cannot be required yet.
    #[serde(default)]
    pub(crate) awaited: Vec<Awaited>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Minimum {
    pub(crate) package: String,
    /// The first version that has the fault. Without it, all have it up to the fix.
    pub(crate) introduced: Option<Version>,
    /// The first of each line of compatible versions that has the fix, in order.
    pub(crate) fixed: Vec<Version>,
    pub(crate) advisories: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Awaited {
    pub(crate) package: String,
    pub(crate) fixed: Vec<Version>,
    pub(crate) advisories: Vec<String>,
    pub(crate) reason: String,
}

impl Minimum {
    fn concerns(&self, version: Version) -> bool {
        let is_older = self.introduced.is_some_and(|first| version < first);
        !is_older && !is_fixed(&self.fixed, version)
    }
}

impl Advisories {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| format!("{LIST}: {error}"))
    }

    /// What of these packages an advisory applies to, each with what to do about it.
    pub(crate) fn below<'a>(
        &self,
        packages: impl IntoIterator<Item = (&'a str, Version)>,
    ) -> Vec<String> {
        let mut below = Vec::new();
        for (name, version) in packages {
            let entries = self.minimum.iter().filter(|entry| entry.package == name);
            for entry in entries.filter(|entry| entry.concerns(version)) {
                below.push(format!(
                    "{name} {version} has {}; it takes {}",
                    entry.advisories.join(", "),
                    Alternatives(&entry.fixed)
                ));
            }
        }
        below.sort();
        below.dedup();
        below
    }

    /// What of these packages is what an entry awaits.
    pub(crate) fn arrived<'a>(
        &self,
        packages: impl IntoIterator<Item = (&'a str, Version)>,
    ) -> Vec<String> {
        let mut arrived = Vec::new();
        for (name, version) in packages {
            let entries = self.awaited.iter().filter(|entry| entry.package == name);
            for entry in entries.filter(|entry| is_fixed(&entry.fixed, version)) {
                arrived.push(format!(
                    "{name} {version} can be had, which {LIST} awaits for {}; require it in the \
                     manifests and move the entry to the minimums",
                    entry.advisories.join(", ")
                ));
            }
        }
        arrived
    }
}

/// Whether a version, or an earlier one that is compatible, has the fix. A line of versions that is older
/// than all that are listed has none.
pub(crate) fn is_fixed(fixed: &[Version], version: Version) -> bool {
    fixed
        .iter()
        .any(|first| version >= *first && version.line() == first.line())
        || fixed.iter().all(|first| version >= *first)
}

/// Major, minor and patch. What may follow them is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Version([u64; 3]);

impl Version {
    /// Parts that are left out are zero, as in a requirement.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let core = text.split(['-', '+']).next()?;
        let mut numbers = [0; 3];
        let mut places = numbers.iter_mut();
        for part in core.split('.') {
            *places.next()? = part.parse().ok()?;
        }
        Some(Self(numbers))
    }

    /// The lowest version that a requirement allows, where it has one.
    pub(crate) fn least(requirement: &str) -> Option<Self> {
        requirement.split(',').find_map(|comparator| {
            let comparator = comparator.trim();
            let version = ["^", "~", ">=", "="]
                .iter()
                .find_map(|operator| comparator.strip_prefix(operator))
                .unwrap_or(comparator);
            Self::parse(version.trim())
        })
    }

    /// Equal for what Cargo takes to be compatible: all up to the first number that is not zero.
    fn line(self) -> [u64; 3] {
        match self.0 {
            [0, 0, patch] => [0, 0, patch],
            [0, minor, _] => [0, minor, 0],
            [major, ..] => [major, 0, 0],
        }
    }
}

impl TryFrom<String> for Version {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not a version"))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(formatter, "{major}.{minor}.{patch}")
    }
}

struct Alternatives<'a>(&'a [Version]);

impl fmt::Display for Alternatives<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, version) in self.0.iter().enumerate() {
            let before = if index == 0 { "" } else { " or " };
            write!(formatter, "{before}{version}")?;
        }
        Ok(())
    }
}

/// Name and version of each package of a `Cargo.lock`.
pub(crate) fn locked(lock: &str) -> impl Iterator<Item = (&str, Version)> {
    let mut lines = lock.lines();
    std::iter::from_fn(move || {
        let name = lines.find_map(|line| quoted(line, "name"))?;
        let version = lines.next().and_then(|line| quoted(line, "version"));
        Some((name, version.and_then(Version::parse)?))
    })
}

fn quoted<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let value = line.strip_prefix(key)?.strip_prefix(" = \"")?;
    value.strip_suffix('"')
}

#[cfg(test)]
mod tests;

//! The variables that settings can come from, and how the text of each is read.

use std::{
    env::{self, VarError},
    mem,
    time::Duration,
};

use clerk_auth::{AcceptedTokens, InvalidSettings as InvalidAuthentication, TokenType};
use clerk_core::Pasted;
use clerk_http::InvalidSettings;
use clerk_jwt::AuthorizedParties;

use super::{
    Build, BuildError, Builder,
    error::{Fault, InvalidVariable},
};

impl<T: Build> Builder<T> {
    /// Takes every setting for which the environment has a variable. An empty variable counts as
    /// none; but it is an error where the variable says what to believe (`CLERK_MACHINE_ID`,
    /// `CLERK_AUTHORIZED_PARTIES`, `CLERK_ACCEPTS_TOKEN`, `CLERK_FORWARDED_HEADERS`), so that no check
    /// is off because a value was lost on the way.
    ///
    /// | variable | setting | what to write |
    /// |---|---|---|
    /// | `CLERK_SECRET_KEY` | [`secret_key`](Self::secret_key) | `sk_test_…` or `sk_live_…` |
    /// | `CLERK_MACHINE_SECRET_KEY` | [`machine_secret_key`](Self::machine_secret_key) | `ak_…` |
    /// | `CLERK_MACHINE_ID` (*) | [`machine_id`](Self::machine_id) | `mch_…` |
    /// | `CLERK_PUBLISHABLE_KEY` | [`publishable_key`](Self::publishable_key) | `pk_test_…` or `pk_live_…` |
    /// | `CLERK_JWT_KEY` | [`jwt_key`](Self::jwt_key) | the JWKS public key, in PEM |
    /// | `CLERK_API_URL` | [`api_url`](Self::api_url) | `https://api.clerk.com` |
    /// | `CLERK_API_VERSION` | [`api_version`](Self::api_version) | `v1` |
    /// | `CLERK_AUTHORIZED_PARTIES` (*) | [`authorized_parties`](Self::authorized_parties), which have to be there | origins, with commas between them: `https://example.com,https://app.example.com` |
    /// | `CLERK_ACCEPTS_TOKEN` (*) | [`accepts`](Self::accepts) | `any`, or of `session_token`, `api_key`, `m2m_token` and `oauth_token` those that are accepted, with commas between them |
    /// | `CLERK_CLOCK_SKEW_IN_MS` (*) | [`clock_skew`](Self::clock_skew) | milliseconds: `5000` |
    /// | `CLERK_DOMAIN` | [`domain`](Self::domain) | `satellite.example` |
    /// | `CLERK_IS_SATELLITE` | [`satellite`](Self::satellite) | `true` or `false` |
    /// | `CLERK_PROXY_URL` | [`proxy_url`](Self::proxy_url) | `https://example.com/__clerk` or `/__clerk` |
    /// | `CLERK_PUBLIC_URL` (*) | [`public_url`](Self::public_url) | `https://example.com` |
    /// | `CLERK_FORWARDED_HEADERS` (*) | [`forwarded_headers`](Self::forwarded_headers) | `true` or `false` |
    /// | `CLERK_SIGN_IN_URL` | [`sign_in_url`](Self::sign_in_url) | `https://example.com/sign-in` or `/sign-in` |
    /// | `CLERK_SIGN_UP_URL` | [`sign_up_url`](Self::sign_up_url) | `https://example.com/sign-up` or `/sign-up` |
    ///
    /// (*) The name is ours. The others are those that Clerk's own SDKs read. No SDK reads one for an
    /// option that has ours, which are called as the option of the Node SDK is, where it has one.
    ///
    /// What is set afterwards takes the variable's place. A variable that cannot be used is an error
    /// of [`build`](Self::build), unless something took its place.
    ///
    /// ```no_run
    /// use clerk::{AuthorizedParties, Clerk};
    /// # #[cfg(feature = "async")] {
    /// let clerk = Clerk::builder()
    ///     .env()
    ///     .authorized_parties(["https://app.example.com"])
    ///     .build()?;
    /// # let _ = clerk;
    /// # }
    /// # Ok::<(), clerk::BuildError>(())
    /// ```
    pub fn env(self) -> Self {
        self.read(|name| match env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(Fault::Text("it is not UTF-8 text")),
        })
    }

    /// Takes settings as [`env`](Self::env) does, from wherever `read` finds the variable of a name.
    ///
    /// ```
    /// use clerk::Clerk;
    /// # #[cfg(feature = "async")] {
    /// let file = [("CLERK_PUBLISHABLE_KEY", "pk_test_Y2xlcmsuY2xlcmsuZGV2JA")];
    /// let clerk = Clerk::builder()
    ///     .variables(|name| {
    ///         let found = file.iter().find(|(known, _)| *known == name);
    ///         found.map(|(_, value)| (*value).to_owned())
    ///     })
    ///     .build()?;
    /// # let _ = clerk;
    /// # }
    /// # Ok::<(), clerk::BuildError>(())
    /// ```
    pub fn variables(self, read: impl Fn(&str) -> Option<String>) -> Self {
        self.read(|name| Ok(read(name)))
    }

    fn read(mut self, read: impl Fn(&str) -> Result<Option<String>, Fault>) -> Self {
        for variable in Variable::ALL {
            // What was wrong before is no fault of the variable's.
            let earlier = self.problem.take();
            self = match read(variable.name()) {
                Ok(value) => match value.as_deref().map(str::trim) {
                    Some("") if variable.is_guard() => self.refuse(variable, EMPTY),
                    None | Some("") => {
                        self.problem = earlier;
                        continue;
                    }
                    Some(text) => self.set(variable, text),
                },
                Err(fault) => self.refuse(variable, fault),
            };
            let problem = mem::replace(&mut self.problem, earlier);
            self.variables.note(variable, problem);
        }
        self
    }

    fn set(self, variable: Variable, text: &str) -> Self {
        match variable {
            Variable::SecretKey => self.secret_key(text),
            Variable::MachineSecretKey => self.machine_secret_key(text),
            Variable::MachineId => self.machine_id(text),
            Variable::PublishableKey => self.publishable_key(text),
            Variable::JwtKey => self.jwt_key(text),
            Variable::ApiUrl => self.api_url(text),
            Variable::ApiVersion => self.api_version(text),
            Variable::AuthorizedParties => {
                let parties = origins(text).map(AuthorizedParties::Require);
                self.set_read(variable, parties, Self::authorized_parties)
            }
            Variable::AcceptsToken => self.set_read(variable, accepted_tokens(text), Self::accepts),
            Variable::ClockSkew => self.set_read(variable, milliseconds(text), Self::clock_skew),
            Variable::Domain => self.set_read(variable, domain(text), Self::domain),
            Variable::IsSatellite => self.set_read(variable, on_or_off(text), Self::satellite),
            Variable::ProxyUrl => self.proxy_url(text),
            Variable::PublicUrl => self.public_url(text),
            Variable::ForwardedHeaders => {
                self.set_read(variable, on_or_off(text), Self::forwarded_headers)
            }
            Variable::SignInUrl => self.set_read(variable, page(text), Self::sign_in_url),
            Variable::SignUpUrl => self.set_read(variable, page(text), Self::sign_up_url),
        }
    }

    fn set_read<V>(
        self,
        variable: Variable,
        value: Result<V, Fault>,
        set: impl FnOnce(Self, V) -> Self,
    ) -> Self {
        match value {
            Ok(value) => set(self, value),
            Err(fault) => self.refuse(variable, fault),
        }
    }

    fn refuse(self, variable: Variable, fault: Fault) -> Self {
        let refused: Result<(), _> = Err(InvalidVariable::new(variable.name(), fault));
        self.with(refused, |_, ()| ())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    SecretKey,
    MachineSecretKey,
    MachineId,
    PublishableKey,
    JwtKey,
    ApiUrl,
    ApiVersion,
    AuthorizedParties,
    AcceptsToken,
    ClockSkew,
    Domain,
    IsSatellite,
    ProxyUrl,
    PublicUrl,
    ForwardedHeaders,
    SignInUrl,
    SignUpUrl,
}

impl Variable {
    pub(super) const ALL: [Self; 17] = [
        Self::SecretKey,
        Self::MachineSecretKey,
        Self::MachineId,
        Self::PublishableKey,
        Self::JwtKey,
        Self::ApiUrl,
        Self::ApiVersion,
        Self::AuthorizedParties,
        Self::AcceptsToken,
        Self::ClockSkew,
        Self::Domain,
        Self::IsSatellite,
        Self::ProxyUrl,
        Self::PublicUrl,
        Self::ForwardedHeaders,
        Self::SignInUrl,
        Self::SignUpUrl,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SecretKey => "CLERK_SECRET_KEY",
            Self::MachineSecretKey => "CLERK_MACHINE_SECRET_KEY",
            Self::MachineId => "CLERK_MACHINE_ID",
            Self::PublishableKey => "CLERK_PUBLISHABLE_KEY",
            Self::JwtKey => "CLERK_JWT_KEY",
            Self::ApiUrl => "CLERK_API_URL",
            Self::ApiVersion => "CLERK_API_VERSION",
            Self::AuthorizedParties => "CLERK_AUTHORIZED_PARTIES",
            Self::AcceptsToken => "CLERK_ACCEPTS_TOKEN",
            Self::ClockSkew => "CLERK_CLOCK_SKEW_IN_MS",
            Self::Domain => "CLERK_DOMAIN",
            Self::IsSatellite => "CLERK_IS_SATELLITE",
            Self::ProxyUrl => "CLERK_PROXY_URL",
            Self::PublicUrl => "CLERK_PUBLIC_URL",
            Self::ForwardedHeaders => "CLERK_FORWARDED_HEADERS",
            Self::SignInUrl => "CLERK_SIGN_IN_URL",
            Self::SignUpUrl => "CLERK_SIGN_UP_URL",
        }
    }

    /// Whether it says what to believe.
    const fn is_guard(self) -> bool {
        matches!(
            self,
            Self::MachineId | Self::AuthorizedParties | Self::AcceptsToken | Self::ForwardedHeaders
        )
    }

    /// The variable that a setting comes from in which the layers below find this.
    const fn behind(error: &BuildError) -> Option<Self> {
        match error {
            BuildError::Settings(
                InvalidSettings::BaseUrl { .. } | InvalidSettings::PlainHttp { .. },
            ) => Some(Self::ApiUrl),
            BuildError::Settings(InvalidSettings::VersionSegment) => Some(Self::ApiVersion),
            BuildError::JwtKey(_) => Some(Self::JwtKey),
            BuildError::Authentication(InvalidAuthentication::ProxyUrl) => Some(Self::ProxyUrl),
            BuildError::Authentication(InvalidAuthentication::PublicUrl) => Some(Self::PublicUrl),
            _ => None,
        }
    }
}

/// Which settings stand as variables gave them, and what is wrong with those that cannot be used.
#[derive(Debug, Default)]
pub(super) struct FromVariables(Vec<(Variable, Option<BuildError>)>);

impl FromVariables {
    pub(super) fn forget(&mut self, variable: Variable) {
        self.0.retain(|(known, _)| *known != variable);
    }

    fn note(&mut self, variable: Variable, problem: Option<BuildError>) {
        self.forget(variable);
        let problem = problem.map(|problem| named(variable, problem));
        self.0.push((variable, problem));
    }

    /// The first there is.
    pub(super) fn problem(&mut self) -> Option<BuildError> {
        self.0.iter_mut().find_map(|(_, problem)| problem.take())
    }

    /// Names the variable in an error that is about one.
    pub(super) fn name_in(&self, error: BuildError) -> BuildError {
        let behind = Variable::behind(&error);
        match behind.filter(|behind| self.0.iter().any(|(known, _)| known == behind)) {
            Some(variable) => named(variable, error),
            None => error,
        }
    }
}

fn named(variable: Variable, problem: BuildError) -> BuildError {
    match problem {
        BuildError::Variable(_) => problem,
        problem => InvalidVariable::new(variable.name(), Fault::Setting(problem.into())).into(),
    }
}

const EMPTY: Fault = Fault::Text("it is empty; write a value, or unset it");

/// What decides whom to believe must not depend on how a word was misspelt.
fn on_or_off(text: &str) -> Result<bool, Fault> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Fault::Text("it is neither `true` nor `false`")),
    }
}

fn milliseconds(text: &str) -> Result<Duration, Fault> {
    let milliseconds = text.parse().map_err(|_| {
        Fault::Text("it is not a whole number of milliseconds; 5 seconds are written 5000")
    });
    milliseconds.map(Duration::from_millis)
}

fn domain(text: &str) -> Result<&str, Fault> {
    let is_other = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '@' | ',');
    match text.contains(is_other) {
        false => Ok(text),
        true => Err(Fault::Text(
            "it is not a domain; one looks like satellite.example, without https:// before it",
        )),
    }
}

fn page(text: &str) -> Result<&str, Fault> {
    let is_path = text.starts_with('/') && !text.starts_with("//");
    let is_url = text.starts_with("https://") || text.starts_with("http://");
    match (is_path || is_url) && !text.contains(char::is_whitespace) {
        true => Ok(text),
        false => Err(Fault::Text(
            "it is neither a URL nor a path; it looks like https://example.com/sign-in or /sign-in",
        )),
    }
}

fn accepted_tokens(text: &str) -> Result<AcceptedTokens, Fault> {
    if text == "any" {
        return Ok(AcceptedTokens::Any);
    }
    let types = entries(text, |entry| {
        TokenType::from_name(entry).ok_or(
            "is no type of token; write session_token, api_key, m2m_token or oauth_token, \
             with commas between them, or any alone",
        )
    })?;
    Ok(match types.as_slice() {
        [one] => (*one).into(),
        several => several.iter().copied().collect(),
    })
}

/// Origins as browsers write them: they are compared byte for byte.
fn origins(text: &str) -> Result<Vec<Box<str>>, Fault> {
    entries(
        Pasted::strip(text),
        |entry| match AuthorizedParties::require([entry]).first_without_origin() {
            None => Ok(entry.into()),
            Some(_) => Err(
                "is not an origin; one looks like https://app.example.com, in small letters, without \
             quotes, brackets or asterisks, without :443 or another port that goes with the scheme, \
             and without a path or a slash at its end",
            ),
        },
    )
}

/// What is between commas. A list without entries is a mistake: it would name nobody.
fn entries<V>(text: &str, read: impl Fn(&str) -> Result<V, &'static str>) -> Result<Vec<V>, Fault> {
    let entries = text.split(',').map(str::trim).enumerate();
    let read = entries
        .filter(|(_, entry)| !entry.is_empty())
        .map(|(index, entry)| {
            read(entry).map_err(|problem| Fault::Entry {
                number: index.saturating_add(1),
                problem,
            })
        });
    let values: Vec<V> = read.collect::<Result<_, _>>()?;
    if values.is_empty() {
        return Err(Fault::Text("there is nothing between its commas"));
    }
    Ok(values)
}

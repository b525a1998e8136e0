//! `clerk-dev emulator`: Clerk, offline, until it is told to stop.

mod env_file;
mod tls;

use std::{
    env,
    ffi::OsString,
    fs,
    io::{self, Write as _},
    iter,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use clap::Args;
use clerk::{
    SystemClock,
    webhooks::{SIGNING_SECRET_VARIABLE, SigningSecrets},
};
use clerk_emulator::{Builder, Seed, Server, TokenVersion, WebhookEndpoint};
use serde::Serialize;
use tokio::sync::oneshot;

use crate::{
    outcome::{Failure, Verdict},
    output::Output,
    stop::{self, Stop},
};

/// Run an offline Clerk on this machine, for development and tests.
///
/// It is not Clerk: it holds what its seed says, forgets the rest when it stops, unless it is given a file to keep
/// it in, and signs with a key whose private half is published, unless it is given one. It listens on loopback only.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  clerk-dev emulator
  clerk-dev emulator --port 0 --seed seed.json --json
  clerk-dev emulator --stable
  curl http://127.0.0.1:4010/_emulator/seed > seed.json
  clerk-dev emulator --port 0 --json --until-stdin-ends
  clerk-dev emulator --webhook http://localhost:3000/webhooks
  clerk-dev emulator --allow-host clerk
  clerk-dev emulator --env-file .env.local --state .clerk-emulator
  clerk-dev emulator --proxy-url http://localhost:3000/__clerk --scripts node_modules
  clerk-dev emulator --tls --ca-file clerk-ca.pem --scripts node_modules
  clerk-dev emulator --proxy-url http://localhost:5173/__clerk --env-file .env --env-prefix VITE_

A seed holds users, organizations, roles, invitations, machines, api_keys, oauth_applications, plans,
jwt_templates, webhooks, lists of who may sign up, and the settings of the instance; the guide on
testing offline has an example of all. GET /_emulator/seed says what there is as a seed:
  {\"users\":[{\"email\":\"grace@example.com\"}],
   \"organizations\":[{\"slug\":\"navy\",\"members\":{\"grace@example.com\":\"org:admin\"}}]}
Without one there are ada@example.com, admin of acme, bob@example.com, member of acme, and the
template hasura.

With --state everything that was answered is in the file, also if the emulator is killed; the next one with it goes
on, with the same sessions, keys and secrets. The file is for its owner alone, and is no place for real users either.
A seed is planted where the file is new; later it is what POST /_emulator/reset goes back to. Say all other options
each time. What is to go wrong, logged requests and webhooks on their way are not kept.

With --tls, pages with Clerk's script find the emulator by the publishable key alone, at
https://emulator.lcl.dev. That has to stand for this machine where the browser is, and the browser has to
trust the certificate in --ca-file. For Chromium without any change to the machine:
  clerk-dev emulator --tls --tls-port 4443
  chromium --user-data-dir=DIRECTORY --host-resolver-rules='MAP emulator.lcl.dev 127.0.0.1:4443' \\
    --ignore-certificate-errors-spki-list=HASH
where HASH is what is printed for it, and DIRECTORY one that no other
Chromium has. Node's programs take NODE_EXTRA_CA_CERTS=clerk-ca.pem.

Start your service with the settings that are printed: with another signing secret it refuses every
webhook. Where CLERK_WEBHOOK_SIGNING_SECRET is set for this command, what goes to --webhook is signed
with that one instead: start your service with the same. It is not printed, and `webhook_secret` is
null with --json; but GET /_emulator/webhooks shows it to whoever asks on this machine.")]
pub(crate) struct Emulate {
    /// The port to listen on; 0 is any free one
    #[arg(long, default_value_t = 4010)]
    port: u16,
    /// What the instance holds, a file in JSON; - reads it from standard input
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Keep what the instance holds in this file, and go on with what it says if it is there
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Have the same ids, secrets and key id in each run, where the seed and the requests are the same
    #[arg(long)]
    stable: bool,
    /// Sign with this private key, a file in PEM: RSA, 2048 bits, PKCS#8
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
    /// The version of session tokens: 1 or 2
    #[arg(long, value_name = "VERSION", value_parser = version)]
    token_version: Option<TokenVersion>,
    /// The `iss` of tokens [default: the emulator's own origin]
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// Have pages with Clerk's script come by this address, a path of the application that hands on requests
    /// to the emulator; without a value, pages come to the emulator itself
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    proxy_url: Option<String>,
    #[command(flatten)]
    tls: tls::Tls,
    /// Hand pages Clerk's scripts from this directory, a node_modules with @clerk/clerk-js and @clerk/ui
    #[arg(long, value_name = "DIRECTORY")]
    scripts: Option<PathBuf>,
    /// Send webhooks here: http, on this machine; may be given several times
    #[arg(long, value_name = "URL")]
    webhook: Vec<String>,
    /// Answer to this host too, beside names of this machine: without a port; may be given several times
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Refuse operations of which nothing is known but Clerk's description, instead of making up an answer
    #[arg(long)]
    strict: bool,
    /// Write the settings into this file, as a service reads them; what else it says stays
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// Have the file say under names with this prefix, too, what pages are told: VITE_, NEXT_PUBLIC_; may be given
    /// several times
    #[arg(long, value_name = "PREFIX", requires = "env_file")]
    env_prefix: Vec<String>,
    /// Stop when standard input ends, too: with whoever started it, if that is a pipe from there
    #[arg(long)]
    until_stdin_ends: bool,
    /// Say where it is in one JSON object
    #[arg(long)]
    json: bool,
}

/// Never, where nobody said that it could.
async fn ended(end: Option<oneshot::Receiver<()>>) {
    match end {
        // The thread that holds the other end drops it.
        Some(end) => drop(end.await),
        None => std::future::pending().await,
    }
}

fn version(text: &str) -> Result<TokenVersion, &'static str> {
    match text {
        "1" => Ok(TokenVersion::V1),
        "2" => Ok(TokenVersion::V2),
        _ => Err("session tokens have version 1 or 2"),
    }
}

impl Emulate {
    pub(crate) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let from_environment = self.webhook_secret()?;
        let builder = self.describe(from_environment.as_deref())?;
        let server =
            Server::start_at(address, builder, Arc::new(SystemClock::new())).map_err(|error| {
                match error.kind() {
                    io::ErrorKind::AddrInUse => Failure::Setup(format!(
                        "port {} is taken; choose another with --port, or 0 for any",
                        self.port
                    )),
                    _ => Failure::setup("the emulator cannot start", &error),
                }
            })?;
        let host = self.tls.serve(&server)?;
        let stop = {
            let _within = runtime.enter();
            Stop::listen()?
        };
        let whereabouts = Whereabouts::of(&server, from_environment.is_some(), host.as_ref());
        if let Some(path) = &self.env_file {
            env_file::write(path, &whereabouts.settings(&self.env_prefix)).map_err(|error| {
                Failure::setup(&format!("cannot write {}", path.display()), &error)
            })?;
        }
        whereabouts.show(self.json, output)?;
        output.flush()?;
        let stdin_ends = self.until_stdin_ends.then(stop::stdin_ends).transpose()?;
        runtime.block_on(async {
            tokio::select! {
                outcome = stop.asked_for() => outcome,
                () = ended(stdin_ends) => Ok(()),
            }
        })?;
        server.shutdown();
        if !self.json {
            writeln!(output, "stopped")?;
        }
        Ok(Verdict::Yes)
    }

    /// What --webhook is signed with, if the environment says: a service that is started from the
    /// same one expects it.
    fn webhook_secret(&self) -> Result<Option<String>, Failure> {
        let is_set = |value: &OsString| !self.webhook.is_empty() && !value.is_empty();
        let Some(value) = env::var_os(SIGNING_SECRET_VARIABLE).filter(is_set) else {
            return Ok(None);
        };
        let secret = value.to_string_lossy().into_owned();
        secret
            .parse::<SigningSecrets>()
            .map_err(|error| Failure::setup("the signing secret cannot be used", &error))?;
        Ok(Some(secret))
    }

    fn describe(&self, webhook_secret: Option<&str>) -> Result<Builder, Failure> {
        let read = |path: &PathBuf| {
            fs::read_to_string(path)
                .map_err(|error| Failure::setup(&format!("cannot read {}", path.display()), &error))
        };
        let mut builder = clerk_emulator::Emulator::builder().strict(self.strict);
        if self.stable {
            builder = builder.stable_ids();
        }
        if let Some(path) = &self.seed {
            let text = match path.as_os_str() == "-" {
                true if self.until_stdin_ends => {
                    let why = "--seed - reads standard input to its end, which would end --until-stdin-ends at once; \
                               put the seed into a file";
                    return Err(Failure::Setup(why.to_owned()));
                }
                true => io::read_to_string(io::stdin())?,
                false => read(path)?,
            };
            let seed = Seed::from_json(&text)
                .map_err(|error| Failure::setup(&path.display().to_string(), &error))?;
            builder = builder.seed(seed);
        }
        if let Some(path) = &self.state {
            builder = builder.state_file(path);
        }
        if let Some(path) = &self.signing_key {
            builder = builder.signing_key_pkcs8_pem(read(path)?);
        }
        if let Some(version) = self.token_version {
            builder = builder.token_version(version);
        }
        if let Some(issuer) = &self.issuer {
            builder = builder.issuer(issuer);
        }
        builder = match self.proxy_url.as_deref() {
            None => builder,
            Some("") => builder.own_proxy(),
            Some(url) => builder.proxy_url(url),
        };
        if let Some(host) = &self.tls.tls {
            builder = builder.development_host(host);
        }
        if let Some(directory) = &self.scripts {
            builder = builder.scripts(directory);
        }
        for host in &self.allow_host {
            builder = builder.allow_host(host);
        }
        for url in &self.webhook {
            let endpoint = WebhookEndpoint::new(url);
            builder = builder.webhook(match webhook_secret {
                Some(secret) => endpoint.secret(secret),
                None => endpoint,
            });
        }
        Ok(builder)
    }
}

/// Everything a program has to know to take the emulator for Clerk.
#[derive(Debug, Serialize)]
struct Whereabouts<'s> {
    notice: &'static str,
    url: &'s str,
    issuer: &'s str,
    secret_key: &'s str,
    publishable_key: &'s str,
    /// Where pages with Clerk's script come, if anybody said.
    proxy_url: Option<&'s str>,
    /// As whom browsers know it over TLS, if anybody said.
    development_host: Option<&'s tls::Host>,
    sign_in_url: String,
    jwt_key: String,
    key_id: String,
    /// `None` where it is the environment's: nobody has to see that one.
    webhook_secret: Option<&'static str>,
}

impl<'s> Whereabouts<'s> {
    fn of(server: &'s Server, signs_with_environments: bool, host: Option<&'s tls::Host>) -> Self {
        let emulator = server.emulator();
        Self {
            notice: "this is an emulator, not Clerk; what it signs is worth nothing elsewhere",
            url: server.url(),
            issuer: emulator.issuer(),
            secret_key: emulator.secret_key().expose(),
            publishable_key: emulator.publishable_key().as_str(),
            proxy_url: emulator.proxy_url(),
            development_host: host,
            sign_in_url: emulator.sign_in_url(),
            jwt_key: emulator.public_key_pem(),
            key_id: emulator.key_id(),
            webhook_secret: (!signs_with_environments).then(|| emulator.webhook_secret()),
        }
    }

    /// What a service reads from its environment, and what its pages may know under these prefixes, too.
    fn settings(&self, prefixes: &[String]) -> Vec<(String, &str)> {
        let mut settings = vec![
            ("CLERK_API_URL".to_owned(), self.url),
            ("CLERK_SECRET_KEY".to_owned(), self.secret_key),
            ("CLERK_SIGN_IN_URL".to_owned(), &self.sign_in_url),
        ];
        let secret = self.webhook_secret;
        settings.extend(secret.map(|secret| (SIGNING_SECRET_VARIABLE.to_owned(), secret)));
        for prefix in iter::once("").chain(prefixes.iter().map(String::as_str)) {
            let key = format!("{prefix}CLERK_PUBLISHABLE_KEY");
            settings.push((key, self.publishable_key));
            let proxy = |url| (format!("{prefix}CLERK_PROXY_URL"), url);
            settings.extend(self.proxy_url.map(proxy));
        }
        settings
    }

    fn show(&self, as_json: bool, output: &mut Output) -> io::Result<()> {
        if as_json {
            serde_json::to_writer(&mut *output, self)?;
            return writeln!(output);
        }
        let Self {
            notice,
            url,
            secret_key,
            publishable_key,
            sign_in_url,
            ..
        } = self;
        let webhook_secret = match self.webhook_secret {
            Some(secret) => format!("{SIGNING_SECRET_VARIABLE}={secret}"),
            None => {
                format!("# {SIGNING_SECRET_VARIABLE}: the one that is set here signs --webhook")
            }
        };
        let proxy = self
            .proxy_url
            .map_or_else(String::new, |url| format!("CLERK_PROXY_URL={url}\n"));
        let host = self.development_host;
        let host = host.map_or_else(String::new, tls::Host::advice);
        let jwt_key = self.jwt_key.trim_end().replace('\n', "\\n");
        write!(
            output,
            "Clerk emulator at {url}
{notice}

Start your service with these; with another signing secret it refuses every webhook:

CLERK_API_URL={url}
CLERK_SECRET_KEY={secret_key}
CLERK_PUBLISHABLE_KEY={publishable_key}
CLERK_SIGN_IN_URL={sign_in_url}
{proxy}{webhook_secret}
# only for verifying without any request:
# CLERK_JWT_KEY=\"{jwt_key}\"

{host}see it:    {url}
a token:   clerk-dev token mint --emulator {url}
health:    curl {url}/_emulator/health
webhooks:  curl {url}/_emulator/webhooks
mailbox:   curl {url}/_emulator/mailbox
stop:      Ctrl-C
"
        )
    }
}

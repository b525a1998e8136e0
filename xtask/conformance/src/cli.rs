//! Suite `cli`: Clerk's own command line, `clerk`, takes our emulator for Clerk.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use bytes::Bytes;
use clerk::{Clock as _, SystemClock, blocking::UreqTransport};
use clerk_emulator::{Browser, Emulator, Server};
use clerk_http::BlockingTransport as _;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::{
    Settings,
    checks::Checks,
    clients::{Node, SetUp},
    outcome::{Outcome, Stopped},
};

pub(crate) const NAME: &str = "cli";

/// The package `clerk` starts this one, of several for several machines. Theirs are locked each by itself: npm locks
/// those of its own machine alone.
const PROGRAM: &str = "@clerk/cli-linux-x64/bin/clerk";

/// What has to be there before the network is gone.
pub(crate) const CLIENTS: SetUp = |target| Node::set_up_for(NAME, target).map(drop);

/// The program with settings of its own, which nobody else has.
struct Cli<'s> {
    program: PathBuf,
    home: PathBuf,
    server: &'s Server,
    client_id: String,
}

pub(crate) fn run(settings: &Settings) -> Outcome {
    let node = Node::set_up_for(NAME, &settings.directory)?;
    let server = Server::start(Emulator::builder())?;
    let home = settings.directory.join(NAME).join("home");
    // What was there is of another run, which was signed in elsewhere.
    drop(fs::remove_dir_all(&home));
    fs::create_dir_all(&home)?;
    let cli = Cli {
        program: node.packages().join(PROGRAM),
        home,
        client_id: application(server.emulator())?,
        server: &server,
    };
    let mut checks = Checks::default();
    with_a_key(&cli, &mut checks)?;
    signed_in(&cli, &mut checks)?;
    checks.conclude(NAME, &[])
}

/// An OAuth application in the place of the one that the program is at Clerk.
fn application(emulator: &Emulator) -> Result<String, Stopped> {
    let described = json!({
        "name": "Clerk CLI", "public": true, "scopes": "profile email",
        "redirect_uris": ["http://127.0.0.1/callback"],
    });
    let made = ask(emulator, "POST", "/v1/oauth_applications", &described)?;
    let id = made["client_id"].as_str();
    let id = id.ok_or_else(|| Stopped::Failed(format!("no application: {made}")))?;
    Ok(id.to_owned())
}

fn ask(emulator: &Emulator, method: &str, path: &str, body: &Value) -> Result<Value, Stopped> {
    let key = format!("Bearer {}", emulator.secret_key().expose());
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let request = Request::builder().method(method).uri(path);
    let request = request.header("authorization", key).body(body.into())?;
    let answer = emulator.handle(request, SystemClock::new().now());
    let response = answer.into_response();
    let response = response.ok_or_else(|| Stopped::Failed("no answer".to_owned()))?;
    Ok(serde_json::from_slice(response.body())?)
}

impl Cli<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let url = self.server.url();
        let secret_key = self.server.emulator().secret_key();
        let mut command = Command::new(&self.program);
        command.args(["--mode", "agent"]).args(arguments);
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("CLERK_") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(&self.home)
            .env("HOME", &self.home)
            .env("CLERK_CONFIG_DIR", self.home.join("clerk"))
            .env("CLERK_BACKEND_API_URL", url)
            .env("CLERK_PLATFORM_API_URL", url)
            .env("CLERK_OAUTH_BASE_URL", url)
            .env("CLERK_OAUTH_CLIENT_ID", &self.client_id)
            .env("CLERK_OAUTH_SCOPES", "profile email")
            .env("CLERK_SECRET_KEY", secret_key.expose())
            .env("CLERK_TELEMETRY_DISABLED", "1")
            .env("CLERK_NO_UPDATE_CHECK", "1")
            // It keeps its session in a file then, and not in the keyring of whoever runs this.
            .env("NAPI_RS_NATIVE_LIBRARY_PATH", "/dev/null")
            // Nobody is to open a browser of this machine.
            .env("BROWSER", "true")
            .stdin(Stdio::null());
        command
    }

    /// What it prints where it succeeds, and otherwise what it complains of.
    fn run(&self, arguments: &[&str]) -> Result<String, Stopped> {
        let output = self.command(arguments).output()?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() {
            return Ok(said);
        }
        let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Ok(format!("{} {said} {complaint}", output.status))
    }

    fn json(&self, arguments: &[&str]) -> Result<Value, Stopped> {
        let said = self.run(arguments)?;
        Ok(serde_json::from_str(&said).unwrap_or(Value::String(said)))
    }

    /// Signs in by the browser, as a person does.
    fn log_in(&self, user: &str) -> Result<bool, Stopped> {
        let mut command = self.command(&["auth", "login", "--yes"]);
        let mut program = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let Some(stderr) = program.stderr.take() else {
            return Err(Stopped::Failed("it has no standard error".to_owned()));
        };
        let url = self.server.url();
        let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
        let authorize = lines.find_map(|line| {
            let at = line.find(&format!("{url}/oauth/authorize"))?;
            let link = line[at..].split(['\u{1b}', ' ']).next()?;
            Some(link.to_owned())
        });
        let Some(authorize) = authorize else {
            return Ok(false);
        };
        // Read on, so that it does not wait for somebody to.
        let rest = std::thread::spawn(move || lines.last());
        let form = [("user", user), ("redirect_url", authorize.as_str())];
        let sign_in = self.server.emulator().sign_in_url();
        let (network, now) = (UreqTransport::new(), SystemClock::new().now());
        let send = |request: Request<Bytes>| {
            network.send(request).unwrap_or_else(|_| {
                let mut gone = Response::new(Bytes::new());
                *gone.status_mut() = StatusCode::BAD_GATEWAY;
                gone
            })
        };
        Browser::new().submit(&sign_in, &form, now, send);
        let status = program.wait()?;
        drop(rest.join());
        Ok(status.success())
    }
}

/// What it does of the instance whose key it has.
fn with_a_key(cli: &Cli<'_>, checks: &mut Checks) -> Result<(), Stopped> {
    let emulator = cli.server.emulator();
    let me = cli.json(&["whoami", "--json"])?;
    let id = json!(emulator.key_id());
    checks.equal("whoami", &me["accountless"]["instanceId"], &id);

    let file = cli.home.join("config.json");
    let pulled = cli.run(&["config", "pull", "--output", &shown(&file)])?;
    let written = fs::read(&file).ok();
    let written = written.and_then(|text| serde_json::from_slice(&text).ok());
    let config: Value = written.unwrap_or_else(|| json!({ "instance": pulled }));
    checks.equal("config pull", &config["instance"]["id"], &id);
    for part in ["communication", "organization_settings"] {
        checks.that(config[part].is_object(), || {
            format!("config pull: {config}")
        });
    }

    let number = "+15555550100";
    let create = [
        "users",
        "create",
        "--email",
        "grace@example.com",
        "--phone",
        number,
    ];
    let made = cli.json(&[&create[..], &["--yes", "--json"]].concat())?;
    let found = made.pointer("/phone_numbers/0/phone_number");
    checks.equal("users create --phone", &found, &Some(&json!(number)));
    let path = "/v1/users?phone_number=%2B15555550100";
    let users = ask(emulator, "GET", path, &Value::Null)?;
    checks.equal("who has the number", &users[0]["id"], &made["id"]);
    Ok(())
}

/// What it does for somebody.
fn signed_in(cli: &Cli<'_>, checks: &mut Checks) -> Result<(), Stopped> {
    let emulator = cli.server.emulator();
    let refused = cli.run(&["impersonate", "bob@example.com", "--print", "--yes"])?;
    let asks = refused.contains("auth_required");
    checks.that(asks, || format!("impersonate, signed out: {refused}"));

    let done = cli.log_in("ada@example.com")?;
    checks.that(done, || "auth login: it did not end well".to_owned());
    let me = cli.json(&["whoami", "--json"])?;
    checks.equal("whoami, signed in", &me["email"], &json!("ada@example.com"));

    let key = emulator.secret_key().expose();
    let arguments = [
        "impersonate",
        "bob@example.com",
        "--print",
        "--yes",
        "--secret-key",
        key,
    ];
    let said = cli.json(&arguments)?;
    let link = said["url"].as_str().unwrap_or_default();
    let mut browser = Browser::new();
    let now = SystemClock::new().now();
    let is_link = link.starts_with(cli.server.url());
    checks.that(is_link, || format!("impersonate: {said}"));
    if is_link {
        browser.open(link, now, |request| {
            let here = request
                .uri()
                .authority()
                .is_some_and(|authority| cli.server.url().ends_with(authority.as_str()));
            let answer = here.then(|| emulator.handle(request, now).into_response());
            answer.flatten().unwrap_or_default()
        });
        let bob = emulator.user_id("bob@example.com").unwrap_or_default();
        let path = format!("/v1/sessions?user_id={bob}");
        let sessions = ask(emulator, "GET", &path, &Value::Null)?;
        let actor = sessions.pointer("/0/actor/sub").and_then(Value::as_str);
        let by_ada = actor.is_some_and(|actor| actor.contains("ada@example.com"));
        checks.that(by_ada, || format!("whose sessions there are: {sessions}"));
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

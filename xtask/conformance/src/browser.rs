//! Suite `browser`: the unmodified clerk-js and `@clerk/ui`, in Chromium, against our emulator.

use std::{
    env, fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
};

use clerk::SystemClock;
use clerk_emulator::{Builder, Emulator, OrganizationSeed, Seed, Server, TemplateSeed, UserSeed};
use serde_json::{Value, json};

use crate::{
    Settings,
    clients::{Node, SetUp},
    outcome::{Outcome, Passed, Stopped},
    programs::Conversation,
};

pub(crate) const NAME: &str = "browser";

/// What has to be there before the network is gone.
pub(crate) const CLIENTS: SetUp = |target| {
    chromium()?;
    Node::set_up_for(NAME, target).map(drop)
};

/// Names a browser that is elsewhere.
const VARIABLE: &str = "CHROMIUM";
const USUAL: [&str; 4] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/snap/bin/chromium",
];

/// Where the script of a page finds the emulator.
enum Way {
    /// It is told no host of Clerk's, so there are no components.
    Plain,
    Direct,
    ThroughApplication,
}

impl Way {
    fn builder(&self, origin: &str) -> Builder {
        let builder = Emulator::builder().seed(seed());
        match self {
            Self::Plain => builder,
            Self::Direct => builder.own_proxy(),
            Self::ThroughApplication => builder.proxy_url(format!("{origin}/__clerk")),
        }
    }
}

const PLAYS: [(&str, &str, Way); 5] = [
    ("flows, plainly", "flows", Way::Plain),
    ("flows, directly", "flows", Way::Direct),
    (
        "flows, through the application",
        "flows",
        Way::ThroughApplication,
    ),
    ("components, directly", "components", Way::Direct),
    (
        "components, through the application",
        "components",
        Way::ThroughApplication,
    ),
];

fn seed() -> Seed {
    Seed::empty()
        .user(
            UserSeed::new("ada@example.com")
                .name("Ada", "Lovelace")
                .password("correct horse battery"),
        )
        .user(UserSeed::new("bob@example.com").name("Bob", "Example"))
        .organization(
            OrganizationSeed::new("acme")
                .name("Acme")
                .member("ada@example.com", "org:admin")
                .member("bob@example.com", "org:member"),
        )
        .organization(
            OrganizationSeed::new("navy")
                .name("Navy")
                .member("ada@example.com", "org:member")
                .member("bob@example.com", "org:admin"),
        )
        .jwt_template(TemplateSeed::new("hasura").claim("user", "{{user.id}}"))
}

pub(crate) fn run(settings: &Settings) -> Outcome {
    let chromium = chromium()?;
    let node = Node::set_up_for(NAME, &settings.directory)?;
    let screenshots = settings.directory.join(NAME).join("screenshots");
    fs::create_dir_all(&screenshots)?;
    let mut program = Conversation::start(node.script("main.mjs")?)?;
    let listening = json!({ "listen": { "chromium": chromium, "screenshots": screenshots } });
    let listening = program.ask(&listening)?;
    let Some(origin) = listening["origin"].as_str() else {
        return Err(Stopped::Failed(format!("no browser: {listening}")));
    };
    let (mut passed, mut failures, mut slowest) = (0, Vec::new(), 0);
    for (name, play, way) in PLAYS {
        let answer = watch(&mut program, play, &way.builder(origin))?;
        slowest = slowest.max(answer["ready"].as_u64().unwrap_or(0));
        for check in answer["checks"].as_array().into_iter().flatten() {
            match check["problem"].as_str() {
                None => passed += 1,
                Some(problem) => failures.push(format!("{name}: {}: {problem}", check["what"])),
            }
        }
    }
    let all = passed + failures.len();
    match failures.as_slice() {
        [] => Ok(Passed(format!(
            "{passed} of {all} checks; clerk-js ready within {slowest} ms"
        ))),
        _ => {
            let failed = failures.join("\n          ");
            let tally = format!("{passed} of {all} checks:\n          {failed}");
            Err(Stopped::Failed(tally))
        }
    }
}

/// What the browser says of an emulator of its own.
fn watch(program: &mut Conversation, play: &str, builder: &Builder) -> Result<Value, Stopped> {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    let server = Server::start_at(address, builder.clone(), Arc::new(SystemClock::new()))?;
    let emulator = server.emulator();
    let answer = program.ask(&json!({
        "run": play,
        "publishableKey": emulator.publishable_key().as_str(),
        "proxyUrl": emulator.proxy_url().unwrap_or(server.url()),
        "emulator": server.url(),
        "secretKey": emulator.secret_key().expose(),
    }))?;
    match answer["checks"].is_array() {
        true => Ok(answer),
        false => Err(Stopped::Failed(format!("{play}: {answer}"))),
    }
}

pub(crate) fn chromium() -> Result<PathBuf, Stopped> {
    if let Some(named) = env::var_os(VARIABLE) {
        return Ok(named.into());
    }
    let mut usual = USUAL.iter().map(Path::new);
    let found = usual.find(|path| path.exists()).map(Path::to_owned);
    found.ok_or_else(|| {
        let why = format!("looking for Chromium: install it, or say with {VARIABLE} where it is");
        Stopped::Skipped(why)
    })
}

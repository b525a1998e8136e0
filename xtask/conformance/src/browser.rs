//! Suite `browser`: the unmodified clerk-js and `@clerk/ui`, in Chromium, against our emulator.

use std::{
    env, fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
};

use clerk::{Clock as _, SystemClock};
use clerk_emulator::{
    Authority, Builder, DEVELOPMENT_HOST, Emulator, InstanceSeed, OrganizationSeed, Seed, Server,
    TemplateSeed, UserSeed,
};
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
    /// By the publishable key alone, which names a host of Clerk's. Its scripts come from there, too.
    DevelopmentHost,
}

impl Way {
    fn builder(&self, play: &str, origin: &str, packages: &Path) -> Builder {
        let builder = Emulator::builder().seed(seed(play));
        match self {
            Self::DevelopmentHost => builder.development_host(DEVELOPMENT_HOST).scripts(packages),
            Self::Plain => builder,
            Self::Direct => builder.own_proxy(),
            Self::ThroughApplication => builder.proxy_url(format!("{origin}/__clerk")),
        }
    }
}

const PLAYS: [(&str, &str, Way); 11] = [
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
    (
        "flows, as a development host",
        "flows",
        Way::DevelopmentHost,
    ),
    (
        "components, as a development host",
        "components",
        Way::DevelopmentHost,
    ),
    (
        "social accounts, through the application",
        "social",
        Way::ThroughApplication,
    ),
    (
        "social accounts, as a development host",
        "social",
        Way::DevelopmentHost,
    ),
    (
        "links in mails, as a development host",
        "links",
        Way::DevelopmentHost,
    ),
    (
        "tasks, as a development host",
        "tasks",
        Way::DevelopmentHost,
    ),
];

/// As whom the browser takes an emulator for a host of Clerk's.
struct Host {
    authority: Authority,
    address: SocketAddr,
}

impl Host {
    /// On a port that is free, which the browser is told once for all emulators.
    fn new() -> Result<Self, Stopped> {
        let authority = Authority::new(DEVELOPMENT_HOST, SystemClock::new().now());
        let authority = authority.map_err(|error| Stopped::Failed(error.to_string()))?;
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        Ok(Self { authority, address })
    }
}

/// What the instance of a play holds.
fn seed(play: &str) -> Seed {
    let instance = InstanceSeed::default();
    let instance = match play {
        "social" => instance.social(["google", "github"]),
        "links" => instance.email_links(true),
        "tasks" => instance.force_organization_selection(true),
        _ => instance,
    };
    Seed::empty()
        .instance(instance)
        .user(
            UserSeed::new("ada@example.com")
                .name("Ada", "Lovelace")
                .password("correct horse battery"),
        )
        .user(UserSeed::new("bob@example.com").name("Bob", "Example"))
        .user(UserSeed::new("kim@example.com").password("correct horse battery"))
        .user(UserSeed::new("tom@example.com").password("correct horse battery"))
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
    let packages = node.packages();
    let screenshots = settings.directory.join(NAME).join("screenshots");
    fs::create_dir_all(&screenshots)?;
    let mut program = Conversation::start(node.script("main.mjs")?)?;
    let host = Host::new()?;
    let listening = json!({ "listen": {
        "chromium": chromium,
        "screenshots": screenshots,
        "host": DEVELOPMENT_HOST,
        "hostAddress": host.address,
        "keyHash": host.authority.key_hash(),
    } });
    let listening = program.ask(&listening)?;
    let Some(origin) = listening["origin"].as_str() else {
        return Err(Stopped::Failed(format!("no browser: {listening}")));
    };
    let (mut passed, mut failures, mut slowest) = (0, Vec::new(), 0);
    for (name, play, way) in PLAYS {
        let answer = watch(
            &mut program,
            play,
            (&way, &host),
            &way.builder(play, origin, &packages),
        )?;
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
fn watch(
    program: &mut Conversation,
    play: &str,
    (way, host): (&Way, &Host),
    builder: &Builder,
) -> Result<Value, Stopped> {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    let server = Server::start_at(address, builder.clone(), Arc::new(SystemClock::new()))?;
    let emulator = server.emulator();
    let is_host = matches!(way, Way::DevelopmentHost);
    if is_host {
        server.serve_tls(host.address, &host.authority)?;
    }
    let proxy = emulator.proxy_url().unwrap_or(server.url());
    let answer = program.ask(&json!({
        "run": play,
        "publishableKey": emulator.publishable_key().as_str(),
        "proxyUrl": (!is_host).then_some(proxy),
        "host": emulator.development_host(),
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

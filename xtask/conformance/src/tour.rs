//! Suite `tour`: the same way through an application of our axum layer and through one of `@clerk/express`, in Chromium,
//! redirect by redirect.

mod application;
mod plain;

use std::{collections::BTreeMap, fs};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use clerk_emulator::{Builder, Emulator, OrganizationSeed, Seed, Server, UserSeed};
use serde_json::{Value, json};

use self::plain::Hop;
use crate::{
    Settings, browser,
    checks::Checks,
    clients::Node,
    divergences,
    outcome::{Outcome, Stopped},
    programs::Conversation,
};

pub(crate) const NAME: &str = "tour";

/// What a service reads from its environment.
type Variables = BTreeMap<&'static str, String>;

/// Longer than a session token lasts, and than a clock may be wrong, in seconds.
const A_WHILE: i64 = 120;

pub(crate) fn run(settings: &Settings) -> Outcome {
    let chromium = browser::chromium()?;
    let services = Node::set_up(&settings.directory)?;
    let visitors = Node::set_up_for(browser::NAME, &settings.directory)?;
    let screenshots = settings.directory.join(NAME);
    fs::create_dir_all(&screenshots)?;
    let mut visitor = Conversation::start(visitors.script("visitor.mjs")?)?;
    visitor.ask(&json!({ "launch": { "chromium": chromium, "screenshots": screenshots } }))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let mut checks = Checks::default();
    for (instance, builder) in instances() {
        let server = Server::start(builder)?;
        let variables = variables(&server);
        let mut express = services.script("tour.mjs")?;
        let mut express = Conversation::start({
            express.envs(&variables);
            express
        })?;
        let theirs = express.listen()?["origin"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let ours = runtime.block_on(application::listen(&variables))?;
        let mut walk = |origin: &str| {
            let tour = Tour {
                origin,
                emulator: server.emulator(),
                visitor: &mut visitor,
                steps: Vec::new(),
            };
            tour.walk()
        };
        let (ours, theirs) = (walk(&ours)?, walk(&theirs)?);
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let what = format!("{instance}: {}", ours.what);
            checks.that(ours.page == theirs.page, || {
                let (ours, theirs) = (&ours.page, &theirs.page);
                format!("{what}: the page is {ours}, and {theirs} with Express")
            });
            let uncounted: Vec<_> = ours.way.iter().map(|hop| plain::uncounted(hop)).collect();
            if uncounted != ours.way {
                checks.shows("handshake-clean-up");
            }
            checks.that(uncounted == theirs.way, || {
                let (ours, theirs) = (ours.way.join("\n  "), theirs.way.join("\n  "));
                format!("{what}:\n  {ours}\nand with Express:\n  {theirs}")
            });
            checks.that(ours.page == ours.expected, || {
                format!("{what}: the page is {}, not {}", ours.page, ours.expected)
            });
        }
    }
    checks.conclude(NAME, &divergences::read()?)
}

/// Where the browser has a refresh token, a new token is asked for in its stead. That is refused here, because the
/// browser has had a newer one than that with which it comes.
fn instances() -> [(&'static str, Builder); 2] {
    let builder = || Emulator::builder().seed(seed()).own_proxy();
    [
        ("with refresh tokens", builder()),
        ("without refresh tokens", builder().refresh_tokens(false)),
    ]
}

fn seed() -> Seed {
    let member = |slug: &str| OrganizationSeed::new(slug).member("ada@example.com", "org:admin");
    Seed::empty()
        .user(UserSeed::new("ada@example.com"))
        .organization(member("acme"))
        .organization(member("navy"))
}

fn variables(server: &Server) -> Variables {
    let emulator = server.emulator();
    let proxy = emulator.proxy_url().unwrap_or_default();
    [
        ("CLERK_API_URL", server.url()),
        ("CLERK_SECRET_KEY", emulator.secret_key().expose()),
        ("CLERK_PUBLISHABLE_KEY", emulator.publishable_key().as_str()),
        ("CLERK_PROXY_URL", proxy),
        ("CLERK_SIGN_IN_URL", &emulator.sign_in_url()),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

/// Where the visitor went and what they saw, in words that do not name this one visit.
struct Step {
    what: &'static str,
    way: Vec<String>,
    page: Value,
    expected: Value,
}

struct Tour<'t> {
    origin: &'t str,
    emulator: &'t Emulator,
    visitor: &'t mut Conversation,
    steps: Vec<Step>,
}

impl Tour<'_> {
    fn walk(mut self) -> Result<Vec<Step>, Stopped> {
        let ada = self.emulator.user_id("ada@example.com");
        let nobody = json!({ "user": null, "organization": null });
        let ada_in = |slug: &str| json!({ "user": ada, "organization": slug });
        let sign_out = format!(
            "{}/sign-out?redirect_url={}/",
            self.emulator.url(),
            self.origin
        );
        self.open("a first visit", "/", &nobody)?;
        self.open(
            "a page for those who are signed in",
            "/private",
            &Value::Null,
        )?;
        self.press("signing in", "sign-in-ada@example.com", &ada_in("navy"))?;
        self.open("a reload", "/private", &ada_in("navy"))?;
        self.age()?;
        self.open("an expired token", "/private", &ada_in("navy"))?;
        self.open("another organization", "/orgs/acme", &ada_in("acme"))?;
        self.open("it stays", "/", &ada_in("acme"))?;
        self.go(
            "the page to sign out on",
            &json!({ "open": sign_out }),
            &Value::Null,
        )?;
        self.press("signing out", "sign-out", &nobody)?;
        self.open("the private page again", "/private", &Value::Null)?;
        Ok(self.steps)
    }

    fn open(&mut self, what: &'static str, path: &str, expected: &Value) -> Result<(), Stopped> {
        let url = format!("{}{path}", self.origin);
        self.go(what, &json!({ "open": url }), expected)
    }

    fn press(&mut self, what: &'static str, button: &str, expected: &Value) -> Result<(), Stopped> {
        self.go(what, &json!({ "press": button }), expected)
    }

    /// A page that is not the application's is `null`.
    fn go(&mut self, what: &'static str, step: &Value, expected: &Value) -> Result<(), Stopped> {
        let answer = self.ask(step)?;
        let hops: Vec<Hop> = serde_json::from_value(answer["hops"].clone())?;
        let application = self.origin.trim_start_matches("http://");
        let text = answer["text"].as_str().unwrap_or_default();
        self.steps.push(Step {
            what,
            way: hops.iter().map(|hop| hop.plainly(application)).collect(),
            page: serde_json::from_str(text).unwrap_or_default(),
            expected: expected.clone(),
        });
        Ok(())
    }

    /// As if the visitor had been away: the browser's cookies are those of a while ago.
    fn age(&mut self) -> Result<(), Stopped> {
        let answer = self.ask(&json!({ "cookies": self.origin }))?;
        let mut aged = Vec::new();
        for cookie in answer["cookies"].as_array().into_iter().flatten() {
            let text = |member: &str| cookie[member].as_str().unwrap_or_default();
            let (name, value) = (text("name"), text("value"));
            let older = match name {
                _ if name.starts_with("__session") => self.older_token(value)?,
                _ if name.starts_with("__client_uat") => {
                    (value.parse::<i64>()? - A_WHILE).to_string()
                }
                _ => continue,
            };
            aged.push(json!({ "name": name, "value": older }));
        }
        self.ask(&json!({ "change": aged, "of": self.origin }))
            .map(drop)
    }

    fn older_token(&self, token: &str) -> Result<String, Stopped> {
        let mut parts = token
            .split('.')
            .map(|part| BASE64_URL_SAFE_NO_PAD.decode(part));
        let mut next = || parts.next().transpose().map(Option::unwrap_or_default);
        let header: Value = serde_json::from_slice(&next()?)?;
        let mut claims: Value = serde_json::from_slice(&next()?)?;
        for name in ["iat", "nbf", "exp"] {
            claims[name] = json!(claims[name].as_i64().unwrap_or_default() - A_WHILE);
        }
        Ok(self.emulator.sign(&header, claims.to_string().as_bytes()))
    }

    fn ask(&mut self, question: &Value) -> Result<Value, Stopped> {
        let mut question = question.clone();
        question["as"] = json!(self.origin);
        let answer = self.visitor.ask(&question)?;
        match answer["broken"].as_str() {
            None => Ok(answer),
            Some(broken) => Err(Stopped::Failed(format!("{question}: {broken}"))),
        }
    }
}

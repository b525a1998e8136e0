//! Those who judge the same tokens: Clerk's clients for Node and Python, and both of ours.

use clerk::{
    AuthorizedParties, Build, Builder, Clock as _, SystemClock, UnixTime, VerificationError,
};
use clerk_emulator::{Emulator, Server};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    clients::{Node, Python},
    outcome::Stopped,
    programs::Conversation,
};

#[derive(Debug)]
pub(super) struct Verifiers {
    pub(super) node: Conversation,
    pub(super) python: Conversation,
    pub(super) runtime: Runtime,
}

/// What is asked of a token beyond being genuine.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) audience: Option<String>,
    pub(super) party: Option<String>,
    pub(super) issuer: Option<String>,
}

/// The claims, or why there are none.
pub(super) type Answer = Result<Value, String>;

/// What each of them says of a token.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) node: Answer,
    pub(super) python: Answer,
    pub(super) ours: Ours,
}

/// What our own clients say of a token.
#[derive(Debug)]
pub(super) struct Ours {
    pub(super) asynchronous: Answer,
    pub(super) blocking: Answer,
}

impl Answers {
    pub(super) fn named(&self) -> [(&'static str, &Answer); 4] {
        [
            ("@clerk/backend", &self.node),
            ("clerk-backend-api", &self.python),
            ("clerk::Clerk", &self.ours.asynchronous),
            ("clerk::blocking::Clerk", &self.ours.blocking),
        ]
    }
}

pub(super) fn now() -> UnixTime {
    SystemClock::new().now()
}

/// A server of its own, whose requests nobody else adds to.
pub(super) fn server() -> Result<Server, Stopped> {
    Ok(Server::start(Emulator::builder())?)
}

/// Our client's settings for the emulator behind `server`.
pub(super) fn settings<T: Build>(builder: Builder<T>, server: &Server) -> Builder<T> {
    builder
        .secret_key(server.emulator().secret_key())
        .api_url(server.url())
}

impl Wanted {
    fn of<T: Build>(&self, mut builder: Builder<T>) -> Builder<T> {
        if let Some(party) = &self.party {
            builder = builder.authorized_parties(AuthorizedParties::require([party.as_str()]));
        }
        if let Some(issuer) = &self.issuer {
            builder = builder.issuers([issuer.as_str()]);
        }
        if let Some(audience) = &self.audience {
            builder = builder.audiences([audience.as_str()]);
        }
        builder
    }
}

impl Verifiers {
    pub(super) fn start(node: &Node, python: &Python) -> Result<Self, Stopped> {
        Ok(Self {
            node: Conversation::start(node.script("client.mjs")?)?,
            python: Conversation::start(python.script("client.py"))?,
            runtime: Runtime::new()?,
        })
    }

    /// Asks all of them about `token`. Each fetches the keys from `server` itself.
    pub(super) fn ask(
        &mut self,
        server: &Server,
        token: &str,
        wanted: &Wanted,
    ) -> Result<Answers, Stopped> {
        Ok(Answers {
            node: self
                .ask_node(&[node_question(server, token, wanted)])?
                .remove(0),
            python: self.ask_python(server, token, wanted)?,
            ours: self.ask_ours(server, token, wanted)?,
        })
    }

    /// Asks our own clients alone.
    pub(super) fn ask_ours(
        &self,
        server: &Server,
        token: &str,
        wanted: &Wanted,
    ) -> Result<Ours, Stopped> {
        let clerk = wanted
            .of(settings(clerk::Clerk::builder(), server))
            .build()?;
        let asynchronous = self.runtime.block_on(clerk.verify_token(token));
        let clerk = wanted
            .of(settings(clerk::blocking::Clerk::builder(), server))
            .build()?;
        let blocking = clerk.verify_token(token);
        Ok(Ours {
            asynchronous: judged(asynchronous.map(|session| claims(session.claims().all()))),
            blocking: judged(blocking.map(|session| claims(session.claims().all()))),
        })
    }

    /// Asks Node all `questions` at once.
    pub(super) fn ask_node(&mut self, questions: &[Value]) -> Result<Vec<Answer>, Stopped> {
        let answers = self.node.ask(&json!({ "verify": questions }))?;
        let answers: Vec<Answer> = answers
            .as_array()
            .into_iter()
            .flatten()
            .map(foreign)
            .collect();
        if answers.len() == questions.len() {
            Ok(answers)
        } else {
            let problem = format!("client.mjs answered {answers:?}");
            Err(Stopped::Failed(problem))
        }
    }

    fn ask_python(
        &mut self,
        server: &Server,
        token: &str,
        wanted: &Wanted,
    ) -> Result<Answer, Stopped> {
        let options = json!({
            "secret_key": server.emulator().secret_key().expose(),
            "api_url": server.url(),
            "audience": wanted.audience,
            "authorized_parties": wanted.party.as_ref().map(|party| [party]),
        });
        let question = json!({ "verify": [{ "token": token, "options": options }] });
        let answers = self.python.ask(&question)?;
        Ok(foreign(&answers[0]))
    }
}

/// A question to Node. An option that is null would be one that is there.
pub(super) fn node_question(server: &Server, token: &str, wanted: &Wanted) -> Value {
    let mut options = json!({
        "secretKey": server.emulator().secret_key().expose(),
        "apiUrl": server.url(),
    });
    if let Some(audience) = &wanted.audience {
        options["audience"] = json!(audience);
    }
    if let Some(party) = &wanted.party {
        options["authorizedParties"] = json!([party]);
    }
    if let Some(issuer) = &wanted.issuer {
        options["issuer"] = json!(issuer);
    }
    json!({ "token": token, "options": options })
}

fn foreign(answer: &Value) -> Answer {
    match answer.get("claims") {
        Some(claims) => Ok(claims.clone()),
        None => Err(answer["refused"].as_str().unwrap_or("no answer").to_owned()),
    }
}

fn claims(claims: &clerk::Claims) -> Value {
    serde_json::from_str(claims.as_json()).unwrap_or_default()
}

fn judged(answer: Result<Value, VerificationError>) -> Answer {
    answer.map_err(|error| error.reason().to_string())
}

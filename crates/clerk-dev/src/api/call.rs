//! `clerk-dev api call`: one operation, by its name.

use std::{env, io};

use bytes::Bytes;
use clap::Args;
use clerk::{
    blocking::{Threads, UreqTransport},
    http::{
        Authorization, BasePath, Error, MachineSecretKey, Operation, RequestTarget, Retry,
        blocking::Client,
    },
};
use http::{Method, Request, Response};
use serde_json::value::RawValue;

use super::{
    answer,
    listing::{Body, Listed, Piece},
    lookup,
};
use crate::{
    outcome::{Failure, Verdict},
    output::Output,
};

/// Call an operation of the Backend API, once, and show what Clerk answers.
///
/// Its names are those of `clerk-dev api ls`. The answer is no (exit code 1) where Clerk answers
/// with an error. CLERK_SECRET_KEY says as whom, or CLERK_MACHINE_SECRET_KEY where the operation is
/// for machines, and CLERK_API_URL where.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  clerk-dev api call GetUserList --param limit=5 --param order_by=-created_at
  clerk-dev api call GetUser --param user_id=user_29w --json
  clerk-dev api call CreateUser --data '{\"email_address\":[\"ada@example.com\"]}'
  clerk-dev api call UpdateUser --param user_id=user_29w --data - < changes.json")]
pub(crate) struct Call {
    /// The operation, such as GetUserList
    #[arg(value_name = "OPERATION_ID")]
    id: String,
    /// Set a parameter of the path or the query; one of the query may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    param: Vec<(String, String)>,
    /// Send this JSON; - reads it from standard input
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    /// Answer with a JSON object: the status, and the body as it came
    #[arg(long)]
    json: bool,
}

fn parameter(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or("expected a name, `=` and a value, such as limit=5")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Call {
    pub(super) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        let listed = lookup::find(&self.id).ok_or_else(|| {
            Failure::Setup(format!(
                "no operation is called `{}`; `clerk-dev api ls` lists them",
                self.id
            ))
        })?;
        let prepared = Prepared {
            listed,
            path: path_values(listed, &self.param)?,
            query: query_pairs(listed, &self.param)?,
            data: data(listed, self.data)?,
        };
        let response = prepared.send(&client()?).map_err(|error| match error {
            Error::Build { problem, .. } => {
                Failure::Setup(format!("{} was not sent: {problem}", listed.id))
            }
            error => Failure::setup(&format!("{} was not answered", listed.id), &error),
        })?;
        answer::show(&response, self.json, output)?;
        Ok(Verdict::of(response.status().is_success()))
    }
}

/// The values of the path's parameters, in the order they stand there.
fn path_values(listed: &Listed, given: &[(String, String)]) -> Result<Vec<String>, Failure> {
    let value = |name: &str| {
        let mut values = given.iter().filter(|(known, _)| known == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Ok(value.clone()),
            (None, _) => Err(Failure::Setup(format!(
                "{} needs `{name}`: add --param {name}=…",
                listed.id
            ))),
            (Some(_), Some(_)) => Err(Failure::Setup(format!(
                "`{name}` is part of the path and cannot be there twice"
            ))),
        }
    };
    listed.parameters().map(value).collect()
}

/// The pairs of the query, in the order they were given.
fn query_pairs(
    listed: &Listed,
    given: &[(String, String)],
) -> Result<Vec<(String, String)>, Failure> {
    let in_path = |name: &str| listed.parameters().any(|known| known == name);
    let pairs: Vec<_> = given.iter().filter(|(name, _)| !in_path(name)).collect();
    let unknown = pairs
        .iter()
        .find(|(name, _)| !listed.query.contains(&name.as_str()));
    if let Some((name, _)) = unknown {
        let known: Vec<&str> = listed
            .parameters()
            .chain(listed.query.iter().copied())
            .collect();
        let known = match known.as_slice() {
            [] => "it has none".to_owned(),
            known => format!("it has {}", known.join(", ")),
        };
        return Err(Failure::Setup(format!(
            "{} has no parameter `{name}`; {known}",
            listed.id
        )));
    }
    Ok(pairs.into_iter().cloned().collect())
}

/// The body, checked to be what the operation takes.
fn data(listed: &Listed, given: Option<String>) -> Result<Option<Box<RawValue>>, Failure> {
    let refuse = |problem: &str| Err(Failure::Setup(format!("{} {problem}", listed.id)));
    let text = match given {
        Some(text) if text == "-" => Some(io::read_to_string(io::stdin().lock())?),
        given => given,
    };
    let (start, kind) = match (listed.body, &text) {
        (Body::Nothing, Some(_)) => return refuse("sends no body; leave out --data"),
        (Body::Nothing, None) => return Ok(None),
        (Body::Form, _) => return refuse("sends a file, which this command does not"),
        (Body::List, None) => return refuse("sends a JSON array: add --data '[…]'"),
        (Body::List, Some(_)) => ('[', "a JSON array"),
        (Body::Object, _) => ('{', "a JSON object"),
    };
    let text = text.unwrap_or_else(|| "{}".to_owned());
    match serde_json::from_str::<Box<RawValue>>(&text) {
        Ok(json) if json.get().starts_with(start) => Ok(Some(json)),
        Ok(_) => refuse(&format!("sends {kind}, and --data is none")),
        Err(error) => Err(Failure::setup("--data is not JSON", &error)),
    }
}

/// A client as the environment describes it. It sends once: a person sees what came of it and
/// can repeat the command.
fn client() -> Result<Client, Failure> {
    let variable = |name| env::var(name).ok().filter(|value| !value.trim().is_empty());
    let mut builder = Client::builder(UreqTransport::new(), Threads).retry(Retry::none());
    if let Some(url) = variable("CLERK_API_URL") {
        builder = builder.base_url(url);
    }
    if let Some(key) = variable("CLERK_SECRET_KEY") {
        let key = key.trim().parse();
        let key = key.map_err(|error| Failure::setup("CLERK_SECRET_KEY cannot be used", &error))?;
        builder = builder.secret_key(key);
    }
    if let Some(key) = variable("CLERK_MACHINE_SECRET_KEY") {
        let key = key.trim().parse::<MachineSecretKey>();
        let key =
            key.map_err(|error| Failure::setup("CLERK_MACHINE_SECRET_KEY cannot be used", &error))?;
        builder = builder.machine_secret_key(key);
    }
    builder
        .build()
        .map_err(|error| Failure::setup("the environment's settings cannot be used", &error))
}

/// An operation with all that it sends.
struct Prepared {
    listed: &'static Listed,
    path: Vec<String>,
    query: Vec<(String, String)>,
    data: Option<Box<RawValue>>,
}

const KEYS: [Authorization; 4] = [
    Authorization::Public,
    Authorization::SecretKey,
    Authorization::MachineSecretKey,
    Authorization::MachineOrSecretKey,
];

impl Prepared {
    /// Base and credentials belong to the type of an operation, so each pair is a type here.
    fn send(&self, client: &Client) -> Result<Response<Bytes>, Error> {
        let root = self.listed.base == BasePath::Root;
        let key = KEYS
            .iter()
            .position(|key| *key == self.listed.authorization);
        match (root, key) {
            (false, Some(0)) => client.send(Raw::<false, 0>(self)),
            (false, Some(2)) => client.send(Raw::<false, 2>(self)),
            (false, Some(3)) => client.send(Raw::<false, 3>(self)),
            (false, _) => client.send(Raw::<false, 1>(self)),
            (true, Some(0)) => client.send(Raw::<true, 0>(self)),
            (true, Some(2)) => client.send(Raw::<true, 2>(self)),
            (true, Some(3)) => client.send(Raw::<true, 3>(self)),
            (true, _) => client.send(Raw::<true, 1>(self)),
        }
    }
}

/// A prepared call that follows the bare base URL if `ROOT`, with the credentials `KEYS[KEY]`.
struct Raw<'a, const ROOT: bool, const KEY: usize>(&'a Prepared);

impl<const ROOT: bool, const KEY: usize> Operation for Raw<'_, ROOT, KEY> {
    /// Whatever the answer is, it is shown.
    type Output = Response<Bytes>;

    const ID: &'static str = "api call";
    const IDEMPOTENT: bool = false;
    const BASE: BasePath = if ROOT {
        BasePath::Root
    } else {
        BasePath::Versioned
    };
    const AUTHORIZATION: Authorization = KEYS[KEY];

    fn request(&self) -> Result<Request<Bytes>, Error> {
        let Self(Prepared {
            listed,
            path,
            query,
            data,
        }) = self;
        let mut values = path.iter();
        let mut target = RequestTarget::new(listed.id, "");
        for piece in listed.pieces() {
            target = match piece {
                Piece::Fixed(text) => target.fixed(text),
                Piece::Parameter(name) => {
                    target.segment(name, values.next().map_or("", String::as_str))
                }
            };
        }
        for (name, value) in query {
            target = target.pair(name, value);
        }
        let verb = Method::from_bytes(listed.verb.as_bytes())
            .map_err(|error| Error::build(listed.id, error.to_string()))?;
        match data {
            Some(data) => target.json(verb, data),
            None => target.request(verb),
        }
    }

    fn response(&self, response: Response<Bytes>) -> Result<Response<Bytes>, Error> {
        Ok(response)
    }
}

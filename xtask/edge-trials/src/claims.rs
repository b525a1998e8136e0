//! Claims in Durable Objects, as the example has them: two Workers, which know nothing of each other, act once between
//! them; and the objects do what every store of claims does.

use std::{fs, thread};

use bytes::Bytes;
use http::Request;
use serde_json::json;

use crate::{
    Outcome,
    edge::{Edge, Place},
    engine::Process,
    webhooks::{self, Delivery, SECRET},
    workerd,
};

const SOCKETS: [&str; 3] = ["one", "other", "contract"];
const BINDINGS: [(&str, &str); 1] = [("CLERK_WEBHOOK_SIGNING_SECRET", SECRET)];

/// Asks an object what a store is asked.
const CONTRACT: &str = r#"export default {
  async fetch(request, env) {
    const [name, method, ...words] = await request.json();
    const object = env.DELIVERIES.get(env.DELIVERIES.idFromName(name));
    return Response.json((await object[method](...words)) ?? null);
  },
};
"#;

/// Two of the example's Workers, over the objects of one of them.
const CONFIGURATION: &str = r#"using Workerd = import "/workerd/workerd.capnp";
using Example = import "worker.capnp";
const config :Workerd.Config = (
  services = [ (name = "one", worker = Example.worker), (name = "other", worker = .other), (name = "contract", worker = .contract) ],
  sockets = [
    (name = "one", http = (), service = "one"),
    (name = "other", http = (), service = "other"),
    (name = "contract", http = (), service = "contract"),
  ],
);
const other :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "shim.mjs", esModule = embed "shim.mjs"),
    (name = "deliveries.mjs", esModule = embed "deliveries.mjs"),
    (name = "worker_bg.js", esModule = embed "worker_bg.js"),
    (name = "worker_bg.wasm", wasm = embed "worker_bg.wasm"),
  ],
  bindings = [
    (name = "CLERK_WEBHOOK_SIGNING_SECRET", fromEnvironment = "CLERK_WEBHOOK_SIGNING_SECRET"),
    (name = "DELIVERIES", durableObjectNamespace = (className = "Deliveries", serviceName = "one")),
  ],
);
const contract :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [ (name = "contract.mjs", esModule = embed "contract.mjs") ],
  bindings = [ (name = "DELIVERIES", durableObjectNamespace = (className = "Deliveries", serviceName = "one")) ],
);
"#;

pub(crate) fn are_shared(place: &Place<'_>) -> Outcome {
    let directory = place.workers.join("example_worker_webhooks");
    let write = |name: &str, text| {
        let path = directory.join(name);
        let written = fs::write(&path, text);
        written.map(|()| path).map_err(|error| error.to_string())
    };
    write("contract.mjs", CONTRACT)?;
    let configuration = write("two.capnp", CONFIGURATION)?;
    let edge = place.example_with(&BINDINGS, |program, bindings| {
        let command = workerd::command(program, &configuration, &SOCKETS, bindings);
        Process::start(command, directory.join("trial.log"), SOCKETS.len())
    })?;
    let [one, other, contract] = SOCKETS.map(|socket| edge.url_of(socket, "/"));
    webhooks::are_told_apart(|delivery| delivery.to(&edge, &one))?;
    let again = Delivery::new("msg_1").to(&edge, &other)?;
    webhooks::answers("to the other Worker", &again, (200, "known already"))?;
    of_many_at_once_one_acts(&edge, &[&one, &other])?;
    objects_keep_the_contract(&edge, &contract)
        .map_err(|problem| format!("{problem}\n{}", edge.log()))
}

fn of_many_at_once_one_acts(edge: &Edge, workers: &[&str]) -> Outcome {
    for id in ["msg_11", "msg_12", "msg_13", "msg_14", "msg_15"] {
        let delivery = Delivery::new(id);
        let answers = thread::scope(|scope| {
            let asking = workers.iter().cycle().take(16);
            let asking = asking.map(|url| scope.spawn(|| delivery.to(edge, url)));
            let asked: Vec<_> = asking.collect();
            let answers = asked.into_iter().map(|asked| asked.join());
            answers.collect::<Result<Result<Vec<_>, _>, _>>()
        });
        let answers = answers.map_err(|_| "a thread has ended".to_owned())??;
        let acted = answers.iter().filter(|(_, text)| text == "acted on");
        let good = answers
            .iter()
            .all(|(status, _)| matches!(status, 200 | 409));
        if acted.count() != 1 || !good {
            return Err(format!("of many at once: {answers:?}"));
        }
    }
    Ok(())
}

/// Object, method, its arguments, and what it answers.
fn objects_keep_the_contract(edge: &Edge, url: &str) -> Outcome {
    const MINUTE: u32 = 60_000;
    const BRIEF: u32 = 3;
    let ask = |name: &str, method: &str, words: &[serde_json::Value]| {
        let order = [&[json!(name), json!(method)], words].concat();
        let request = Request::post(url).body(Bytes::from(json!(order).to_string()));
        let answer = edge.send(request.map_err(|error| error.to_string())?);
        let answer = answer.map_err(|error| error.to_string())?;
        Ok::<_, String>(String::from_utf8_lossy(answer.body()).into_owned())
    };
    let claim = |name: &str, by: &str, lease: u32| ask(name, "claim", &[json!(by), json!(lease)]);
    let complete = |name: &str, keep: u32| ask(name, "complete", &[json!(keep)]);
    let release = |name: &str, by: &str| ask(name, "release", &[json!(by)]);
    let (first, in_progress, done, nothing) = ("\"first\"", "\"in progress\"", "\"done\"", "null");
    let steps = [
        (claim("msg_1", "a", MINUTE)?, first),
        (claim("msg_1", "b", MINUTE)?, in_progress),
        // Asked again, because the answer was lost on the way.
        (claim("msg_1", "a", MINUTE)?, first),
        (release("msg_1", "b")?, nothing),
        (claim("msg_1", "b", MINUTE)?, in_progress),
        (release("msg_1", "a")?, nothing),
        (claim("msg_1", "b", MINUTE)?, first),
        // By one who was held up for longer than the lease.
        (release("msg_1", "a")?, nothing),
        (claim("msg_1", "a", MINUTE)?, in_progress),
        (complete("msg_1", MINUTE)?, nothing),
        (claim("msg_1", "b", MINUTE)?, done),
        (release("msg_1", "b")?, nothing),
        (claim("msg_1", "b", MINUTE)?, done),
        // Of what nobody has claimed:
        (release("msg_2", "a")?, nothing),
        (claim("msg_2", "a", MINUTE)?, first),
        (complete("msg_3", MINUTE)?, nothing),
        (claim("msg_3", "a", MINUTE)?, done),
        (claim("MSG_1", "a", MINUTE)?, first),
    ];
    for (number, (found, expected)) in steps.iter().enumerate() {
        if found != expected {
            return Err(format!("step {number}: {found}, and not {expected}"));
        }
    }
    // Objects go by the engine's clock, and a question is an event on it: one of these comes after the end.
    let ends = |name: &str| {
        for number in 0..100_000 {
            if claim(name, &format!("c{number}"), MINUTE)? == first {
                return Ok(());
            }
        }
        Err(format!("{name} does not end"))
    };
    claim("msg_4", "a", BRIEF)?;
    ends("msg_4")?;
    complete("msg_5", BRIEF)?;
    ends("msg_5")?;
    // What is completed is kept for as long as that says, whatever the lease was.
    claim("msg_6", "a", MINUTE)?;
    complete("msg_6", BRIEF)?;
    ends("msg_6")
}

//! What becomes of the events that webhooks tell of: of complete ones, spoiled ones, and those that
//! Clerk's description shows.

use std::collections::BTreeMap;

use clerk_catalogue::import::event_examples;
use clerk_webhooks::events::{Event, EventData};
use serde_json::{Value, json};

use crate::api;
use crate::fakes::Fake;

/// A payload of every event, with everything it can have.
fn payloads() -> Vec<(String, Value)> {
    let api = api();
    let fake = Fake::new(&api);
    let payloads = api.events.iter().map(|event| {
        let payload = json!({
            "object": "event",
            "type": event.wire,
            "timestamp": 1_800_000_000_000_i64,
            "instance_id": "ins_1",
            "event_attributes": {"http_request": {"client_ip": "192.0.2.1", "user_agent": "Browser"}},
            "data": fake.model(api.model(&event.data).unwrap()),
        });
        (event.wire.clone(), payload)
    });
    payloads.collect()
}

fn read(payload: &Value) -> Result<Event, String> {
    let event = Event::from_slice(payload.to_string().as_bytes());
    event.map_err(|error| error.to_string())
}

/// Whether its data is there, typed.
fn is_told(event: &Event) -> bool {
    !matches!(event.data(), EventData::Unknown | EventData::Unreadable(_))
}

#[test]
fn every_event_is_told_with_its_data() {
    let payloads = payloads();
    let types: Vec<&str> = payloads.iter().map(|(wire, _)| wire.as_str()).collect();
    assert_eq!(types, EventData::TYPES);
    for (wire, payload) in &payloads {
        let event = read(payload).unwrap();
        assert_eq!(event.event_type(), wire);
        assert!(is_told(&event), "{wire}: {event:?}");
        assert_eq!(serde_json::to_value(&event).unwrap(), *payload);
    }
}

#[test]
fn every_event_says_what_has_happened() {
    let api = api();
    let silent = api.events.iter().filter(|event| event.doc.is_none());
    let silent: Vec<&str> = silent.map(|event| event.wire.as_str()).collect();
    assert_eq!(silent, [""; 0], "add `event.…` to docs.toml");
}

/// Drops and nulls everything in turn, ids as well, but not what makes it an event; adds a field to
/// every object; and has every text say what nobody has heard of: values of enums, tags, and the type
/// of the event itself.
fn mutations(whole: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let mut pointers = Vec::new();
    collect(whole, "", &mut pointers);
    for pointer in pointers {
        let mut put = |how: &str, change: &dyn Fn(&mut Value)| {
            let mut spoiled = whole.clone();
            change(spoiled.pointer_mut(&pointer).unwrap());
            all.push((format!("{pointer} {how}"), spoiled));
        };
        match whole.pointer(&pointer).unwrap() {
            Value::String(_) => put("is unheard of", &|value| *value = json!("unheard_of")),
            Value::Object(fields) => {
                put("has more", &|value| {
                    value["unheard_of"] = json!({"nested": [1]});
                });
                let is_essential = |key: &str| pointer.is_empty() && matches!(key, "type" | "data");
                for key in fields.keys().filter(|key| !is_essential(key)) {
                    put(&format!("has no {key}"), &|value| {
                        value.as_object_mut().unwrap().remove(key);
                    });
                    put(&format!("has null as {key}"), &|value| {
                        value[key] = Value::Null;
                    });
                }
            }
            _ => {}
        }
    }
    all
}

fn collect(value: &Value, pointer: &str, pointers: &mut Vec<String>) {
    pointers.push(pointer.to_owned());
    let mut inside =
        |key: &str, value: &Value| collect(value, &format!("{pointer}/{key}"), pointers);
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| inside(key, value)),
        // The others are made like the first.
        Value::Array(items) => items.iter().take(1).for_each(|item| inside("0", item)),
        _ => {}
    }
}

/// Nothing but ids is relied on, and the event is there without them, too.
#[test]
fn events_may_lack_have_and_say_almost_anything() {
    let (mut all, mut misses) = (0_usize, Vec::new());
    for (wire, payload) in payloads() {
        for (how, spoiled) in mutations(&payload) {
            all += 1;
            let event = read(&spoiled).unwrap();
            if let EventData::Unreadable(error) = event.data() {
                misses.push(format!("{wire}: {how}: {error}"));
            }
        }
    }
    assert!(all > 5_000, "only {all} events were tried");
    let score = (all - misses.len()) as f64 * 100.0 / all as f64;
    assert!(
        score >= 99.0,
        "{score:.2} % of {all} are read; not these: {misses:#?}"
    );
    misses.retain(|miss| !miss.contains(" has no id:") && !miss.contains(" has null as id:"));
    assert_eq!(misses, Vec::<String>::new());
}

/// There is no event without a type, and nothing to tell without data.
#[test]
fn no_event_lacks_its_type_or_its_data() {
    for (wire, payload) in payloads() {
        for nothing in [None, Some(Value::Null)] {
            let without = |key: &str| {
                let mut spoiled = payload.clone();
                let fields = spoiled.as_object_mut().unwrap();
                fields.remove(key);
                fields.extend(nothing.clone().map(|null| (key.to_owned(), null)));
                read(&spoiled)
            };
            assert!(without("type").is_err(), "{wire}");
            let event = without("data").unwrap();
            assert!(matches!(event.data(), EventData::Unreadable(_)), "{wire}");
        }
    }
}

/// What `clerk-dev webhook send` sends where nothing else is given.
#[test]
fn every_event_has_a_sample_with_nothing_unheard_of() {
    let samples = include_str!("../../../../crates/clerk-dev/src/webhook/samples.json");
    let samples: BTreeMap<String, Value> = serde_json::from_str(samples).unwrap();
    let api = api();
    assert_eq!(samples.len(), api.events.len());
    for event in &api.events {
        let wire = &event.wire;
        let told = read(&json!({"type": wire, "data": samples[wire]})).unwrap();
        let shown = format!("{:?}", told.data());
        assert!(shown.starts_with(&format!("{}(", event.ident())), "{shown}");
        assert!(!shown.contains("Other("), "{shown}");
        let again = told.as_json().get::<Value>("data").unwrap();
        assert_eq!(again.as_ref(), Some(&samples[wire]));
    }
}

/// Nobody is written to or called because of a sample.
#[test]
fn samples_have_addresses_and_numbers_that_are_for_examples() {
    let samples = include_str!("../../../../crates/clerk-dev/src/webhook/samples.json");
    let of = |mark: &'static str| {
        let texts = samples.split('"').filter(move |text| text.contains(mark));
        let texts: Vec<&str> = texts.collect();
        assert!(texts.len() > 5, "{mark}: {texts:?}");
        texts.into_iter()
    };
    for address in of("@") {
        assert!(address.ends_with("@example.com"), "{address}");
    }
    for url in of("://") {
        let host = url.split('/').nth(2).unwrap();
        assert!(host.ends_with(".example.com"), "{url}");
    }
    for number in of("+1") {
        assert!(number.starts_with("+120155501"), "{number}");
    }
}

/// Set `CLERK_WEBHOOKS` to the path of Clerk's OpenAPI file of the webhooks, which is not part of this
/// repository.
#[test]
#[allow(
    clippy::print_stdout,
    reason = "a test that could not look says so, or it would seem to have passed"
)]
fn every_example_of_the_description_is_read_and_written_again() {
    let Some(path) = std::env::var_os("CLERK_WEBHOOKS") else {
        println!("skipped: CLERK_WEBHOOKS names no OpenAPI file of Clerk's");
        return;
    };
    let webhooks = std::fs::read_to_string(path).unwrap();
    let examples = event_examples(&webhooks).unwrap();
    assert!(examples.len() >= 45, "only {} examples", examples.len());
    for (wire, example) in examples {
        let event = Event::from_slice(example.as_bytes()).unwrap();
        assert_eq!(event.event_type(), wire);
        assert!(is_told(&event), "{wire}: {event:?}");
        let before: Value = serde_json::from_str(&example).unwrap();
        assert_eq!(serde_json::to_value(&event).unwrap(), before, "{wire}");
    }
}

//! What every model makes of answers that are not as Clerk describes them.

use std::fmt;

use clerk_catalogue::ir::{Api, Decoding, Definition, Field, Ty};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::api;
use crate::fakes::{self, Fake, Spoiled};
use crate::generated::readers::READERS;

/// Reads JSON as some model. What comes back is what `Debug` shows, or what is wrong and where.
pub(crate) type Reader = fn(&Value) -> Result<String, String>;

pub(crate) fn read<T: DeserializeOwned + fmt::Debug>(value: &Value) -> Result<String, String> {
    let text = value.to_string();
    let mut json = serde_json::Deserializer::from_str(&text);
    let read = serde_path_to_error::deserialize::<_, T>(&mut json);
    let read = read.map_err(|error| format!("at `{}`: {}", error.path(), error.inner()));
    read.map(|model| format!("{model:?}"))
}

fn readers(api: &Api) -> impl Iterator<Item = (&'static str, Reader, Value)> {
    let fake = |name: &str| Fake::new(api).model(api.model(name).unwrap());
    READERS
        .iter()
        .map(move |(name, reader)| (*name, *reader, fake(name)))
}

#[test]
fn every_model_of_an_answer_has_a_reader() {
    let api = api();
    let models = api.models.iter().filter(|model| model.usage.response);
    let models: Vec<&str> = models.map(|model| model.name.as_str()).collect();
    let readers: Vec<&str> = READERS.iter().map(|(name, _)| *name).collect();
    assert_eq!(models, readers);
    assert!(models.len() > 90, "{}", models.len());
}

#[test]
fn answers_as_clerk_describes_them_are_read() {
    for (name, reader, answer) in readers(&api()) {
        let read = reader(&answer);
        assert!(read.is_ok(), "{name}: {}", read.unwrap_err());
    }
}

/// Drops and nulls everything but what is hard, adds fields, and puts values and tags that nobody
/// has heard of everywhere they can be. The score is the share that is still read.
#[test]
fn answers_may_lack_have_and_say_anything_that_is_not_essential() {
    let api = api();
    let (mut all, mut failures) = (0_usize, Vec::new());
    for (name, reader, _) in readers(&api) {
        for Spoiled { how, answer } in Fake::new(&api).spoiled(api.model(name).unwrap()) {
            all += 1;
            if let Err(error) = reader(&answer) {
                failures.push(format!("{name}, {how}: {error}"));
            }
        }
    }
    let score = (all - failures.len()) as f64 / all as f64;
    assert!(all > 5_000, "only {all} answers were tried");
    assert!(
        score >= 1.0,
        "{:.2} % are read; not these:\n{}",
        score * 100.0,
        failures.join("\n")
    );
}

/// Every field of every model in turn holds something that it cannot hold.
#[test]
fn an_odd_member_costs_that_member_alone() {
    let api = api();
    let mut tried = 0;
    for (name, reader, answer) in readers(&api) {
        for field in api.model(name).unwrap().fields() {
            if matches!(field.decoding(), Decoding::Hard | Decoding::Guarded) {
                continue;
            }
            for odd in Fake::new(&api).odd(&field.ty) {
                tried += 1;
                let mut answer = answer.clone();
                answer[&field.wire] = odd;
                let shown = reader(&answer).unwrap_or_else(|error| panic!("{name}: {error}"));
                let kept = format!("extra: {{{:?}}}", field.wire);
                assert!(shown.contains(&kept), "{name}.{}: {shown}", field.wire);
                assert!(!shown.contains(fakes::SECRET), "{name}: {shown}");
            }
        }
    }
    assert!(tried > 3_000, "only {tried} odd members were tried");
}

/// As `banned: "yes"` might be taken for a user who is not.
#[test]
fn what_can_say_no_is_never_taken_for_nothing() {
    let api = api();
    let mut guarded = 0;
    for (name, reader, answer) in readers(&api) {
        let fields = api.model(name).unwrap().fields().iter();
        for field in fields.filter(|f| f.decoding() == Decoding::Guarded) {
            guarded += 1;
            for odd in Fake::new(&api).odd(&field.ty) {
                let mut answer = answer.clone();
                answer[&field.wire] = odd;
                let error = reader(&answer).unwrap_err();
                let place = format!("at `{}`", field.wire);
                assert!(error.starts_with(&place), "{name}: {error}");
            }
        }
    }
    assert!(guarded > 20, "only {guarded} members can say no");
}

/// As `public_user_data: {"banned": "yes"}` might be taken for nobody being there.
#[test]
fn what_can_say_no_is_not_lost_with_what_it_stands_in() {
    let api = api();
    let mut doubted = 0;
    for (name, reader, answer) in readers(&api) {
        for field in api.model(name).unwrap().fields() {
            for (place, part) in in_doubt(&api, &field.ty, &answer[&field.wire], 3) {
                doubted += 1;
                let mut answer = answer.clone();
                answer[&field.wire] = part;
                let place = format!("{name}.{}{place}", field.wire);
                let error = reader(&answer).expect_err(&place);
                assert!(
                    error.contains("nobody knows what it says"),
                    "{place}: {error}"
                );
            }
        }
    }
    assert!(
        doubted > 10,
        "only {doubted} members within members can say no"
    );
}

/// A value of this type in which a member that can say no holds something else, for each of them and
/// with where it stands.
fn in_doubt(api: &Api, ty: &Ty, whole: &Value, depth: usize) -> Vec<(String, Value)> {
    let within = |key: &Value, ty: &Ty| {
        let part = key.as_str().map_or(&whole[0], |key| &whole[key]);
        let parts = in_doubt(api, ty, part, depth.saturating_sub(1)).into_iter();
        let key = key.clone();
        parts.map(move |(place, part)| {
            let mut spoiled = whole.clone();
            match key.as_str() {
                Some(key) => spoiled[key] = part,
                None => spoiled[0] = part,
            }
            (format!(".{key}{place}"), spoiled)
        })
    };
    let fields = match ty {
        Ty::List(item) if !whole[0].is_null() => return within(&Value::from(0), item).collect(),
        Ty::Dictionary { value, .. } => {
            let keys = whole.as_object().into_iter().flat_map(|it| it.keys());
            return keys
                .flat_map(|key| within(&Value::from(key.as_str()), value))
                .collect();
        }
        Ty::Named(name) if depth > 0 => match api.definition(name) {
            Some(Definition::Model(model)) => model.fields(),
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let mut all = Vec::new();
    for field in fields
        .iter()
        .filter(|field| whole.get(&field.wire).is_some())
    {
        if field.decoding() == Decoding::Guarded {
            let mut spoiled = whole.clone();
            spoiled[&field.wire] = Fake::new(api).odd(&field.ty).swap_remove(0);
            all.push((format!(".{}", field.wire), spoiled));
        }
        all.extend(within(&Value::from(field.wire.as_str()), &field.ty));
    }
    all
}

#[test]
fn a_member_nobody_has_heard_of_is_kept() {
    for (name, reader, mut answer) in readers(&api()) {
        answer["unheard_of"] = Value::from(fakes::SECRET);
        let shown = reader(&answer).unwrap();
        let is_kept = shown.contains("extra: {\"unheard_of\"}");
        assert!(is_kept, "{name}: {shown}");
        assert!(!shown.contains(fakes::SECRET), "{name}: {shown}");
    }
}

#[test]
fn what_is_essential_is_missed_by_name() {
    let api = api();
    let mut hard = 0;
    for (name, reader, answer) in readers(&api) {
        let model = api.model(name).unwrap();
        for field in model
            .fields()
            .iter()
            .filter(|f| f.decoding() == Decoding::Hard)
        {
            hard += 1;
            let mut absent = answer.clone();
            absent.as_object_mut().unwrap().remove(&field.wire);
            let error = reader(&absent).unwrap_err();
            assert!(
                error.contains(&format!("`{}`", field.wire)),
                "{name}: {error}"
            );
            let mut null = answer.clone();
            null[&field.wire] = Value::Null;
            let error = reader(&null).unwrap_err();
            assert!(
                error.starts_with(&format!("at `{}`", field.wire)),
                "{name}: {error}"
            );
        }
    }
    assert!(hard > 30, "only {hard} fields are essential");
}

#[test]
fn no_secret_of_an_answer_shows_in_debug() {
    let api = api();
    let mut secrets = 0;
    for (name, reader, answer) in readers(&api) {
        let shown = reader(&answer).unwrap();
        let model = api.model(name).unwrap();
        for field in model.fields().iter().filter(|field| field.sensitive) {
            secrets += 1;
            let hidden = shown.contains(&format!("{}: [redacted]", field.ident()));
            assert!(hidden, "{name}.{}: {shown}", field.wire);
        }
        assert!(!shown.contains(fakes::SECRET), "{name}: {shown}");
        for Spoiled { how, answer } in Fake::new(&api).spoiled(model) {
            let shown = reader(&answer).unwrap_or_default();
            assert!(!shown.contains(fakes::SECRET), "{name}, {how}: {shown}");
        }
    }
    assert!(secrets > 20, "only {secrets} secrets were looked for");
}

#[test]
fn values_nobody_has_heard_of_are_kept() {
    let api = api();
    let mut seen = 0;
    for (name, reader, answer) in readers(&api) {
        let is_enum = |field: &&Field| match &field.ty {
            Ty::Named(name) => matches!(api.definition(name), Some(Definition::Enum(_))),
            _ => false,
        };
        for field in api.model(name).unwrap().fields().iter().filter(is_enum) {
            seen += 1;
            let mut unheard = answer.clone();
            unheard[&field.wire] = Value::from("unheard_of");
            let shown = reader(&unheard).unwrap();
            assert!(shown.contains("Other(\"unheard_of\")"), "{name}: {shown}");
        }
    }
    assert!(seen > 20, "only {seen} fields hold an enum");
}

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use clerk_core::UnixTime;
use http::Request;
use serde_json::{Value, json};

use super::*;
use crate::{
    Emulator, Seed,
    directory::{Picture, Table},
    state::State,
};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// What stands for a file.
#[derive(Clone, Debug, Default)]
struct Paper(Arc<Mutex<Sheet>>);

#[derive(Debug, Default)]
struct Sheet {
    text: String,
    is_full: bool,
    written_anew: usize,
}

impl Paper {
    fn with<T>(&self, f: impl FnOnce(&mut Sheet) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn text(&self) -> String {
        self.with(|sheet| sheet.text.clone())
    }
}

impl Ledger for Paper {
    fn append(&mut self, line: &str) -> io::Result<()> {
        self.with(|sheet| match sheet.is_full {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => {
                sheet.text.push_str(line);
                Ok(())
            }
        })
    }

    fn replace(&mut self, content: &str) -> io::Result<()> {
        self.with(|sheet| match sheet.is_full {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => {
                content.clone_into(&mut sheet.text);
                sheet.written_anew += 1;
                Ok(())
            }
        })
    }
}

fn emulator() -> Emulator {
    let builder = Emulator::builder().seed(Seed::empty()).deterministic(7);
    builder.build().expect("an emulator")
}

fn kept_on(paper: &Paper) -> Emulator {
    let emulator = emulator();
    emulator.with_state(|_, state| {
        // They would be most of the text.
        state.directory.message_templates = Table::default();
        let kept = state.keep_in(Box::new(paper.clone()), Header::new(7));
        kept.expect("there is room");
    });
    emulator
}

fn call(emulator: &Emulator, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", "Bearer sk_test_emulator")
        .header("content-type", "application/json")
        .body(Bytes::from(body.to_string()))
        .expect("a request");
    let response = emulator
        .handle(request, NOW)
        .into_response()
        .expect("an answer");
    let body = serde_json::from_slice(response.body()).unwrap_or_default();
    (response.status().as_u16(), body)
}

fn create_user(emulator: &Emulator, email: &str) -> (u16, Value) {
    let body = json!({ "email_address": [email], "password": "correct horse battery" });
    call(emulator, "POST", "/v1/users", &body)
}

fn all_of(state: &mut State) -> String {
    whole(Header::new(7), &state.parts()).expect("it can be written")
}

#[track_caller]
fn assert_same(text: &str, expected: &str) {
    for (line, expected) in text.lines().zip(expected.lines()) {
        assert_eq!(line, expected);
    }
    assert_eq!(text.len(), expected.len());
}

/// The state that a text describes.
fn read(text: &[u8]) -> String {
    let journal = Journal::read(text).expect("a journal").expect("a header");
    emulator().with_state(|_, state| {
        state.replay(&journal).expect("what was written is read");
        all_of(state)
    })
}

#[test]
fn a_text_cut_anywhere_is_the_state_after_its_last_whole_line() {
    let paper = Paper::default();
    let emulator = kept_on(&paper);
    let mut moments = Vec::new();
    let mut note = |emulator: &Emulator| {
        moments.push((
            paper.text().len(),
            emulator.with_state(|_, state| all_of(state)),
        ));
    };
    note(&emulator);
    let mut ids = Vec::new();
    for email in ["ada@example.com", "eve@example.com"] {
        let (status, user) = create_user(&emulator, email);
        assert_eq!(status, 200, "{user}");
        ids.push(user["id"].as_str().expect("an id").to_owned());
        note(&emulator);
    }
    let body = json!({ "name": "Ä — 中", "created_by": ids[0] });
    let metadata = format!("/v1/users/{}/metadata", ids[0]);
    let (ada, eve) = (
        format!("/v1/users/{}", ids[0]),
        format!("/v1/users/{}", ids[1]),
    );
    for (method, path, body) in [
        ("POST", "/v1/organizations", body),
        (
            "PATCH",
            &*ada,
            json!({ "first_name": "Ada", "last_name": "\n\"\u{7f}" }),
        ),
        (
            "PATCH",
            &*metadata,
            json!({ "unsafe_metadata": { "n": 0.300_000_000_000_000_04 } }),
        ),
        ("DELETE", &*eve, json!({})),
        ("POST", "/v1/sessions", json!({ "user_id": ids[0] })),
        (
            "PATCH",
            "/v1/instance/restrictions",
            json!({ "allowlist": true }),
        ),
        (
            "POST",
            "/_emulator/keys/rotate",
            json!({ "keep_old": true }),
        ),
        (
            "POST",
            "/_emulator/clock",
            json!({ "frozen": true, "advance": 1000 }),
        ),
        (
            "POST",
            "/_emulator/webhooks",
            json!({ "url": "http://localhost:3000/hook" }),
        ),
    ] {
        let (status, answer) = call(&emulator, method, path, &body);
        assert!(status < 300, "{answer}");
        note(&emulator);
    }

    let text = paper.text().into_bytes();
    assert_eq!(moments.last().map(|(length, _)| *length), Some(text.len()));
    let lengths: BTreeSet<usize> = moments.iter().map(|(length, _)| *length).collect();
    assert_eq!(lengths.len(), moments.len(), "each of them has a line");
    let mut whole_lines = 0;
    let mut end = 0;
    for cut in 0..=text.len() {
        if cut > 0 && text[cut - 1] == b'\n' {
            (whole_lines, end) = (whole_lines + 1, cut);
        }
        match Journal::read(&text[..cut]) {
            Ok(None) => assert_eq!(cut, 0),
            Ok(Some(journal)) => {
                let lengths = journal.lines.iter().map(|line| line.len() + 1);
                let read = (journal.lines.len(), lengths.sum::<usize>());
                assert_eq!(read, (whole_lines, end), "{cut}");
                assert_eq!(journal.header, Header::new(7));
            }
            Err(problem) => assert_eq!((problem, whole_lines), (Unreadable::NoState, 0)),
        }
    }
    for (index, (length, state)) in moments.iter().enumerate() {
        assert_same(&read(&text[..*length]), state);
        let next = moments
            .get(index + 1)
            .map_or(text.len(), |(next, _)| next - 1);
        assert_same(&read(&text[..next]), state);
    }
}

#[test]
fn what_could_not_be_written_is_told_to_nobody_until_it_is() {
    let paper = Paper::default();
    let emulator = kept_on(&paper);
    let before = paper.text();
    paper.with(|sheet| sheet.is_full = true);
    let (status, body) = create_user(&emulator, "ada@example.com");
    assert_eq!(
        (status, &body["errors"][0]["code"]),
        (500, &json!("state_not_kept"))
    );
    let (status, _) = call(&emulator, "GET", "/v1/users", &Value::Null);
    assert_eq!(status, 500, "she is there, and could be gone later");
    assert_eq!(
        call(&emulator, "POST", "/_emulator/reset", &json!({})).0,
        500
    );
    create_user(&emulator, "eve@example.com");
    assert_eq!(paper.text(), before);

    paper.with(|sheet| sheet.is_full = false);
    let (status, users) = call(&emulator, "GET", "/v1/users", &Value::Null);
    assert_eq!(status, 200);
    assert_eq!(
        users[0]["email_addresses"][0]["email_address"],
        "eve@example.com"
    );
    let state = emulator.with_state(|_, state| all_of(state));
    assert_same(&read(paper.text().as_bytes()), &state);
}

#[test]
fn what_changes_nothing_writes_nothing() {
    let paper = Paper::default();
    let emulator = kept_on(&paper);
    let before = paper.text();
    for path in [
        "/v1/users",
        "/v1/users/user_x",
        "/_emulator/state",
        "/nowhere",
    ] {
        call(&emulator, "GET", path, &Value::Null);
    }
    assert_eq!(create_user(&emulator, "nobody").0, 422);
    assert_eq!(paper.text(), before);
}

#[test]
fn a_journal_is_written_anew_when_most_of_it_is_past() {
    let paper = Paper::default();
    let emulator = kept_on(&paper);
    let put = |byte: u8| {
        emulator.with_state(|_, state| {
            state.directory.pictures.put(Picture {
                id: "img_1".to_owned(),
                content: vec![byte; 250_000].into(),
            });
        });
    };
    (0..3).for_each(put);
    assert_eq!(paper.with(|sheet| sheet.written_anew), 1);
    assert!(paper.text().len() > 1_000_000);
    put(3);
    assert_eq!(paper.with(|sheet| sheet.written_anew), 2);
    assert!(paper.text().len() < 400_000);
    let state = emulator.with_state(|_, state| all_of(state));
    assert_same(&read(paper.text().as_bytes()), &state);
}

/// `format-1.jsonl` has every member of every part, and every variant. What it says has to be understood for good: a
/// member that is added needs `#[serde(default)]` here, and one in that file; in a release, `VERSION` is raised with it, and
/// what there was becomes a file of its own that is only read.
#[test]
fn the_format_is_what_it_was() {
    let text = include_str!("format-1.jsonl");
    let journal = Journal::read(text.as_bytes())
        .expect("a journal")
        .expect("a header");
    emulator().with_state(|_, state| {
        let known: BTreeSet<&str> = state.parts().iter().map(|(name, _)| *name).collect();
        let mut there = BTreeSet::new();
        for line in text.lines().skip(1) {
            let line: BTreeMap<&str, &RawValue> = serde_json::from_str(line).expect("a line");
            there.extend(line.into_keys());
        }
        assert_eq!(there, known, "every part stands in format-1.jsonl");
        state.replay(&journal).expect("it is still understood");
        let written = whole(journal.header, &state.parts()).expect("it can be written");
        assert_same(&written, text);
    });
}

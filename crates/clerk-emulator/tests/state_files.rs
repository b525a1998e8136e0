//! What an emulator holds is in a file, and the next one goes on with it.

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};

use clerk_emulator::{BuildError, Builder, Emulator, Seed, UserSeed};
use serde_json::{Value, json};
use support::{
    NOW, call, column, decode, delete, fine, get,
    page::{ORIGIN, ScriptedPage},
    post, text,
};

/// A file that is not there, in a directory of its own that goes when the test has passed.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("kept-{name}"));
        drop(fs::remove_dir_all(&directory));
        fs::create_dir_all(&directory).unwrap();
        Self(directory.join("state"))
    }

    fn builder(&self) -> Builder {
        Emulator::builder().state_file(&self.0)
    }

    fn start(&self) -> Emulator {
        self.builder().build().unwrap()
    }

    fn refused(&self, builder: Builder) -> String {
        match builder.build() {
            Err(BuildError::StateFile(problem)) => {
                let problem = problem.to_string();
                assert!(problem.contains(self.0.to_str().unwrap()), "{problem}");
                problem
            }
            other => panic!("{other:?}"),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(self.0.parent().unwrap()));
    }
}

#[test]
fn an_instance_goes_on_where_it_was() {
    let place = Place::new("whole");
    let emulator = place.start();
    for name in ["zoe", "kim", "eve"] {
        let email = [format!("{name}@example.com")];
        let body = json!({ "email_address": email, "password": "correct horse battery" });
        fine(post(&emulator, "/v1/users", body));
    }
    let zoe = emulator.user_id("zoe@example.com").unwrap();
    fine(delete(
        &emulator,
        &format!("/v1/users/{}", emulator.user_id("kim@example.com").unwrap()),
    ));
    fine(post(&emulator, "/v1/machines", json!({ "name": "robot" })));
    let restrictions = json!({ "allowlist": true });
    fine(call(
        &emulator,
        "PATCH",
        "/v1/instance/restrictions",
        Some(&restrictions),
    ));
    let hook = json!({ "url": "http://localhost:3000/hook", "secret": "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0" });
    fine(post(&emulator, "/_emulator/webhooks", hook));
    emulator.rotate_keys(true);
    let announced = emulator.announce_key();
    let page = ScriptedPage::open(&emulator);
    page.sign_in("zoe@example.com");
    let token = emulator.token().user("zoe@example.com").sign(NOW);
    let paths = [
        "/v1/users?limit=100",
        "/v1/users?limit=2&offset=1&order_by=%2Bemail_address",
        "/v1/organizations?include_members_count=true",
        "/v1/sessions?user_id=",
        "/v1/machines",
        "/v1/jwt_templates",
        "/v1/jwks",
        "/v1/instance",
        "/_emulator/mailbox",
    ];
    let look = |emulator: &Emulator| {
        let mut seen: Vec<Value> = Vec::new();
        for path in paths {
            let path = path.replace("user_id=", &format!("user_id={zoe}"));
            seen.push(fine(get(emulator, &path)));
        }
        let hooks = fine(get(emulator, "/_emulator/webhooks"));
        seen.push(hooks["endpoints"].clone());
        seen
    };
    let seen = look(&emulator);
    assert_eq!(seen[2]["total_count"], 1);
    let browser = page.browser.clone();
    drop(page);
    drop(emulator);

    let emulator = place.start();
    assert_eq!(look(&emulator), seen);
    let page = ScriptedPage {
        emulator: &emulator,
        browser,
        origin: ORIGIN,
        now: NOW,
    };
    assert_eq!(page.signed_in(), ["zoe@example.com"]);
    let session = text(&page.client()["sessions"][0], "id").to_owned();
    let path = format!("/v1/client/sessions/{session}/tokens");
    let fresh = fine(page.post(&path, &[]));
    let jwks = emulator.jwks_json();
    assert!(decode(text(&fresh, "jwt")).verifies(&jwks));
    assert!(decode(&token).verifies(&jwks));
    assert_eq!(decode(&token).header["kid"], emulator.key_id());
    assert_eq!(emulator.announce_key(), announced);
    let verify = format!("/v1/users/{zoe}/verify_password");
    fine(post(
        &emulator,
        &verify,
        json!({ "password": "correct horse battery" }),
    ));
    assert_eq!(
        post(&emulator, &verify, json!({ "password": "wrong horse" })).0,
        422
    );
    let machines = fine(get(&emulator, "/v1/machines"));
    let machine = text(&machines["data"][0], "id");
    fine(get(
        &emulator,
        &format!("/v1/machines/{machine}/secret_key"),
    ));
    assert_eq!(column(&machines, "name"), ["robot"]);
}

#[test]
fn what_was_half_written_was_never_said() {
    let place = Place::new("torn");
    let emulator = place.start();
    fine(post(
        &emulator,
        "/v1/users",
        json!({ "email_address": ["zoe@example.com"] }),
    ));
    drop(emulator);
    let whole = fs::read(&place.0).unwrap();
    fs::write(&place.0, [&whole[..], b"{\"users\":{\"0\":nu"].concat()).unwrap();
    let emulator = place.start();
    assert!(emulator.user_id("zoe@example.com").is_some());
    assert!(emulator.user_id("ada@example.com").is_some());
    drop(emulator);
    fs::write(&place.0, &whole[..whole.len() - 1]).unwrap();
    assert!(place.start().user_id("zoe@example.com").is_none());
}

#[test]
fn what_is_no_state_is_refused_and_left_alone() {
    let place = Place::new("foreign");
    drop(place.start());
    let state = fs::read_to_string(&place.0).unwrap();
    let header = state.lines().next().unwrap();
    let newer = header.replace("\"clerk_emulator_state\":1", "\"clerk_emulator_state\":2");
    assert_ne!(newer, header);
    let with = |line: &str| format!("{header}\n{{}}\n{line}\n");
    for (content, reason) in [
        (
            format!("{newer}\nwhatever comes then\n"),
            "version 2 of the format",
        ),
        ("{}\n".into(), "no state file"),
        ("[1]\n".into(), "no state file"),
        (header.into(), "no state file"),
        (with("{\"users\":{\"0\":{\"id\":"), "line 3 cannot be used"),
        (
            with("{\"users\":{\"0\":{}}}"),
            "line 3 cannot be used: users: missing field",
        ),
        (with("{\"friends\":{}}"), "this emulator has no friends"),
        (
            with("{\"keys\":{\"first\":\"\"}}"),
            "line 3 cannot be used: keys",
        ),
    ] {
        fs::write(&place.0, &content).unwrap();
        let problem = place.refused(place.builder());
        assert!(problem.contains(reason), "{problem}");
        assert_eq!(fs::read_to_string(&place.0).unwrap(), content);
    }
    for path in [place.0.parent().unwrap(), Path::new("")] {
        let builder = Emulator::builder().state_file(path);
        assert!(matches!(builder.build(), Err(BuildError::StateFile(_))));
    }

    fs::write(&place.0, "").unwrap();
    assert!(place.start().user_id("ada@example.com").is_some());
}

#[test]
fn nobody_else_has_the_file_meanwhile() {
    let place = Place::new("taken");
    let emulator = place.start();
    let problem = place.refused(place.builder());
    assert!(problem.contains("another emulator has it"), "{problem}");
    drop(emulator);
    place.start();
}

#[cfg(unix)]
#[test]
fn nobody_else_reads_the_file_and_a_link_stays_one() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new("private");
    fs::write(&place.0, "").unwrap();
    fs::set_permissions(&place.0, fs::Permissions::from_mode(0o644)).unwrap();
    let link = place.0.with_file_name("link");
    std::os::unix::fs::symlink(&place.0, &link).unwrap();
    let emulator = Emulator::builder().state_file(&link).build().unwrap();
    let problem = place.refused(place.builder());
    assert!(problem.contains("another emulator has it"), "{problem}");
    drop(emulator);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let mode = fs::metadata(&place.0).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_seed_is_for_a_new_file_and_for_a_reset() {
    let place = Place::new("seed");
    let seed = |email: &str| Seed::empty().user(UserSeed::new(email));
    let emulator = place
        .builder()
        .seed(seed("old@example.com"))
        .build()
        .unwrap();
    let key = emulator.key_id();
    emulator.rotate_keys(false);
    drop(emulator);

    let emulator = place
        .builder()
        .seed(seed("new@example.com"))
        .build()
        .unwrap();
    assert!(emulator.user_id("old@example.com").is_some());
    assert!(emulator.user_id("new@example.com").is_none());
    fine(post(
        &emulator,
        "/v1/users",
        json!({ "email_address": ["zoe@example.com"] }),
    ));
    fine(post(&emulator, "/_emulator/reset", json!({})));
    fine(post(
        &emulator,
        "/v1/users",
        json!({ "email_address": ["kim@example.com"] }),
    ));
    let new = emulator.user_id("new@example.com");
    drop(emulator);

    let emulator = place.start();
    assert_eq!(emulator.user_id("new@example.com"), new);
    assert!(emulator.user_id("kim@example.com").is_some());
    assert!(emulator.user_id("old@example.com").is_none());
    assert!(emulator.user_id("zoe@example.com").is_none());
    assert_eq!(emulator.key_id(), key, "the first key's name is for good");
}

#[test]
fn no_identifier_comes_twice() {
    let place = Place::new("ids");
    let mut known = std::collections::HashSet::new();
    for _ in 0..3 {
        let emulator = place.builder().deterministic(7).build().unwrap();
        for _ in 0..3 {
            // Of what nothing is kept of: these are not in the file.
            let (_, body) = get(&emulator, "/v1/users/user_nobody");
            assert!(
                known.insert(text(&body, "clerk_trace_id").to_owned()),
                "{body}"
            );
            let user = json!({ "skip_user_requirement": true });
            let user = fine(post(&emulator, "/v1/users", user));
            assert!(known.insert(text(&user, "id").to_owned()), "{user}");
        }
    }
}

#[test]
fn an_own_signing_key_has_to_be_given_again() {
    let own = include_str!("../src/keys/signing-3.pem");
    let place = Place::new("key");
    let emulator = place.builder().signing_key_pkcs8_pem(own).build().unwrap();
    let key = emulator.public_key_pem();
    drop(emulator);
    let problem = place.refused(place.builder());
    assert!(problem.contains("has to be given again"), "{problem}");
    let emulator = place.builder().signing_key_pkcs8_pem(own).build().unwrap();
    assert_eq!(emulator.public_key_pem(), key);
}

#[test]
fn pictures_are_where_the_emulator_is_now() {
    let place = Place::new("moved");
    drop(
        place
            .builder()
            .origin("http://127.0.0.1:4011")
            .build()
            .unwrap(),
    );
    let emulator = place
        .builder()
        .origin("http://127.0.0.1:4012")
        .build()
        .unwrap();
    let users = fine(get(&emulator, "/v1/users"));
    let organizations = fine(get(&emulator, "/v1/organizations"));
    for item in [&users[0], &users[1], &organizations["data"][0]] {
        let image = text(item, "image_url");
        assert!(
            image.starts_with("http://127.0.0.1:4012/images/"),
            "{image}"
        );
    }
}

#[test]
fn what_a_start_is_given_is_not_kept() {
    let place = Place::new("given");
    let given = || place.builder().webhook("http://localhost:3000/given");
    let emulator = given().build().unwrap();
    emulator.add_webhook("http://localhost:3000/added").unwrap();
    let urls = |emulator: &Emulator| {
        let hooks = fine(get(emulator, "/_emulator/webhooks"));
        let hooks = hooks["endpoints"].as_array().unwrap().clone();
        let urls = hooks.iter().map(|hook| text(hook, "url").to_owned());
        urls.collect::<Vec<_>>()
    };
    assert_eq!(urls(&emulator).len(), 2);
    drop(emulator);
    let emulator = place.start();
    assert_eq!(urls(&emulator), ["http://localhost:3000/added"]);
    drop(emulator);
    let emulator = given().build().unwrap();
    assert_eq!(urls(&emulator).len(), 2);
    emulator.remove_webhooks();
    drop(emulator);
    assert!(urls(&place.start()).is_empty());
}

use std::sync::Arc;

use clerk_jwks::VerifiedTokenCache;

use crate::{
    play::{Driver, Play},
    recipes::Keys,
    script::{self, Script},
};

const RECIPES: &str = include_str!("../scripts/tokens");

pub(crate) fn recipes() -> Vec<String> {
    let lines = RECIPES.lines().filter_map(|line| line.strip_prefix("let "));
    lines.map(str::to_owned).collect()
}

/// What is wrong with the script; nothing, if everything went as it says.
fn play(
    script: &Script,
    recipes: &[String],
    keys: &Arc<Keys>,
    cache: &Arc<VerifiedTokenCache>,
) -> Option<String> {
    let play = Play::of(script, recipes, keys);
    let name = &script.name;
    let by_hand = play.transcript(Driver::ByHand);
    for driver in [Driver::Async, Driver::Awaiting, Driver::Blocking] {
        let otherwise = play.transcript(driver);
        assert_eq!(otherwise, by_hand, "{name}: {driver:?}, and by hand");
    }
    // Filled by the first, and by the scripts before: with a key that is missing now, or another.
    let remembering = Play::of(script, recipes, keys).remembering(cache);
    for driver in [
        Driver::ByHand,
        Driver::Async,
        Driver::Awaiting,
        Driver::Blocking,
    ] {
        let otherwise = remembering.transcript(driver);
        assert_eq!(
            otherwise, by_hand,
            "{name}: {driver:?}, with tokens that came before"
        );
    }
    if by_hand == script.transcript {
        return None;
    }
    let happened = by_hand.join("\n  ");
    Some(format!("{name}: this happened instead:\n  {happened}\n"))
}

fn play_all(text: &str) {
    let (recipes, keys) = (recipes(), Keys::new());
    let cache = Arc::new(VerifiedTokenCache::new(1024));
    let scripts = script::read(text);
    assert!(!scripts.is_empty());
    let failures: Vec<String> = scripts
        .iter()
        .filter_map(|script| play(script, &recipes, &keys, &cache))
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

macro_rules! files {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                play_all(include_str!(concat!("../scripts/", stringify!($name))));
            }
        )*

        #[test]
        fn every_file_is_played() {
            let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts");
            let mut files: Vec<String> = std::fs::read_dir(directory)
                .expect("a directory")
                .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
                .filter(|name| name != "tokens")
                .collect();
            files.sort();
            assert_eq!(files, [$(stringify!($name)),*]);
        }
    };
}

files! {
    configuration
    cookies
    cross_origin
    dev_browser
    handshake
    header
    machine_scopes
    machines
    organizations
    origins
    outages
    redirect_loop
    refresh
    satellites
    suffixed_cookies
}

/// What cannot be checked says nothing about whoever sent it: nobody is signed in, or out.
#[test]
fn keys_that_have_to_be_awaited_are_a_mistake_where_nobody_waits() {
    let (recipes, keys) = (recipes(), Keys::new());
    let texts = [
        include_str!("../scripts/header"),
        include_str!("../scripts/cookies"),
    ];
    let scripts = texts.into_iter().flat_map(script::read);
    let mut refused = 0;
    for script in scripts.filter(|it| it.transcript.iter().any(|line| line == "<- found")) {
        let transcript = Play::of(&script, &recipes, &keys).transcript(Driver::BlockingUnawaited);
        let last = transcript.join("\n");
        let is_undecided = last.ends_with("== error token-verification-failed (Configuration)");
        assert!(!last.contains("== signed-in"), "{}:\n{last}", script.name);
        refused += usize::from(is_undecided);
    }
    assert!(refused > 10, "{refused}");
}

#[path = "../../../crates/clerk-jwks/src/token_cache/bucket.rs"]
mod bucket;
mod parts;

use std::sync::Arc;

use loom::{sync::Mutex, thread};

use self::bucket::Bucket;

/// A token, and what was said of it when it was put there.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Value(&'static str, u32);

const TAG: u32 = 7;
const OTHER_TAG: u32 = 8;

/// What had to give way.
fn insert<const PLACES: usize>(
    bucket: &Bucket<Value, PLACES>,
    tag: u32,
    value: Value,
) -> Option<Value> {
    let before = bucket.insert(tag, value, |other| other.0 == value.0);
    before.as_deref().copied()
}

fn find<const PLACES: usize>(
    bucket: &Bucket<Value, PLACES>,
    tag: u32,
    name: &str,
) -> Option<Value> {
    let found = bucket.find(tag, |value| value.0 == name)?;
    found.as_deref().copied()
}

/// Runs `one` beside `other` on a bucket that both have.
fn beside<const PLACES: usize, R: 'static, S>(
    bucket: &Arc<Bucket<Value, PLACES>>,
    one: fn(&Bucket<Value, PLACES>) -> R,
    other: impl FnOnce() -> S,
) {
    let shared = Arc::clone(bucket);
    let thread = thread::spawn(move || one(&shared));
    other();
    thread.join().unwrap();
}

#[test]
fn another_token_of_the_same_tag_is_never_found() {
    loom::model(|| {
        let bucket = Arc::new(Bucket::<Value, 1>::default());
        let write = |bucket: &Bucket<Value, 1>| {
            insert(bucket, TAG, Value("a", 1));
            insert(bucket, TAG, Value("b", 2));
        };
        beside(&bucket, write, || {
            for name in ["a", "b"] {
                let found = find(&bucket, TAG, name);
                assert!(found.is_none_or(|value| value.0 == name), "{found:?}");
            }
        });
        assert_eq!(find(&bucket, TAG, "a"), None);
        assert_eq!(find(&bucket, TAG, "b"), Some(Value("b", 2)));
    });
}

#[test]
fn tokens_that_there_is_room_for_are_all_found_afterwards() {
    loom::model(|| {
        let bucket = Arc::new(Bucket::<Value, 2>::default());
        let write = |bucket: &Bucket<Value, 2>| insert(bucket, TAG, Value("a", 1));
        beside(&bucket, write, || {
            insert(&bucket, OTHER_TAG, Value("b", 2));
        });
        assert_eq!(find(&bucket, TAG, "a"), Some(Value("a", 1)));
        assert_eq!(find(&bucket, OTHER_TAG, "b"), Some(Value("b", 2)));
        assert_eq!(bucket.len(), 2);
    });
}

#[test]
fn writers_who_share_a_place_hide_a_token_and_never_show_a_wrong_one() {
    loom::model(|| {
        let bucket = Arc::new(Bucket::<Value, 1>::default());
        let write = |bucket: &Bucket<Value, 1>| insert(bucket, TAG, Value("a", 1));
        beside(&bucket, write, || {
            insert(&bucket, OTHER_TAG, Value("b", 2));
        });
        for (tag, name) in [(TAG, "a"), (OTHER_TAG, "b")] {
            let found = find(&bucket, tag, name);
            assert!(found.is_none_or(|value| value.0 == name), "{found:?}");
        }
        insert(&bucket, TAG, Value("a", 3));
        assert_eq!(find(&bucket, TAG, "a"), Some(Value("a", 3)));
        assert_eq!(find(&bucket, OTHER_TAG, "b"), None);
    });
}

#[test]
fn what_is_said_of_a_token_last_is_what_is_found() {
    loom::model(|| {
        let bucket = Arc::new(Bucket::<Value, 3>::default());
        let write = |bucket: &Bucket<Value, 3>| insert(bucket, TAG, Value("a", 1));
        beside(&bucket, write, || insert(&bucket, TAG, Value("a", 2)));
        insert(&bucket, TAG, Value("a", 3));
        assert_eq!(find(&bucket, TAG, "a"), Some(Value("a", 3)));
    });
}

#[test]
fn whoever_holds_a_token_holds_it_whole_while_its_place_is_taken() {
    loom::model(|| {
        let bucket = Arc::new(Bucket::<Value, 1>::default());
        insert(&bucket, TAG, Value("a", 1));
        let write = |bucket: &Bucket<Value, 1>| insert(bucket, OTHER_TAG, Value("b", 2));
        beside(&bucket, write, || {
            let Some(held) = bucket.find(TAG, |value| value.0 == "a") else {
                return;
            };
            thread::yield_now();
            assert_eq!(held.as_deref(), Some(&Value("a", 1)));
        });
    });
}

#[test]
fn each_token_that_gives_way_does_so_once() {
    loom::model(|| {
        let bucket = Arc::new(Bucket::<Value, 1>::default());
        let before = Arc::new(Mutex::new(Vec::new()));
        let (shared, seen) = (Arc::clone(&bucket), Arc::clone(&before));
        let thread = thread::spawn(move || {
            let gave_way = insert(&shared, TAG, Value("a", 1));
            seen.lock().unwrap().extend(gave_way);
        });
        let gave_way = insert(&bucket, OTHER_TAG, Value("b", 2));
        before.lock().unwrap().extend(gave_way);
        thread.join().unwrap();
        let stayed = [(TAG, "a"), (OTHER_TAG, "b")].map(|(tag, name)| find(&bucket, tag, name));
        let gave_way = before.lock().unwrap().clone();
        assert_eq!(
            (gave_way.len(), bucket.len()),
            (1, 1),
            "{gave_way:?}, {stayed:?}"
        );
        assert!(!stayed.contains(&Some(gave_way[0])));
    });
}

#[test]
fn no_search_goes_uncounted() {
    loom::model(|| {
        let bucket = Arc::new(Bucket::<Value, 1>::default());
        let search = |bucket: &Bucket<Value, 1>| {
            bucket.count(find(bucket, TAG, "a").is_some());
        };
        beside(&bucket, search, || {
            insert(&bucket, TAG, Value("a", 1));
            search(&bucket);
        });
        assert_eq!(bucket.hits() + bucket.misses(), 2);
        assert!(bucket.hits() > 0);
    });
}

//! The committed catalogue and its overlay.

use std::path::PathBuf;

use clerk_catalogue::load;

fn catalogue() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../crates/clerk-api/catalogue"
    ))
}

#[test]
fn it_loads() {
    let api = load(
        &catalogue().join("2026-05-12"),
        &catalogue().join("overlay"),
    );
    let api = api.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(api.source.paths, 185);
    assert_eq!(api.operations().count(), 249);
}

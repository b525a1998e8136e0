#!/usr/bin/env bash
# rustfmt 1.9.0 of Rust 1.95.0, seen on 2026-11-30; known as rust-lang/rustfmt#6267
#
# A macro may give a meaning to a foreign `static` with a value: wasm-bindgen's `static_string` has the text of a
# JavaScript string there.
#
# Expected: `rustfmt` changes the form of a program, never what it says, or leaves alone what it cannot write.
# Instead:  it deletes the value without a word, and the program no longer compiles.
# Until then: put `#[rustfmt::skip]` on the block, or make the string at run time.

set -euo pipefail

command -v rustfmt >/dev/null || { echo "skipped: rustfmt is not installed"; exit 77; }
version=$(rustfmt --version)
case $version in
    "rustfmt 1.9.0"*) ;;
    *) echo "skipped: this is about rustfmt 1.9.0, and here is $version"; exit 77 ;;
esac

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >probe.rs <<'RUST'
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, static_string)]
    static DONE: JsString = "done";
}
RUST

cat >expected <<'RUST'
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, static_string)]
    static DONE: JsString;
}
RUST

rustfmt --edition 2024 probe.rs || echo "// rustfmt ended with status $?" >>probe.rs
cat probe.rs
if diff expected probe.rs >difference; then
    echo "still so: $version deletes the value of a foreign static"
else
    cat difference
    echo "changed: $version no longer answers as described"
    exit 1
fi

//! The project's own chores: checks, benchmarks and conformance runs.
fn main() {}

//! The generated code against the catalogue, for every operation and every model.
//!
//! `generated/` has a call of each operation and a reader of each model. What a call has to send and
//! what a reader has to cope with is made from the catalogue alone, without a look at any template.

mod answers;
mod events;
mod expected;
mod fakes;
mod generated {
    pub(crate) mod calls;
    pub(crate) mod readers;
}
mod names;
mod requests;

use std::path::Path;

use clerk_catalogue::ir::Api;

fn api() -> Api {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/clerk-api/catalogue");
    let version = catalogue.join(clerk_api::API_VERSION);
    clerk_catalogue::load(&version, &catalogue.join("overlay")).unwrap()
}

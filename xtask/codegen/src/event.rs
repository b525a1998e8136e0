//! The data of events: one variant for each type.

use std::collections::BTreeSet;

use clerk_catalogue::ir::Api;

use crate::File;
use crate::source::Source;

pub(crate) fn data(api: &Api) -> File {
    let models: BTreeSet<&str> = api.events.iter().map(|event| event.data.as_str()).collect();
    let models: Vec<&str> = models.into_iter().collect();
    let mut source = Source::default();
    source.push("use super::event_data;");
    let models = models.join(", ");
    source.push(format_args!("use clerk_api::models::{{{models}}};\n"));
    source.push("event_data! {");
    for event in &api.events {
        let (wire, data) = (&event.wire, &event.data);
        let doc = event.doc.as_deref().unwrap_or_default();
        source.doc(4, format!("`{wire}`. {doc}").trim_end());
        source.push(format_args!("    {}({data}) = {wire:?},", event.ident()));
    }
    source.push("}");
    File::new("crates/clerk-webhooks/src/events/generated/data.rs", source)
}

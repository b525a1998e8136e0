//! The accessors of the facade: one for each group.

use clerk_catalogue::ir::Api;

use crate::model::upper_camel;
use crate::source::Source;
use crate::{File, prose};

pub(crate) fn accessors(api: &Api) -> File {
    let mut source = Source::default();
    source.push("/// What a `Clerk` calls the groups of operations.");
    source.push("macro_rules! accessors { ($clerk:ty, $client:ty) => { impl $clerk {");
    for group in &api.groups {
        let (name, feature) = (&group.name, &group.feature);
        let handle = format!("clerk_api::{name}::{}", upper_camel(name));
        let doc = prose::group(group).replace("(crate::", "(clerk_api::");
        source.doc(12, &doc);
        source.push(format_args!("#[cfg(feature = {feature:?})]"));
        source.push(format_args!(
            "pub fn {name}(&self) -> {handle}<&$client> {{"
        ));
        source.push(format_args!("{handle}::new(self.client()) }}\n"));
    }
    source.push("} }; }\n\npub(crate) use accessors;");
    File::new("crates/clerk-sdk/src/accessors.rs", source)
}

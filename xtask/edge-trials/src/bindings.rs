/// What a Worker is told of the world, by names.
pub(crate) type Bindings<'b> = &'b [(&'b str, &'b str)];

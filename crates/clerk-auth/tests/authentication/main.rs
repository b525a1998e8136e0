//! Requests of every sort, and who they come from.

mod play;
mod properties;
mod recipes;
mod script;
mod scripts;
mod setup;
mod token_classes;

//! Requests of every sort, and who they come from.

mod awaited;
mod limits;
mod places;
mod play;
mod properties;
mod recipes;
mod script;
mod scripts;
mod secrets;
mod setup;
mod time_passes;
mod token_classes;

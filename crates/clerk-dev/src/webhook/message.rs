//! What messages are called.

use std::hash::{BuildHasher as _, RandomState};

use clap::{Args, builder::NonEmptyStringValueParser};

/// What a message is called.
#[derive(Debug, Args)]
pub(super) struct MessageId {
    /// What the message is called, the same however often it is sent [default: made up]
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    id: Option<String>,
}

impl MessageId {
    pub(super) fn given_or_new(&self) -> String {
        self.id.clone().unwrap_or_else(made_up)
    }
}

/// `msg_` and 27 characters. Two of them have to differ, and nobody need be unable to guess them.
fn made_up() -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let random = RandomState::new();
    let mut id = "msg_".to_owned();
    for place in 0..27 {
        let index = random.hash_one(place) % ALPHABET.len() as u64;
        id.extend(ALPHABET.get(index as usize).map(|&byte| char::from(byte)));
    }
    id
}

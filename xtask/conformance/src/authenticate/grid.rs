//! Every row of every table, one at a time: what chance would leave out.

mod configurations;
mod cookies;
mod handshakes;
mod headers;
mod places;

use super::{draft::Draft, token::Mint};

pub(super) use self::{
    configurations::CONFIGURATIONS,
    handshakes::{HANDSHAKES, NONCES, REFRESHES, directives, nonce, refresh},
    headers::{ACCEPTED, AUTHORIZATIONS, bearers},
    places::{FORWARDED, ORGANIZATIONS, PATHS, QUERIES, REFERRERS},
};

pub(super) fn all(mint: &Mint) -> Vec<Draft> {
    let mut drafts = Vec::new();
    cookies::all(mint, &mut drafts);
    headers::all(mint, &mut drafts);
    handshakes::all(mint, &mut drafts);
    places::all(mint, &mut drafts);
    configurations::all(mint, &mut drafts);
    drafts
}

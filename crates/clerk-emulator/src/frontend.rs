//! What browsers come to: the handshake, and pages that stand in for Clerk's hosted ones.

pub(crate) mod api;
mod handshake;
mod html;
mod images;
mod interstitial;
mod mailbox;
mod oauth;
mod provider;
mod return_url;
mod scripts;
mod sign_in;
mod status;
mod tickets;

use crate::route::{Handled, Route};

/// The operations of the Backend API that serve pages.
pub(crate) static HANDLERS: [&[Handled]; 1] = [interstitial::HANDLERS];

/// All others, a table for each module.
pub(crate) static TABLES: [&[Route]; 10] = [
    handshake::ROUTES,
    sign_in::ROUTES,
    interstitial::ROUTES,
    images::ROUTES,
    scripts::ROUTES,
    oauth::ROUTES,
    provider::ROUTES,
    status::ROUTES,
    tickets::ROUTES,
    mailbox::ROUTES,
];

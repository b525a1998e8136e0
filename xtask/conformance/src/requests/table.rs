//! What is compared: calls of the SDK, and what we send for the same.

use clerk_http::{Operation, Settings};
use serde_json::Value;

use super::sent::Sent;
use crate::outcome::Stopped;

/// A call of the SDK beside what we send instead.
#[derive(Debug)]
pub(super) struct Row {
    /// The method, as in `users.getUserList`.
    pub(super) method: &'static str,
    /// What it is called with.
    pub(super) arguments: Value,
    /// The ids of our operations.
    pub(super) operations: Vec<&'static str>,
    pub(super) ours: Vec<Sent>,
}

#[derive(Debug)]
pub(super) struct Table {
    settings: Settings,
    pub(super) rows: Vec<Row>,
    /// Operations that make no request.
    pub(super) failures: Vec<String>,
}

impl Table {
    pub(super) const SECRET_KEY: &str = "sk_test_conformance";
    pub(super) const MACHINE_SECRET_KEY: &str = "ak_conformance";

    pub(super) fn new() -> Result<Self, Stopped> {
        let settings = Settings::builder()
            .secret_key(Self::SECRET_KEY.parse()?)
            .machine_secret_key(Self::MACHINE_SECRET_KEY.parse()?)
            .build()?;
        Ok(Self {
            settings,
            rows: Vec::new(),
            failures: Vec::new(),
        })
    }

    /// A method that is one operation of ours.
    pub(super) fn row(&mut self, method: &'static str, arguments: Value, ours: impl Operation) {
        self.rows.push(Row {
            method,
            arguments,
            operations: Vec::new(),
            ours: Vec::new(),
        });
        self.also(ours);
    }

    /// One more operation that the method of the last row is.
    pub(super) fn also<O: Operation>(&mut self, ours: O) {
        let sent = self
            .settings
            .request(&ours)
            .map(|request| Sent::of(&request));
        let Some(row) = self.rows.last_mut() else {
            return;
        };
        row.operations.push(O::ID);
        match sent {
            Ok(sent) => row.ours.push(sent),
            Err(error) => self.failures.push(format!("{}: {error}", O::ID)),
        }
    }
}

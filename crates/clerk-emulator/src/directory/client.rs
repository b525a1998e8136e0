use std::fmt;

use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Directory, Key, Record, Session, SessionStatus};
use crate::ids::Ids;

/// What the instance knows of one browser.
///
/// No cookie of the instance's own host reaches it from an application in development, so a token
/// names the browser instead (`__clerk_db_jwt`).
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) token: String,
    /// Whoever has it and an expired token of the session gets a new token.
    pub(crate) refresh_token: String,
    /// The latest session, ended or not.
    pub(crate) session_id: Option<String>,
    /// When the browser last got a session token.
    pub(crate) renewed_at: Option<UnixTime>,
    /// The expired tokens that others were given for.
    pub(crate) spent: Vec<String>,
    pub(crate) created_at: UnixTime,
}

impl Record for Client {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Secret, &self.token);
        add(Key::Refresh, &self.refresh_token);
    }
}

/// Cookies that wait for the application's server to fetch them, once.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Handshake {
    pub(crate) nonce: String,
    pub(crate) directives: Vec<String>,
    pub(crate) expires_at: UnixTime,
}

impl Record for Handshake {
    fn id(&self) -> &str {
        &self.nonce
    }
}

impl Client {
    fn new(id: String, session_id: Option<String>, ids: &mut Ids) -> Self {
        Self {
            id,
            token: ids.object("dvb_"),
            refresh_token: ids.object("rt_"),
            session_id,
            renewed_at: None,
            spent: Vec::new(),
            created_at: ids.time(),
        }
    }
}

impl Directory {
    /// The API's client object. Its sessions are those that are active.
    pub(crate) fn client_json(&self, client: &Client, now: UnixTime) -> Value {
        let sessions = self.sessions.by(Key::Client, &client.id);
        let active = sessions.filter(|session| session.status(now) == SessionStatus::Active);
        let active: Vec<&Session> = active.collect();
        let ids: Vec<&str> = active.iter().map(|session| &*session.id).collect();
        let bodies: Vec<Value> = active
            .iter()
            .map(|session| self.session_json(session, now))
            .collect();
        let last = self.active_session(client, now).or(active.last().copied());
        let updated_at = active.last().map(|session| session.created_at);
        json!({
            "object": "client",
            "id": client.id,
            "session_ids": ids,
            "sessions": bodies,
            "sign_in_id": null,
            "sign_up_id": null,
            "last_active_session_id": last.map(|session| &session.id),
            "last_authentication_strategy": null,
            "updated_at": updated_at.unwrap_or(client.created_at).as_millis(),
            "created_at": client.created_at.as_millis(),
        })
    }

    pub(crate) fn client(&self, token: &str) -> Option<&Client> {
        self.clients.by(Key::Secret, token).next()
    }

    /// The browser that `token` names, or a new one.
    pub(crate) fn client_or_new(&mut self, token: Option<&str>, ids: &mut Ids) -> Client {
        if let Some(client) = token.and_then(|token| self.client(token)) {
            return client.clone();
        }
        let client = Client::new(ids.object("client_"), None, ids);
        self.clients.put(client.clone());
        client
    }

    /// The browser that a session is on.
    pub(crate) fn client_of(&mut self, session: &Session, ids: &mut Ids) -> Client {
        if let Some(client) = self.clients.get(&session.client_id) {
            return client.clone();
        }
        let client = Client::new(session.client_id.clone(), Some(session.id.clone()), ids);
        self.clients.put(client.clone());
        client
    }

    /// Remembers that a browser got a session token.
    pub(crate) fn note_renewal(&mut self, id: &str, now: UnixTime) {
        self.clients
            .update(id, |client| client.renewed_at = Some(now));
    }

    /// Starts a session on a browser on which none is active.
    pub(crate) fn sign_in(
        &mut self,
        client: &Client,
        user_id: &str,
        now: UnixTime,
        ids: &mut Ids,
    ) -> Session {
        let organization = self.last_joined(user_id).map(str::to_owned);
        let place = (client.id.clone(), organization);
        let session = self.start_session(place, user_id, now, ids);
        let refresh_token = ids.object("rt_");
        self.clients.update(&client.id, |client| {
            client.session_id = Some(session.id.clone());
            client.refresh_token = refresh_token;
            client.renewed_at = None;
        });
        session
    }

    /// Ends the session that is active on a browser, and says which it was.
    pub(crate) fn sign_out(&mut self, client: &Client, now: UnixTime) -> Option<Session> {
        let id = client.session_id.as_deref()?;
        let end = |session: &mut Session| {
            let ended = session.end(SessionStatus::Ended, now);
            ended.then(|| session.clone())
        };
        self.sessions.update(id, end).flatten()
    }

    /// The session that is active on a browser.
    pub(crate) fn active_session(&self, client: &Client, now: UnixTime) -> Option<&Session> {
        self.session(client.session_id.as_deref()?)
            .filter(|session| session.status(now) == SessionStatus::Active)
    }

    /// The sessions that are active on a browser, oldest first.
    pub(crate) fn sessions_on(
        &self,
        client_id: &str,
        now: UnixTime,
    ) -> impl DoubleEndedIterator<Item = &Session> {
        self.sessions
            .by(Key::Client, client_id)
            .filter(move |session| session.status(now) == SessionStatus::Active)
    }

    /// Ends a session, and has its browser go on in another that is active there. It says what became
    /// of the session if it was active.
    pub(crate) fn end_session(
        &mut self,
        id: &str,
        status: SessionStatus,
        now: UnixTime,
    ) -> Option<Session> {
        let end = |session: &mut Session| session.end(status, now).then(|| session.clone());
        let ended = self.sessions.update(id, end).flatten()?;
        let next = self.sessions_on(&ended.client_id, now).next_back();
        let next = next.map_or(&ended.id, |session| &session.id).clone();
        self.clients.update(&ended.client_id, |client| {
            if client.session_id.as_ref() == Some(&ended.id) {
                client.session_id = Some(next);
            }
        });
        Some(ended)
    }

    /// The cookies that this nonce stands for; nobody gets them again.
    pub(crate) fn redeem(&mut self, nonce: &str, now: UnixTime) -> Option<Handshake> {
        self.handshakes
            .remove_if(|handshake| handshake.expires_at <= now);
        self.handshakes.remove(nonce)
    }
}

/// Without the tokens.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

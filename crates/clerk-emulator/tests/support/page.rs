//! A page with clerk-js in it, as far as the Frontend API sees one.

use bytes::Bytes;
use clerk_core::UnixTime;
use clerk_emulator::Emulator;
use http::{HeaderMap, Request, Response, header};
use serde_json::Value;

use super::NOW;

pub(crate) const ORIGIN: &str = "http://localhost:3000";

/// One browser's page: it says which browser it is as clerk-js does.
#[derive(Clone)]
pub(crate) struct ScriptedPage<'e> {
    pub(crate) emulator: &'e Emulator,
    pub(crate) browser: String,
    pub(crate) origin: &'static str,
    pub(crate) now: UnixTime,
}

impl<'e> ScriptedPage<'e> {
    /// On a browser that was never anywhere.
    pub(crate) fn open(emulator: &'e Emulator) -> Self {
        let mut page = Self {
            emulator,
            browser: String::new(),
            origin: ORIGIN,
            now: NOW,
        };
        let (status, body) = page.post("/v1/dev_browser", &[]);
        assert_eq!(status, 200, "{body}");
        page.browser = text(&body["id"]);
        page
    }

    pub(crate) fn send(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Response<Bytes> {
        let (verb, meant) = match method {
            "GET" | "POST" => (method, String::new()),
            other => ("POST", format!("&_method={other}")),
        };
        let mark = if path.contains('?') { '&' } else { '?' };
        let browser = match self.browser.as_str() {
            "" => String::new(),
            token => format!("&__clerk_db_jwt={token}"),
        };
        let uri = format!("{path}{mark}_clerk_js_version=6.40.0{meant}{browser}");
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let request = Request::builder()
            .method(verb)
            .uri(uri)
            .header(header::ORIGIN, self.origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.finish().into())
            .unwrap();
        let answer = self.emulator.handle(request, self.now);
        answer.into_response().expect("a response")
    }

    pub(crate) fn call(&self, method: &str, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let response = self.send(method, path, form);
        let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        (response.status().as_u16(), body)
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, &[])
    }

    pub(crate) fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        self.call("POST", path, form)
    }

    /// What a call brings that has to succeed.
    #[track_caller]
    pub(crate) fn ok(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Value {
        let (status, body) = self.call(method, path, form);
        assert_eq!(status, 200, "{method} {path}: {body}");
        body["response"].clone()
    }

    /// The status and the code of a refusal, with the input it blames.
    #[track_caller]
    pub(crate) fn refused(&self, method: &str, path: &str, form: &[(&str, &str)]) -> String {
        let (status, body) = self.call(method, path, form);
        let error = &body["errors"][0];
        let param = text(&error["meta"]["param_name"]);
        format!("{status} {} {param}", text(&error["code"]))
            .trim()
            .to_owned()
    }

    /// Signs in with a code, which everybody can.
    #[track_caller]
    pub(crate) fn sign_in(&self, email: &str) -> String {
        let form = [("identifier", email), ("strategy", "email_code")];
        let sign_in = self.ok("POST", "/v1/client/sign_ins", &form);
        let path = format!(
            "/v1/client/sign_ins/{}/attempt_first_factor",
            text(&sign_in["id"])
        );
        let form = [("strategy", "email_code"), ("code", "424242")];
        let sign_in = self.ok("POST", &path, &form);
        assert_eq!(sign_in["status"], "complete", "{sign_in}");
        text(&sign_in["created_session_id"])
    }

    /// The client as the page would load it.
    #[track_caller]
    pub(crate) fn client(&self) -> Value {
        self.ok("GET", "/v1/client", &[])
    }

    /// Who is signed in, by session.
    #[track_caller]
    pub(crate) fn signed_in(&self) -> Vec<String> {
        let client = self.client();
        let sessions = client["sessions"].as_array().cloned().unwrap_or_default();
        let email = |session: &Value| text(&session["user"]["email_addresses"][0]["email_address"]);
        sessions.iter().map(email).collect()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(crate) fn field(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).map(|value| value.to_str().unwrap());
    value.unwrap_or_default().to_owned()
}

/// The messages that were sent to an address, newest first.
pub(crate) fn mailbox(emulator: &Emulator, to: &str) -> Vec<Value> {
    let (status, body) = super::get(emulator, &format!("/_emulator/mailbox?to={to}"));
    assert_eq!(status, 200, "{body}");
    let messages = body["messages"].as_array().unwrap();
    messages.iter().rev().cloned().collect()
}

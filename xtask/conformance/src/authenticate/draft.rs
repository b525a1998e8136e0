//! A question in the making.

use serde_json::{Value, json};

use crate::signer::PEM;

use super::{
    api,
    instance::Instance,
    question::{Options, Question, Request},
    token::{Mint, NOW, Token},
};

pub(crate) const ORIGIN: &str = "https://example.com";
pub(crate) const SATELLITE: &str = "satellite.example.net";

#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) instance: Instance,
    pub(crate) now_ms: i64,
    pub(crate) method: &'static str,
    pub(crate) origin: String,
    /// With the slash.
    pub(crate) path: String,
    /// Parts of the query, as they are written.
    pub(crate) query: Vec<String>,
    pub(crate) headers: Vec<(String, String)>,
    /// Parts of the cookie header, as they are written.
    pub(crate) cookies: Vec<String>,
    pub(crate) options: Options,
    pub(crate) treat_pending_as_signed_out: Option<bool>,
    pub(crate) has: Vec<Value>,
    pub(crate) story: Vec<&'static str>,
}

impl Draft {
    /// A browser opens a page, and nobody is signed in.
    pub(crate) fn navigation(instance: Instance) -> Self {
        Self {
            instance,
            now_ms: NOW * 1000,
            method: "GET",
            origin: ORIGIN.to_owned(),
            path: "/dashboard".to_owned(),
            query: Vec::new(),
            headers: vec![("sec-fetch-dest".to_owned(), "document".to_owned())],
            cookies: Vec::new(),
            options: Options {
                publishable_key: Some(instance.publishable_key()),
                secret_key: Some(instance.secret_key(api::GOOD)),
                jwt_key: Some(PEM.to_owned()),
                ..Options::default()
            },
            treat_pending_as_signed_out: None,
            has: Vec::new(),
            story: Vec::new(),
        }
    }

    /// A browser opens a page, and somebody is signed in.
    pub(crate) fn visit(instance: Instance, mint: &Mint) -> Self {
        let mut draft = Self::navigation(instance);
        draft.browser();
        draft.session(&Token::session(instance).sign(mint));
        draft.client_uat("1799999000");
        draft
    }

    /// A program calls with a token.
    pub(crate) fn call(instance: Instance, token: &str) -> Self {
        let mut draft = Self::navigation(instance);
        draft.headers.clear();
        draft.header("authorization", &format!("Bearer {token}"));
        draft
    }

    /// Turns the application into a satellite with its own domain.
    pub(crate) fn satellite(&mut self) {
        self.origin = format!("https://{SATELLITE}");
        self.options.is_satellite = Some(true);
        self.options.domain = Some(SATELLITE.to_owned());
        self.options.sign_in_url = Some("https://example.com/sign-in".to_owned());
    }

    /// Turns the application into a satellite behind a proxy.
    pub(crate) fn proxied_satellite(&mut self) {
        self.satellite();
        self.options.domain = None;
        self.options.proxy_url = Some(format!("https://{SATELLITE}/__clerk"));
    }

    /// The development instance knows this browser.
    pub(crate) fn browser(&mut self) {
        if self.instance == Instance::Development {
            self.both("__clerk_db_jwt", "dvb_1");
        }
    }

    pub(crate) fn session(&mut self, token: &str) {
        self.both("__session", token);
    }

    pub(crate) fn client_uat(&mut self, value: &str) {
        self.both("__client_uat", value);
    }

    /// As the Frontend API sets it today: once for the instance, once for older SDKs.
    pub(crate) fn both(&mut self, name: &str, value: &str) {
        self.plain(name, value);
        self.suffixed(name, value);
    }

    pub(crate) fn plain(&mut self, name: &str, value: &str) {
        self.cookies.push(format!("{name}={value}"));
    }

    pub(crate) fn suffixed(&mut self, name: &str, value: &str) {
        let name = self.instance.suffixed(name);
        self.cookies.push(format!("{name}={value}"));
    }

    /// Takes away both forms of a cookie.
    pub(crate) fn forget(&mut self, name: &str) {
        let (plain, suffixed) = (
            format!("{name}="),
            format!("{}=", self.instance.suffixed(name)),
        );
        self.cookies
            .retain(|cookie| !cookie.starts_with(&plain) && !cookie.starts_with(&suffixed));
    }

    pub(crate) fn header(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn drop_header(&mut self, name: &str) {
        self.headers.retain(|(known, _)| known != name);
    }

    pub(crate) fn ask(&mut self, part: &str) {
        self.query.push(part.to_owned());
    }

    pub(crate) fn accepts(&mut self, tokens: Value) {
        self.options.accepts_token = Some(tokens);
    }

    /// Keys come from the Backend API.
    pub(crate) fn keys_from_api(&mut self) {
        self.options.jwt_key = None;
    }

    /// An empty list is left out: it is not the same as an empty one.
    pub(crate) fn organizations(&mut self, organization: &[&str], personal: &[&str]) {
        let lists = [
            ("organization_patterns", organization),
            ("personal_account_patterns", personal),
        ];
        let given = lists.into_iter().filter(|(_, list)| !list.is_empty());
        let given = given.map(|(name, list)| (name.to_owned(), json!(list)));
        self.options.organization_sync_options = Some(Value::Object(given.collect()));
    }

    pub(crate) fn tell(&mut self, story: &'static str) {
        self.story.push(story);
    }

    pub(crate) fn finish(self) -> Question {
        let mut headers = self.headers;
        if !self.cookies.is_empty() {
            headers.push(("cookie".to_owned(), self.cookies.join("; ")));
        }
        // What stands around a value does not arrive.
        for (_, value) in &mut headers {
            *value = value.trim().to_owned();
        }
        let mut url = format!("{}{}", self.origin, self.path);
        for (index, part) in self.query.iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.push_str(part);
        }
        Question {
            id: 0,
            now: self.now_ms as f64 / 1000.0,
            request: Request {
                method: self.method.to_owned(),
                url,
                headers,
            },
            options: self.options,
            treat_pending_as_signed_out: self.treat_pending_as_signed_out,
            has: self.has,
            story: self.story,
        }
    }
}

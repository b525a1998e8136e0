//! One question to both programs: a request, the time, and how it is to be authenticated.

use serde::Serialize;
use serde_json::Value;

use super::token::Token;

/// A line of `clerk-dev request authenticate --batch`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Question {
    pub(crate) id: usize,
    /// Seconds.
    pub(crate) now: f64,
    pub(crate) request: Request,
    pub(crate) options: Options,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) treat_pending_as_signed_out: Option<bool>,
    /// What `has()` is asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) has: Vec<Value>,
    /// How the question came to be.
    #[serde(skip)]
    pub(crate) story: Vec<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// `None` leaves an option out.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) publishable_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) jwt_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) machine_secret_key: Option<String>,
    /// Which the SDK does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) machine_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_satellite: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proxy_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sign_in_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sign_up_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) satellite_auto_sync: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) accepts_token: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authorized_parties: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) audience: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clock_skew_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organization_sync_options: Option<Value>,
}

impl Question {
    pub(crate) fn to_line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// All values of a header.
    pub(crate) fn header<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        let headers = self.request.headers.iter();
        headers
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether it comes from a browser that goes to a page.
    pub(crate) fn loads_page(&self) -> bool {
        let first = |name: &str| self.header(name).next().map(str::to_owned);
        let loads_page = match first("sec-fetch-dest") {
            Some(destination) => matches!(destination.as_str(), "document" | "iframe"),
            None => first("accept").is_some_and(|accept| accept.starts_with("text/html")),
        };
        self.request.method == "GET" && loads_page
    }

    /// The first cookie of a name, as it is written.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies(name).next()
    }

    /// All cookies of a name, as they are written.
    pub(crate) fn cookies<'q, 'n>(
        &'q self,
        name: &'n str,
    ) -> impl Iterator<Item = &'q str> + use<'q, 'n> {
        let parts = self.header("cookie").flat_map(|header| header.split(';'));
        let pairs = parts.filter_map(|part| part.split_once('='));
        pairs
            .filter(move |(known, _)| known.trim() == name)
            .map(|(_, value)| value.trim())
    }

    /// Replaces all cookies of a name by one, or by none.
    pub(crate) fn set_cookie(&mut self, name: &str, value: Option<&str>) {
        for (header, cookies) in &mut self.request.headers {
            if header != "cookie" {
                continue;
            }
            let is_other = |part: &&str| part.split('=').next().map(str::trim) != Some(name);
            let mut parts: Vec<String> = cookies
                .split(';')
                .filter(is_other)
                .map(|part| part.trim().to_owned())
                .collect();
            parts.extend(value.map(|value| format!("{name}={value}")));
            *cookies = parts.join("; ");
        }
    }

    /// The first parameter of a name, as it is written.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.request.url.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// The tokens that came in the header, or as session cookies.
    pub(crate) fn tokens(&self) -> Vec<Token> {
        let words = self
            .header("authorization")
            .flat_map(|header| header.split(' '));
        let cookies = self.header("cookie").flat_map(|header| header.split(';'));
        let values = cookies
            .filter_map(|part| part.split_once('='))
            .map(|(_, value)| value.trim());
        words.chain(values).filter_map(Token::read).collect()
    }
}

//! A request as somebody has copied it from somewhere.

use std::str;

use clerk::auth::{PendingSessions, RequestHead};

use super::{
    batch::{self, Question},
    checks::Check,
    options::Options,
};
use crate::{
    batch::{Object, read},
    members::Now,
};

/// A request, and what came with it.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) request: Request,
    pub(super) now: Option<Now>,
    pub(super) options: Option<Options>,
    pub(super) pending_sessions: Option<PendingSessions>,
    pub(super) checks: Option<Vec<Check>>,
}

/// A request's head.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Request {
    method: String,
    target: String,
    scheme: Option<String>,
    headers: Vec<(String, Vec<u8>)>,
}

impl Given {
    /// Reads the JSON object of the batch contract, or a head.
    pub(super) fn read(input: &[u8]) -> Result<Self, String> {
        if !input.trim_ascii_start().starts_with(b"{") {
            return Ok(Self {
                request: Request::read(input)?,
                now: None,
                options: None,
                pending_sessions: None,
                checks: None,
            });
        }
        let text = str::from_utf8(input).map_err(|_| "the JSON is not UTF-8".to_owned())?;
        // Within strings JSON has no line breaks.
        let question: Question = read(&text.replace(['\n', '\r'], " "))?;
        Ok(Self {
            now: question.now,
            pending_sessions: Some(question.pending_sessions()),
            request: question.request.0.into(),
            options: question.options.map(|Object(options)| options),
            checks: question.has,
        })
    }
}

impl From<batch::Request> for Request {
    fn from(request: batch::Request) -> Self {
        let headers = request.headers.into_iter();
        Self {
            method: request.method.unwrap_or_else(|| "GET".to_owned()),
            target: request.url,
            scheme: None,
            headers: headers.map(|(n, v)| (n, v.into_bytes())).collect(),
        }
    }
}

const FORMS: &str = "give the request's head, which begins as `GET /path HTTP/1.1` and has one \
                     header a line, or a JSON object (see --help)";

impl Request {
    /// What authentication reads of it.
    pub(super) fn head(&self) -> RequestHead<'_> {
        let head = RequestHead::new(&self.method, &self.target);
        let head = match &self.scheme {
            Some(scheme) => head.scheme(scheme),
            None => head,
        };
        let headers = self.headers.iter();
        headers.fold(head, |head, (name, value)| head.header(name, value))
    }

    /// Reads a head (RFC 9112 §2.1) as network views and `curl -v` show it.
    ///
    /// Lines are named by their number alone in errors: they may hold tokens.
    fn read(input: &[u8]) -> Result<Self, String> {
        let mut request = Self::default();
        for (number, line) in head_lines(input) {
            let problem = || format!("line {number} is no header; one looks like `Name: value`");
            if request.method.is_empty() && !line.starts_with(b":") {
                request.read_request_line(line).ok_or(FORMS)?;
                continue;
            }
            let (mark, rest) = match line.strip_prefix(b":") {
                Some(rest) => (":", rest),
                None => ("", line),
            };
            let colon = rest.iter().position(|byte| *byte == b':');
            let (name, value) = rest.split_at(colon.ok_or_else(problem)?);
            let name = str::from_utf8(name).ok().filter(|name| is_token(name));
            let name = name.ok_or_else(problem)?;
            let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
            if mark.is_empty() {
                request.headers.push((name.to_owned(), value.to_owned()));
            } else {
                let value = str::from_utf8(value).map_err(|_| problem())?;
                request.read_pseudo_header(name, value);
            }
        }
        if request.method.is_empty() || request.target.is_empty() {
            return Err(FORMS.to_owned());
        }
        Ok(request)
    }

    fn read_request_line(&mut self, line: &[u8]) -> Option<()> {
        let mut words = str::from_utf8(line).ok()?.split_ascii_whitespace();
        let method = words.next().filter(|method| is_token(method))?;
        let target = words.next()?;
        let version = words.next().unwrap_or("HTTP/1.1");
        if !version.starts_with("HTTP/") || words.next().is_some() {
            return None;
        }
        // Browsers speak it over TLS alone.
        let is_later = version.starts_with("HTTP/2") || version.starts_with("HTTP/3");
        self.scheme = is_later.then(|| "https".to_owned());
        self.method = method.to_owned();
        self.target = target.to_owned();
        Some(())
    }

    /// What HTTP/2 has in place of a request line (RFC 9113 §8.3.1).
    fn read_pseudo_header(&mut self, name: &str, value: &str) {
        let value = value.to_owned();
        match name {
            "method" => self.method = value,
            "path" => self.target = value,
            "scheme" => self.scheme = Some(value),
            "authority" => self.headers.push(("host".to_owned(), value.into_bytes())),
            _ => {}
        }
    }
}

/// The lines of the head, with their numbers.
fn head_lines(input: &[u8]) -> Vec<(usize, &[u8])> {
    let lines = input
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end);
    let lines = (1..).zip(lines);
    // curl marks what it sends; what is not marked is its own words, or the answer.
    let sent = |line: &'_ [u8]| line.starts_with(b"> ") || line == b">";
    let is_of_curl = lines.clone().any(|(_, line)| sent(line));
    lines
        .filter(|(_, line)| !is_of_curl || sent(line))
        .map(|(number, line)| (number, line.strip_prefix(b">").unwrap_or(line).trim_ascii()))
        .skip_while(|(_, line)| line.is_empty())
        .take_while(|(_, line)| !line.is_empty())
        .collect()
}

/// RFC 9110 §5.6.2.
fn is_token(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(
        method: &str,
        target: &str,
        scheme: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Request {
        let headers = headers.iter();
        Request {
            method: method.to_owned(),
            target: target.to_owned(),
            scheme: scheme.map(str::to_owned),
            headers: headers
                .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_owned()))
                .collect(),
        }
    }

    #[test]
    fn heads_are_read_as_they_are_shown() {
        let host = ("Host", "example.com");
        for (text, expected) in [
            (
                "GET /x?y=1 HTTP/1.1\r\nHost: example.com\r\nAccept:*/*\r\n\r\nbody: no",
                request("GET", "/x?y=1", None, &[host, ("Accept", "*/*")]),
            ),
            (
                "\n\nPOST https://example.com/x\nA: b: c",
                request("POST", "https://example.com/x", None, &[("A", "b: c")]),
            ),
            (
                "GET / HTTP/2\nHost: example.com",
                request("GET", "/", Some("https"), &[host]),
            ),
            (
                "* Connected to example.com\n> GET / HTTP/1.1\r\n> Host: example.com\r\n>\r\n\
                 < HTTP/1.1 401 Unauthorized\n< x: y\n> GET /2 HTTP/1.1\n> Host: other",
                request("GET", "/", None, &[host]),
            ),
            (
                ":authority: example.com\n:method: GET\n:path: /a\n:scheme: https\n:new: x\na: b",
                request(
                    "GET",
                    "/a",
                    Some("https"),
                    &[("host", "example.com"), ("a", "b")],
                ),
            ),
        ] {
            assert_eq!(
                Request::read(text.as_bytes()).as_ref(),
                Ok(&expected),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_head_is_refused_without_being_repeated() {
        for (text, problem) in [
            ("", FORMS),
            ("eyJhbGciOi.planted.c2ln", FORMS),
            ("GET planted planted planted", FORMS),
            ("GET / planted", FORMS),
            (":method: GET", FORMS),
            ("Cookie: __session=planted", FORMS),
            ("GET / HTTP/1.1\nplanted", "line 2 is no header"),
            ("GET / HTTP/1.1\nA: b\nplan ted: x", "line 3 is no header"),
            ("> GET / HTTP/1.1\n* x\n> planted", "line 3 is no header"),
        ] {
            let error = Request::read(text.as_bytes()).unwrap_err();
            assert!(error.starts_with(problem), "{text}: {error}");
            assert!(!error.contains("planted"), "{text}: {error}");
        }
    }

    #[test]
    fn an_object_brings_its_own_settings() {
        let given = Given::read(
            br#" {"now": 5, "request":
                {"url": "https://example.com/", "headers": [["A", "b"]]},
                "options": {}}"#,
        )
        .unwrap();
        let expected = request("GET", "https://example.com/", None, &[("A", "b")]);
        assert_eq!(given.request, expected);
        assert!(given.options.is_some() && given.now.is_some());

        let error = Given::read(b"{\"request\": {\"url\":\n{\"a\": \"planted\"}}}").unwrap_err();
        assert!(error.starts_with("request.url: "), "{error}");
        assert!(!error.contains("planted"), "{error}");
    }
}

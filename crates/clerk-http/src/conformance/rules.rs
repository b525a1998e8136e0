use std::{fmt::Write as _, time::Duration};

use bytes::Bytes;
use http::{Method, Request};

use super::{
    Outcome,
    script::{
        FRAMINGS, answer, chunked, endless, framings, ok, one, request, slow_body, slow_head,
        small_chunks, two, with_timeout,
    },
    server::{Answer, Then},
    verdict::{all_answered, bodies, expect, fails_as, same_request, statuses, values},
};
use crate::{ResponseLimit, TransportErrorKind};

const LIMIT: usize = 1000;

/// `squeezed`, as a gzip file whose one block is stored.
const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01\x08\x00\xf7\xffsqueezed\xde&\x14\x00\x08\x00\x00\x00";

/// Says what is wrong with the outcomes of the requests, or with what the server received.
type Judge = fn(&[Outcome], &[Request<Bytes>]) -> Result<(), String>;

/// One clause of the contract: which answers the server gives, which requests are sent, one after
/// the other, and what may come of it.
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) answers: Vec<Answer>,
    pub(super) requests: fn(&str) -> Vec<Request<Bytes>>,
    pub(super) judge: Judge,
}

pub(super) fn all() -> Vec<Rule> {
    vec![
        requests_go_out_as_they_are(),
        cookies_are_not_stored(),
        redirects_are_not_followed(),
        uris_without_a_host_are_refused(),
        every_status_is_a_response(),
        absent_bodies_are_not_waited_for(),
        bodies_arrive_whole(),
        headers_are_all_kept(),
        encodings_are_consistent(),
        limits(
            "a body of just the length that is allowed is read, however its end is told",
            framings(LIMIT),
            |outcomes, _| {
                let lengths: Vec<usize> = bodies(outcomes)?.iter().map(|b| b.len()).collect();
                expect("lengths", lengths, [LIMIT; FRAMINGS])
            },
        ),
        limits(
            "a body of one byte more is too large, however its end is told",
            framings(LIMIT + 1),
            too_large,
        ),
        limit(
            "a body that grows too large in a chunk is too large",
            chunked(),
            too_large,
        ),
        limit(
            "a body that grows too large in many chunks is too large",
            small_chunks(),
            too_large,
        ),
        limit(
            "a body of unknown length is too large once it is",
            endless(),
            too_large,
        ),
        timeout(
            "the timeout covers waiting for an answer",
            answer("", Then::FallSilent),
        ),
        timeout("the timeout covers a head that comes slowly", slow_head()),
        timeout("the timeout covers a body that comes slowly", slow_body()),
        no_time_is_over_at_once(),
        all_time_is_no_problem(),
        unanswered_ports_are_failures_to_connect(),
        connections_that_were_made_are_no_failures_to_connect(),
        broken(
            "a connection that ends without an answer is broken, and not tried again",
            "",
        ),
        broken(
            "a connection that ends inside the head is broken",
            "HTTP/1.1 200 OK\r\ncontent-",
        ),
        broken(
            "a connection that ends inside the body is broken",
            "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nplanted",
        ),
        broken(
            "a connection that ends inside a chunk is broken",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\nplanted",
        ),
        open_connections_break_once(),
        other_protocols_are_errors(),
    ]
}

fn requests_go_out_as_they_are() -> Rule {
    Rule {
        name: "the request goes out as it is",
        answers: vec![ok()],
        requests: |authority| {
            [
                Method::GET,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ]
            .into_iter()
            .map(|method| request(method, authority))
            .collect()
        },
        judge: |outcomes, received| {
            all_answered(outcomes)?;
            let sent = received
                .iter()
                .map(|received| request(received.method().clone(), "host"));
            expect("number of requests", received.len(), 5)?;
            for (received, sent) in received.iter().zip(sent) {
                same_request(received, &sent)?;
            }
            Ok(())
        },
    }
}

fn cookies_are_not_stored() -> Rule {
    Rule {
        name: "no cookies are stored",
        answers: vec![answer(
            "HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n",
            Then::KeepOpen,
        )],
        requests: two,
        judge: |outcomes, received| {
            all_answered(outcomes)?;
            let cookies = |request: &Request<Bytes>| request.headers().contains_key("cookie");
            expect(
                "a request with a cookie",
                received.iter().any(cookies),
                false,
            )
        },
    }
}

fn redirects_are_not_followed() -> Rule {
    Rule {
        name: "redirects are not followed",
        answers: [301, 302, 303, 307, 308]
            .map(|status| {
                let head = "x\r\nlocation: /elsewhere\r\ncontent-length: 0";
                answer(format!("HTTP/1.1 {status} {head}\r\n\r\n"), Then::KeepOpen)
            })
            .into(),
        requests: |authority| [(); 5].map(|()| request(Method::POST, authority)).into(),
        judge: |outcomes, received| {
            expect(
                "statuses",
                statuses(outcomes)?,
                vec![301, 302, 303, 307, 308],
            )?;
            expect("number of requests", received.len(), 5)
        },
    }
}

fn uris_without_a_host_are_refused() -> Rule {
    Rule {
        name: "a URI without a host is an error of the request",
        answers: vec![ok()],
        requests: |_| {
            let mut request = request(Method::POST, "host");
            *request.uri_mut() = http::Uri::from_static("/planted");
            vec![request]
        },
        judge: |outcomes, _| fails_as(outcomes, &[TransportErrorKind::Request]),
    }
}

const STATUSES: [u16; 9] = [200, 201, 299, 400, 401, 404, 429, 500, 503];

fn every_status_is_a_response() -> Rule {
    Rule {
        name: "every status is a response, with its body",
        answers: STATUSES
            .map(|status| {
                let rest = "x\r\ncontent-length: 6\r\n\r\nanswer";
                answer(format!("HTTP/1.1 {status} {rest}"), Then::KeepOpen)
            })
            .into(),
        requests: |authority| STATUSES.map(|_| request(Method::GET, authority)).into(),
        judge: |outcomes, _| {
            expect("statuses", statuses(outcomes)?, STATUSES.to_vec())?;
            bodies(outcomes)?
                .into_iter()
                .try_for_each(|body| expect("body", body, b"answer"))
        },
    }
}

fn absent_bodies_are_not_waited_for() -> Rule {
    Rule {
        name: "responses without a body are not waited for",
        answers: vec![
            answer("HTTP/1.1 204 No Content\r\n\r\n", Then::KeepOpen),
            answer("HTTP/1.1 304 Not Modified\r\n\r\n", Then::KeepOpen),
            answer(
                "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n",
                Then::KeepOpen,
            ),
        ],
        requests: |authority| {
            [Method::DELETE, Method::GET, Method::HEAD]
                .map(|method| request(method, authority))
                .into()
        },
        judge: |outcomes, _| {
            expect("statuses", statuses(outcomes)?, vec![204, 304, 200])?;
            expect("bodies", bodies(outcomes)?.concat(), Vec::<u8>::new())
        },
    }
}

fn bodies_arrive_whole() -> Rule {
    Rule {
        name: "bodies arrive whole, however they are framed",
        answers: {
            let bytes: Vec<u8> = (0..=255).collect();
            let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 256\r\n\r\n";
            let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n80\r\n";
            let (first, second) = bytes.split_at(128);
            let chunks = [chunked, first, b"\r\n80\r\n", second, b"\r\n0\r\n\r\n"].concat();
            let to_the_end = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
            vec![
                answer([whole, bytes.as_slice()].concat(), Then::KeepOpen),
                answer(chunks, Then::KeepOpen),
                answer([to_the_end, bytes.as_slice()].concat(), Then::Close),
            ]
        },
        requests: |authority| [(); 3].map(|()| request(Method::GET, authority)).into(),
        judge: |outcomes, _| {
            let bytes: Vec<u8> = (0..=255).collect();
            bodies(outcomes)?
                .into_iter()
                .try_for_each(|body| expect("body", body, bytes.as_slice()))
        },
    }
}

fn headers_are_all_kept() -> Rule {
    Rule {
        name: "all response headers are kept",
        answers: {
            let mut head = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n".to_owned();
            head.push_str("set-cookie: a=1\r\nx-many: 1\r\nSet-Cookie: b=2\r\nx-many: 2\r\n");
            let _ = write!(head, "x-large: {}\r\n\r\n", "a".repeat(16 * 1024));
            vec![answer(head, Then::KeepOpen)]
        },
        requests: one,
        judge: |outcomes, _| {
            let [Ok(response)] = outcomes else {
                return all_answered(outcomes);
            };
            let headers = response.headers();
            expect("set-cookie", values(headers, "set-cookie"), ["a=1", "b=2"])?;
            expect("x-many", values(headers, "x-many"), ["1", "2"])?;
            let large = values(headers, "x-large").concat().len();
            expect("length of x-large", large, 16 * 1024)
        },
    }
}

fn encodings_are_consistent() -> Rule {
    Rule {
        name: "a compressed body is left alone, or decoded and no longer said to be compressed",
        answers: {
            let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n";
            let length = format!("content-length: {}\r\n\r\n", GZIP.len());
            let parts = [head.as_bytes(), length.as_bytes(), GZIP];
            vec![answer(parts.concat(), Then::KeepOpen)]
        },
        requests: one,
        judge: |outcomes, _| {
            let [Ok(response)] = outcomes else {
                return all_answered(outcomes);
            };
            let encoded = response.headers().contains_key("content-encoding");
            let expected = if encoded { GZIP } else { b"squeezed" };
            expect("body", response.body().as_ref(), expected)
        },
    }
}

fn limit(name: &'static str, answer: Answer, judge: Judge) -> Rule {
    Rule {
        name,
        answers: vec![answer],
        requests: |authority| vec![limited(authority)],
        judge,
    }
}

fn limits(name: &'static str, answers: [Answer; FRAMINGS], judge: Judge) -> Rule {
    Rule {
        name,
        answers: answers.into(),
        requests: |authority| [(); FRAMINGS].map(|()| limited(authority)).into(),
        judge,
    }
}

fn limited(authority: &str) -> Request<Bytes> {
    let mut request = request(Method::POST, authority);
    request.extensions_mut().insert(ResponseLimit(LIMIT));
    request
}

fn too_large(outcomes: &[Outcome], _: &[Request<Bytes>]) -> Result<(), String> {
    fails_as(outcomes, &[TransportErrorKind::TooLarge])
}

fn timeout(name: &'static str, answer: Answer) -> Rule {
    Rule {
        name,
        answers: vec![answer],
        requests: |authority| with_timeout(authority, Duration::from_millis(200)),
        judge: |outcomes, _| fails_as(outcomes, &[TransportErrorKind::Timeout]),
    }
}

fn no_time_is_over_at_once() -> Rule {
    Rule {
        name: "a timeout of no time is over at once",
        answers: vec![answer("", Then::FallSilent)],
        requests: |authority| with_timeout(authority, Duration::ZERO),
        judge: |outcomes, _| fails_as(outcomes, &[TransportErrorKind::Timeout]),
    }
}

fn all_time_is_no_problem() -> Rule {
    Rule {
        name: "a timeout may be as long as a duration can be",
        answers: vec![ok()],
        requests: |authority| with_timeout(authority, Duration::MAX),
        judge: |outcomes, _| all_answered(outcomes),
    }
}

fn unanswered_ports_are_failures_to_connect() -> Rule {
    Rule {
        name: "a port nobody listens on is a failure to connect",
        answers: Vec::new(),
        requests: one,
        judge: |outcomes, _| fails_as(outcomes, &[TransportErrorKind::Connect]),
    }
}

fn connections_that_were_made_are_no_failures_to_connect() -> Rule {
    Rule {
        name: "a connection that was made, and ended unread, is broken",
        answers: vec![answer("", Then::CloseUnread)],
        requests: one,
        judge: |outcomes, _| fails_as(outcomes, &[TransportErrorKind::Broken]),
    }
}

fn broken(name: &'static str, bytes: &str) -> Rule {
    Rule {
        name,
        answers: vec![answer(bytes, Then::Close)],
        requests: one,
        judge: |outcomes, received| {
            fails_as(outcomes, &[TransportErrorKind::Broken])?;
            expect("number of requests", received.len(), 1)
        },
    }
}

fn open_connections_break_once() -> Rule {
    Rule {
        name: "an open connection that ends without an answer is broken, and not tried again",
        answers: vec![ok(), answer("", Then::Close)],
        requests: two,
        judge: |outcomes, received| {
            let [Ok(_), second @ Err(_)] = outcomes else {
                return Err(format!("expected an answer, then an error: {outcomes:?}"));
            };
            fails_as(std::slice::from_ref(second), &[TransportErrorKind::Broken])?;
            expect("number of requests", received.len(), 2)
        },
    }
}

fn other_protocols_are_errors() -> Rule {
    Rule {
        name: "an answer that is not HTTP is an error",
        answers: vec![answer("planted? planted!\r\n\r\n", Then::Close)],
        requests: one,
        judge: |outcomes, _| {
            fails_as(
                outcomes,
                &[TransportErrorKind::Broken, TransportErrorKind::Other],
            )
        },
    }
}

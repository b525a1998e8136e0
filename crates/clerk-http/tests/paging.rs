//! Walks through lists, async, blocking and as a stream, against a server that pages as Clerk does.

use std::{
    future::Future,
    pin::Pin,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use clerk_http::{
    Authorization, BlockingRuntime, CallOptions, Client, Error, Operation, Page, Paginate,
    RequestTarget, Runtime, TransportError, Window, blocking, blocking_transport_fn, json,
    transport_fn,
};
use http::{Method, Request, Response};
use proptest::prelude::*;

#[derive(Debug)]
struct NoWaiting;

#[async_trait::async_trait]
impl Runtime for NoWaiting {
    async fn sleep(&self, _duration: Duration) {}
    fn spawn(&self, _task: Pin<Box<dyn Future<Output = ()> + Send>>) {}
}

impl BlockingRuntime for NoWaiting {
    fn sleep(&self, _duration: Duration) {}
    fn spawn(&self, _task: Box<dyn FnOnce() + Send>) {}
}

const LARGEST_PAGE: u64 = 50;

/// A list, with or without a cursor.
#[derive(Clone, Debug, Default)]
struct List<const CURSOR: bool>(Window);

impl<const CURSOR: bool> Operation for List<CURSOR> {
    type Output = Page<u64>;

    const ID: &'static str = "List";
    const IDEMPOTENT: bool = true;
    const AUTHORIZATION: Authorization = Authorization::Public;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        let mut target = RequestTarget::new(Self::ID, "/numbers");
        if let Some(limit) = self.0.limit {
            target = target.pair("limit", limit);
        }
        if let Some(offset) = self.0.offset {
            target = target.pair("offset", offset);
        }
        if let Some(after) = &self.0.after {
            target = target.pair("after", after);
        }
        target.request(Method::GET)
    }

    fn response(&self, response: Response<Bytes>) -> Result<Self::Output, Error> {
        json(Self::ID, response)
    }
}

impl<const CURSOR: bool> Paginate for List<CURSOR> {
    type Item = u64;

    const LARGEST_PAGE: u64 = LARGEST_PAGE;

    fn window(&self) -> Window {
        self.0.clone()
    }

    fn set_window(&mut self, window: Window) {
        self.0 = window;
    }

    fn cursor(&self, page: &Page<u64>) -> Option<String> {
        let last = page.data.last().filter(|_| CURSOR)?;
        Some(last.to_string())
    }
}

/// The numbers from 0 on, in pages.
#[derive(Clone, Debug)]
struct Server {
    numbers: u64,
    counts: bool,
    /// What it gives at most, whatever it is asked for.
    gives: u64,
    fails_at_request: usize,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(numbers: u64) -> Self {
        Self {
            numbers,
            counts: false,
            gives: u64::MAX,
            fails_at_request: usize::MAX,
            asked: Arc::default(),
        }
    }

    fn counting(numbers: u64) -> Self {
        let counts = true;
        Self {
            counts,
            ..Self::new(numbers)
        }
    }

    fn answer(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let query = request.uri().query().unwrap_or_default();
        let mut asked = self.asked.lock().unwrap();
        asked.push(query.to_owned());
        if asked.len() > self.fails_at_request {
            return Ok(Response::builder().status(418).body(Bytes::new()).unwrap());
        }
        let number = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name)?.1.parse::<u64>().ok()
        };
        let limit = number("limit").filter(|limit| (1..=LARGEST_PAGE).contains(limit));
        let (offset, after) = (number("offset").unwrap_or(0), number("after"));
        assert!(after.is_none() || offset == 0, "Clerk takes one of them");
        let start = after.map_or(offset, |after| after + 1).min(self.numbers);
        let page = start + limit.unwrap_or(10).min(self.gives);
        let data: Vec<u64> = (start..page.min(self.numbers)).collect();
        let body = if self.counts {
            format!(r#"{{"data":{data:?},"total_count":{}}}"#, self.numbers)
        } else {
            format!("{data:?}")
        };
        Ok(Response::new(Bytes::from(body)))
    }

    fn blocking(&self) -> blocking::Client {
        let server = self.clone();
        let transport = blocking_transport_fn(move |request| server.answer(&request));
        let client = blocking::Client::builder(transport, NoWaiting);
        client.build().unwrap()
    }

    fn asynchronous(&self) -> Client {
        let server = self.clone();
        let transport = transport_fn(move |request| {
            let answer = server.answer(&request);
            async { answer }
        });
        Client::builder(transport, NoWaiting).build().unwrap()
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

type Walk = (Vec<Result<u64, u16>>, Vec<String>);

fn status(error: &Error) -> u16 {
    error.status().unwrap().as_u16()
}

/// Walks in every mode; they must not differ.
fn walk<const CURSOR: bool>(server: &Server, window: Window) -> Walk {
    let list = List::<CURSOR>(window);
    let items = server.blocking().pages(list.clone()).items();
    let items: Vec<_> = items.map(|item| item.map_err(|e| status(&e))).collect();
    let blocking = (items, server.asked());

    let items = block_on(async {
        let mut walk = server.asynchronous().pages(list.clone()).items();
        let mut items = Vec::new();
        while let Some(item) = walk.next().await {
            items.push(item.map_err(|error| status(&error)));
        }
        assert!(walk.next().await.is_none());
        items
    });
    assert_eq!((items, server.asked()), blocking);
    #[cfg(feature = "stream")]
    {
        let items = server.asynchronous().pages(list).items();
        let mut stream = pin!(items.into_stream());
        let mut items = Vec::new();
        let mut next = || {
            let poll = |context: &mut Context<'_>| {
                futures_core::Stream::poll_next(stream.as_mut(), context)
            };
            block_on(std::future::poll_fn(poll))
        };
        while let Some(item) = next() {
            items.push(item.map_err(|error| status(&error)));
        }
        assert!(next().is_none());
        assert_eq!((items, server.asked()), blocking);
    }
    blocking
}

fn window(limit: impl Into<Option<u64>>, offset: impl Into<Option<u64>>) -> Window {
    Window {
        limit: limit.into(),
        offset: offset.into(),
        after: None,
    }
}

fn numbers(from: u64, to: u64) -> Vec<Result<u64, u16>> {
    (from..to).map(Ok).collect()
}

#[test]
fn a_count_ends_the_walk_without_a_further_request() {
    let (items, asked) = walk::<false>(&Server::counting(4), window(2, None));
    assert_eq!(items, numbers(0, 4));
    assert_eq!(asked, ["limit=2", "limit=2&offset=2"]);
}

#[test]
fn a_short_page_ends_a_list_that_is_not_counted() {
    let (items, asked) = walk::<false>(&Server::new(5), window(2, 1));
    assert_eq!(items, numbers(1, 5));
    let expected = ["limit=2&offset=1", "limit=2&offset=3", "limit=2&offset=5"];
    assert_eq!(asked, expected);

    let (items, asked) = walk::<false>(&Server::new(4), window(3, None));
    assert_eq!(items, numbers(0, 4));
    assert_eq!(asked, ["limit=3", "limit=3&offset=3"]);
}

#[test]
fn a_short_page_does_not_end_a_list_whose_count_says_otherwise() {
    let server = Server {
        gives: 2,
        ..Server::counting(5)
    };
    let (items, asked) = walk::<false>(&server, window(4, None));
    assert_eq!(items, numbers(0, 5));
    assert_eq!(
        asked,
        ["limit=4", "limit=4&offset=2", "limit=4&offset=4"],
        "the offset moves by what came, not by what was asked for"
    );
}

#[test]
fn limits_stay_within_what_clerk_takes() {
    for (asked_for, sent) in [(None, 50), (Some(51), 50), (Some(0), 1), (Some(7), 7)] {
        let (items, asked) = walk::<false>(&Server::counting(60), window(asked_for, None));
        assert_eq!(items, numbers(0, 60));
        assert_eq!(asked[0], format!("limit={sent}"));
    }
}

#[test]
fn a_cursor_takes_over_from_an_offset() {
    let (items, asked) = walk::<true>(&Server::new(6), window(2, 1));
    assert_eq!(items, numbers(1, 6));
    assert_eq!(
        asked,
        ["limit=2&offset=1", "limit=2&after=2", "limit=2&after=4"]
    );
}

#[test]
fn a_cursor_that_does_not_move_ends_the_walk() {
    let stuck = |_: Request<Bytes>| Ok(Response::new(Bytes::from_static(b"[3]")));
    let client = blocking::Client::builder(blocking_transport_fn(stuck), NoWaiting)
        .build()
        .unwrap();
    let pages = client.pages(List::<true>(window(1, None)));
    assert_eq!(pages.count(), 2);
}

#[test]
fn an_error_ends_the_walk() {
    let server = Server {
        fails_at_request: 1,
        ..Server::counting(5)
    };
    let (items, asked) = walk::<false>(&server, window(2, None));
    assert_eq!(items, [Ok(0), Ok(1), Err(418)]);
    assert_eq!(asked.len(), 2);
}

#[test]
fn a_walk_keeps_its_options() {
    let server = Server::counting(3);
    let list = List::<false>(window(2, None)).with(CallOptions::new().api_version("x"));
    let pages: Result<Vec<_>, _> = server.blocking().pages(list).collect();
    let pages = pages.unwrap();
    assert_eq!(pages.len(), 2);
    assert_eq!(pages[1].data, [2]);
    assert_eq!(pages[1].total_count, Some(3));
}

#[test]
fn every_form_of_a_list_is_read() {
    let read = |text: &str| serde_json::from_str::<Page<u64>>(text).map_err(|e| e.to_string());
    let page = |data: &[u64], total_count| {
        let mut page = Page::from(data.to_vec());
        page.total_count = total_count;
        Ok(page)
    };
    for (text, expected) in [
        ("[]", page(&[], None)),
        ("[1,2]", page(&[1, 2], None)),
        (r#"{"data":[1],"total_count":9}"#, page(&[1], Some(9))),
        (r#"{"total_count":9,"data":[1]}"#, page(&[1], Some(9))),
        (r#"{"data":[1],"total_count":null}"#, page(&[1], None)),
        (r#"{"data":[1]}"#, page(&[1], None)),
        (r#"{"data":null,"total_count":0}"#, page(&[], Some(0))),
        (r#"{"m2m_tokens":[1],"total_count":1}"#, page(&[1], Some(1))),
        (r#"{"data":[1],"next":{"a":[2]}}"#, page(&[1], None)),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
    for text in ["{}", r#"{"total_count":3}"#, r#""a""#, "null", "[null]"] {
        assert!(read(text).is_err(), "{text}");
    }
    let error = read(r#"{"object":"user"}"#).unwrap_err();
    assert!(error.starts_with("missing field `data`"), "{error}");
}

proptest! {
    #[test]
    fn every_item_comes_once_and_in_order(
        total in 0_u64..300,
        limit in prop::option::of(0_u64..70),
        offset in prop::option::of(0_u64..320),
        counts: bool,
    ) {
        let server = Server { counts, ..Server::new(total) };
        let expected = numbers(offset.unwrap_or(0).min(total), total);
        let (items, _) = walk::<false>(&server, window(limit, offset));
        prop_assert_eq!(&items, &expected);
        let (items, _) = walk::<true>(&server, window(limit, offset));
        prop_assert_eq!(&items, &expected);
    }
}

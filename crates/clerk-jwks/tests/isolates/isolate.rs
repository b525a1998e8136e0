//! A runtime that treats requests as Cloudflare's workerd does.
//!
//! What a request waits for (timers, fetches) is its own and ends with it, unless `waitUntil` keeps it. A
//! request that is ended is not dropped: its futures stay where they are, and nobody polls them again. A task
//! that is woken while another request runs would go on in that one's context; here that is written
//! down, and a test fails by it.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake},
    time::Duration,
};

use bytes::Bytes;
use clerk_core::ManualClock;
use clerk_http::{Runtime, Transport, TransportError, TransportErrorKind};
use http::{Request, Response, StatusCode};

use crate::support::NOW;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How the key server answers, and how long it takes.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) body: String,
    pub(crate) takes: Duration,
    pub(crate) is_down: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Isolate(Arc<Shared>);

struct Shared {
    clock: Arc<ManualClock>,
    /// Whether what is spawned is handed to `waitUntil`.
    waits_until: bool,
    state: Mutex<State>,
}

struct State {
    server: Server,
    fetches: usize,
    /// The request whose turn it is.
    current: Option<usize>,
    tasks: Vec<Running>,
    timers: Vec<Timer>,
    /// Wakers that were called in another request's turn.
    crossed: usize,
    passed: Duration,
}

struct Running {
    request: usize,
    /// What answers the request ends it; what `waitUntil` got goes on.
    is_answer: bool,
    task: Option<Task>,
    flag: Arc<Flag>,
}

struct Timer {
    request: usize,
    at: Duration,
    done: Arc<AtomicBool>,
    waker: std::task::Waker,
}

struct Flag {
    request: usize,
    is_woken: AtomicBool,
    isolate: Isolate,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        let mut state = self.isolate.lock();
        if state.current.is_some_and(|current| current != self.request) {
            state.crossed += 1;
        }
        drop(state);
        self.is_woken.store(true, Ordering::Relaxed);
    }
}

impl Isolate {
    pub(crate) fn new(server: Server, waits_until: bool) -> Self {
        Self(Arc::new(Shared {
            clock: Arc::new(ManualClock::at(NOW)),
            waits_until,
            state: Mutex::new(State {
                server,
                fetches: 0,
                current: None,
                tasks: Vec::new(),
                timers: Vec::new(),
                crossed: 0,
                passed: Duration::ZERO,
            }),
        }))
    }

    pub(crate) fn clock(&self) -> Arc<ManualClock> {
        Arc::clone(&self.0.clock)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    pub(crate) fn server(&self, change: impl FnOnce(&mut Server)) {
        change(&mut self.lock().server);
    }

    pub(crate) fn fetches(&self) -> usize {
        self.lock().fetches
    }

    pub(crate) fn crossed(&self) -> usize {
        self.lock().crossed
    }

    /// A request comes in.
    pub(crate) fn request(&self, number: usize, task: impl Future<Output = ()> + Send + 'static) {
        self.start(number, true, Box::pin(task));
    }

    fn start(&self, request: usize, is_answer: bool, task: Task) {
        let flag = Arc::new(Flag {
            request,
            is_woken: AtomicBool::new(true),
            isolate: self.clone(),
        });
        self.lock().tasks.push(Running {
            request,
            is_answer,
            task: Some(task),
            flag,
        });
    }

    /// The runtime ends a request: its tasks are kept, and never polled again.
    pub(crate) fn end(&self, request: usize) {
        let mut state = self.lock();
        state.timers.retain(|timer| timer.request != request);
        for running in state.tasks.iter_mut().filter(|it| it.request == request) {
            std::mem::forget(running.task.take());
        }
    }

    /// Lets time pass, and does what there is to do in it.
    pub(crate) fn run(&self, duration: Duration) {
        let end = self.lock().passed + duration;
        loop {
            while self.turn() {}
            let mut state = self.lock();
            let due = state.timers.iter().map(|timer| timer.at).min();
            let Some(at) = due.filter(|at| *at <= end) else {
                self.0.clock.advance(end - state.passed);
                state.passed = end;
                return;
            };
            self.0.clock.advance(at.saturating_sub(state.passed));
            state.passed = at.max(state.passed);
            let index = state
                .timers
                .iter()
                .position(|timer| timer.at == at)
                .unwrap();
            let timer = state.timers.swap_remove(index);
            state.current = Some(timer.request);
            drop(state);
            timer.done.store(true, Ordering::Relaxed);
            timer.waker.wake();
            self.lock().current = None;
        }
    }

    /// Polls one task that was woken; false if there is none.
    fn turn(&self) -> bool {
        let mut state = self.lock();
        let found = state
            .tasks
            .iter_mut()
            .find(|it| it.task.is_some() && it.flag.is_woken.swap(false, Ordering::Relaxed))
            .map(|it| {
                (
                    it.task.take().unwrap(),
                    Arc::clone(&it.flag),
                    it.request,
                    it.is_answer,
                )
            });
        let Some((mut task, flag, request, is_answer)) = found else {
            return false;
        };
        state.current = Some(request);
        drop(state);
        let waker = Arc::clone(&flag).into();
        let polled = task.as_mut().poll(&mut Context::from_waker(&waker));
        self.lock().current = None;
        if polled.is_pending() {
            let mut state = self.lock();
            let running = state
                .tasks
                .iter_mut()
                .find(|it| Arc::ptr_eq(&it.flag, &flag));
            running.unwrap().task = Some(task);
        } else if is_answer && !self.0.waits_until {
            self.end(request);
        }
        true
    }

    /// Whatever is waited for belongs to the request whose turn it is.
    async fn wait(&self, duration: Duration) {
        let done = Arc::new(AtomicBool::new(false));
        let mut is_set = false;
        poll_fn(|context| {
            if done.load(Ordering::Relaxed) {
                return Poll::Ready(());
            }
            if !std::mem::replace(&mut is_set, true) {
                let mut state = self.lock();
                let timer = Timer {
                    request: state.current.expect("a request's turn"),
                    at: state.passed + duration,
                    done: Arc::clone(&done),
                    waker: context.waker().clone(),
                };
                state.timers.push(timer);
            }
            Poll::Pending
        })
        .await;
    }
}

#[async_trait::async_trait]
impl Runtime for Isolate {
    async fn sleep(&self, duration: Duration) {
        self.wait(duration).await;
    }

    fn spawn(&self, task: Task) {
        let request = self.lock().current.expect("a request's turn");
        self.start(request, false, task);
    }

    fn wakes_across_tasks(&self) -> bool {
        false
    }
}

#[async_trait::async_trait]
impl Transport for Isolate {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let server = {
            let mut state = self.lock();
            state.fetches += 1;
            state.server.clone()
        };
        self.wait(server.takes).await;
        if server.is_down {
            return Err(TransportError::new(TransportErrorKind::Broken, &request));
        }
        let mut response = Response::new(Bytes::from(server.body));
        *response.status_mut() = StatusCode::OK;
        Ok(response)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Isolate").finish_non_exhaustive()
    }
}

//! A program with both facades, an emulated instance beside it, and a recorder of its own.

use std::{collections::BTreeSet, future::Future, pin::Pin, sync::Arc, time::Duration};

use clerk::{
    Clerk, ManualClock, UnixTime, VerifiedTokenCache,
    auth::{AcceptedTokens, Admission, RequestAuth, RequestHead},
    blocking,
    http::{BlockingRuntime, Retry, Runtime},
    jwt::TokenClaims,
    webhooks::{self, Headers, SigningSecrets, Verifier},
};
use clerk_emulator::{Emulator, InProcess};
use metrics_util::{
    MetricKind,
    debugging::{DebugValue, DebuggingRecorder, Snapshotter},
};

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Async,
    Blocking,
}

/// Waits pass at once, on the program's clock; what runs beside, runs on this thread.
#[derive(Clone, Debug)]
struct OneThread(Arc<ManualClock>);

#[async_trait::async_trait]
impl Runtime for OneThread {
    async fn sleep(&self, duration: Duration) {
        self.0.advance(duration);
        tokio::task::yield_now().await;
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(task);
    }
}

impl BlockingRuntime for OneThread {
    fn sleep(&self, duration: Duration) {
        self.0.advance(duration);
    }

    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        task();
    }
}

pub(crate) struct World {
    mode: Mode,
    runtime: tokio::runtime::Runtime,
    pub(crate) emulator: Emulator,
    pub(crate) in_process: InProcess,
    pub(crate) clock: Arc<ManualClock>,
    clerk: Clerk,
    twin: blocking::Clerk,
    receiver: webhooks::Receiver,
    receiving_twin: webhooks::blocking::Receiver,
}

impl World {
    pub(crate) fn new(mode: Mode) -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let emulator = Emulator::builder().build().unwrap();
        let in_process = InProcess::new(emulator.clone(), clock.clone());
        let runtime = OneThread(clock.clone());
        macro_rules! built {
            ($builder:expr) => {
                $builder
                    .transport(in_process.clone(), runtime.clone())
                    .clock(clock.clone())
                    .secret_key(emulator.secret_key())
                    .publishable_key(emulator.publishable_key().as_str())
                    .api_url(emulator.url())
                    .retry(Retry::default().jitter_seed(1))
                    .accepts(AcceptedTokens::Any)
                    .ignore_machine_scopes()
                    .token_cache(VerifiedTokenCache::new(8))
                    .build()
                    .unwrap()
            };
        }
        let verifier = Verifier::new(secrets());
        Self {
            mode,
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
            clerk: built!(Clerk::builder()),
            twin: built!(blocking::Clerk::builder()),
            receiver: webhooks::Receiver::new(verifier.clone()).clock(clock.clone()),
            receiving_twin: webhooks::blocking::Receiver::new(verifier).clock(clock.clone()),
            emulator,
            in_process,
            clock,
        }
    }

    /// Whether it is a good one.
    pub(crate) fn verify(&self, token: &str) -> bool {
        let verified = match self.mode {
            Mode::Async => self.wait(self.clerk.verify_token(token)),
            Mode::Blocking => self.twin.verify_token(token),
        };
        verified.is_ok()
    }

    pub(crate) fn verify_as<C: TokenClaims>(&self, token: &str) {
        let _ = match self.mode {
            Mode::Async => self.wait(self.clerk.verify::<C>(token)),
            Mode::Blocking => self.twin.verify::<C>(token),
        };
    }

    /// Has the request judged, and hands what came of it to `handler`, unless it leads elsewhere.
    pub(crate) fn admit(&self, head: &RequestHead<'_>, handler: impl FnOnce(&RequestAuth)) {
        let admission = match self.mode {
            Mode::Async => self.wait(self.clerk.authenticator().unwrap().admit(head)),
            Mode::Blocking => self.twin.authenticator().unwrap().admit(head),
        };
        if let Admission::Proceed(auth) = admission {
            handler(&auth);
        }
    }

    pub(crate) fn admit_bearer(&self, token: &str, handler: impl FnOnce(&RequestAuth)) {
        let authorization = format!("Bearer {token}");
        let head = RequestHead::new("GET", "http://localhost:3000/planted?planted=planted")
            .header("authorization", authorization.as_bytes());
        self.admit(&head, handler);
    }

    pub(crate) fn get_user(&self, id: &str) {
        let _ = match self.mode {
            Mode::Async => self.wait(self.clerk.users().get(id).send()),
            Mode::Blocking => self.twin.users().get(id).send(),
        };
    }

    /// Begins to get a user, and gives up before there is an answer.
    pub(crate) fn give_up(&self) {
        let waiting = clerk::http::transport_fn(|_| std::future::pending());
        let clerk = Clerk::builder()
            .transport(waiting, OneThread(self.clock.clone()))
            .secret_key("sk_test_abc")
            .build()
            .unwrap();
        let call = std::pin::pin!(clerk.users().get("user_1").send());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(call.poll(&mut context).is_pending());
    }

    /// Looks for a key where whatever is begun beside ends at once, as with its runtime.
    pub(crate) fn verify_while_ending(&self, token: &str) {
        #[derive(Debug)]
        struct Ending;

        #[async_trait::async_trait]
        impl Runtime for Ending {
            async fn sleep(&self, _: Duration) {}

            fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
                drop(task);
            }
        }

        let clerk = Clerk::builder()
            .transport(self.in_process.clone(), Ending)
            .secret_key(self.emulator.secret_key())
            .build()
            .unwrap();
        self.wait(clerk.verify_token(token)).unwrap_err();
    }

    /// Receives a delivery, and does `work` once.
    pub(crate) fn receive<H: Headers + ?Sized>(
        &self,
        headers: &H,
        body: &[u8],
        work: Result<(), webhooks::WorkError>,
    ) {
        let _ = match self.mode {
            Mode::Async => self
                .receiver
                .receive(headers, body)
                .and_then(|delivery| self.wait(delivery.once(async || work)).map(drop)),
            Mode::Blocking => self
                .receiving_twin
                .receive(headers, body)
                .and_then(|delivery| delivery.once(|| work).map(drop)),
        };
    }

    /// Receives a delivery, and again while it is acted on.
    pub(crate) fn receive_while_received<H: Headers + ?Sized>(&self, headers: &H, body: &[u8]) {
        match self.mode {
            Mode::Async => {
                let receive = || self.receiver.receive(headers, body).unwrap();
                let (first, again) = (receive(), receive());
                let work = async || {
                    again.once(async || Ok(())).await.unwrap_err();
                    Ok(())
                };
                self.wait(first.once(work)).unwrap();
            }
            Mode::Blocking => {
                let receive = || self.receiving_twin.receive(headers, body).unwrap();
                let (first, again) = (receive(), receive());
                let work = || {
                    again.once(|| Ok(())).unwrap_err();
                    Ok(())
                };
                first.once(work).unwrap();
            }
        }
    }

    /// Waits, and lets what was begun beside come to its end.
    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(async {
            let answer = future.await;
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
            answer
        })
    }
}

pub(crate) fn secrets() -> SigningSecrets {
    SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0").unwrap()
}

/// A metric as a recorder has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) labels: BTreeSet<(String, String)>,
    pub(crate) value: String,
    pub(crate) is_described: bool,
}

impl Series {
    /// As Prometheus would write it, but for the quotes.
    pub(crate) fn line(&self) -> String {
        let labels: Vec<_> = self
            .labels
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        format!("{}{{{}}} {}", self.name, labels.join(","), self.value)
    }
}

/// What is recorded while a program does `acts`, which is still there then.
pub(crate) fn recorded(mode: Mode, acts: impl FnOnce(&World)) -> BTreeSet<Series> {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        clerk::register_metrics();
        let world = World::new(mode);
        acts(&world);
        series(&snapshotter)
    })
}

pub(crate) fn series(snapshotter: &Snapshotter) -> BTreeSet<Series> {
    let all = snapshotter.snapshot().into_vec().into_iter();
    all.map(|(key, _, description, value)| {
        let (kind, key) = key.into_parts();
        let labels = key.labels();
        Series {
            name: key.name().to_owned(),
            kind: match kind {
                MetricKind::Counter => "counter",
                MetricKind::Gauge => "gauge",
                MetricKind::Histogram => "histogram",
            },
            labels: labels
                .map(|label| (label.key().to_owned(), label.value().to_owned()))
                .collect(),
            value: match value {
                DebugValue::Counter(count) => count.to_string(),
                DebugValue::Gauge(value) => value.to_string(),
                DebugValue::Histogram(values) => {
                    let values: Vec<_> = values.iter().map(ToString::to_string).collect();
                    values.join(" ")
                }
            },
            is_described: description.is_some(),
        }
    })
    .collect()
}

//! Looks at the services while they are under load, and says how it goes.

use std::{
    cell::{Cell, RefCell},
    io::{IsTerminal as _, Write as _},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use crate::{
    history::Verdict,
    load::Target,
    process::Sample,
    report::{self, KEPT_OPEN},
    service::{Service, VARIANTS},
    stage::World,
    tally::Pair,
    traffic::Class,
    watch::Watch,
};

const SECOND: Duration = Duration::from_secs(1);
/// A line for every so many samples.
const LINE: usize = 10;
const MOMENT: Duration = Duration::from_millis(50);
/// For answers that are under way at the end, and then for connections to be closed.
const FAREWELL: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(crate) struct Observer {
    pub(crate) targets: Vec<Rc<Target>>,
    pub(crate) failure: RefCell<Option<String>>,
    pub(crate) is_interrupted: Cell<bool>,
    ids: Vec<u32>,
    /// Before the first request.
    before: Vec<Sample>,
    /// Of each service.
    samples: RefCell<Vec<Vec<Sample>>>,
    world: Arc<World>,
    whole: Duration,
    watch: Watch,
}

impl Observer {
    /// # Errors
    ///
    /// The system does not say what the processes take.
    pub(crate) fn new(
        services: &[Service],
        (whole, watch): (Duration, Watch),
        world: &Arc<World>,
    ) -> Result<Rc<Self>, String> {
        let ids: Vec<u32> = services.iter().map(Service::id).collect();
        let targets = services.iter().map(|service| Target::new(service.address));
        Ok(Rc::new(Self {
            targets: targets.collect(),
            failure: RefCell::default(),
            is_interrupted: Cell::new(false),
            before: look(&ids, watch)?,
            samples: RefCell::new(vec![Vec::new(); ids.len()]),
            ids,
            world: Arc::clone(world),
            whole,
            watch,
        }))
    }

    /// Ends the run where it is told to stop.
    pub(crate) async fn wait_for_signals(self: Rc<Self>) {
        if told_to_stop().await.is_ok() {
            self.is_interrupted.set(true);
            self.world.stop();
        }
    }

    pub(crate) async fn observe(self: Rc<Self>) {
        let mut number = 0;
        while !self.world.is_stopped() && self.watch.now() < self.whole {
            match look(&self.ids, self.watch) {
                Ok(now) => {
                    for (all, one) in self.samples.borrow_mut().iter_mut().zip(now) {
                        all.push(one);
                    }
                }
                Err(why) => {
                    self.failure
                        .replace(Some(format!("a service has ended: {why}")));
                    return self.world.stop();
                }
            }
            number += 1;
            if number % LINE == 0 {
                self.show_progress();
            }
            tokio::time::sleep(SECOND).await;
        }
        if std::io::stderr().is_terminal() {
            eprintln!();
        }
    }

    /// Of all services together: a line that terminals show as one.
    fn show_progress(&self) {
        let (mut plain, mut signed_in) = (Pair::new(), Pair::new());
        let (mut injected, mut unexpected) = (0, 0);
        for target in &self.targets {
            let tally = target.tally.borrow();
            tally
                .latencies
                .get(&Class::Plain)
                .iter()
                .for_each(|pair| plain.add(pair));
            signed_in.add(&tally.authenticated());
            injected += tally.answers_of(Verdict::Injected);
            unexpected += tally.answers_of(Verdict::Unexpected);
        }
        let p99 = |pair: &Pair| Duration::from_micros(pair.from_due.at(0.99)).as_secs_f64() * 1e3;
        let samples = self.samples.borrow();
        let memory = samples.iter().filter_map(|of_service| of_service.last());
        let memory: Vec<_> = memory
            .map(|last| format!("{:.1}", last.memory as f64 / 1024.0))
            .collect();
        let line = format!(
            "{:.0} of {:.0} s: {} sent, {injected} injected, {unexpected} unexpected, p99 {:.2} ms (plain {:.2}), {} MiB",
            self.watch.now().as_secs_f64(),
            self.whole.as_secs_f64(),
            self.targets
                .iter()
                .map(|target| target.sent.get())
                .sum::<u64>(),
            p99(&signed_in),
            p99(&plain),
            memory.join(" + "),
        );
        let mut stream = std::io::stderr();
        let shown = match stream.is_terminal() {
            // In place: to the beginning of the line, and what was there is cleared.
            true => write!(stream, "\r\x1b[2K{line}").and_then(|()| stream.flush()),
            false => writeln!(stream, "{line}"),
        };
        // Whoever closed it does not want to know.
        drop(shown);
    }

    /// Waits for what is under way, closes all connections, and looks at what is still open then.
    ///
    /// # Errors
    ///
    /// A service has ended.
    pub(crate) async fn say_farewell(&self) -> Result<Vec<Sample>, String> {
        let until = self.watch.now() + FAREWELL;
        let is_busy = || self.targets.iter().any(|target| target.in_flight.get() > 0);
        while is_busy() && self.watch.now() < until {
            tokio::time::sleep(MOMENT).await;
        }
        for target in &self.targets {
            target.leave();
        }
        let until = self.watch.now() + FAREWELL;
        loop {
            let now = look(&self.ids, self.watch)?;
            let mut pairs = now.iter().zip(&self.before);
            let is_quiet =
                pairs.all(|(now, before)| now.descriptors <= before.descriptors + KEPT_OPEN);
            if is_quiet || self.watch.now() >= until {
                return Ok(now);
            }
            tokio::time::sleep(MOMENT).await;
        }
    }

    /// What there is to report of each, where this was seen after all had left.
    pub(crate) fn services(&self, after: &[Sample]) -> Vec<report::Service> {
        let history = self.world.history();
        let samples = self.samples.take();
        let all = self
            .targets
            .iter()
            .zip(samples)
            .zip(self.before.iter().zip(after));
        let all = all
            .zip(VARIANTS)
            .map(
                |(((target, samples), (before, after)), (name, _))| report::Service {
                    name,
                    sent: target.sent.get(),
                    never_found: history.never_found(&target.knowledge.borrow(), self.watch.now()),
                    tally: target.tally.take(),
                    samples,
                    descriptors: (before.descriptors, after.descriptors),
                },
            );
        all.collect()
    }
}

fn look(ids: &[u32], watch: Watch) -> Result<Vec<Sample>, String> {
    ids.iter().map(|id| Sample::of(*id, watch.now())).collect()
}

/// By Ctrl-C, or by what service managers send instead.
#[cfg(unix)]
async fn told_to_stop() -> std::io::Result<()> {
    use std::task::Poll;

    use tokio::signal::unix::{SignalKind, signal};

    let mut signals = [
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ];
    std::future::poll_fn(|context| {
        let heard = signals
            .iter_mut()
            .any(|signal| signal.poll_recv(context).is_ready());
        if heard {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    Ok(())
}

#[cfg(not(unix))]
async fn told_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

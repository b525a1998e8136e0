//! The client for programs without an async runtime. Same names, same behaviour, no `.await`.

use std::{sync::Arc, vec};

use clerk_core::Clock;

use crate::{
    BlockingRuntime, BlockingTransport, Builder, Error, Operation, Page, Paginate, Settings, Step,
    edge::Edge, page::Pager, settings::sealed,
};

/// Sends operations to Clerk. Cheap to clone; clones share one transport.
///
/// The [async `Client`](crate::Client) is the same one `.await` apart.
#[derive(Clone, Debug)]
pub struct Client {
    settings: Arc<Settings>,
    edge: Edge<dyn BlockingTransport, dyn BlockingRuntime>,
}

impl Client {
    /// Starts a client that sends through `transport` and waits with `runtime`.
    pub fn builder(
        transport: impl BlockingTransport + 'static,
        runtime: impl BlockingRuntime + 'static,
    ) -> Builder<Self> {
        let transport: Arc<dyn BlockingTransport> = Arc::new(transport);
        let runtime: Arc<dyn BlockingRuntime> = Arc::new(runtime);
        Builder::new((transport, runtime))
    }

    /// Sends `operation`, again where [`Retry`](crate::Retry) says so, and reads the answer.
    ///
    /// Takes the operation or a reference to it.
    ///
    /// # Errors
    ///
    /// The operation makes no request, no complete response came back, Clerk answered with an
    /// error, or the answer cannot be read.
    pub fn send<O: Operation>(&self, operation: O) -> Result<O::Output, Error> {
        let (settings, edge) = (&self.settings, &self.edge);
        let mut step = Step::start(operation, settings, settings.retry().seed(), edge.now());
        loop {
            step = match step {
                Step::Send(request, call) => {
                    let send = || edge.transport.send(request);
                    let outcome = call.trace().around_blocking(send);
                    call.received(outcome, edge.now())
                }
                Step::Wait(duration, call) => {
                    edge.runtime.sleep(duration);
                    call.waited(edge.now())
                }
                Step::Done(result) => return result,
            }
        }
    }

    /// Walks through a list, from where `operation` begins.
    ///
    /// The [async `pages`](crate::Client::pages) says how.
    pub fn pages<O: Paginate>(&self, operation: O) -> Pages<O> {
        let (client, pager) = (self.clone(), Pager::new(operation));
        Pages { client, pager }
    }

    /// What is the same for all calls of this client.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What carries the requests.
    pub const fn transport(&self) -> &Arc<dyn BlockingTransport> {
        &self.edge.transport
    }

    /// What waits, and runs things beside.
    pub const fn runtime(&self) -> &Arc<dyn BlockingRuntime> {
        &self.edge.runtime
    }

    /// What the time is read from.
    pub const fn clock(&self) -> &Arc<dyn Clock> {
        &self.edge.clock
    }
}

impl Builder<Client> {
    /// What measures the retry budget, and what layers above read the time from. Default: the operating
    /// system's clocks, which are not looked at before [`build`](Self::build).
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }
}

impl sealed::Build for Client {
    type Edge = (Arc<dyn BlockingTransport>, Arc<dyn BlockingRuntime>);

    fn from_parts(
        (transport, runtime): Self::Edge,
        clock: Option<Arc<dyn Clock>>,
        settings: Settings,
    ) -> Self {
        let seeds = Arc::clone(&runtime);
        Self {
            settings: Arc::new(settings.drawing_seeds(move || seeds.seed())),
            edge: Edge::new(transport, runtime, clock),
        }
    }
}

/// A walk through a list, page by page; made by [`Client::pages`].
///
/// After an error the walk is over.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is iterated"]
pub struct Pages<O> {
    client: Client,
    pager: Pager<O>,
}

impl<O: Paginate> Pages<O> {
    /// The items instead of the pages.
    pub fn items(self) -> Items<O> {
        Items {
            pages: self,
            page: Vec::new().into_iter(),
        }
    }
}

impl<O: Paginate> Iterator for Pages<O> {
    type Item = Result<Page<O::Item>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let page = self.client.send(self.pager.next()?);
        self.pager.received(page.as_ref());
        Some(page)
    }
}

/// A walk through a list, item by item; made by [`Pages::items`].
///
/// After an error the walk is over.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is iterated"]
pub struct Items<O: Paginate> {
    pages: Pages<O>,
    page: vec::IntoIter<O::Item>,
}

impl<O: Paginate> Iterator for Items<O> {
    type Item = Result<O::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.page.next() {
                return Some(Ok(item));
            }
            match self.pages.next()? {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

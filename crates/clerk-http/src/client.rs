use std::sync::Arc;

use clerk_core::Clock;

use crate::{
    Builder, Error, Operation, Runtime, Settings, Step, Transport, edge::Edge, settings::sealed,
};

/// Sends operations to Clerk. Cheap to clone; clones share one transport.
///
/// [`blocking::Client`](crate::blocking::Client) is the same without the `.await`.
#[derive(Clone, Debug)]
pub struct Client {
    settings: Arc<Settings>,
    edge: Edge<dyn Transport, dyn Runtime>,
}

impl Client {
    /// Starts a client that sends through `transport` and waits with `runtime`.
    pub fn builder(
        transport: impl Transport + 'static,
        runtime: impl Runtime + 'static,
    ) -> Builder<Self> {
        let transport: Arc<dyn Transport> = Arc::new(transport);
        let runtime: Arc<dyn Runtime> = Arc::new(runtime);
        Builder::new((transport, runtime))
    }

    /// Sends `operation`, again where [`Retry`](crate::Retry) says so, and reads the answer.
    ///
    /// Takes the operation or a reference to it. Dropping the future ends the call; a request
    /// that is under way may still be carried out.
    ///
    /// # Errors
    ///
    /// The operation makes no request, no complete response came back, Clerk answered with an
    /// error, or the answer cannot be read.
    pub async fn send<O: Operation>(&self, operation: O) -> Result<O::Output, Error> {
        let (settings, edge) = (&self.settings, &self.edge);
        let mut step = Step::start(operation, settings, settings.retry().seed(), edge.now());
        loop {
            step = match step {
                Step::Send(request, call) => {
                    let sending = call.trace().around(edge.transport.send(request));
                    let outcome = sending.await;
                    call.received(outcome, edge.now())
                }
                Step::Wait(duration, call) => {
                    edge.runtime.sleep(duration).await;
                    call.waited(edge.now())
                }
                Step::Done(result) => return result,
            }
        }
    }

    /// What is the same for all calls of this client.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What carries the requests.
    pub const fn transport(&self) -> &Arc<dyn Transport> {
        &self.edge.transport
    }

    /// What waits, and runs things beside.
    pub const fn runtime(&self) -> &Arc<dyn Runtime> {
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
    type Edge = (Arc<dyn Transport>, Arc<dyn Runtime>);

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

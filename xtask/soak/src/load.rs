//! The visitors: an open-loop schedule. Requests are sent when they are due, however long others take, and their latency
//! begins then; so nothing is left out because a server that stalls would not have been asked meanwhile (coordinated
//! omission).

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    net::SocketAddr,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::mpsc::{UnboundedReceiver, UnboundedSender},
    task::spawn_local,
};

use crate::{
    history::{At, Knowledge, Span},
    stage::World,
    stock::{Credentials, Ticket},
    tally::{Latencies, Tally},
    traffic::{Answer, Class, Response},
    watch::Watch,
};

/// The longest that the service may take is the five seconds in which Clerk is asked.
const PATIENCE: Duration = Duration::from_secs(15);
/// So many connections to each service are open all the time, and used in turns, as a load balancer's are. More are opened
/// where all are busy, and closed after use. Without them, a process would take as much memory as there once were requests at
/// the same time, which on a busy machine is chance.
const POOL: usize = 256;
/// The application's public address: what tokens name as their authorized party.
const HOST: &str = "localhost:3000";

/// One service, as its visitors see it.
#[derive(Debug)]
pub(crate) struct Target {
    address: SocketAddr,
    /// Whichever has waited longest is used next.
    idle: RefCell<VecDeque<SendRequest<Empty<Bytes>>>>,
    pub(crate) sent: Cell<u64>,
    pub(crate) in_flight: Cell<u64>,
    pub(crate) tally: RefCell<Tally>,
    pub(crate) knowledge: RefCell<Knowledge>,
}

impl Target {
    pub(crate) fn new(address: SocketAddr) -> Rc<Self> {
        Rc::new(Self {
            address,
            idle: RefCell::default(),
            sent: Cell::new(0),
            in_flight: Cell::new(0),
            tally: RefCell::default(),
            knowledge: RefCell::default(),
        })
    }

    /// Opens what is open all the time.
    async fn fill(&self) {
        for _ in 0..POOL {
            // Where none can be had, whoever comes first says so.
            if let Ok(connection) = open(self.address).await {
                self.idle.borrow_mut().push_back(connection);
            }
        }
    }

    /// Closes all connections.
    pub(crate) fn leave(&self) {
        self.idle.borrow_mut().clear();
    }
}

/// Says when requests are due, in a thread of its own: timers of the runtime would be late by up to a millisecond.
pub(crate) fn pace(
    rate: u32,
    (whole, watch): (Duration, Watch),
    world: &World,
    due: &UnboundedSender<At>,
) {
    for number in 0_u64.. {
        let at = Duration::from_nanos(number.saturating_mul(1_000_000_000 / u64::from(rate)));
        if at >= whole || world.is_stopped() {
            return;
        }
        watch.wait_until(at);
        if due.send(at).is_err() {
            return;
        }
    }
}

/// Sends what is due, until nothing more will be. Returns how late it was.
pub(crate) async fn visit(
    targets: &[Rc<Target>],
    world: &Arc<World>,
    mut due: UnboundedReceiver<At>,
    (watch, seed): (Watch, u64),
) -> Latencies {
    for target in targets {
        target.fill().await;
    }
    let mut random = fastrand::Rng::with_seed(seed);
    let lateness = Rc::new(RefCell::new(Latencies::new()));
    let mut number = 0;
    while let Some(due) = due.recv().await {
        let service = number % targets.len();
        number += 1;
        let class = Class::choose(&mut random, world.history().is_under_attack());
        let ticket = world.stock().ticket(class, service, (due, &mut random));
        let Some(ticket) = ticket else {
            continue;
        };
        let target = Rc::clone(&targets[service]);
        target.sent.set(target.sent.get() + 1);
        target.in_flight.set(target.in_flight.get() + 1);
        let (world, lateness) = (Arc::clone(world), Rc::clone(&lateness));
        drop(spawn_local(async move {
            let sent = watch.now();
            lateness.borrow_mut().record(sent.saturating_sub(due));
            let answer = match tokio::time::timeout(PATIENCE, ask(&target, &ticket)).await {
                Ok(Ok(response)) => Answer::Response(response),
                Ok(Err(why)) => Answer::Failed(why),
                Err(_) => Answer::Failed("no answer in time"),
            };
            let span = Span {
                sent,
                answered: watch.now(),
            };
            take_in(&target, &world, &ticket, (&answer, due, span));
            target.in_flight.set(target.in_flight.get() - 1);
        }));
    }
    let lateness = lateness.borrow();
    lateness.clone()
}

fn take_in(
    target: &Target,
    world: &World,
    ticket: &Ticket,
    (answer, due, span): (&Answer, At, Span),
) {
    let history = world.history();
    let mut knowledge = target.knowledge.borrow_mut();
    let asked = &ticket.asked;
    let verdict = history.judge(&knowledge, asked, answer, span);
    let is_at_hand = history.is_at_hand(&knowledge, &asked.key, span.sent);
    knowledge.learn(&history, asked, answer, span.answered);
    let mut tally = target.tally.borrow_mut();
    tally.count(asked.class, (answer, verdict), (due, span, is_at_hand));
}

async fn ask(target: &Target, ticket: &Ticket) -> Result<Response, &'static str> {
    let mut request = Request::get(ticket.asked.class.path()).header(header::HOST, HOST);
    request = match &ticket.credentials {
        Credentials::None => request,
        Credentials::Bearer(token) => {
            request.header(header::AUTHORIZATION, format!("Bearer {token}"))
        }
        // What a script of a page asks for.
        Credentials::Cookie(cookie) => {
            let request = request.header(header::COOKIE, &**cookie);
            request.header("sec-fetch-dest", "empty")
        }
    };
    let request = request
        .body(Empty::new())
        .map_err(|_| "no request can be made of it")?;
    let mut connection = connection(target).await?;
    let response = connection.send_request(request).await;
    let response = response.map_err(|_| "the connection was closed")?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|_| "the answer was cut off")?;
    let mut idle = target.idle.borrow_mut();
    if idle.len() < POOL && !connection.is_closed() {
        idle.push_back(connection);
    }
    let reason = parts.headers.get("x-clerk-auth-reason");
    Ok(Response {
        status: parts.status.as_u16(),
        reason: reason.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned()),
        body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
    })
}

/// One that nobody uses, or a new one.
async fn connection(target: &Target) -> Result<SendRequest<Empty<Bytes>>, &'static str> {
    loop {
        let idle = target.idle.borrow_mut().pop_front();
        match idle {
            Some(connection) if connection.is_ready() => return Ok(connection),
            // It has ended, or has not ended its last answer.
            Some(_) => {}
            None => break,
        }
    }
    open(target.address).await
}

async fn open(address: SocketAddr) -> Result<SendRequest<Empty<Bytes>>, &'static str> {
    let stream = TcpStream::connect(address).await;
    let stream = stream
        .map_err(|_| "cannot connect; has this program too many files open? see `ulimit -n`")?;
    stream.set_nodelay(true).map_err(|_| "cannot connect")?;
    let (connection, driver) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| "cannot connect")?;
    drop(spawn_local(driver));
    Ok(connection)
}

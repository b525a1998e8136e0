//! Does to the instance what the script says, and mints what visitors need.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use clerk_emulator::{Emulator, Fault, Server};
use http::Response;

use crate::{
    history::{At, History},
    script::{Ailment, Event, Place, Script},
    stock::Stock,
    watch::Watch,
};

const MOMENT: Duration = Duration::from_millis(20);

/// What the stage and the visitors share.
#[derive(Debug)]
pub(crate) struct World {
    history: Mutex<History>,
    stock: Mutex<Stock>,
    stopped: AtomicBool,
}

/// What was done to the instance.
#[derive(Debug, Default)]
pub(crate) struct Deeds {
    pub(crate) rotations: usize,
    pub(crate) faults: Vec<String>,
}

impl World {
    pub(crate) fn new(emulator: &Emulator, stock: Stock) -> Self {
        let mut history = History::default();
        history.sign_with(&emulator.key_id().into(), Duration::ZERO, false);
        Self {
            history: Mutex::new(history),
            stock: Mutex::new(stock),
            stopped: AtomicBool::new(false),
        }
    }

    pub(crate) fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Until the world is stopped.
///
/// # Errors
///
/// The port could not be kept while nothing listened on it.
pub(crate) fn play(
    server: &Server,
    world: &World,
    (script, watch): (Script, Watch),
) -> Result<Deeds, String> {
    let mut deeds = Deeds::default();
    let mut number = 0;
    while !world.is_stopped() {
        let (due, event) = script.event(number);
        if due <= watch.now() {
            number += 1;
            perform(server, world, (event, watch), &mut deeds)?;
        }
        let errands = world.stock().errands(watch.now());
        for errand in errands {
            let ticket = errand.run(server.emulator());
            world.stock().put(errand, ticket, watch.now());
        }
        Watch::pause(MOMENT);
    }
    Ok(deeds)
}

/// What may be noticed is written down before it can be, and what must not be noticed any more afterwards.
fn perform(
    server: &Server,
    world: &World,
    (event, watch): (Event, Watch),
    deeds: &mut Deeds,
) -> Result<(), String> {
    let at = watch.now();
    match event {
        Event::AnnounceKey => {
            let kid = server.emulator().announce_key();
            world.history().publish(kid.into(), at);
        }
        Event::Rotate => rotate(server.emulator(), world, at, false),
        Event::RotateUrgently => rotate(server.emulator(), world, at, true),
        Event::Break(place, ailment) => {
            world.history().break_down(place, ailment, at);
            deeds
                .faults
                .push(format!("{place:?} {ailment:?}").to_lowercase());
            break_down(server, place, ailment)?;
        }
        Event::Mend => {
            server.emulator().clear_faults();
            server
                .resume()
                .map_err(|error| format!("the emulator does not come back: {error}"))?;
            world.history().mend(watch.now());
        }
        Event::BeginAttack => world.history().begin_attack(at),
        Event::EndAttack => world.history().end_attack(watch.now()),
    }
    if matches!(event, Event::Rotate | Event::RotateUrgently) {
        deeds.rotations += 1;
    }
    Ok(())
}

/// Whoever judges an answer meanwhile waits, since the new key's id is not known before it is published.
fn rotate(emulator: &Emulator, world: &World, at: At, urgent: bool) {
    let mut history = world.history();
    let kid = emulator.rotate_keys(!urgent);
    history.sign_with(&kid.into(), at, urgent);
}

fn break_down(server: &Server, place: Place, ailment: Ailment) -> Result<(), String> {
    let fault = match ailment {
        Ailment::Down => Fault::status(503),
        Ailment::Dropped => Fault::drop_connection(),
        Ailment::Busy => Fault::status(429).retry_after(1),
        Ailment::Garbage => {
            let page = Response::new(Bytes::from_static(b"<h1>We will be back soon</h1>"));
            Fault::answer(page)
        }
        Ailment::Hangs => Fault::delay(Duration::from_secs(8)),
        Ailment::Slow => Fault::delay(Duration::from_millis(1500)),
        Ailment::Refused => {
            let paused = server.pause();
            return paused.map_err(|error| format!("the emulator cannot be paused: {error}"));
        }
    };
    let path = match place {
        Place::Keys => "/v1/jwks",
        Place::Sessions => "/v1/sessions/*",
    };
    server.emulator().add_fault(fault.path(path));
    Ok(())
}

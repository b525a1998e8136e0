//! A soak: the axum example under load for half an hour, while keys rotate, attackers come, and Clerk fails.
//! `cargo xtask soak` builds and runs it.
//!
//! [`script`] says what happens to the instance, [`traffic`] what is asked, [`history`] which answers are right, [`load`]
//! how latencies are measured, [`report`] what has to hold. The instance is the emulator; all of it is on this machine.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on its standard streams"
)]

mod history;
mod load;
mod observer;
mod options;
mod process;
mod report;
mod script;
mod service;
mod stage;
mod stock;
mod tally;
mod traffic;
mod watch;

use std::{error::Error, process::ExitCode, rc::Rc, sync::Arc};

use clerk_emulator::{Emulator, Server};
use tokio::{
    sync::mpsc::unbounded_channel,
    task::{LocalSet, spawn_local},
};

use crate::{
    observer::Observer,
    options::Options,
    report::Report,
    script::Script,
    service::{Service, VARIANTS},
    stage::World,
    stock::Stock,
    watch::Watch,
};

fn main() -> ExitCode {
    match run() {
        Ok(violations) if violations.is_empty() => ExitCode::SUCCESS,
        Ok(violations) => {
            for violation in violations {
                eprintln!("{violation}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Says what does not hold and must.
fn run() -> Result<Vec<String>, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let options = Options::parse(&arguments)?;
    let server = Server::start(Emulator::builder().seed(stock::seed(VARIANTS.len())))?;
    let emulator = server.emulator();
    let services = VARIANTS
        .map(|(_, token_cache)| Service::start(&options.service, token_cache, emulator))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    let mut random = fastrand::Rng::with_seed(options.seed);
    let script = Script::for_run_of(options.whole);
    let stock = Stock::new(emulator, (services.len(), script.renewal()), &mut random);
    let world = Arc::new(World::new(emulator, stock));
    let report = soak(&options, script, (&server, &services), &world)?;
    if options.json {
        print!("{}", report.json());
    } else {
        print!("{}", report.text());
    }
    Ok(report.violations())
}

fn soak(
    options: &Options,
    script: Script,
    (server, services): (&Server, &[Service]),
    world: &Arc<World>,
) -> Result<Report, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let local = LocalSet::new();
    let watch = Watch::start();
    let observer = Observer::new(services, (options.whole, watch), world)?;
    let (met, deeds) = std::thread::scope(|scope| {
        let _ends = EndsWithUs(world);
        let stage = scope.spawn(|| {
            let _ends = EndsWithUs(world);
            stage::play(server, world, (script, watch))
        });
        let (sender, due) = unbounded_channel();
        let (rate, whole) = (options.rate, options.whole);
        scope.spawn(move || load::pace(rate, (whole, watch), world, &sender));
        let met = local.block_on(&runtime, async {
            drop(spawn_local(Rc::clone(&observer).wait_for_signals()));
            drop(spawn_local(Rc::clone(&observer).observe()));
            let lateness = load::visit(&observer.targets, world, due, (watch, options.seed)).await;
            let after = observer.say_farewell().await?;
            Ok::<_, String>((lateness, after))
        });
        world.stop();
        let deeds = stage.join();
        (
            met,
            deeds.unwrap_or_else(|_| Err("the stage has collapsed".to_owned())),
        )
    });
    if let Some(failure) = observer.failure.take() {
        return Err(failure.into());
    }
    let ((lateness, after), deeds) = (met?, deeds?);
    Ok(Report {
        whole: options.whole,
        cycle: Script::long_cycle(),
        rate: options.rate,
        seed: options.seed,
        is_timed: options.is_timed,
        lateness,
        faults: deeds.faults,
        rotations: deeds.rotations,
        services: observer.services(&after),
        is_interrupted: observer.is_interrupted.get(),
    })
}

/// Threads that wait for the world to stop do not wait for ever where something has collapsed.
struct EndsWithUs<'w>(&'w World);

impl Drop for EndsWithUs<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

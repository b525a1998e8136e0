//! Asks an application that runs elsewhere, such as in a JavaScript engine: over HTTP/1.1, as far as that
//! can ask, with an instance on loopback behind it.

use std::{io, net::Ipv4Addr, sync::Arc};

use bytes::Bytes;
use clerk_core::ManualClock;
use clerk_emulator::{Builder, Emulator, Server};
use http::{Request, Response, Version};

use crate::{
    Arrival, Row, Service,
    application::NOW,
    comparison,
    credentials::Credentials,
    rows,
    services::{NOBODYS_KEY, busy, credentials, instance},
};

/// The instance, by whose clock it is always the same time.
#[derive(Debug)]
pub struct Elsewhere {
    here: Server,
    away: Server,
    overloaded: Server,
    credentials: Credentials,
}

/// What the application is told, beside how it authenticates requests.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'e> {
    /// Where the Backend API is.
    pub api_url: &'e str,
    /// What it is called with.
    pub secret_key: &'e str,
}

impl Elsewhere {
    /// Starts the instance.
    ///
    /// # Errors
    ///
    /// The operating system gives no port or no thread.
    pub fn start() -> io::Result<Self> {
        let start = |builder: Builder| {
            let clock = Arc::new(ManualClock::at(NOW));
            Server::start_at((Ipv4Addr::LOCALHOST, 0).into(), builder, clock)
        };
        let here = start(instance())?;
        let away = start(instance())?;
        away.pause()?;
        let overloaded = start(Emulator::builder())?;
        overloaded.emulator().add_fault(busy());
        Ok(Self {
            credentials: credentials(here.emulator()),
            here,
            away,
            overloaded,
        })
    }

    /// What is around an application that is set up so.
    pub fn around(&self, service: Service) -> Surroundings<'_> {
        let server = match service {
            Service::Outage => &self.away,
            Service::Busy => &self.overloaded,
            _ => &self.here,
        };
        let secret_key = match service {
            Service::WrongSecret => NOBODYS_KEY,
            _ => server.emulator().secret_key().expose(),
        };
        Surroundings {
            api_url: server.url(),
            secret_key,
        }
    }

    /// In what the application's answers differ from the table's, for each row that is about an
    /// application that is set up so. Targets of requests are paths.
    ///
    /// An excuse names a row that cannot be asked, or answered, so. One that is not needed is a difference, too.
    ///
    /// # Errors
    ///
    /// What `ask` fails with, and for which row that is not excused.
    pub fn differences<E>(
        &self,
        service: Service,
        excused: &[&str],
        mut ask: impl FnMut(Request<Bytes>) -> Result<Response<Bytes>, E>,
    ) -> Result<Vec<String>, (String, E)> {
        let mut differences = Vec::new();
        let rows = rows().into_iter().filter(|row| row.service == service);
        for row in rows {
            let is_excused = excused.contains(&row.name.as_str());
            let row = self.credentials.fill_row(row);
            let mut found_here = Vec::new();
            for arrival in [Arrival::Direct, Arrival::BehindProxy] {
                let Some(row) = arrival.of(&row) else {
                    continue;
                };
                match ask(over_http1(&row)) {
                    Ok(response) => {
                        let found = comparison::differences(&row, &response);
                        let of_row = |it| format!("{} ({arrival:?}): {it}", row.name);
                        found_here.extend(found.map(of_row));
                    }
                    Err(_) if is_excused => found_here.push("it cannot be asked".to_owned()),
                    Err(error) => return Err((row.name, error)),
                }
            }
            match (is_excused, found_here.is_empty()) {
                (false, _) => differences.append(&mut found_here),
                (true, true) => differences.push(format!("{} needs no excuse", row.name)),
                (true, false) => {}
            }
        }
        Ok(differences)
    }
}

fn over_http1(row: &Row) -> Request<Bytes> {
    let mut request = Arrival::Direct.carry(row.request());
    *request.version_mut() = Version::HTTP_11;
    request
}

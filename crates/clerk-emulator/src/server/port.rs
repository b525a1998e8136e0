//! A port that the emulator listens on, or keeps without listening.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    net::{TcpListener, TcpSocket},
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};

use super::site::{Carrier, Site};

/// A second and more, where starting a program takes a millisecond.
const MOST_BINDS: u32 = 1000;

pub(super) struct Port {
    site: Site,
    carrier: Carrier,
    address: Option<SocketAddr>,
    condition: Condition,
}

enum Condition {
    Open {
        accepting: JoinHandle<()>,
        stop: oneshot::Sender<()>,
    },
    /// Bound but not listening: connections are refused, and nobody else gets the port.
    Held(TcpSocket),
    /// An error has left nothing.
    Lost,
}

/// Holds all of them, as far as that goes.
pub(super) async fn hold(ports: &mut [Port]) -> io::Result<()> {
    let mut outcome = Ok(());
    for port in ports {
        outcome = outcome.and(port.hold().await);
    }
    outcome
}

/// Opens all of them again, as far as that goes.
pub(super) async fn reopen(ports: &mut [Port]) -> io::Result<()> {
    let mut outcome = Ok(());
    for port in ports {
        outcome = outcome.and(port.reopen().await);
    }
    outcome
}

impl Port {
    pub(super) fn open(listener: std::net::TcpListener, carrier: Carrier, site: Site) -> Self {
        let mut port = Self {
            site,
            carrier,
            address: listener.local_addr().ok(),
            condition: Condition::Lost,
        };
        if let Ok(listener) = TcpListener::from_std(listener) {
            port.accept(listener);
        }
        port
    }

    #[cfg(feature = "tls")]
    pub(super) fn is_held(&self) -> bool {
        matches!(self.condition, Condition::Held(_))
    }

    fn accept(&mut self, listener: TcpListener) {
        let (stop, stopped) = oneshot::channel();
        let (site, carrier) = (self.site.clone(), self.carrier.clone());
        let accepting = tokio::spawn(accept(listener, (site, carrier), stopped));
        self.condition = Condition::Open { accepting, stop };
    }

    pub(super) async fn hold(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.condition, Condition::Lost) {
            Condition::Open { accepting, stop } => {
                drop(stop);
                // Only when it has ended are the listener and the connections closed.
                drop(accepting.await);
            }
            Condition::Held(socket) => {
                self.condition = Condition::Held(socket);
                return Ok(());
            }
            Condition::Lost => {}
        }
        self.condition = Condition::Held(self.bind_again().await?);
        Ok(())
    }

    async fn reopen(&mut self) -> io::Result<()> {
        let socket = match std::mem::replace(&mut self.condition, Condition::Lost) {
            open @ Condition::Open { .. } => {
                self.condition = open;
                return Ok(());
            }
            Condition::Held(socket) => socket,
            Condition::Lost => self.bind_again().await?,
        };
        self.accept(socket.listen(1024)?);
        Ok(())
    }

    /// A program that this process is just starting has the listener, too, until it runs.
    async fn bind_again(&self) -> io::Result<TcpSocket> {
        for _ in 0..MOST_BINDS {
            match self.bind() {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                outcome => return outcome,
            }
        }
        self.bind()
    }

    fn bind(&self) -> io::Result<TcpSocket> {
        let address = self.address.ok_or(io::ErrorKind::AddrNotAvailable)?;
        let socket = TcpSocket::new_v4()?;
        // Elsewhere than on Unix it would let another program take the port as well.
        if cfg!(unix) {
            socket.set_reuseaddr(true)?;
        }
        socket.bind(address)?;
        Ok(socket)
    }
}

/// Serves until nobody can say `stopped` any more, then closes every connection.
async fn accept(
    listener: TcpListener,
    (site, carrier): (Site, Carrier),
    mut stopped: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = &mut stopped => break,
            accepted = listener.accept() => accepted,
        };
        if let Ok((stream, _)) = accepted {
            connections.spawn(site.clone().serve(stream, carrier.clone()));
        } else {
            // Out of file descriptors, say: connections have to end before the next attempt.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    // Other threads may be serving them: they are closed when those have let go of them.
    connections.shutdown().await;
}

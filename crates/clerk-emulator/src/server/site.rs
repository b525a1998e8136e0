//! What happens on a connection.

use std::{fmt, pin::pin, sync::Arc};

use bytes::Bytes;
use clerk_core::Clock;
use http::{Request, Response, request::Parts};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use crate::{Answer, Emulator, Outcome, emulator::body_limit};

/// What every connection needs to know.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) emulator: Emulator,
    pub(super) clock: Arc<dyn Clock>,
}

/// What requests come in.
#[derive(Clone)]
pub(super) enum Carrier {
    Plain,
    #[cfg(feature = "tls")]
    Tls(tokio_rustls::TlsAcceptor),
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "Plain",
            #[cfg(feature = "tls")]
            Self::Tls(_) => "Tls",
        })
    }
}

impl Site {
    pub(super) async fn serve(self, stream: TcpStream, carrier: Carrier) {
        match carrier {
            Carrier::Plain => self.converse(stream).await,
            #[cfg(feature = "tls")]
            Carrier::Tls(acceptor) => {
                // Whoever does not trust the certificate ends the connection, which is theirs to decide.
                if let Ok(stream) = acceptor.accept(stream).await {
                    self.converse(stream).await;
                }
            }
        }
    }

    async fn converse(self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let service = service_fn(|request| self.answer(request));
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        // How a connection ends is the client's business.
        drop(connection.await);
    }

    /// The answer, once there is no more waiting for another.
    async fn settled(&self, parts: &Parts, body: Option<Bytes>) -> Answer {
        let ask = || {
            let now = self.clock.now();
            self.emulator.handle_parts(parts, body.clone(), now)
        };
        let answer = ask();
        if answer.patience.is_zero() {
            return answer;
        }
        let mut end = pin!(tokio::time::sleep(answer.patience));
        loop {
            let mut change = pin!(self.emulator.bell().change());
            // Whatever happens while the question is asked is not missed.
            change.as_mut().enable();
            let answer = ask();
            if answer.patience.is_zero() {
                return answer;
            }
            tokio::select! {
                () = change => {}
                () = &mut end => return answer,
            }
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Dropped> {
        let (parts, body) = request.into_parts();
        let body = read(body, body_limit(&parts.headers))
            .await
            .map_err(|_| Dropped)?;
        let answer = self.settled(&parts, body).await;
        if !answer.delay.is_zero() {
            tokio::time::sleep(answer.delay).await;
        }
        match answer.outcome {
            Outcome::Respond(response) => Ok(response.map(Full::new)),
            Outcome::Drop => Err(Dropped),
        }
    }
}

/// The whole body; `None` where it is larger than the emulator takes. What is too much is read all
/// the same and thrown away: a connection that closes earlier may lose the answer.
async fn read(mut body: Incoming, limit: usize) -> Result<Option<Bytes>, hyper::Error> {
    let mut kept = Some(Vec::new());
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            kept = kept.filter(|kept| kept.len() + data.len() <= limit);
            if let Some(kept) = &mut kept {
                kept.extend_from_slice(&data);
            }
        }
    }
    Ok(kept.map(Bytes::from))
}

/// Ends a connection without a response: hyper closes it when its service fails.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped")]
struct Dropped;

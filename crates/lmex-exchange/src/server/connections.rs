//! Takes connections in, within bounds, and puts on every answer where the prices come from.

use std::error::Error;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use http::header::{CONNECTION, HeaderName, HeaderValue};
use http_body_util::LengthLimitError;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::Instrument;

use super::bounds::{ConnectionBounds, LARGEST_BODY, LARGEST_HEAD};
use super::waiting::{Seat, Waiting};
use super::wire::Wire;
use crate::error_body::Refused;
use crate::faults::{Cut, Faults};

/// Longer waits are cut to this: a deadline beyond what the clock counts can't be set.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3_600);

/// What is served, to whom, and what the source says of itself.
#[derive(Debug)]
pub(crate) struct Connections {
    router: Router,
    bounds: ConnectionBounds,
    market_source: watch::Receiver<String>,
    faults: Faults,
    places: Arc<Semaphore>,
    waiting: Arc<Waiting>,
}

/// A connection that ends without an answer.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    /// It was sent away before its request was begun.
    #[error("no room: the connection has waited the longest")]
    SentAway,
    /// That was asked for.
    #[error(transparent)]
    Cut(#[from] Cut),
}

impl Connections {
    pub(crate) fn new(
        router: Router,
        bounds: ConnectionBounds,
        market_source: watch::Receiver<String>,
        faults: Faults,
    ) -> Arc<Self> {
        Arc::new(Self {
            router,
            bounds,
            market_source,
            faults,
            places: Arc::new(Semaphore::new(bounds.most.min(Semaphore::MAX_PERMITS))),
            waiting: Arc::default(),
        })
    }

    /// Takes connections in until it is stopped, then waits for those that are open to finish what they do.
    pub(crate) async fn serve(
        self: Arc<Self>,
        mut listener: TcpListener,
        mut stopped: oneshot::Receiver<()>,
    ) {
        let (stop, stopping) = watch::channel(());
        let mut open = JoinSet::new();
        loop {
            let taken_in = async {
                let (socket, peer) = Listener::accept(&mut listener).await;
                (socket, peer, self.place().await)
            };
            let (socket, peer, place) = tokio::select! {
                taken_in = taken_in => taken_in,
                _ = &mut stopped => break,
            };
            while open.try_join_next().is_some() {}
            let seat = Seat::new(Arc::clone(&self.waiting));
            seat.wait();
            let connection = Arc::clone(&self).connection(socket, peer, seat, stopping.clone());
            open.spawn(async move {
                connection.await;
                drop(place);
            });
        }
        drop((listener, stop));
        while open.join_next().await.is_some() {}
    }

    /// A place for one more connection. `None` can't come: the semaphore is never closed.
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(place);
        }
        tracing::debug!(
            most = self.bounds.most,
            "no place is free: the connection that waits the longest ends"
        );
        while !self.waiting.send_longest_away() {
            tokio::select! {
                place = Arc::clone(&self.places).acquire_owned() => return place.ok(),
                () = self.waiting.someone_joins() => {}
            }
        }
        Arc::clone(&self.places).acquire_owned().await.ok()
    }

    async fn connection(
        self: Arc<Self>,
        socket: TcpStream,
        peer: SocketAddr,
        seat: Seat,
        mut stopping: watch::Receiver<()>,
    ) {
        // Small answers should leave at once; where it can't be set they are only later.
        let _ = socket.set_nodelay(true);
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(self.bounds.head_within.min(LONGEST_WAIT));
        builder.max_buf_size(LARGEST_HEAD);
        let wire = Wire::default();
        let said = Mutex::new(Said::by(self.market_source.clone()));
        let service = service_fn(|request| self.answer(request, peer, &seat, &wire, &said));
        let socket = TokioIo::new(wire.carry(socket));
        let mut served = pin!(builder.serve_connection(socket, service).with_upgrades());
        let mut is_told = false;
        loop {
            tokio::select! {
                ended = served.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "connection broke");
                    }
                    return;
                }
                () = seat.sent_away() => return,
                // Ends with an error, for the sender is dropped.
                _ = stopping.changed(), if !is_told => {
                    served.as_mut().graceful_shutdown();
                    is_told = true;
                }
            }
        }
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        seat: &Seat,
        wire: &Wire,
        said: &Mutex<Said>,
    ) -> Result<Response, Unanswered> {
        let mut response = match self.receive(request).await {
            Ok(mut request) => {
                if !seat.stop_waiting() {
                    return Err(Unanswered::SentAway);
                }
                request.extensions_mut().insert(ConnectInfo(peer));
                request.extensions_mut().insert(wire.clone());
                match self.route(request, wire).await {
                    Err(cut) => return Err(leave(cut, seat).await.into()),
                    Ok(response) => response,
                }
            }
            Err(refused) => {
                tracing::debug!(?refused, "request not read");
                ([(CONNECTION, "close")], refused).into_response()
            }
        };
        seat.wait();
        let header = said.lock().unwrap_or_else(PoisonError::into_inner).header();
        response.headers_mut().insert(HeaderName::from_static(lmex_api::MARKET_SOURCE), header);
        Ok(response)
    }

    /// One line for each request: never a query, a header or a body, which may hold secrets.
    async fn route(&self, request: Request, wire: &Wire) -> Result<Response, Cut> {
        let span = tracing::debug_span!("request", method = %request.method(), path = request.uri().path());
        let answered = async {
            let started = Instant::now();
            let response = self.faults.answer(self.router.clone(), request, wire).await?;
            let (status, latency_us) = (response.status().as_u16(), started.elapsed().as_micros());
            tracing::debug!(status, latency_us, "request answered");
            Ok(response)
        };
        answered.instrument(span).await
    }

    /// The request with its whole body.
    async fn receive(&self, request: Request<Incoming>) -> Result<Request, Refused> {
        let (parts, body) = request.into_parts();
        if usize::try_from(body.size_hint().lower()).map_or(true, |least| least > LARGEST_BODY) {
            return Err(Refused::too_large(LARGEST_BODY));
        }
        match timeout(self.bounds.body_within, to_bytes(Body::new(body), LARGEST_BODY)).await {
            Ok(Ok(body)) => Ok(Request::from_parts(parts, Body::from(body))),
            Ok(Err(error)) if error.source().is_some_and(<dyn Error>::is::<LengthLimitError>) => {
                Err(Refused::too_large(LARGEST_BODY))
            }
            Ok(Err(error)) => Err(Refused::parameter(format!("body can't be read: {error}"))),
            Err(_) => Err(Refused::too_slow(self.bounds.body_within)),
        }
    }
}

/// A connection that gets no answer waits for its end like one that asks nothing: it is among those that make room.
async fn leave(cut: Cut, seat: &Seat) -> Cut {
    if let Cut::After(time) = cut {
        seat.wait();
        sleep(time).await;
    }
    cut
}

/// What the source says of itself, as a header that is written anew only when it says something else.
#[derive(Debug)]
struct Said {
    source: watch::Receiver<String>,
    header: HeaderValue,
}

impl Said {
    fn by(mut source: watch::Receiver<String>) -> Self {
        let header = visible(&source.borrow_and_update());
        Self { source, header }
    }

    fn header(&mut self) -> HeaderValue {
        // A source that is gone says nothing new.
        if self.source.has_changed().unwrap_or(false) {
            self.header = visible(&self.source.borrow_and_update());
        }
        self.header.clone()
    }
}

/// A text as the value of a header: what is not visible ASCII or a space becomes `?`, and what is longer than a
/// kilobyte is cut.
fn visible(text: &str) -> HeaderValue {
    let bytes: Vec<u8> = text
        .trim()
        .chars()
        .take(1_024)
        .map(|c| u8::try_from(c).ok().filter(|byte| matches!(byte, b' '..=b'~')).unwrap_or(b'?'))
        .collect();
    HeaderValue::from_bytes(&bytes).unwrap_or(HeaderValue::from_static("?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_becomes_visible_ascii() {
        assert_eq!(visible("simulated, seed 7"), "simulated, seed 7");
        assert_eq!(visible(" börse\r\nset-cookie: a\u{7f}\t💱 "), "b?rse??set-cookie: a???");
        assert_eq!(visible(&"x".repeat(5_000)).len(), 1_024);
    }
}

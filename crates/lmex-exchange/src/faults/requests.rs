//! What goes wrong with a request.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use super::register::{Decision, Facts, Order};
use super::{Execution, Faults, Kind};
use crate::server::Wire;

/// No answer of the exchange is larger, in bytes.
const LARGEST_ANSWER: usize = 16 * 1_024 * 1_024;
/// A slow answer comes in so many parts a second.
const PARTS_PER_SECOND: u32 = 10;
/// What a gateway shows when what is behind it does not answer.
const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

/// A request that is executed a second time on purpose: its nonce was used, and that is no reason to refuse it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Again;

/// A request that is to meet a rate limit: which block follows, 1, 2 or 3.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForcedBlock(pub(crate) u8);

/// The connection ends without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Cut {
    /// Here.
    #[error("cut by a fault")]
    Now,
    /// After so long, in which nothing is done for it: whoever has no room for others may end it before.
    #[error("left unanswered by a fault")]
    After(Duration),
}

impl Faults {
    /// What is served, or what goes wrong instead.
    pub(crate) async fn answer(
        &self,
        router: Router,
        request: Request,
        wire: &Wire,
    ) -> Result<Response, Cut> {
        if self.is_idle() || request.uri().path().starts_with("/admin") {
            return Ok(run(router, request).await);
        }
        let key = request.headers().get("request-api").and_then(|key| key.to_str().ok());
        let facts = Facts::Request { method: request.method().as_str(), path: request.uri().path() };
        match self.decide(&facts, key) {
            None => Ok(run(router, request).await),
            Some(decision) => {
                tracing::info!(fault = decision.kind.name(), path = request.uri().path(), "a fault hits");
                // Boxed, so that requests without a fault don't pay for its size.
                Box::pin(self.fail(decision, router, request, wire)).await
            }
        }
    }

    async fn fail(
        &self,
        decision: Decision,
        router: Router,
        mut request: Request,
        wire: &Wire,
    ) -> Result<Response, Cut> {
        let is_executed = decision.execution == Execution::After;
        // What can't be said twice or in parts is the opening of a stream.
        let is_stream = request.uri().path().starts_with("/ws/");
        match decision.kind {
            Kind::Delay if is_executed => {
                let response = run(router, request).await;
                if let Some(_place) = self.place() {
                    sleep(Duration::from_millis(decision.ms)).await;
                }
                Ok(response)
            }
            Kind::Delay => self.run_later(router, request, sleep(Duration::from_millis(decision.ms))).await,
            Kind::Reorder => self.reorder(decision, router, request).await,
            Kind::Drop => {
                run_if(is_executed, router, request).await;
                Err(Cut::After(self.0.unanswered))
            }
            Kind::Reset => {
                run_if(is_executed, router, request).await;
                wire.reset();
                Err(Cut::Now)
            }
            Kind::BadGateway => {
                run_if(is_executed, router, request).await;
                Ok((StatusCode::BAD_GATEWAY, Html(BAD_GATEWAY)).into_response())
            }
            Kind::TimeOut => {
                run_if(is_executed, router, request).await;
                Ok((StatusCode::REQUEST_TIMEOUT, "Request Timeout").into_response())
            }
            Kind::RateLimit => {
                request.extensions_mut().insert(ForcedBlock(decision.tier));
                Ok(run(router, request).await)
            }
            Kind::Duplicate | Kind::Replay if !is_stream => twice(decision.kind, router, request).await,
            Kind::Truncate if !is_stream => truncated(run(router, request).await).await,
            Kind::Slow if !is_stream => {
                let response = run(router, request).await;
                match self.place() {
                    Some(place) => slowed(response, decision.per_second, place).await,
                    None => Ok(response),
                }
            }
            _ => Ok(run(router, request).await),
        }
    }

    async fn reorder(&self, decision: Decision, router: Router, request: Request) -> Result<Response, Cut> {
        match decision.order {
            Order::Overtakes(other) => {
                let response = run(router, request).await;
                other.notify_one();
                Ok(response)
            }
            Order::Held(overtaken) => {
                let patience = Duration::from_millis(decision.ms);
                let waited = async move {
                    // Whether it was overtaken or not, it goes on.
                    let _ = timeout(patience, overtaken.notified()).await;
                };
                self.run_later(router, request, waited).await
            }
        }
    }

    /// Runs in a task of its own: a request that is on its way arrives even if the client has gone meanwhile.
    async fn run_later(
        &self,
        router: Router,
        request: Request,
        until: impl Future<Output = ()> + Send + 'static,
    ) -> Result<Response, Cut> {
        let Some(place) = self.place() else { return Ok(run(router, request).await) };
        let later = tokio::spawn(async move {
            until.await;
            let response = run(router, request).await;
            drop(place);
            response
        });
        later.await.map_err(|_| Cut::Now)
    }
}

async fn run(router: Router, request: Request) -> Response {
    router.oneshot(request).await.unwrap_or_else(|never| match never {})
}

async fn run_if(is_executed: bool, router: Router, request: Request) {
    if is_executed {
        run(router, request).await;
    }
}

/// Two requests of one, the second after the first.
async fn twice(kind: Kind, router: Router, request: Request) -> Result<Response, Cut> {
    let (parts, body) = request.into_parts();
    let body = whole(body).await?;
    let mut again = parts.clone();
    let first = run(router.clone(), Request::from_parts(parts, Body::from(body.clone()))).await;
    if kind == Kind::Duplicate {
        again.extensions.insert(Again);
    }
    let second = run(router, Request::from_parts(again, Body::from(body))).await;
    Ok(if kind == Kind::Duplicate { first } else { second })
}

/// Announces the whole body, sends half of it, and ends.
async fn truncated(response: Response) -> Result<Response, Cut> {
    let (mut parts, body) = response.into_parts();
    let body = whole(body).await?;
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let half = body.slice(..body.len() / 2);
    let parts_of_body = stream::unfold(Some(Ok(half)), |next| async move {
        let is_half = matches!(next, Some(Ok(_)));
        if !is_half {
            // What was handed over is sent before the end.
            yield_now().await;
        }
        Some((next?, Some(Err(io::Error::from(io::ErrorKind::ConnectionAborted)))))
    });
    Ok(Response::from_parts(parts, Body::from_stream(parts_of_body)))
}

/// Its place is taken until the whole body is out.
async fn slowed(
    response: Response,
    bytes_per_second: u32,
    place: OwnedSemaphorePermit,
) -> Result<Response, Cut> {
    let (mut parts, body) = response.into_parts();
    let body = whole(body).await?;
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let part = usize::try_from(bytes_per_second / PARTS_PER_SECOND).unwrap_or(usize::MAX).max(1);
    let pause = Duration::from_secs(1) * u32::try_from(part).unwrap_or(u32::MAX) / bytes_per_second.max(1);
    let trickle = stream::unfold((body, place), move |(mut left, place)| async move {
        if left.is_empty() {
            return None;
        }
        sleep(pause).await;
        let next = left.split_to(part.min(left.len()));
        Some((Ok::<_, io::Error>(next), (left, place)))
    });
    Ok(Response::from_parts(parts, Body::from_stream(trickle)))
}

async fn whole(body: Body) -> Result<Bytes, Cut> {
    to_bytes(body, LARGEST_ANSWER).await.map_err(|_| Cut::Now)
}

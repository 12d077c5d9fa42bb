//! The HTTP server: routes, and what holds for all of them.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use http::{Method, Uri};
use tracing::Instrument;

use crate::auth::Auth;
use crate::call::LARGEST_BODY;
use crate::clock::Clocks;
use crate::desk::DeskHandle;
use crate::error_body::Refused;
use crate::limits::Limiter;
use crate::routes;

/// What every handler may use.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) desk: DeskHandle,
    pub(crate) auth: Arc<Auth>,
    pub(crate) limiter: Mutex<Limiter>,
    pub(crate) clocks: Clocks,
    /// The seed of the ids.
    pub(crate) seed: u64,
}

/// Everything that is served, with the streams.
pub(crate) fn router(app: Arc<App>, streams: Router) -> Router {
    Router::new()
        .merge(routes::all())
        .route("/", get(greeting))
        .fallback(not_served)
        .method_not_allowed_fallback(method_not_served)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(app)
        .merge(streams)
        .layer(from_fn(trace))
}

/// For a person who opens the address in a browser.
async fn greeting() -> &'static str {
    "A local exchange that speaks LMEX's futures API, with simulated matching and play money. It is not LMEX.\n\
     REST: /futures/api/v2.3/... (try /futures/api/v2.3/market_summary)\n\
     Streams: /ws/oss/futures for order books, /ws/futures for trades and your own orders\n"
}

async fn not_served(method: Method, uri: Uri) -> Refused {
    Refused::not_served(method.as_str(), uri.path())
}

async fn method_not_served(method: Method, uri: Uri) -> Refused {
    Refused::method(method.as_str(), uri.path())
}

/// One line for each request: never a query, a header or a body, which may hold secrets.
async fn trace(request: Request, next: Next) -> Response {
    let span = tracing::debug_span!("request", method = %request.method(), path = request.uri().path());
    let answered = async {
        let started = Instant::now();
        let response = next.run(request).await;
        let (status, latency_us) = (response.status().as_u16(), started.elapsed().as_micros());
        tracing::debug!(status, latency_us, "request answered");
        response
    };
    answered.instrument(span).await
}

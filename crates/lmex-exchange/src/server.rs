//! The HTTP server: routes, and what holds for all of them.

mod bounds;
mod connections;
mod greeting;
mod waiting;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::{Method, Uri};

use crate::auth::Auth;
use crate::clock::Clocks;
use crate::desk::DeskHandle;
use crate::error_body::Refused;
use crate::limits::Limiter;
use crate::routes;
pub use bounds::ConnectionBounds;
pub(crate) use bounds::LARGEST_BODY;
pub(crate) use connections::Connections;
pub(crate) use greeting::Greeting;

/// What every handler may use.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) desk: DeskHandle,
    pub(crate) auth: Arc<Auth>,
    pub(crate) limiter: Mutex<Limiter>,
    pub(crate) clocks: Clocks,
    /// The seed of the ids.
    pub(crate) seed: u64,
    /// For a person who opens the address in a browser.
    pub(crate) greeting: Greeting,
}

/// Everything that is served, with the streams.
pub(crate) fn router(app: Arc<App>, streams: Router) -> Router {
    Router::new()
        .merge(routes::all())
        .route("/", get(greet))
        .fallback(not_served)
        .method_not_allowed_fallback(method_not_served)
        .with_state(app)
        .merge(streams)
}

/// Not limited: programs ask here where the prices come from, which must not cost them a query.
async fn greet(State(app): State<Arc<App>>) -> String {
    app.greeting.text()
}

async fn not_served(method: Method, uri: Uri) -> Refused {
    Refused::not_served(method.as_str(), uri.path())
}

async fn method_not_served(method: Method, uri: Uri) -> Refused {
    Refused::method(method.as_str(), uri.path())
}

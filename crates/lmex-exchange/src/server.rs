//! The HTTP server: routes, and what holds for all of them.

mod bounds;
mod connections;
mod greeting;
mod waiting;
mod wire;

use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;
use http::{Method, Uri};

use crate::auth::Auth;
use crate::clock::Clocks;
use crate::desk::DeskHandle;
use crate::dialect::Dialect;
use crate::error_body::{Refused, in_dialect};
use crate::faults::Faults;
use crate::limits::Limiter;
use crate::openapi;
use crate::routes;
pub use bounds::ConnectionBounds;
pub(crate) use bounds::LARGEST_BODY;
pub(crate) use connections::Connections;
pub(crate) use greeting::Greeting;
pub(crate) use wire::Wire;

/// What every handler may use.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) desk: DeskHandle,
    pub(crate) auth: Arc<Auth>,
    pub(crate) limiter: Mutex<Limiter>,
    pub(crate) clocks: Clocks,
    pub(crate) faults: Faults,
    /// The seed of the ids.
    pub(crate) seed: u64,
    /// Whose manners are shown.
    pub(crate) dialect: Dialect,
    /// For a person who opens the address in a browser.
    pub(crate) greeting: Greeting,
}

/// Everything that is served, with the streams.
pub(crate) fn router(app: Arc<App>, streams: Router) -> Router {
    let dialect = app.dialect;
    let served = Router::new()
        .merge(routes::all())
        .route("/", get(greet))
        .route("/openapi.json", get(describe))
        .fallback(not_served)
        .method_not_allowed_fallback(method_not_served)
        .with_state(app);
    let served = match dialect {
        // As handlers answer: a layer costs every request.
        Dialect::Lmex => served,
        Dialect::Btse => {
            served.layer(map_response(move |answer: Response| async move { in_dialect(answer, dialect) }))
        }
    };
    served.merge(streams)
}

/// Not limited: programs ask here where the prices come from, which must not cost them a query.
async fn greet(State(app): State<Arc<App>>) -> String {
    app.greeting.text()
}

/// Not limited either, so it is made once.
async fn describe(State(app): State<Arc<App>>) -> impl IntoResponse {
    static LMEX: LazyLock<Bytes> = LazyLock::new(|| openapi::document(Dialect::Lmex).to_string().into());
    static BTSE: LazyLock<Bytes> = LazyLock::new(|| openapi::document(Dialect::Btse).to_string().into());
    let document = match app.dialect {
        Dialect::Lmex => LMEX.clone(),
        Dialect::Btse => BTSE.clone(),
    };
    ([(CONTENT_TYPE, "application/json")], document)
}

async fn not_served(method: Method, uri: Uri) -> Refused {
    Refused::not_served(method.as_str(), uri.path())
}

async fn method_not_served(method: Method, uri: Uri) -> Refused {
    Refused::method(method.as_str(), uri.path())
}

//! The way in for whoever runs the exchange: faults, time and market states, under `/admin`. It is no part of LMEX's API, and counts
//! against none of its limits.
//!
//! | request | body | answer |
//! |---|---|---|
//! | `GET /admin/faults` | | all faults in place, with their hits |
//! | `POST /admin/faults` | a fault, such as `{"kind":"delay","path":"/order","ms":500,"times":3}` | 201 and the fault with its number |
//! | `DELETE /admin/faults` | | those that were in place |
//! | `DELETE /admin/faults/3` | | the one that was in place |
//! | `GET /admin/time` | | venue time, wall time, speed, whether it is paused |
//! | `POST /admin/time` | `{"do":"pause"}`, `{"do":"resume"}`, `{"do":"speed","speed":"10"}`, `{"do":"step","ms":28800000}` or `{"do":"step","to_ms":1790000000000}` | the same, after it |
//! | `GET /admin/markets` | | all markets with what they take: `active`, `halted` or `closed` |
//! | `POST /admin/markets` | `{"symbol":"BTC-PERP","trading":"halted"}` | the same, after it |
//!
//! Every request carries `Authorization: Bearer` and the token that the exchange printed. A refusal is
//! `{"status":401,"message":"…"}`.

mod faults;
mod guard;
mod markets;
mod refused;
mod time;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use http::{Method, StatusCode, Uri};

use crate::clock::TimeControl;
use crate::desk::DeskHandle;
use crate::faults::Faults;
use crate::secret::Secret;
use guard::Guard;
use refused::Refused;

/// What the handlers act on.
#[derive(Debug)]
struct Admin {
    faults: Faults,
    time: TimeControl,
    desk: DeskHandle,
    guard: Guard,
}

/// The routes, for an exchange at this address.
pub(crate) fn router(
    address: SocketAddr,
    token: &Secret,
    faults: Faults,
    time: TimeControl,
    desk: DeskHandle,
) -> Router {
    let admin = Arc::new(Admin { faults, time, desk, guard: Guard::new(address, token) });
    let routes = Router::new()
        .route("/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/faults/{id}", delete(faults::remove))
        .route("/time", get(time::status).post(time::change))
        .route("/markets", get(markets::list).post(markets::change))
        .fallback(not_there)
        .method_not_allowed_fallback(not_so)
        .layer(from_fn_with_state(Arc::clone(&admin), only_who_may))
        .with_state(admin);
    Router::new().nest("/admin", routes)
}

async fn only_who_may(State(admin): State<Arc<Admin>>, request: Request, next: Next) -> Response {
    match admin.guard.check(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

async fn not_there() -> Refused {
    Refused::new(
        StatusCode::NOT_FOUND,
        "there is /admin/faults, /admin/faults/ID, /admin/time and /admin/markets",
    )
}

async fn not_so(method: Method, uri: Uri) -> Refused {
    let message = format!("{method} is not known for /admin{}", uri.path());
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, message)
}

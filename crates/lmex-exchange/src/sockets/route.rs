//! The two stream endpoints as routes of the server.

use std::sync::Arc;

use axum::Router;
use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use lmex_api::stream::StreamPath;
use tokio::sync::Semaphore;

use super::auth::Authenticator;
use super::config::SocketConfig;
use super::connection::{Desk, serve};
use super::hub::HubHandle;
use crate::faults::Faults;
use crate::server::Wire;

/// Memory for reading, per connection: clients say little.
const READ_BUFFER_BYTES: usize = 4 * 1_024;
/// Memory for writing, per connection, beside what the outbox counts: the heads of frames, pongs, a farewell.
const WRITE_BUFFER_BYTES: usize = 128 * 1_024;

/// Routes for `/ws/oss/futures` and `/ws/futures`.
pub(crate) fn router(
    hub: HubHandle,
    auth: Arc<dyn Authenticator>,
    config: SocketConfig,
    faults: Faults,
) -> Router {
    let door = Door {
        desk: Desk { hub, auth, config, faults },
        places: Arc::new(Semaphore::new(config.max_connections)),
    };
    let upgrade = |path: StreamPath| {
        get(
            move |State(door): State<Door>,
                  wire: Option<Extension<Wire>>,
                  upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>| async move {
                // Without a socket of its own, as in tests, there is none to reset.
                let wire = wire.map(|Extension(wire)| wire).unwrap_or_default();
                door.open(path, upgrade, wire)
            },
        )
    };
    Router::new()
        .route(StreamPath::Book.as_str(), upgrade(StreamPath::Book))
        .route(StreamPath::Main.as_str(), upgrade(StreamPath::Main))
        .with_state(door)
}

#[derive(Clone)]
struct Door {
    desk: Desk,
    places: Arc<Semaphore>,
}

impl Door {
    fn open(
        self,
        path: StreamPath,
        upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
        wire: Wire,
    ) -> Response {
        let upgrade = match upgrade {
            Ok(upgrade) => upgrade,
            Err(rejection) => return rejection.into_response(),
        };
        let Ok(place) = self.places.try_acquire_owned() else {
            let text = "too many stream connections: close some first";
            return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
        };
        let SocketConfig { max_inbound_bytes, outbox_bytes, .. } = self.desk.config;
        upgrade
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(WRITE_BUFFER_BYTES)
            // More is never waiting, by what the outbox counts.
            .max_write_buffer_size((2 * WRITE_BUFFER_BYTES).saturating_add(outbox_bytes))
            .max_message_size(max_inbound_bytes)
            .max_frame_size(max_inbound_bytes)
            .on_upgrade(move |socket| async move {
                serve(socket, path, self.desk, wire).await;
                drop(place);
            })
    }
}

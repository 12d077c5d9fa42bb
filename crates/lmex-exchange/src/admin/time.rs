//! Time over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use lmex_types::TimeMs;
use serde::Deserialize;

use super::Admin;
use super::faults::read;
use super::refused::Refused;
use crate::clock::{Speed, TimeError, TimeStatus};

/// What is done to time.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase", deny_unknown_fields)]
enum Change {
    Pause {},
    Resume {},
    Speed { speed: String },
    Step { ms: Option<i64>, to_ms: Option<i64> },
}

pub(super) async fn status(State(admin): State<Arc<Admin>>) -> Json<TimeStatus> {
    Json(admin.time.status())
}

pub(super) async fn change(
    State(admin): State<Arc<Admin>>,
    body: Bytes,
) -> Result<Json<TimeStatus>, Refused> {
    let time = &admin.time;
    let changed = match read(&body)? {
        Change::Pause {} => time.pause().await,
        Change::Resume {} => time.resume().await,
        Change::Speed { speed } => {
            let speed: Speed = speed.parse().map_err(|error| Refused::bad(format!("{error}")))?;
            time.run_at(speed).await
        }
        Change::Step { ms: Some(ms), to_ms: None } => time.step(ms).await,
        Change::Step { ms: None, to_ms: Some(to_ms) } => time.step_to(TimeMs::from_millis(to_ms)).await,
        Change::Step { .. } => {
            return Err(Refused::bad(
                "give a step either ms or to_ms, such as {\"do\":\"step\",\"ms\":28800000}",
            ));
        }
    };
    changed.map(Json).map_err(|error| match error {
        TimeError::Step(error) => Refused::bad(error.to_string()),
        TimeError::Gone(error) => Refused::new(http::StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    })
}

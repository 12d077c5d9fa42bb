//! Faults over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Serialize;

use super::Admin;
use super::refused::Refused;
use crate::faults::{FaultSpec, FaultStatus};

/// A list of faults.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    faults: Vec<FaultStatus>,
}

pub(super) async fn list(State(admin): State<Arc<Admin>>) -> Json<Listed> {
    Json(Listed { faults: admin.faults.list() })
}

pub(super) async fn add(
    State(admin): State<Arc<Admin>>,
    body: Bytes,
) -> Result<(StatusCode, Json<FaultStatus>), Refused> {
    let spec: FaultSpec = read(&body)?;
    let added = admin.faults.add(spec).map_err(|error| Refused::bad(error.to_string()))?;
    tracing::info!(id = added.id, fault = added.spec.kind.name(), "a fault is in place");
    Ok((StatusCode::CREATED, Json(added)))
}

pub(super) async fn remove(
    State(admin): State<Arc<Admin>>,
    Path(id): Path<String>,
) -> Result<Json<FaultStatus>, Refused> {
    let removed = id.parse().ok().and_then(|id| admin.faults.remove(id));
    removed.map(Json).ok_or_else(|| {
        let id: String = id.chars().take(20).collect();
        Refused::new(StatusCode::NOT_FOUND, format!("there is no fault {id:?}: GET /admin/faults lists them"))
    })
}

pub(super) async fn clear(State(admin): State<Arc<Admin>>) -> Json<Listed> {
    Json(Listed { faults: admin.faults.clear() })
}

/// A JSON body, whatever its content type says.
pub(super) fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| Refused::bad(format!("body can't be read: {error}")))
}

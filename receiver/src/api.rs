//! The HTTP paths. What they mean is in [`crate::intake`].

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, put};
use axum::{Json, Router};
use labrelay_model::wire::{self, Marks, ProblemCode, Receipt, Revocation};

use crate::answer::NotTaken;
use crate::intake::Intake;
use crate::landing::Landed;

/// All paths over `intake`.
pub fn router(intake: Arc<Intake>) -> Router {
    Router::new()
        .route("/v1/batches/{device}/{stream}/{epoch}/{seq}", put(put_batch))
        .route("/v1/marks/{device}", get(get_marks))
        .route("/v1/devices/{device}", delete(delete_device))
        .route("/health", get(async || "ok\n"))
        .route("/ready", get(ready))
        .fallback(async || NotTaken::new(ProblemCode::BadRequest, "no such path"))
        .method_not_allowed_fallback(async || NotTaken::new(ProblemCode::BadRequest, "no such method here"))
        .with_state(intake)
}

async fn put_batch(
    State(intake): State<Arc<Intake>>,
    Path((device, stream, epoch, seq)): Path<(String, String, String, String)>,
    request: Request,
) -> Result<(StatusCode, Json<Receipt>), NotTaken> {
    let batch = wire::batch_id(&stream, &epoch, &seq)?;
    let (parts, body) = request.into_parts();
    let (landed, receipt) = intake.take(&device, batch, &parts, body).await?;
    let status = if landed == Landed::First { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(receipt)))
}

async fn get_marks(
    State(intake): State<Arc<Intake>>,
    Path(device): Path<String>,
    request: Request,
) -> Result<Json<Marks>, NotTaken> {
    let (parts, _) = request.into_parts();
    intake.marks(&device, &parts).await.map(Json)
}

async fn delete_device(
    State(intake): State<Arc<Intake>>,
    Path(device): Path<String>,
    request: Request,
) -> Result<Json<Revocation>, NotTaken> {
    let (parts, _) = request.into_parts();
    intake.revoke(&device, &parts).await.map(Json)
}

async fn ready(State(intake): State<Arc<Intake>>) -> Result<&'static str, NotTaken> {
    intake.ready().await.map(|()| "ready\n")
}

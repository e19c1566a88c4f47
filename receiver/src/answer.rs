//! Answers other than 2xx: a [`Problem`] with its status, and `Retry-After` where trying again helps.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use labrelay_model::Reason;
use labrelay_model::wire::{MAX_BODY_BYTES, PathError, Problem, ProblemCode};

use crate::lake::LakeError;
use crate::registry::RegistryError;
use crate::signature::SignatureError;

/// Seconds after which a client that met a full or failing receiver may come again. Short: batches are small
/// and the client adds its own backoff.
const RETRY_AFTER_S: u64 = 2;

/// A request that was not taken.
#[derive(Debug)]
pub struct NotTaken(Problem);

impl NotTaken {
    /// With a code and a sentence that holds no content of a record.
    pub fn new(code: ProblemCode, message: impl ToString) -> Self {
        Self(Problem { code, message: message.to_string(), reason: None, line: None })
    }

    /// The same with the gate's reason and the line of the body, where there are any.
    pub fn at(mut self, reason: Option<Reason>, line: Option<u32>) -> Self {
        (self.0.reason, self.0.line) = (reason, line);
        self
    }

    /// The body is larger than any batch.
    pub fn too_large() -> Self {
        Self::new(ProblemCode::TooLarge, format!("a body is at most {MAX_BODY_BYTES} bytes"))
    }

    /// Our own failure: the client learns that it is ours, the log learns what it is.
    pub fn internal(why: &dyn std::error::Error) -> Self {
        tracing::error!(%why, "request failed");
        Self::new(ProblemCode::Internal, "the receiver failed; its log says why; try again")
    }

    /// The same for a person.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What went wrong.
    pub fn code(&self) -> ProblemCode {
        self.0.code
    }
}

impl IntoResponse for NotTaken {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let again =
            matches!(self.0.code, ProblemCode::TooMany | ProblemCode::Internal | ProblemCode::Unavailable);
        let mut response = (status, Json(self.0)).into_response();
        if again {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        }
        response
    }
}

impl From<PathError> for NotTaken {
    fn from(why: PathError) -> Self {
        Self::new(ProblemCode::BadRequest, why)
    }
}

impl From<SignatureError> for NotTaken {
    fn from(why: SignatureError) -> Self {
        Self::new(ProblemCode::NotAuthenticated, why)
    }
}

impl From<RegistryError> for NotTaken {
    fn from(why: RegistryError) -> Self {
        Self::internal(&why)
    }
}

impl From<LakeError> for NotTaken {
    fn from(why: LakeError) -> Self {
        Self::internal(&why)
    }
}

impl From<object_store::Error> for NotTaken {
    fn from(why: object_store::Error) -> Self {
        Self::internal(&why)
    }
}

impl From<tokio::task::JoinError> for NotTaken {
    fn from(why: tokio::task::JoinError) -> Self {
        Self::internal(&why)
    }
}

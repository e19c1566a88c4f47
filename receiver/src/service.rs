//! The parts put together: one receiver with its committer, from start to a clean stop.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::rustls::ServerConfig;

use crate::api::router;
use crate::background::yield_to_others;
use crate::gates::Gates;
use crate::intake::Intake;
use crate::lake::{Committer, Lake, Pending};
use crate::landing::Landing;
use crate::limits::Limits;
use crate::location::{Location, LocationError};
use crate::manifests::Manifests;
use crate::registry::{Registry, RegistryError};
use crate::server;

/// Where a receiver keeps things.
#[derive(Debug, Clone)]
pub struct Places {
    /// The registry's file.
    pub registry: PathBuf,
    /// Landing: a folder or URL.
    pub landing: String,
    /// The lake: a folder or URL.
    pub lake: String,
}

/// Why a receiver did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Landing or lake.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// The registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The committer's thread.
    #[error("the system gives no thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// A receiver that is ready to serve.
#[derive(Debug)]
pub struct Service {
    intake: Arc<Intake>,
    committer: Committer,
    limits: Limits,
}

impl Service {
    /// Opens registry, landing and lake.
    pub fn open(places: &Places, limits: Limits) -> Result<Self, StartError> {
        let landing = Location::open(&places.landing)?;
        let landing = Landing::new(landing.store, landing.root);
        let lake = Arc::new(Lake::new(Location::open(&places.lake)?));
        let registry = Arc::new(Registry::open(&places.registry)?);
        let manifests = Arc::new(Manifests::new(registry.clone()));
        let pending = Arc::new(Pending::default());
        let committer = Committer::new(landing.clone(), lake.clone(), manifests.clone(), pending.clone());
        let gates = Gates::new(manifests);
        let intake = Arc::new(Intake::new(registry, gates, landing, lake, pending, limits.clone()));
        Ok(Self { intake, committer, limits })
    }

    /// What takes batches, for a process that imports an export.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// The committer, for a process that only commits.
    pub fn committer(&self) -> &Committer {
        &self.committer
    }

    /// Serves until `stop` fires or is dropped; then ends requests in hand and commits what has landed.
    pub async fn serve(
        self,
        listener: TcpListener,
        tls: Arc<ServerConfig>,
        stop: oneshot::Receiver<()>,
    ) -> Result<(), StartError> {
        let (stop_committer, stopped) = oneshot::channel();
        let committing = start(self.committer, stopped)?;
        server::serve(listener, tls, router(self.intake), &self.limits, stop).await;
        drop(stop_committer);
        let ended = tokio::task::spawn_blocking(move || committing.join());
        if tokio::time::timeout(self.limits.drain_time, ended).await.is_err() {
            tracing::warn!("stopped while committing; the next start goes on where the lake stands");
        }
        Ok(())
    }
}

/// The committer has a thread and runtime of its own, and yields to the others: decoding and Parquet never
/// delay an answer. What has landed is safe, so under load the lake may lag.
///
/// The runtime's threads for files yield as well: Windows does not hand a priority down.
fn start(committer: Committer, stop: oneshot::Receiver<()>) -> Result<JoinHandle<()>, std::io::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .on_thread_start(yield_to_others)
        .build()?;
    thread::Builder::new().name("committer".into()).spawn(move || {
        yield_to_others();
        runtime.block_on(committer.run(stop));
    })
}

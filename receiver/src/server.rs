//! TLS connections to HTTP requests, every wait bounded. HTTP/1.1 only: a device sends batch after batch on
//! one connection, for which HTTP/2 adds nothing but ways to exhaust a server.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;

use crate::limits::Limits;

/// Pause after the system refused to hand out a connection, mostly for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Buffer of one connection, which also bounds the headers: ours take less than 1 KiB, and a stranger's 2048
/// connections together 128 MiB.
const READ_BUFFER: usize = 64 * 1024;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A PEM file can't be read.
    #[error("{}: {source}; it must be readable and hold {what} in PEM form", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What is wrong.
        source: rustls_pki_types::pem::Error,
    },
    /// Certificate and key are no pair, or of an unusable kind.
    #[error("certificate and key can't be used: {0}")]
    Pair(#[from] tokio_rustls::rustls::Error),
}

/// TLS 1.2 or newer with this certificate chain and key.
pub fn tls(certificates: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let failed = |path: &Path, what, source| TlsError::Pem { path: path.to_owned(), what, source };
    let chain = CertificateDer::pem_file_iter(certificates)
        .and_then(Iterator::collect)
        .map_err(|why| failed(certificates, "a certificate chain", why))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|why| failed(key, "a private key", why))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, secret)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Serves `app` until `stop` fires or is dropped, then lets requests in hand end within the drain time.
pub async fn serve(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    app: Router,
    limits: &Limits,
    mut stop: oneshot::Receiver<()>,
) {
    let connections = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let connection = Connection { tls: tls.into(), app, header_time: limits.header_time };
    loop {
        let accepted = tokio::select! {
            _ = &mut stop => break,
            accepted = accept(&listener, &connections) => accepted,
        };
        match accepted {
            Ok((stream, permit)) => {
                let (connection, watcher) = (connection.clone(), graceful.watcher());
                tokio::spawn(async move {
                    connection.serve(stream, watcher).await;
                    drop(permit);
                });
            }
            Err(why) => {
                tracing::warn!(%why, "a connection can't be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    if timeout(limits.drain_time, graceful.shutdown()).await.is_err() {
        tracing::warn!("stopped with requests in hand; their senders will try again");
    }
}

async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let permit = connections.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, permit))
}

#[derive(Clone)]
struct Connection {
    tls: TlsAcceptor,
    app: Router,
    header_time: Duration,
}

impl Connection {
    /// Clients that hang up, stall or speak no TLS are their own trouble: a line at debug level.
    async fn serve(self, stream: TcpStream, watcher: Watcher) {
        let Ok(Ok(stream)) = timeout(self.header_time, self.tls.accept(stream)).await else {
            tracing::debug!("TLS handshake failed");
            return;
        };
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.header_time).max_buf_size(READ_BUFFER);
        let requests = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.app));
        if let Err(why) = watcher.watch(requests).await {
            tracing::debug!(%why, "connection ended");
        }
    }
}

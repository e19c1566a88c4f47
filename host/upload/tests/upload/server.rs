//! A TLS server on loopback that answers as a test says, with a CA of its own.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use labrelay_model::Digest;
use labrelay_model::wire::{Receipt, batch_id};
use labrelay_upload::{HttpsConfig, HttpsUploader, Timeouts};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::signature::signer;

/// A throw-away CA.
pub(crate) struct Ca {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: Vec<u8>,
}

impl Ca {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem().into_bytes();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A server's side of TLS with a certificate that a test may change.
    pub(crate) fn acceptor(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

/// One request as it arrived.
pub(crate) type Arrived = (Parts, Bytes);

/// A server that keeps what arrived.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) ca: Ca,
    pub(crate) arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Server {
    /// Answers every request by `answer`.
    pub(crate) async fn start<F, A>(answer: F) -> Self
    where
        F: Fn(Parts, Bytes) -> A + Clone + Send + Sync + 'static,
        A: IntoResponse + 'static,
    {
        let ca = Ca::new();
        let acceptor = ca.acceptor("localhost", |_| ());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, arrived) = (listener.local_addr().unwrap(), Arc::default());
        tokio::spawn(serve(listener, acceptor, router(Arc::clone(&arrived), answer)));
        Self { address, ca, arrived }
    }

    pub(crate) fn uploader(&self) -> HttpsUploader {
        uploader(self.address, &self.ca.pem)
    }
}

fn router<F, A>(arrived: Arc<Mutex<Vec<Arrived>>>, answer: F) -> Router
where
    F: Fn(Parts, Bytes) -> A + Clone + Send + Sync + 'static,
    A: IntoResponse + 'static,
{
    Router::new().fallback(async move |request: Request| -> Response {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        arrived.lock().unwrap().push((parts.clone(), body.clone()));
        answer(parts, body).into_response()
    })
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, router: Router) {
    while let Ok((tcp, _)) = listener.accept().await {
        let (acceptor, service) = (acceptor.clone(), TowerToHyperService::new(router.clone()));
        tokio::spawn(async move {
            let Ok(tls) = acceptor.accept(tcp).await else { return };
            let _ =
                auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(tls), service).await;
        });
    }
}

/// Answers as a receiver does that takes everything.
pub(crate) fn receipt(parts: &Parts, body: &[u8]) -> (u16, String) {
    if parts.uri.path().starts_with("/v1/marks/") {
        return (200, r#"{"marks":[],"now":"2026-01-02T03:04:05Z"}"#.to_owned());
    }
    let path: Vec<&str> = parts.uri.path().split('/').collect();
    let digest = Digest(digest(&SHA256, body).as_ref().try_into().unwrap());
    let landed = batch_id(path[4], path[5], path[6]).unwrap();
    (201, serde_json::to_string(&Receipt { landed, digest }).unwrap())
}

/// An answer of this status and body.
pub(crate) fn answer((status, body): (u16, String)) -> Response {
    Response::builder().status(status).body(Body::from(body)).unwrap()
}

/// A server that does with every connection, once TLS stands, what `with` does.
pub(crate) async fn raw<F, R>(acceptor: TlsAcceptor, with: F) -> SocketAddr
where
    F: Fn(TlsStream<TcpStream>) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            if let Ok(tls) = acceptor.accept(tcp).await {
                tokio::spawn(with(tls));
            }
        }
    });
    address
}

pub(crate) fn config(address: SocketAddr, ca: &[u8]) -> HttpsConfig {
    HttpsConfig {
        receiver: format!("https://localhost:{}/", address.port()).parse().unwrap(),
        ca_bundle: Some(ca.to_vec()),
        proxy: None,
        timeouts: Timeouts { connect: Duration::from_secs(20), request: Duration::from_secs(20) },
        envelope: |_, _| Ok(()),
    }
}

pub(crate) fn uploader(address: SocketAddr, ca: &[u8]) -> HttpsUploader {
    HttpsUploader::new(&config(address, ca), signer()).unwrap()
}

//! TLS on both sides of the proxy, with the certificates of the test's own authority.

use std::sync::Arc;

use labrelay_tests::site::Certificates;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Shows the host the receiver's certificate. HTTP/1.1, as the receiver.
pub(super) fn server(certificates: &Certificates) -> anyhow::Result<Arc<ServerConfig>> {
    let chain = CertificateDer::pem_file_iter(&certificates.server)?.collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_file(&certificates.server_key)?;
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?;
    Ok(Arc::new(builder.with_no_client_auth().with_single_cert(chain, key)?))
}

/// Trusts the test's authority alone.
pub(super) fn client(certificates: &Certificates) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&certificates.authority)?)?;
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

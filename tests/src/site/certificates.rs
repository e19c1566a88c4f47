//! A throw-away certificate authority and a server certificate for loopback.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

/// PEM files. The authority's own key is forgotten at once.
pub struct Certificates {
    /// What the host trusts.
    pub authority: PathBuf,
    /// What the receiver shows.
    pub server: PathBuf,
    /// The receiver's private key.
    pub server_key: PathBuf,
}

impl Certificates {
    /// Makes new ones and writes them to `folder`.
    pub fn make(folder: &Path) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.distinguished_name.push(DnType::CommonName, "Labrelay tests: trust nowhere else");
        let authority_pem = authority.self_signed(&authority_key).unwrap().pem();

        let server_key = KeyPair::generate().unwrap();
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut server = CertificateParams::new(names).unwrap();
        server.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
        let server_pem = server.signed_by(&server_key, &Issuer::new(authority, authority_key)).unwrap().pem();

        let write = |name: &str, text: String| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        Self {
            authority: write("ca.pem", authority_pem),
            server: write("server.pem", server_pem),
            server_key: write("server.key", server_key.serialize_pem()),
        }
    }
}

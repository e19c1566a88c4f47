//! A throw-away certificate authority and a server certificate for loopback. Good for a demo, for nothing else.

use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

/// PEM texts. The authority's private key is not among them: it is forgotten at once.
pub(crate) struct Certificates {
    /// What the host trusts.
    pub(crate) authority: String,
    /// What the receiver shows.
    pub(crate) server: String,
    /// The receiver's private key.
    pub(crate) server_key: String,
}

/// Makes new ones.
pub(crate) fn make() -> Result<Certificates, rcgen::Error> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.distinguished_name.push(DnType::CommonName, "Labrelay demo: trust nowhere else");
    let authority_pem = authority.self_signed(&authority_key)?.pem();

    let server_key = KeyPair::generate()?;
    let mut server = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    server.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
    let server_pem = server.signed_by(&server_key, &Issuer::new(authority, authority_key))?.pem();
    Ok(Certificates { authority: authority_pem, server: server_pem, server_key: server_key.serialize_pem() })
}

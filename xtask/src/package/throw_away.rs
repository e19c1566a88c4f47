//! A publisher for tests: a certificate authority and a code signing certificate, made on the spot and trusted nowhere.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use super::signing::Signer;

/// Makes one anew in `folder`. The authority's key is forgotten at once.
pub(super) fn signer(folder: &Path) -> anyhow::Result<Signer> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let write = |name: &str, pem: String| {
        let path = folder.join(name);
        fs::write(&path, pem).map(|()| path)
    };
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority.distinguished_name.push(DnType::CommonName, "Labrelay tests: trust nowhere");
    let authority_file = write("authority.pem", authority.self_signed(&authority_key)?.pem())?;

    let key = KeyPair::generate()?;
    let mut publisher = CertificateParams::new(Vec::new())?;
    publisher.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    publisher.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
    publisher.distinguished_name.push(DnType::CommonName, "Labrelay tests");
    let certificate = publisher.signed_by(&key, &Issuer::new(authority, authority_key))?.pem();
    Ok(Signer {
        certificate: write("publisher.pem", certificate)?,
        key: write("publisher.key", key.serialize_pem())?,
        password_file: None,
        time_stamp: None,
        authority: Some(authority_file),
    })
}

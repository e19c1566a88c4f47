//! Authenticode signatures by `osslsigncode`: who signs, signing a file, and whether a file's signature holds.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use super::tools::Tools;

/// The publisher's certificate, followed by those between it and its authority, in PEM.
const CERTIFICATE: &str = "LABRELAY_SIGN_CERTIFICATE";
/// The certificate's private key in PEM.
const KEY: &str = "LABRELAY_SIGN_KEY";
/// A file with the password of the key, if it has one. Not a variable with the password: others may see it.
const PASSWORD_FILE: &str = "LABRELAY_SIGN_PASSWORD_FILE";
/// The RFC 3161 service whose time stamp lets a signature outlive its certificate.
const TIME_STAMP: &str = "LABRELAY_SIGN_TIME_STAMP_URL";
/// The authority that verifiers trust in; without it those of this system.
const AUTHORITY: &str = "LABRELAY_SIGN_AUTHORITY";
/// What Windows shows when it asks whether a program may change the PC.
const DESCRIPTION: &str = "Labrelay";

/// Who signs.
#[derive(Debug)]
pub(super) struct Signer {
    /// The chain, PEM.
    pub(super) certificate: PathBuf,
    /// The key, PEM.
    pub(super) key: PathBuf,
    /// A file with the key's password.
    pub(super) password_file: Option<PathBuf>,
    /// Whom to ask for the time; signatures for tests have none.
    pub(super) time_stamp: Option<String>,
    /// Whom a verifier trusts, PEM.
    pub(super) authority: Option<PathBuf>,
}

impl Signer {
    /// The publisher, as whoever makes a release has named it. A time stamp is no option there: signatures without one end
    /// with their certificate.
    pub(super) fn from_environment() -> anyhow::Result<Self> {
        let path = |name| std::env::var_os(name).map(PathBuf::from);
        let (Some(certificate), Some(key), Ok(url)) =
            (path(CERTIFICATE), path(KEY), std::env::var(TIME_STAMP))
        else {
            bail!(
                "a release is signed: set {CERTIFICATE} and {KEY} (PEM files) and {TIME_STAMP} (RFC 3161), or give \
                 --test-signature for a package that no PC will trust (docs/packaging.md)"
            );
        };
        let (password_file, authority) = (path(PASSWORD_FILE), path(AUTHORITY));
        Ok(Self { certificate, key, password_file, time_stamp: Some(url), authority })
    }

    /// Signs `file` in its place, and looks whether the signature holds.
    pub(super) fn sign(&self, tools: &Tools, file: &Path) -> anyhow::Result<()> {
        let signed = with_ending(file, ".signed");
        let mut command = tools.command("osslsigncode");
        command.args(["sign", "-h", "sha256", "-n", DESCRIPTION]);
        command.arg("-certs").arg(&self.certificate).arg("-key").arg(&self.key);
        if let Some(password_file) = &self.password_file {
            command.arg("-readpass").arg(password_file);
        }
        if let Some(url) = &self.time_stamp {
            command.args(["-ts", url]);
        }
        tools.run(command.arg("-in").arg(file).arg("-out").arg(&signed))?;
        std::fs::rename(&signed, file)?;
        self.verify(tools, file)
    }

    /// An error if the signature of `file` is not whole, not of this publisher or, where it should have one, without a time
    /// stamp.
    pub(super) fn verify(&self, tools: &Tools, file: &Path) -> anyhow::Result<()> {
        let mut command = tools.command("osslsigncode");
        command.arg("verify");
        if let Some(authority) = &self.authority {
            command.arg("-CAfile").arg(authority);
        }
        let said = tools.run(command.arg("-in").arg(file));
        let said = said.with_context(|| format!("the signature of {} does not hold", file.display()))?;
        let is_stamped = self.time_stamp.is_none() || said.contains("Timestamp");
        ensure!(is_stamped, "the signature of {} has no time stamp", file.display());
        Ok(())
    }
}

/// `file` with something at the end of its name.
pub(super) fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

//! `labrelay plugin sign`: a signature beside a bundle, or one more.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use labrelay_bundle::Envelope;
use labrelay_os::readable;

use super::files::{envelope_path, read_bundle, read_envelope};
use super::key;
use crate::cli::SignArgs;

/// Runs `labrelay plugin sign`.
#[allow(clippy::print_stdout)]
pub(super) fn sign(args: &SignArgs) -> anyhow::Result<ExitCode> {
    let key = key::read(&args.key)?;
    let bundle = read_bundle(&args.bundle)?;
    let path = envelope_path(&args.bundle);
    let mut envelope = read_envelope(&args.bundle)?.unwrap_or_else(|| Envelope::unsigned(bundle.index()));
    if envelope.digest() != bundle.index().digest() {
        bail!("{} is the signature of another bundle; move it away", path.display());
    }
    envelope.sign(&key)?;
    readable::replace(&path, &envelope.to_bytes())
        .with_context(|| format!("can't write {}", path.display()))?;
    println!("signed by {}: {}", key.public().id(), path.display());
    Ok(ExitCode::SUCCESS)
}

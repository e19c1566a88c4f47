//! A bundle's two files: itself, and its signature beside it.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use labrelay_bundle::{Bundle, Envelope, MAX_BUNDLE_BYTES, MAX_ENVELOPE_BYTES};

use crate::exit::{FailAs as _, Failure};
use crate::plugin_folder::read_bounded;

/// Where the signature of this bundle lies.
pub(super) fn envelope_path(bundle: &Path) -> PathBuf {
    let mut path = bundle.as_os_str().to_owned();
    path.push(".dsse");
    path.into()
}

/// Reads a bundle, in its one form alone.
pub(super) fn read_bundle(path: &Path) -> anyhow::Result<Bundle> {
    let bundle = Bundle::read(&read_bounded(path, MAX_BUNDLE_BYTES)?);
    bundle.with_context(|| format!("{} is refused", path.display())).fail_as(Failure::Plugin)
}

/// Reads the signature beside a bundle, if there is one.
pub(super) fn read_envelope(bundle: &Path) -> anyhow::Result<Option<Envelope>> {
    let path = envelope_path(bundle);
    if !path.exists() {
        return Ok(None);
    }
    let envelope = Envelope::parse(&read_bounded(&path, MAX_ENVELOPE_BYTES)?);
    envelope.map(Some).with_context(|| format!("{} is refused", path.display())).fail_as(Failure::Plugin)
}

/// Writes a file that is not there yet.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let written = File::create_new(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.with_context(|| format!("can't write {}", path.display()))
}

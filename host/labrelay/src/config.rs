//! The host's configuration file: YAML to types, with paths made absolute and every bound defaulted.
//!
//! `docs/configuration.md` describes each key; an unknown key is an error that names the line.

mod line;
mod plugins;
mod quarantine;
mod sandbox;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use labrelay_gate::Site;
use labrelay_manifest::{Inventory, settle_time, yaml};
use labrelay_model::{DeviceName, FamilyName, SourceName, Timestamp};
use labrelay_spool::Recipient;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

pub(crate) use line::Serial;
pub(crate) use plugins::{Plugins, Unsigned};
pub(crate) use quarantine::Quarantine;
pub(crate) use sandbox::Sandbox;

/// Greatest configuration file in bytes; a site's is a few kilobytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// Everything that a site sets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Version of this format: 1.
    pub labrelay: u16,
    /// Folder for spool, keys and status; made if missing.
    pub state: PathBuf,
    /// Where plugins lie, and which are let run.
    pub plugins: Plugins,
    /// Folder of manifests.
    pub manifests: PathBuf,
    /// Name under which the receiver knows this PC.
    pub device: DeviceName,
    /// What the site declares about itself. Without it no record with a serial number leaves.
    #[serde(default)]
    pub inventory: Option<Inventory>,
    /// The instrument families to collect from.
    #[serde(default)]
    pub families: BTreeMap<FamilyName, Family>,
    /// Where records go.
    pub receiver: Receiver,
    /// Bound of what waits for delivery.
    #[serde(default)]
    pub spool: Spool,
    /// What happens to refused units.
    #[serde(default)]
    pub quarantine: Quarantine,
    /// Bound of the journal of what has left.
    #[serde(default)]
    pub journal: Journal,
    /// What the system lacks of the workers' sandbox and the site accepts.
    #[serde(default)]
    pub sandbox: Sandbox,
}

/// One family at this site.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Family {
    /// The manifest's sources that exist here.
    pub sources: BTreeMap<SourceName, Location>,
    /// The plugin's own settings.
    #[serde(default)]
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Which acquisitions are QC.
    #[serde(default)]
    pub qc: QcChoice,
}

/// Where a source is at this site: in folders, or one line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Location {
    /// A loopback port at which the instrument's software sends.
    #[serde(default, deserialize_with = "line::listen")]
    pub listen: Option<SocketAddr>,
    /// A serial line.
    #[serde(default)]
    pub serial: Option<Serial>,
    /// Folders to watch.
    #[serde(default)]
    pub folders: Vec<PathBuf>,
    /// Whether subfolders are watched too.
    #[serde(default)]
    pub recursive: bool,
    /// How long a file must have rested, if not as long as the manifest says: the instrument is slower, or a
    /// copying program is done at once.
    #[serde(default, deserialize_with = "settle")]
    pub settle: Option<Duration>,
}

fn settle<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    settle_time(&text).map(Some).map_err(D::Error::custom)
}

/// Which acquisitions are QC.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum QcChoice {
    /// Those whose panel or tube stands in `inventory.qc`.
    #[default]
    List,
    /// All of them: this PC runs nothing but QC.
    All,
}

/// The region's receiver.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receiver {
    /// Base URL, `https://host:port`.
    pub url: String,
    /// PEM file of the certificate authority to trust, instead of the public ones.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// Upload no faster than this.
    #[serde(default)]
    pub bandwidth_bytes_per_s: Option<NonZeroU64>,
    /// The receiver's keys, for a site that carries its batches to it in a file.
    #[serde(default)]
    pub offline: Option<Offline>,
}

/// What `labrelay-receiver keys` prints.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Offline {
    /// For whom exports are sealed: the receiver's age recipient.
    #[serde(deserialize_with = "recipient")]
    pub recipient: Recipient,
    /// The Ed25519 key that signs its receipts, in base64.
    #[serde(deserialize_with = "public_key")]
    pub receipt_key: [u8; 32],
}

fn recipient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Recipient, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| D::Error::custom("not an age recipient, which begins with `age1`"))
}

fn public_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(deserializer)?;
    let key = BASE64_STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    key.ok_or_else(|| D::Error::custom("not an Ed25519 public key: 32 bytes in base64"))
}

/// Bound of the spool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Spool {
    /// Sealed bytes that may wait; at this bound the collectors pause.
    pub max_bytes: u64,
}

impl Default for Spool {
    /// 1 GiB: over a year of one instrument's QC and events, and small beside a controller PC's disk.
    fn default() -> Self {
        Self { max_bytes: 1 << 30 }
    }
}

/// Bound of the journal of what has left.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Journal {
    /// Days kept.
    pub max_days: u32,
    /// Sealed bytes kept.
    pub max_bytes: u64,
}

impl Default for Journal {
    /// 30 days and 200 MB: design decision 10.
    fn default() -> Self {
        Self { max_days: 30, max_bytes: 200_000_000 }
    }
}

impl Config {
    /// Reads and checks the file. Relative paths in it are relative to its own folder.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = read_text(path)?;
        let mut config: Config =
            yaml::read(text.as_bytes()).with_context(|| format!("in {}", path.display()))?;
        if config.labrelay != 1 {
            bail!(
                "in {}: this program reads `labrelay: 1`; the file says {}",
                path.display(),
                config.labrelay
            );
        }
        for (family, of_family) in &config.families {
            for (source, location) in &of_family.sources {
                if let Some(what) = location.contradiction() {
                    bail!("in {}: families.{family}.sources.{source} {what}", path.display());
                }
            }
        }
        let folder = std::path::absolute(path)?.parent().map(Path::to_path_buf).unwrap_or_default();
        config.resolve_paths(&folder);
        Ok(config)
    }

    fn resolve_paths(&mut self, folder: &Path) {
        // Made of their components, a path reads as a person would write it: without `/./`.
        let resolve = |path: &mut PathBuf| *path = folder.join(&*path).components().collect();
        resolve(&mut self.state);
        resolve(&mut self.plugins.folder);
        resolve(&mut self.manifests);
        self.receiver.ca.as_mut().map(resolve);
        let locations = self.families.values_mut().flat_map(|family| family.sources.values_mut());
        locations.flat_map(|location| &mut location.folders).for_each(resolve);
    }

    /// Where the site has not said since when to collect: since this day.
    pub(crate) fn collect_by_default_since(&mut self, installed: Timestamp) {
        if let Some(inventory) = &mut self.inventory {
            inventory.collect_since.get_or_insert(installed);
        }
    }

    /// Nothing that happened before this leaves.
    pub(crate) fn collect_since(&self) -> Option<Timestamp> {
        self.inventory.as_ref()?.collect_since
    }

    /// What the gate binds values to at this site.
    pub(crate) fn site(&self) -> Site {
        let local_names = labrelay_os::names::local_names().into_iter().collect();
        Site { inventory: self.inventory.clone(), local_names }
    }
}

/// Reads a small text file whole; one over 1 MiB is refused.
pub(crate) fn read_text(path: &Path) -> anyhow::Result<String> {
    let size = std::fs::metadata(path).with_context(|| format!("can't read {}", path.display()))?.len();
    if size > MAX_CONFIG_BYTES {
        bail!("{} is {size} bytes; such a file has at most {MAX_CONFIG_BYTES}", path.display());
    }
    std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))
}

/// Reads an inventory file, as `replay` and `gate` take it.
pub(crate) fn read_inventory(path: Option<&Path>) -> anyhow::Result<Option<Inventory>> {
    let Some(path) = path else { return Ok(None) };
    let text = read_text(path)?;
    let inventory = Inventory::parse(text.as_bytes()).with_context(|| format!("in {}", path.display()))?;
    Ok(Some(inventory))
}

#[cfg(test)]
mod tests {
    use labrelay_os::sandbox::Part;

    use super::*;

    const MINIMAL: &str = "labrelay: 1\nstate: ./state\nplugins: ./plugins\nmanifests: ./manifests\n\
                           device: demo\nreceiver: {url: 'https://localhost:1'}\n";

    fn read(text: &str) -> anyhow::Result<Config> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labrelay.yaml");
        std::fs::write(&path, text).unwrap();
        Config::read(&path)
    }

    #[test]
    fn the_rest_has_defaults() {
        let config = read(MINIMAL).unwrap();
        assert_eq!(config.spool.max_bytes, 1 << 30);
        assert_eq!(config.journal.max_days, 30);
        assert!(config.inventory.is_none() && config.quarantine.recipient.is_none());
        assert!(config.state.is_absolute() && !config.state.to_string_lossy().contains("/./"));
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_the_line() {
        let error = format!("{:#}", read(&format!("{MINIMAL}spol: {{max_bytes: 1}}\n")).unwrap_err());
        assert!(error.contains("spol") && error.contains("7:1"), "{error}");
    }

    #[test]
    fn a_site_may_set_its_own_settle_time() {
        let site = |settle| {
            format!("{MINIMAL}families: {{f: {{sources: {{s: {{folders: [a], settle: {settle}}}}}}}}}\n")
        };
        let config = read(&site("2s")).unwrap();
        let place = &config.families.values().next().unwrap().sources.values().next().unwrap();
        assert_eq!(place.settle, Some(Duration::from_secs(2)));
        let error = format!("{:#}", read(&site("soon")).unwrap_err());
        assert!(error.contains("`soon` is no length of time"), "{error}");
    }

    #[test]
    fn a_site_may_accept_missing_parts_of_the_sandbox_by_their_names_only() {
        let site = |parts| format!("{MINIMAL}sandbox: {{accept_missing: [{parts}]}}\n");
        assert_eq!(read(MINIMAL).unwrap().sandbox.accept_missing, []);
        let accepted = read(&site("files, system_calls")).unwrap().sandbox.accept_missing;
        assert_eq!(accepted, [Part::Files, Part::SystemCalls]);
        let error = format!("{:#}", read(&site("everything")).unwrap_err());
        assert!(error.contains("`everything` is no part of the sandbox"), "{error}");
    }

    #[test]
    fn another_version_is_refused() {
        let error = format!("{:#}", read(&MINIMAL.replace("labrelay: 1", "labrelay: 2")).unwrap_err());
        assert!(error.contains("labrelay: 1"), "{error}");
    }
}

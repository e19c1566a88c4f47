//! From the site's configuration to what a family is collected with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use labrelay_manifest::{Manifest, SourceKind};
use labrelay_model::Digest;
use labrelay_spool::Spool;

use crate::collecting::{Folders, Place, Setup};
use crate::config::{Config, Family, Location};
use crate::families::InstalledFamily;
use crate::sources::SavedLog;

/// What `family` is collected with at this site.
pub(crate) fn of_site(
    config: &Config,
    family: &Family,
    installed: InstalledFamily,
    identity_key: [u8; 32],
) -> anyhow::Result<Setup> {
    let mut places = Vec::new();
    for (name, location) in &family.sources {
        let manifest = &installed.manifest;
        let Some(source) = manifest.sources().iter().find(|source| source.name == *name) else {
            let declared: Vec<&str> = manifest.sources().iter().map(|source| source.name.as_str()).collect();
            bail!(
                "the configuration names the source {name}, but the manifest of {} declares: {}",
                manifest.family(),
                declared.join(", ")
            );
        };
        let place = place(location);
        if matches!(place, Place::Line(_)) && !matches!(source.kind, SourceKind::Line { .. }) {
            bail!(
                "the source {name} reads files, as its manifest says; give it `folders`, not `listen` or `serial`"
            );
        }
        places.push((name.clone(), place));
    }
    Ok(Setup {
        family: installed,
        places,
        settings: family.settings.clone(),
        qc: family.qc,
        inventory: config.inventory.clone(),
        identity_key,
        logs: Vec::new(),
        wake: Arc::new(|| {}),
    })
}

fn place(location: &Location) -> Place {
    location.line().map_or_else(
        || {
            let Location { recursive, settle, .. } = *location;
            Place::Folders(Folders { folders: location.folders.clone(), recursive, settle })
        },
        Place::Line,
    )
}

/// How far the logs and tables of these places were read.
pub(crate) fn saved_logs(setup: &Setup, spool: &Spool) -> anyhow::Result<Vec<SavedLog>> {
    let mut logs = Vec::new();
    for (source, _) in &setup.places {
        let saved = spool.logs(setup.family.manifest.family(), source)?.into_iter();
        logs.extend(saved.map(|(identity, state)| (source.clone(), identity, state)));
    }
    Ok(logs)
}

/// Keeps a copy of a manifest that records are gated by: batches that still wait after an update are
/// checked by the manifest they were made under.
pub(crate) fn keep_manifest(state: &Path, manifest: &Manifest, from: &Path) -> anyhow::Result<()> {
    let kept = kept_manifest(state, manifest.sha256());
    if kept.exists() {
        return Ok(());
    }
    let folder = kept.parent().unwrap_or(state);
    std::fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
    std::fs::copy(from, &kept).with_context(|| format!("can't copy {}", from.display()))?;
    Ok(())
}

/// Where the copy of the manifest with this digest lies.
pub(crate) fn kept_manifest(state: &Path, sha256: Digest) -> PathBuf {
    state.join("manifests").join(format!("{sha256}.yaml"))
}

//! A fixture case: `fixtures/<family>/<case>/` with `case.yaml`, `input/` and `expected.ndjson`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use labrelay_manifest::{Inventory, yaml};
use labrelay_model::{FamilyName, Timestamp};
use serde::Deserialize;

use crate::config::{QcChoice, read_text};
use crate::exit::{FailAs as _, Failure};
use crate::families::Installation;
use crate::replay::Replay;

/// A case, read from its folder.
pub(crate) struct FixtureCase {
    folder: PathBuf,
    family: FamilyName,
    about: About,
}

/// What `case.yaml` says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    /// Where the input comes from.
    #[serde(rename = "origin")]
    _origin: String,
    /// What the case is there to show.
    #[serde(rename = "why")]
    _why: String,
    /// The time to judge by.
    now: Timestamp,
    /// What the site declares; nothing if not given.
    #[serde(default)]
    inventory: Option<Inventory>,
    /// The plugin's own settings, as a site's configuration has them; none if not given.
    #[serde(default)]
    settings: serde_json::Map<String, serde_json::Value>,
    /// `qc` treats every acquisition as QC.
    #[serde(default, rename = "as")]
    treat_as: Option<TreatAs>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum TreatAs {
    Qc,
}

impl FixtureCase {
    /// Reads the case's `case.yaml`; the family is the name of the folder around it.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        let folder = std::path::absolute(folder)?;
        let file = folder.join("case.yaml");
        let about = yaml::read(read_text(&file)?.as_bytes())
            .with_context(|| format!("in {}", file.display()))
            .fail_as(Failure::Configuration)?;
        let family = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str()?.parse().ok());
        let Some(family) = family else {
            bail!("{} does not lie in a folder named after its family", folder.display());
        };
        Ok(Self { folder, family, about })
    }

    /// What to replay, and the golden to compare with.
    pub(crate) fn into_replay(
        self,
        installation: &Installation,
        guard: bool,
    ) -> anyhow::Result<(Replay, Option<PathBuf>)> {
        let replay = Replay {
            family: installation.family(&self.family)?,
            input: self.folder.join("input"),
            inventory: self.about.inventory,
            now: self.about.now,
            settings: self.about.settings,
            qc: if self.about.treat_as.is_some() { QcChoice::All } else { QcChoice::List },
            guard,
        };
        Ok((replay, Some(self.folder.join("expected.ndjson"))))
    }
}

//! One plugin in the place of another while the service runs: which an administrator has chosen, whether it can go on from what is
//! committed, and what runs on where it can't.
//!
//! Moves no cursor: that stays as it was last committed until the new plugin commits, so whichever runs goes on from there.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use labrelay_bundle::PluginVersion;
use labrelay_model::FamilyName;
use labrelay_os::file::{FileFacts, FileStamp};
use labrelay_os::{private, readable};
use serde::{Deserialize, Serialize};

use crate::collecting::Collecting;
use crate::config::{Config, Family};
use crate::exit::{FailAs as _, Failure};
use crate::families::{Installation, InstalledFamily};
use crate::plugin_folder::{Choice, read_bounded, trust_file};
use crate::setup;

/// Folder within the state folder: what was refused, a file a family.
const FOLDER: &str = "site/plugins";
/// Longest reason that is kept: a sentence or two, with a path.
const MAX_WHY_CHARS: usize = 1000;
/// Greatest such file: the reason, each character of which may take six bytes in JSON.
const MAX_BYTES: u64 = 8192;

/// Which plugin one family runs.
#[derive(Clone)]
pub(crate) struct Exchange {
    config: Arc<Config>,
    family: FamilyName,
    settings: Family,
    identity_key: [u8; 32],
    installation: Installation,
}

/// An administrator's wish that could not be fulfilled, so that it is not tried again, not after a restart either.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    /// The wish.
    serial: u64,
    /// What runs instead; the library in the plugin folder without one.
    runs: Option<PluginVersion>,
    /// Why, for `status`.
    why: String,
}

impl Exchange {
    /// That of `family`, with its settings.
    pub(crate) fn new(
        config: &Arc<Config>,
        family: &FamilyName,
        settings: &Family,
        identity_key: [u8; 32],
    ) -> Self {
        let installation = Installation::of_site(config);
        let (config, family, settings) = (Arc::clone(config), family.clone(), settings.clone());
        Self { config, family, settings, identity_key, installation }
    }

    /// What is to run: what an administrator has chosen, or what runs instead.
    pub(crate) fn choice(&self) -> anyhow::Result<Choice> {
        let wish = self.wish()?;
        Ok(match self.refusal() {
            Some(refusal) if refusal.serial == wish.serial => Choice { version: refusal.runs, ..wish },
            _ => wish,
        })
    }

    /// The family as it is chosen; asks its library in a worker.
    pub(crate) fn installed(&self, choice: &Choice) -> anyhow::Result<InstalledFamily> {
        self.installation.chosen(&self.family, choice.version.as_ref())
    }

    /// Number of libraries that may be asked for that.
    pub(crate) fn libraries(&self) -> usize {
        1 + self.installation.libraries().map_or(0, |libraries| libraries.len())
    }

    /// Another choice than the one that runs. What can't be read is none: `labrelay plugin list` says why.
    pub(crate) fn news(&self, runs: &Choice) -> Option<Choice> {
        self.wish().ok().filter(|wish| wish.serial != runs.serial)
    }

    /// Whether the chosen plugin is trusted, starts, and can go on from this cursor. Reads no input and commits nothing.
    pub(crate) fn rehearse(&self, wish: &Choice, cursor: Option<Vec<u8>>) -> anyhow::Result<()> {
        let installed = self.installed(wish)?;
        let setup = setup::of_site(&self.config, &self.settings, installed, self.identity_key)?;
        Ok(Collecting::new(setup).rehearse(cursor)?)
    }

    /// Which wish was refused and why, as long as it stands.
    pub(crate) fn refused(&self) -> Option<String> {
        let wish = self.wish().ok()?;
        self.refusal().filter(|refusal| refusal.serial == wish.serial).map(|refusal| refusal.why)
    }

    /// Remembers that `wish` is not to be tried again, why, and what runs instead.
    pub(crate) fn refuse(&self, wish: &Choice, instead: &Choice, why: &str) -> anyhow::Result<()> {
        let why = why.chars().take(MAX_WHY_CHARS).collect();
        let refusal = Refusal { serial: wish.serial, runs: instead.version.clone(), why };
        let path = self.refusal_path();
        private::create_dir(private::parent(&path)).fail_as(Failure::State)?;
        let written = readable::replace(&path, &serde_json::to_vec(&refusal)?);
        written.with_context(|| format!("can't write {}", path.display())).fail_as(Failure::State)
    }

    /// Changes whenever the site's list of trust does.
    pub(crate) fn trust_stamp(&self) -> Option<FileStamp> {
        FileFacts::of_path(&trust_file(&self.config.plugins.folder)).ok().map(|facts| facts.stamp)
    }

    /// Whether what runs is still trusted.
    pub(crate) fn is_still_trusted(&self, runs: &Choice) -> bool {
        runs.version.as_ref().is_none_or(|version| self.installation.verified(&self.family, version).is_ok())
    }

    fn wish(&self) -> anyhow::Result<Choice> {
        self.installation.choice(&self.family)
    }

    fn refusal(&self) -> Option<Refusal> {
        let path = self.refusal_path();
        path.exists().then(|| serde_json::from_slice(&read_bounded(&path, MAX_BYTES).ok()?).ok())?
    }

    fn refusal_path(&self) -> PathBuf {
        self.config.state.join(FOLDER).join(format!("{}.json", self.family))
    }
}

//! One plugin in the place of another while the service runs: which an administrator has chosen, whether it can go on from what is
//! committed, and what runs on where it can't.
//!
//! Moves no cursor: that stays as it was last committed until the new plugin commits, so whichever runs goes on from there.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use labrelay_bundle::PluginVersion;
use labrelay_model::FamilyName;
use labrelay_os::file::{FileFacts, FileStamp};
use labrelay_os::{private, readable};
use serde::{Deserialize, Serialize};

use crate::collecting::Collecting;
use crate::config::{Config, Family};
use crate::device::DeviceKeys;
use crate::exit::{FailAs as _, Failure};
use crate::families::{Installation, InstalledFamily};
use crate::plugin_folder::{Choice, read_bounded, trust_file};
use crate::setup;
use crate::stop::Stop;

/// How often whoever waits for something else looks for another wish: two looks at small files.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Folder within the state folder: what has run last, a file a family.
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
    keys: Arc<DeviceKeys>,
    installation: Installation,
}

/// In what place a plugin begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where it was before: the service has just started, or tries again.
    AsBefore,
    /// In the place of another one, which has just ended.
    OfAnother,
}

/// What has run last, in the state folder. A wish with another number is another plugin's: whether it came while the service ran
/// or while it was stopped, it is rehearsed with what ran last still there.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LastRun {
    /// The wish that it answers.
    serial: u64,
    /// What runs; the library in the plugin folder without one.
    runs: Option<PluginVersion>,
    /// Why it is not what was wished, for `status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

impl Exchange {
    /// That of `family`, with its settings.
    pub(crate) fn new(
        config: &Arc<Config>,
        keys: &Arc<DeviceKeys>,
        family: &FamilyName,
        settings: &Family,
    ) -> Self {
        let (installation, keys) = (Installation::of_site(config), Arc::clone(keys));
        let (config, family, settings) = (Arc::clone(config), family.clone(), settings.clone());
        Self { config, family, settings, keys, installation }
    }

    /// Waits, or shorter when told to stop, when another plugin is chosen, and when the list of trust changes: whoever waits for a
    /// plugin to be mended need not wait for long.
    pub(crate) fn rest(&self, stop: &Stop, time: Duration) {
        let (begun, before) = (Instant::now(), self.signs());
        while let Some(left) = time.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
            if stop.wait(left.min(LOOK_EVERY)) || self.signs() != before {
                return;
            }
        }
    }

    fn signs(&self) -> (Option<u64>, Option<FileStamp>) {
        (self.wish().ok().map(|wish| wish.serial), self.trust_stamp())
    }

    /// What is to run, asked in a worker: what has run last, or with nothing of that, or in its place, what an administrator
    /// has chosen.
    pub(crate) fn begin(&self, place: Place) -> anyhow::Result<(Choice, InstalledFamily)> {
        let wish = self.wish()?;
        let last = match place {
            Place::AsBefore => self.last_run().map(|last| Choice { serial: last.serial, version: last.runs }),
            Place::OfAnother => None,
        };
        let choice = last.unwrap_or_else(|| wish.clone());
        match self.installed(&choice) {
            Ok(installed) => Ok((choice, installed)),
            Err(_) if choice.serial != wish.serial => Ok((wish.clone(), self.installed(&wish)?)),
            Err(error) => Err(error),
        }
    }

    /// What an administrator has chosen.
    pub(crate) fn wish(&self) -> anyhow::Result<Choice> {
        self.installation.choice(&self.family)
    }

    fn installed(&self, choice: &Choice) -> anyhow::Result<InstalledFamily> {
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
        let setup = setup::of_site(&self.config, &self.settings, installed, self.keys.identity_key()?)?;
        Ok(Collecting::new(setup).rehearse(cursor)?)
    }

    /// Which wish was refused and why, as long as it stands.
    pub(crate) fn refused(&self) -> Option<String> {
        let wish = self.wish().ok()?;
        self.last_run().filter(|last| last.serial == wish.serial)?.refused
    }

    /// Remembers what runs.
    pub(crate) fn note(&self, runs: &Choice) -> anyhow::Result<()> {
        match self.last_run() {
            Some(last) if last.serial == runs.serial && last.runs == runs.version => Ok(()),
            _ => self.write(&LastRun { serial: runs.serial, runs: runs.version.clone(), refused: None }),
        }
    }

    /// Remembers that `wish` is not to be tried again, why, and what runs instead.
    pub(crate) fn refuse(&self, wish: &Choice, instead: &Choice, why: &str) -> anyhow::Result<()> {
        let refused = Some(why.chars().take(MAX_WHY_CHARS).collect());
        self.write(&LastRun { serial: wish.serial, runs: instead.version.clone(), refused })
    }

    /// Changes whenever the site's list of trust does.
    pub(crate) fn trust_stamp(&self) -> Option<FileStamp> {
        FileFacts::of_path(&trust_file(&self.config.plugins.folder)).ok().map(|facts| facts.stamp)
    }

    /// Whether what runs is still trusted.
    pub(crate) fn is_still_trusted(&self, runs: &Choice) -> bool {
        runs.version.as_ref().is_none_or(|version| self.installation.verified(&self.family, version).is_ok())
    }

    fn last_run(&self) -> Option<LastRun> {
        let path = self.last_run_path();
        path.exists().then(|| serde_json::from_slice(&read_bounded(&path, MAX_BYTES).ok()?).ok())?
    }

    fn write(&self, last: &LastRun) -> anyhow::Result<()> {
        let path = self.last_run_path();
        private::create_dir(private::parent(&path)).fail_as(Failure::State)?;
        let written = readable::replace(&path, &serde_json::to_vec(last)?);
        written.with_context(|| format!("can't write {}", path.display())).fail_as(Failure::State)
    }

    fn last_run_path(&self) -> PathBuf {
        self.config.state.join(FOLDER).join(format!("{}.json", self.family))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin_folder::{Current, switch};

    const CONFIG: &str = "labrelay: 1\nstate: state\nplugins: plugins\nmanifests: manifests\ndevice: pc\n\
                          families: {made_up: {sources: {}}}\nreceiver: {url: 'https://localhost:1'}\n";

    fn exchange(folder: &std::path::Path) -> Exchange {
        std::fs::create_dir_all(folder.join("plugins/made_up")).unwrap();
        std::fs::write(folder.join("labrelay.yaml"), CONFIG).unwrap();
        let config = Arc::new(Config::read(&folder.join("labrelay.yaml")).unwrap());
        let keys = Arc::new(DeviceKeys::load_or_create(&config.state).unwrap());
        let (family, settings) = config.families.first_key_value().unwrap();
        Exchange::new(&config, &keys, family, settings)
    }

    fn version(text: &str) -> Option<PluginVersion> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn whoever_rests_is_woken_by_another_wish() {
        let folder = tempfile::tempdir().unwrap();
        let exchange = exchange(folder.path());
        let resting = {
            let exchange = exchange.clone();
            std::thread::spawn(move || exchange.rest(&Stop::default(), Duration::from_secs(3600)))
        };
        let mut before = Current::default();
        while !resting.is_finished() {
            // Again and again: the first may have come before it rested.
            let plugins = folder.path().join("plugins");
            before = switch(&plugins, &exchange.family, &before, vec!["1.0.0".parse().unwrap()]).unwrap();
            std::thread::sleep(Duration::from_millis(50));
        }
        resting.join().unwrap();
    }

    #[test]
    fn what_was_refused_is_told_until_the_next_wish_and_what_runs_until_another_does() {
        let folder = tempfile::tempdir().unwrap();
        let exchange = exchange(folder.path());
        let plugins = folder.path().join("plugins");
        let wish = switch(&plugins, &exchange.family, &Current::default(), vec!["2.0.0".parse().unwrap()]);
        let wish = wish.unwrap();
        let first = Choice { serial: 0, version: version("1.0.0") };
        exchange.note(&first).unwrap();
        assert_eq!(exchange.news(&first), Some(wish.choice()));
        exchange.refuse(&wish.choice(), &first, "it can't").unwrap();
        assert_eq!(exchange.refused().as_deref(), Some("it can't"));
        let last = exchange.last_run().unwrap();
        assert_eq!((last.serial, last.runs), (1, version("1.0.0")));
        exchange.note(&Choice { serial: 1, ..first }).unwrap();
        assert!(exchange.refused().is_some(), "a restart forgets nothing");
        switch(&plugins, &exchange.family, &wish, wish.versions.clone()).unwrap();
        assert_eq!(exchange.refused(), None);
    }
}

//! The folder that holds everything of one demo, and the files that the demo itself writes there.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use labrelay_manifest::Inventory;
use serde_json::{Value, json};

use super::family::Family;
use crate::cargo::repository;

/// Says that a folder was made by the demo, and may be emptied by the next one.
const MARK: &str = ".labrelay-demo";

/// How long a file must have rested. Nobody writes to the demo's input; and a cut-off or empty file rests 60
/// times as long, which at a manifest's 5 s would be five minutes in a fresh checkout.
const SETTLE: &str = "200ms";

/// The demo's files are of any age; a site that says nothing collects since the day of installation.
const DEMO_SINCE: &str = "2000-01-01";

/// The folder of `--out`.
pub(super) struct Place {
    root: PathBuf,
}

impl Place {
    /// Makes the folder, or empties it if an earlier demo made it. Refuses any other folder with files.
    pub(super) fn prepare(out: &Path) -> anyhow::Result<Self> {
        let root = std::path::absolute(out)?;
        if root.join(MARK).is_file() {
            fs::remove_dir_all(&root).with_context(|| format!("can't empty {}", root.display()))?;
        }
        fs::create_dir_all(&root).with_context(|| format!("can't make {}", root.display()))?;
        let empty = fs::read_dir(&root)?.next().is_none();
        ensure!(empty, "--out {}: holds files that are not of a demo; name another folder", out.display());
        fs::write(
            root.join(MARK),
            "Made by `cargo xtask demo`, which empties this folder when it runs again.\n",
        )?;
        for folder in ["host/plugins", "receiver", "lake"] {
            fs::create_dir_all(root.join(folder))?;
        }
        Ok(Self { root })
    }

    /// Everything of this demo.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The host's configuration file.
    pub(super) fn host_config(&self) -> PathBuf {
        self.root.join("host/labrelay.yaml")
    }

    /// There while the service answers commands.
    pub(super) fn host_socket(&self) -> PathBuf {
        self.root.join("host/state/control.sock")
    }

    /// The host's log.
    pub(super) fn host_log(&self) -> PathBuf {
        self.root.join("host/labrelay.log")
    }

    /// The authority that the host trusts.
    pub(super) fn authority(&self) -> PathBuf {
        self.root.join("host/ca.pem")
    }

    /// Where an administrator would install plugins.
    pub(super) fn plugins(&self) -> PathBuf {
        self.root.join("host/plugins")
    }

    /// The receiver's registry, landing, certificate and log.
    pub(super) fn receiver(&self) -> PathBuf {
        self.root.join("receiver")
    }

    /// The lake: one Delta table per family and stream.
    pub(super) fn lake(&self) -> PathBuf {
        self.root.join("lake")
    }

    /// The counts, for a script.
    pub(super) fn summary(&self) -> PathBuf {
        self.root.join("summary.json")
    }

    /// Installs the plugins, as a site's administrator would.
    pub(super) fn copy_plugins(&self, plugins: &[PathBuf]) -> anyhow::Result<()> {
        for plugin in plugins {
            let name = plugin.file_name().context("a plugin without a file name")?;
            fs::copy(plugin, self.plugins().join(name)).with_context(|| plugin.display().to_string())?;
        }
        Ok(())
    }

    /// Writes the host's configuration, as a site would by hand.
    pub(super) fn write_host_config(
        &self,
        families: &[Family],
        inventory: &Inventory,
        all_is_qc: bool,
        url: &str,
    ) -> anyhow::Result<()> {
        let text = host_config(families, inventory, all_is_qc, url);
        fs::write(self.host_config(), text).with_context(|| self.host_config().display().to_string())
    }

    /// Writes the counts.
    pub(super) fn write_summary(&self, summary: &Value) -> anyhow::Result<()> {
        fs::write(self.summary(), format!("{summary:#}\n"))
            .with_context(|| self.summary().display().to_string())
    }
}

/// The configuration as YAML. Lists and texts are written as JSON, which YAML reads and which quotes every path.
fn host_config(families: &[Family], inventory: &Inventory, all_is_qc: bool, url: &str) -> String {
    let manifests = json!(repository().join("manifests"));
    let (serials, qc, zone) = (json!(inventory.serials), json!(inventory.qc), json!(inventory.zone.name()));
    let since = inventory.collect_since.map_or_else(|| DEMO_SINCE.to_owned(), |since| since.to_string());
    let mut text = format!(
        "labrelay: 1\nstate: ./state\nplugins: {{folder: ./plugins, unsigned: accept}}\nmanifests: {manifests}\ndevice: {}\n\
         inventory: {{serials: {serials}, qc: {qc}, zone: {zone}, collect_since: {since}}}\nreceiver: {{url: {}, ca: ./ca.pem}}\nfamilies:\n",
        super::receiver::DEVICE,
        json!(url),
    );
    for family in families {
        text += &format!(
            "  {}:\n    qc: {}\n    sources:\n",
            family.name,
            if all_is_qc { "all" } else { "list" }
        );
        for source in &family.sources {
            let folders = json!(family.folders);
            text += &format!("      {source}: {{folders: {folders}, recursive: true, settle: {SETTLE}}}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_names_every_family_and_quotes_every_path() {
        let family = Family {
            name: "navios".to_owned(),
            sources: vec!["listmode".to_owned()],
            folders: vec![PathBuf::from("/data/a: b")],
            files: 1,
        };
        let text = host_config(&[family], &Inventory::default(), true, "https://localhost:1");
        let expected = "families:\n  navios:\n    qc: all\n    sources:\n      \
                        listmode: {folders: [\"/data/a: b\"], recursive: true, settle: 200ms}\n";
        assert!(text.ends_with(expected), "{text}");
        assert!(
            text.contains("inventory: {serials: [], qc: [], zone: \"UTC\", collect_since: 2000-01-01}\n"),
            "{text}"
        );
    }

    #[test]
    fn a_folder_with_somebody_s_files_is_left_alone() {
        let folder = std::env::temp_dir().join(format!("labrelay-demo-test-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("thesis.txt"), "").unwrap();
        assert!(Place::prepare(&folder).is_err());
        assert!(folder.join("thesis.txt").is_file());
        fs::remove_file(folder.join("thesis.txt")).unwrap();
        Place::prepare(&folder).unwrap();
        Place::prepare(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
    }
}

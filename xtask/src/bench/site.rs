//! A site made for one measurement: a folder with plugins, manifests and the host's configuration.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;

use super::Bench;
use crate::cargo::repository;
use crate::fixtures::SERIAL;

/// Name under which the receiver knows the site.
pub(super) const DEVICE: &str = "bench";

/// The folder of one measurement.
pub(super) struct Site {
    root: PathBuf,
}

/// A family that the site collects from, from one folder.
pub(super) struct Collected<'a> {
    /// Family.
    pub(super) family: &'a str,
    /// Its source.
    pub(super) source: &'a str,
    /// Where that looks.
    pub(super) folder: &'a Path,
    /// The plugin's own settings, as JSON.
    pub(super) settings: &'a str,
}

impl Site {
    /// A new site in an empty folder, with all plugins installed.
    pub(super) fn new(bench: &Bench, name: &str) -> anyhow::Result<Self> {
        let root = bench.out.join(name);
        if root.exists() {
            fs::remove_dir_all(&root).with_context(|| root.display().to_string())?;
        }
        let site = Self { root };
        for folder in [site.plugins(), site.manifests(), site.receiver(), site.input()] {
            fs::create_dir_all(folder)?;
        }
        for plugin in &bench.built.plugins {
            fs::copy(plugin, site.plugins().join(plugin.file_name().context("a plugin without a name")?))?;
        }
        // Under the name of a plugin: beside others that have one, the host takes nothing else.
        let name = format!("{DLL_PREFIX}labrelay_plugin_bench{DLL_SUFFIX}");
        fs::copy(&bench.plugin, site.plugins().join(name))?;
        fs::copy(repository().join("tests/bench/lines/manifest.yaml"), site.manifests().join("bench.yaml"))?;
        for family in ["navios.yaml", "dxflex.yaml"] {
            fs::copy(repository().join("manifests").join(family), site.manifests().join(family))?;
        }
        Ok(site)
    }

    /// Where files to read are put.
    pub(super) fn input(&self) -> PathBuf {
        self.root.join("input")
    }

    /// The host's configuration file.
    pub(super) fn config(&self) -> PathBuf {
        self.root.join("host/labrelay.yaml")
    }

    /// The host's state folder.
    pub(super) fn state(&self) -> PathBuf {
        self.root.join("host/state")
    }

    /// What the host prints.
    pub(super) fn host_log(&self) -> PathBuf {
        self.root.join("host/labrelay.log")
    }

    /// The authority that the host trusts.
    pub(super) fn authority(&self) -> PathBuf {
        self.root.join("host/ca.pem")
    }

    /// Installed manifests.
    pub(super) fn manifests(&self) -> PathBuf {
        self.root.join("host/manifests")
    }

    /// Everything of the receiver.
    pub(super) fn receiver(&self) -> PathBuf {
        self.root.join("receiver")
    }

    fn plugins(&self) -> PathBuf {
        self.root.join("host/plugins")
    }

    /// Writes the host's configuration. Paths are written as JSON, which YAML reads and which quotes them.
    pub(super) fn configure(
        &self,
        families: &[Collected<'_>],
        url: &str,
        spool_bytes: u64,
    ) -> anyhow::Result<()> {
        let mut text = format!(
            "labrelay: 1\nstate: ./state\nplugins: {{folder: ./plugins, unsigned: accept}}\nmanifests: ./manifests\ndevice: {DEVICE}\n\
             inventory: {{serials: [{SERIAL}], zone: UTC, collect_since: 2000-01-01}}\nreceiver: {{url: {}, ca: ./ca.pem}}\n\
             spool: {{max_bytes: {spool_bytes}}}\nfamilies:\n",
            json!(url)
        );
        for Collected { family, source, folder, settings } in families {
            let folder = json!(folder);
            text += &format!(
                "  {family}:\n    qc: all\n    settings: {settings}\n    sources:\n      {source}: {{folders: [{folder}]}}\n"
            );
        }
        fs::write(self.config(), text).with_context(|| self.config().display().to_string())
    }
}

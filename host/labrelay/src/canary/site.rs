//! A site for one run: a folder of its own with plugins, manifests, configuration and marked inputs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use labrelay_kit::canary::{self, Marks, Sample};
use labrelay_manifest::{Format, Inventory, Manifest, SourceKind};
use labrelay_model::FamilyName;
use serde_json::{Value, json};

use super::tables;
use crate::families::InstalledFamily;

/// Refused units are sealed to a key that nobody has: that of age's own documentation.
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
/// Samples of one family that marks are put into: the first tell what the rest would.
const SAMPLES_A_FAMILY: usize = 2;
/// Every file is written before the service starts, so none has to rest.
const SETTLE: &str = "10ms";

/// The site.
pub(super) struct Site {
    folder: PathBuf,
    samples: PathBuf,
    inventory: Inventory,
    families: serde_json::Map<String, Value>,
    files: u64,
    /// What this PC and its accounts are called.
    local_names: BTreeSet<String>,
}

impl Site {
    /// An empty site in `folder`; `samples` has a folder for each family, and may be missing.
    pub(super) fn new(folder: &Path, samples: &Path) -> anyhow::Result<Self> {
        for name in ["plugins", "manifests", "captured", "input"] {
            fs::create_dir_all(folder.join(name)).with_context(|| folder.display().to_string())?;
        }
        let inventory = crate::config::read_inventory(Some(&samples.join("inventory.yaml"))).ok().flatten();
        Ok(Self {
            folder: folder.into(),
            samples: samples.into(),
            inventory: inventory.unwrap_or_default(),
            families: serde_json::Map::new(),
            files: 0,
            local_names: labrelay_os::names::local_names(),
        })
    }

    /// Installs a family and fills all its sources with marked inputs.
    pub(super) fn add(&mut self, family: &InstalledFamily, marks: &mut Marks) -> anyhow::Result<()> {
        let name = family.manifest.family();
        let file = format!("{name}.yaml");
        fs::copy(&family.manifest_path, self.folder.join("manifests").join(file))?;
        // Not under its own name, which all have that come from bundles.
        let library = format!("{name}.{}", std::env::consts::DLL_EXTENSION);
        fs::copy(&family.plugin.path, self.folder.join("plugins").join(library))?;
        fs::write(self.records(name), canary::records(&family.manifest, marks)?)?;
        let mut sources = serde_json::Map::new();
        for source in family.manifest.sources() {
            let folder = self.input(name);
            let inner = folder.join(format!("{}-{}", source.name, marks.make()?)); // people name folders too
            fs::create_dir_all(&inner)?;
            for (ending, bytes) in self.inputs(&family.manifest, &source.kind, marks)? {
                fs::write(inner.join(format!("{}.{ending}", marks.make()?)), bytes)?;
                // What is no database gives no unit, and a trouble that must not name it.
                self.files += u64::from(!matches!(source.kind, SourceKind::Sqlite { .. }));
            }
            if let SourceKind::Sqlite { tables, .. } = &source.kind {
                let database = inner.join(format!("{}.{}", marks.make()?, ending_of(&source.kind)));
                self.files += tables::write(&database, tables, marks)?;
            }
            // What the service has to tell the operator about: the name is a mark as well.
            let link = inner.join(format!("{}.{}", marks.make()?, ending_of(&source.kind)));
            make_link(&link)?;
            sources.insert(
                source.name.to_string(),
                json!({"folders": [folder], "recursive": true, "settle": SETTLE}),
            );
        }
        self.families.insert(name.to_string(), json!({ "sources": sources }));
        Ok(())
    }

    /// Writes the configuration, and the inventory by itself for `replay` and `gate`.
    pub(super) fn configure(&self) -> anyhow::Result<()> {
        let Inventory { serials, lots, qc, zone, .. } = &self.inventory;
        let inventory = json!({"serials": serials, "lots": lots, "qc": qc, "zone": zone.name(), "collect_since": "2000-01-01"});
        fs::write(self.inventory(), inventory.to_string())?;
        let config = json!({
            "labrelay": 1, "state": "./state", "plugins": {"folder": "./plugins", "unsigned": "accept"}, "manifests": "./manifests", "device": "canary",
            "inventory": inventory,
            "quarantine": {"recipient": RECIPIENT},
            "receiver": {"url": "https://canary.invalid"},
            "families": self.families,
        });
        Ok(fs::write(self.config(), config.to_string())?) // YAML reads JSON
    }

    /// Names that were planted, but not made up.
    pub(super) fn local_names(&self) -> &BTreeSet<String> {
        &self.local_names
    }

    /// Words that come out on purpose: a local name among them says nothing.
    pub(super) fn own_words(&self) -> anyhow::Result<String> {
        let mut words = format!("labrelay canary {}", self.folder.display());
        for manifest in entries(&self.manifests()) {
            words += &fs::read_to_string(manifest)?;
        }
        Ok(words)
    }

    /// Files, and rows of databases, that were written: each gives one unit at least.
    pub(super) fn files(&self) -> u64 {
        self.files
    }

    pub(super) fn config(&self) -> PathBuf {
        self.folder.join("labrelay.yaml")
    }

    pub(super) fn inventory(&self) -> PathBuf {
        self.folder.join("inventory.yaml")
    }

    pub(super) fn captured(&self) -> PathBuf {
        self.folder.join("captured")
    }

    pub(super) fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    pub(super) fn plugins(&self) -> PathBuf {
        self.folder.join("plugins")
    }

    pub(super) fn manifests(&self) -> PathBuf {
        self.folder.join("manifests")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("service.log")
    }

    /// Marked records of a family, as `gate` takes them.
    pub(super) fn records(&self, family: &FamilyName) -> PathBuf {
        self.folder.join(format!("{family}.ndjson"))
    }

    /// The folder that a family reads.
    pub(super) fn input(&self, family: &FamilyName) -> PathBuf {
        self.folder.join("input").join(family.as_str())
    }

    /// Marked files for a source, with the ending that makes the source take them.
    fn inputs(
        &self,
        manifest: &Manifest,
        kind: &SourceKind,
        marks: &mut Marks,
    ) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
        let text = canary::text(manifest, marks)?; // of another form than a source of FCS files expects
        let mut files = vec![text];
        files.extend(match kind {
            SourceKind::Folder { format: Format::Fcs, .. } => self.fcs_files(manifest.family(), marks)?,
            _ => self.text_files(manifest.family(), marks)?,
        });
        let ending = ending_of(kind);
        Ok(files.into_iter().map(|file| (ending.clone(), file)).collect())
    }

    fn text_files(&self, family: &FamilyName, marks: &mut Marks) -> anyhow::Result<Vec<Vec<u8>>> {
        let files = self.sample_files(family).into_iter();
        let texts = files.filter_map(|file| crate::config::read_text(&file).ok()).take(SAMPLES_A_FAMILY);
        texts.map(|text| Ok(canary::marked(&text, marks)?)).collect()
    }

    fn fcs_files(&self, family: &FamilyName, marks: &mut Marks) -> anyhow::Result<Vec<Vec<u8>>> {
        let files = self.sample_files(family).into_iter();
        let mut samples: Vec<Sample> =
            files.filter_map(|file| Sample::read(&file)).take(SAMPLES_A_FAMILY).collect();
        if samples.is_empty() {
            samples.push(Sample::bare());
        }
        let mut files = Vec::new();
        for sample in samples {
            files.extend(sample.marked(marks)?);
            files.extend(self.local_names.iter().map(|name| sample.filled_with(name)));
        }
        Ok(files)
    }

    /// The family's samples: `samples/FAMILY/CASE/input/FILE`.
    fn sample_files(&self, family: &FamilyName) -> Vec<PathBuf> {
        let cases = entries(&self.samples.join(family.as_str()));
        cases.iter().flat_map(|case| entries(&case.join("input"))).collect()
    }
}

fn entries(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

/// The ending that makes a source take a file: `lmd` of `*.lmd|*.fcs`.
fn ending_of(kind: &SourceKind) -> String {
    if let SourceKind::Line { .. } = kind {
        return "message".into(); // the canary has its messages in files
    }
    let first = kind.pattern().split('|').next().unwrap_or_default();
    first.rsplit('.').next().unwrap_or("log").trim().to_ascii_lowercase()
}

/// A link to nowhere. Windows lets not every account make one.
fn make_link(link: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink("nowhere", link);
    #[cfg(windows)]
    std::os::windows::fs::symlink_file("nowhere", link).or_else(|_| Ok(()))
}

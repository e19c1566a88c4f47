//! Finds what is installed: manifests by their files, plugins by what they say of themselves in a worker.
//!
//! Loads no plugin into this process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use labrelay_abi::{Describe, MAX_STOCK_MANIFEST_BYTES, STOCK_MANIFEST};
use labrelay_bundle::{Index, PluginVersion};
use labrelay_manifest::{Manifest, STOCK_PLUGIN};
use labrelay_model::{Digest, FamilyName};
use labrelay_os::sandbox::{Confinement, Part};
use labrelay_worker::{Worker, WorkerError, WorkerSpec};

use crate::cli::InstallArgs;
use crate::config::{Config, read_text};
use crate::exit::{FailAs as _, Failure};
use crate::origin::{self, Library, Origin};
use crate::plugin_folder::{self, Choice, Current, Verified, trust_list};

/// Part of a plugin library's file name in a build's output folder, where other libraries lie beside it.
const PLUGIN_FILE_MARK: &str = "labrelay_plugin_";

/// A family that can be collected: its manifest and the plugin that was built for it.
#[derive(Debug, Clone)]
pub(crate) struct InstalledFamily {
    /// What it may send.
    pub manifest: Arc<Manifest>,
    /// Where that lies.
    pub manifest_path: PathBuf,
    /// Its plugin library.
    pub plugin: Library,
    /// What the plugin says of itself.
    pub describe: Describe,
    /// The manifest's text, which a stock plugin has to be given.
    pub manifest_text: Option<Arc<str>>,
    /// How it was held when it was asked.
    pub confinement: Confinement,
    /// Parts of the sandbox that may be missing.
    accept_missing: Vec<Part>,
}

impl InstalledFamily {
    /// A worker for its plugin.
    pub(crate) fn worker_spec(&self) -> Result<WorkerSpec, WorkerError> {
        worker_spec(&self.plugin, &self.accept_missing)
    }
}

/// Where plugins and manifests lie.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    /// Folder of plugin libraries.
    pub plugins: PathBuf,
    /// Folder of manifests.
    pub manifests: PathBuf,
    /// Parts of the sandbox that the site accepts as missing; a command without a configuration accepts none.
    accept_missing: Vec<Part>,
    /// The plugin folder is a build's output folder, where libraries lie that are no plugins.
    among_others: bool,
    /// What vouches for libraries that nobody has signed; `None` if nothing does.
    unsigned: Option<Origin>,
}

impl Installation {
    /// What the site's configuration names: every library in its plugin folder is meant to be a plugin.
    pub(crate) fn of_site(config: &Config) -> Self {
        Self {
            plugins: config.plugins.folder.clone(),
            manifests: config.manifests.clone(),
            accept_missing: config.sandbox.accept_missing.clone(),
            among_others: false,
            unsigned: origin::of_unsigned(&config.plugins),
        }
    }

    /// From the command line, or beside this program: an installed tree has `plugins/` and `manifests/`
    /// there; a development tree has the libraries in the build's output folder and the manifests at its root.
    pub(crate) fn locate(args: &InstallArgs) -> anyhow::Result<Self> {
        if let Some(path) = &args.config {
            let site = Self::of_site(&Config::read(path).fail_as(Failure::Configuration)?);
            return Ok(Self {
                plugins: args.plugins.clone().unwrap_or(site.plugins),
                manifests: args.manifests.clone().unwrap_or(site.manifests),
                ..site
            });
        }
        let program = std::env::current_exe().context("can't tell where this program lies")?;
        let beside = program.parent().unwrap_or(Path::new(".")).to_path_buf();
        let installed = beside.join("plugins");
        let among_others = args.plugins.is_none() && !installed.is_dir();
        let plugins = if installed.is_dir() { installed } else { beside.clone() };
        let manifests = beside.ancestors().map(|dir| dir.join("manifests")).find(|dir| dir.is_dir());
        Ok(Self {
            plugins: args.plugins.clone().unwrap_or(plugins),
            manifests: match args.manifests.clone().or(manifests) {
                Some(dir) => dir,
                None => return Err(anyhow!("no folder of manifests found; name it with --manifests DIR")),
            },
            accept_missing: Vec::new(),
            among_others,
            unsigned: Some(Origin::Named),
        })
    }

    /// What vouches for libraries that lie in the plugin folder itself; `None` if nothing does, so that none is loaded.
    pub(crate) fn unsigned(&self) -> Option<&Origin> {
        self.unsigned.as_ref()
    }

    /// What an administrator has chosen for `family`.
    pub(crate) fn choice(&self, family: &FamilyName) -> anyhow::Result<Choice> {
        Ok(Current::read(&self.plugins, family)?.choice())
    }

    /// The manifest of `family`, and where it lies: that of the bundle that runs, or `<family>.yaml`.
    pub(crate) fn manifest(&self, family: &FamilyName) -> anyhow::Result<(Arc<Manifest>, PathBuf)> {
        match self.choice(family)?.version {
            Some(version) => {
                let verified = self.verified(family, &version)?;
                Ok((verified.manifest, verified.manifest_path))
            }
            None => self.loose_manifest(family).map(|(manifest, path, _)| (manifest, path)),
        }
    }

    /// An installed version, checked against the site's list of trust; loads nothing.
    pub(crate) fn verified(&self, family: &FamilyName, version: &PluginVersion) -> anyhow::Result<Verified> {
        Verified::read(&self.plugins, family, version, &trust_list(&self.plugins)?)
    }

    /// With its text, which a stock plugin has to be given.
    fn loose_manifest(&self, family: &FamilyName) -> anyhow::Result<(Arc<Manifest>, PathBuf, String)> {
        let path = self.manifests.join(format!("{family}.yaml"));
        let text = read_text(&path).fail_as(Failure::Configuration)?;
        let manifest = parse_manifest(&path, &text)?;
        if manifest.family() != family {
            return Err(anyhow!(
                "{} is the manifest of {}, not of {family}",
                path.display(),
                manifest.family()
            ))
            .fail_as(Failure::Configuration);
        }
        Ok((Arc::new(manifest), path, text))
    }

    /// Names of the families that have a manifest here or were installed from a bundle, in alphabetical order.
    pub(crate) fn families(&self) -> anyhow::Result<Vec<FamilyName>> {
        let entries = std::fs::read_dir(&self.manifests)
            .with_context(|| format!("can't list {}", self.manifests.display()))?;
        let mut families: Vec<FamilyName> = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".yaml")?.parse().ok())
            .collect();
        families.extend(plugin_folder::families(&self.plugins));
        families.sort();
        families.dedup();
        Ok(families)
    }

    /// Plugin libraries in the plugin folder.
    pub(crate) fn libraries(&self) -> anyhow::Result<Vec<PathBuf>> {
        let entries = std::fs::read_dir(&self.plugins)
            .with_context(|| format!("can't list {}", self.plugins.display()))
            .fail_as(Failure::Configuration)?;
        let marked = |path: &Path| name_of(path).is_some_and(|name| name.contains(PLUGIN_FILE_MARK));
        let meant = |path: &PathBuf| is_library(path) && (!self.among_others || marked(path));
        let mut libraries: Vec<PathBuf> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(meant).collect();
        libraries.sort();
        Ok(libraries)
    }

    /// The family's manifest and the plugin built for it, as an administrator has chosen.
    pub(crate) fn family(&self, family: &FamilyName) -> anyhow::Result<InstalledFamily> {
        self.chosen(family, self.choice(family)?.version.as_ref())
    }

    /// The version of a bundle, or without one the library that lies in the folder itself.
    pub(crate) fn chosen(
        &self,
        family: &FamilyName,
        version: Option<&PluginVersion>,
    ) -> anyhow::Result<InstalledFamily> {
        match version {
            Some(version) => self.signed(family, version),
            None => self.loose(family),
        }
    }

    fn signed(&self, family: &FamilyName, version: &PluginVersion) -> anyhow::Result<InstalledFamily> {
        let Verified { index, by, manifest, manifest_path, library, library_sha256 } =
            self.verified(family, version)?;
        let plugin = Library {
            path: library,
            sha256: Some(library_sha256),
            origin: Origin::Signed { by, bundle: index.digest() },
        };
        let (describe, confinement) = describe(&plugin, &self.accept_missing).fail_as(Failure::Plugin)?;
        check_is_signed(&plugin.path, &describe, &index)?;
        check_match(&manifest, &plugin.path, &describe)?;
        let accept_missing = self.accept_missing.clone();
        let manifest_text = None;
        Ok(InstalledFamily {
            manifest,
            manifest_path,
            plugin,
            describe,
            manifest_text,
            confinement,
            accept_missing,
        })
    }

    fn loose(&self, family: &FamilyName) -> anyhow::Result<InstalledFamily> {
        let (manifest, manifest_path, text) = self.loose_manifest(family)?;
        let (library, manifest_text) = match manifest.readers() {
            Some(_) => (STOCK_PLUGIN, Some(given_to_stock(family, text)?)),
            None => (family.as_str(), None),
        };
        let mut trouble = Vec::new();
        for path in self.libraries()? {
            let Some(origin) = self.unsigned.clone() else {
                return Err(origin::refuse(family, &self.plugins)).fail_as(Failure::Plugin);
            };
            let plugin = Library { path, sha256: None, origin };
            match describe(&plugin, &self.accept_missing) {
                Ok((describe, confinement)) if describe.family.as_str() == library => {
                    check_match(&manifest, &plugin.path, &describe)?;
                    let accept_missing = self.accept_missing.clone();
                    return Ok(InstalledFamily {
                        manifest,
                        manifest_path,
                        plugin,
                        describe,
                        manifest_text,
                        confinement,
                        accept_missing,
                    });
                }
                Ok(_) => {}
                Err(error) => trouble.push(error.to_string()), // names the file
            }
        }
        let what = if library == family.as_str() { "no plugin" } else { "no stock plugin" };
        let mut message = format!("{what} for {family} in {}", self.plugins.display());
        for line in trouble {
            message.push_str("\n  ");
            message.push_str(&line);
        }
        Err(anyhow!(message)).fail_as(Failure::Plugin)
    }
}

/// What a stock plugin is given, if the request has room for it.
fn given_to_stock(family: &FamilyName, text: String) -> anyhow::Result<Arc<str>> {
    if text.len() <= MAX_STOCK_MANIFEST_BYTES {
        return Ok(text.into());
    }
    Err(anyhow!(
        "the manifest of {family} has {} bytes, and the stock plugin takes {MAX_STOCK_MANIFEST_BYTES} at most; \
         leave events out that nobody needs, or write a plugin of the family's own",
        text.len()
    ))
    .fail_as(Failure::Configuration)
}

/// A library says of itself what its maker has signed.
fn check_is_signed(plugin: &Path, describe: &Describe, index: &Index) -> anyhow::Result<()> {
    let says = &describe.plugin_version;
    let state = describe.oldest_state_version..=describe.state_version;
    if describe.family == *index.family()
        && *says == index.plugin_version().to_string()
        && state == index.state_versions()
    {
        return Ok(());
    }
    Err(anyhow!(
        "{} says that it is {} {says} with state {state:?}, and its bundle says {} {} with state {:?}; have its maker pack it again",
        plugin.display(),
        describe.family,
        index.family(),
        index.plugin_version(),
        index.state_versions(),
    ))
    .fail_as(Failure::Plugin)
}

/// A family's own plugin has been built for the very manifest that is installed; a stock plugin has none.
fn check_match(manifest: &Manifest, plugin: &Path, describe: &Describe) -> anyhow::Result<()> {
    let theirs = Digest(describe.manifest_sha256);
    let ours = if manifest.readers().is_some() { Digest(STOCK_MANIFEST) } else { manifest.sha256() };
    if ours == theirs {
        return Ok(());
    }
    if manifest.readers().is_some() {
        return Err(anyhow!(
            "{} calls itself the stock plugin, but was built for a manifest of its own ({theirs}); \
             install the stock plugin of this release",
            plugin.display()
        ))
        .fail_as(Failure::Plugin);
    }
    Err(anyhow!(
        "{} was built for another version of the {} manifest ({theirs}) than the installed one ({ours}); \
         install plugin and manifest of the same release",
        plugin.display(),
        manifest.family(),
    ))
    .fail_as(Failure::Plugin)
}

/// What a library says of itself, asked in a worker of its own, and how that was confined.
pub(crate) fn describe(
    plugin: &Library,
    accept_missing: &[Part],
) -> Result<(Describe, Confinement), WorkerError> {
    let mut worker = Worker::start(&worker_spec(plugin, accept_missing)?)?;
    let describe = worker.describe();
    let confinement = worker.confinement().clone();
    worker.stop();
    Ok((describe?, confinement))
}

/// The worker program beside this one, for `plugin` and no other bytes than those that were signed.
fn worker_spec(plugin: &Library, accept_missing: &[Part]) -> Result<WorkerSpec, WorkerError> {
    let accept_missing = accept_missing.to_vec();
    Ok(WorkerSpec { accept_missing, sha256: plugin.sha256, ..WorkerSpec::installed(&plugin.path)? })
}

/// Reads one manifest; errors name file, line and column.
pub(crate) fn read_manifest(path: &Path) -> anyhow::Result<Manifest> {
    parse_manifest(path, &read_text(path).fail_as(Failure::Configuration)?)
}

fn parse_manifest(path: &Path, text: &str) -> anyhow::Result<Manifest> {
    Manifest::parse(text.as_bytes())
        .map_err(|errors| anyhow!("{errors}").context(format!("in {}", path.display())))
        .fail_as(Failure::Configuration)
}

fn is_library(path: &Path) -> bool {
    path.extension().and_then(|ext| ext.to_str()) == Some(std::env::consts::DLL_EXTENSION)
}

fn name_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

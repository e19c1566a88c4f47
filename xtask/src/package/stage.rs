//! The files that are installed, in a folder as they will lie on the PC: programs and plugins signed, manifests as they are.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use super::identity::Moment;
use super::signing::Signer;
use super::tools::Tools;
use crate::cargo::repository;
use crate::shipped::Built;

/// The program that is the service, and runs what the installer asks for.
pub(super) const SERVICE: &str = "labrelay.exe";
/// The programs of a controller PC.
const PROGRAMS: [&str; 2] = [SERVICE, "labrelay-worker.exe"];

/// One file.
#[derive(Debug, Clone)]
pub(super) struct Staged {
    /// Where it will lie below the program folder, with `/`.
    pub(super) name: String,
    /// Where it lies now.
    pub(super) path: PathBuf,
}

impl Staged {
    /// Whether it is a program or a library.
    pub(super) fn is_code(&self) -> bool {
        !self.name.ends_with(".yaml")
    }
}

/// Programs and plugins as they were built.
pub(super) struct Code {
    programs: Vec<PathBuf>,
    plugins: Vec<PathBuf>,
}

impl From<Built> for Code {
    /// Without the receiver, which is installed in no laboratory.
    fn from(built: Built) -> Self {
        Self { programs: built.programs, plugins: built.plugins }
    }
}

impl Code {
    /// What lies in the folder of an earlier build, which may be another machine's than the one that signs.
    pub(super) fn of_folder(folder: &Path) -> anyhow::Result<Self> {
        let programs = PROGRAMS.map(|name| folder.join(name)).to_vec();
        if let Some(missing) = programs.iter().find(|program| !program.is_file()) {
            bail!("{} was not built", missing.display());
        }
        let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        let mut plugins = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
        plugins.retain(|file| file.extension().is_some_and(|ending| ending == "dll"));
        ensure!(!plugins.is_empty(), "there is no plugin in {}", folder.display());
        Ok(Self { programs, plugins })
    }
}

/// Copies what was built, and the manifests, to `folder`, and signs what is code. In the order of names.
pub(super) fn fill(
    folder: &Path,
    code: &Code,
    tools: &Tools,
    signer: &Signer,
    moment: Moment,
) -> anyhow::Result<Vec<Staged>> {
    let mut staged = Vec::new();
    let manifests = manifests()?;
    let folders = [("", &code.programs), ("plugins/", &code.plugins), ("manifests/", &manifests)];
    for (below, file) in
        folders.into_iter().flat_map(|(below, files)| files.iter().map(move |file| (below, file)))
    {
        let name = format!("{below}{}", file.file_name().unwrap_or_default().to_string_lossy());
        let path = folder.join(&name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::copy(file, &path).with_context(|| file.display().to_string())?;
        staged.push(Staged { name, path });
    }
    staged.sort_by(|a, b| a.name.cmp(&b.name));
    for file in &staged {
        if file.is_code() {
            signer.sign(tools, &file.path)?;
        }
        // Windows Installer's cabinet keeps it.
        File::options().write(true).open(&file.path)?.set_modified(moment.of_file())?;
    }
    Ok(staged)
}

fn manifests() -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(repository().join("manifests"))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

//! Everything that comes out of a site: what is sent, printed, logged and left on the disk.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use labrelay_model::wire::MAX_BATCH_BYTES;

use super::site::Site;

/// What came out of one exit.
pub(super) struct Exit {
    /// What it is called in the report.
    pub name: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Exit {
    pub(super) fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), bytes }
    }
}

/// Commands that show something of a site, as exits: what they print, both ways.
pub(super) fn commands(site: &Site, when: &str, commands: &[&[&str]]) -> anyhow::Result<Vec<Exit>> {
    let exit = |arguments: &&[&str]| {
        let printed =
            printed(this_program()?.args(*arguments).arg("--config").arg(site.config()), Stdio::null())?;
        Ok(Exit::new(format!("{} ({when})", arguments.join(" ")), printed))
    };
    commands.iter().map(exit).collect()
}

/// What a command prints, to standard output and standard error.
pub(super) fn printed(command: &mut Command, input: Stdio) -> anyhow::Result<Vec<u8>> {
    let output = command.stdin(input).output().context("can't start this very program")?;
    Ok([output.stdout, output.stderr].concat())
}

pub(super) fn this_program() -> anyhow::Result<Command> {
    Ok(Command::new(std::env::current_exe().context("can't tell where this program lies")?))
}

/// The captured requests: their heads, and their bodies unpacked.
pub(super) fn uploads(site: &Site) -> anyhow::Result<[Exit; 2]> {
    let (mut heads, mut bodies) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(site.captured())? {
        let path = entry?.path();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("head") => heads.extend(fs::read(&path)?),
            Some("body") => bodies.extend(unpacked(&fs::read(&path)?)?),
            _ => {}
        }
    }
    Ok([Exit::new("uploads: paths and headers", heads), Exit::new("uploads: bodies", bodies)])
}

fn unpacked(body: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    let mut reader = zstd::Decoder::new(body).context("a body is not packed as a batch is")?;
    std::io::Read::read_to_end(&mut std::io::Read::take(&mut reader, MAX_BATCH_BYTES as u64), &mut unpacked)?;
    Ok(unpacked)
}

/// Every file below the state folder, with its name.
pub(super) fn state(site: &Site) -> anyhow::Result<Exit> {
    let mut all = Vec::new();
    add_files(&site.state(), &mut all)?;
    Ok(Exit::new("state folder: names and bytes", all))
}

fn add_files(folder: &Path, all: &mut Vec<u8>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        all.extend(path.as_os_str().as_encoded_bytes());
        if path.is_dir() {
            add_files(&path, all)?;
        } else if path.is_file() {
            all.extend(fs::read(&path)?);
        }
        all.push(b'\n');
    }
    Ok(())
}

//! `labrelay plugin key`: an author's signing key, in a file that its owner alone can read.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use labrelay_bundle::{PublicKey, SigningKey};
use labrelay_os::key_file;

use crate::cli::KeyCommand;

/// Runs `labrelay plugin key …`.
pub(super) fn key(command: &KeyCommand) -> anyhow::Result<ExitCode> {
    match command {
        KeyCommand::New { out } => {
            let seed = SigningKey::new_seed()?;
            key_file::create(out, &seed)?;
            print(&SigningKey::from_seed(&seed)?.public());
        }
        KeyCommand::Show { key } => print(&read(key)?.public()),
    }
    Ok(ExitCode::SUCCESS)
}

/// The key in this file.
pub(super) fn read(path: &Path) -> anyhow::Result<SigningKey> {
    let seed = key_file::read(path)?.ok_or_else(|| anyhow!("there is no {}", path.display()))?;
    SigningKey::from_seed(&seed).with_context(|| format!("in {}", path.display()))
}

#[allow(clippy::print_stdout)]
fn print(key: &PublicKey) {
    println!("key id     {}", key.id());
    println!("public key {key}");
}

//! The signatures: each holds, none holds for another authority, and one flipped bit is noticed.

use std::path::Path;

use anyhow::ensure;

use super::super::signing::{Signer, with_ending};
use super::super::tools::Tools;
use super::super::{Made, throw_away};

/// Checks all of it.
pub(super) fn check(tools: &Tools, signer: &Signer, made: &Made) -> anyhow::Result<()> {
    let code = made.staged.iter().filter(|file| file.is_code()).map(|file| file.path.as_path());
    let signed: Vec<&Path> = code.chain([made.msi.as_path(), &made.setup]).collect();
    for file in &signed {
        signer.verify(tools, file)?;
    }
    let stranger = throw_away::signer(&made.folder.with_extension("stranger"))?;
    ensure!(
        stranger.verify(tools, &made.msi).is_err(),
        "a signature holds for an authority that has not made it"
    );
    for file in &signed {
        a_flipped_bit_is_noticed(tools, signer, file)?;
    }
    println!("{} signatures hold, and none of them with one bit flipped", signed.len());
    Ok(())
}

fn a_flipped_bit_is_noticed(tools: &Tools, signer: &Signer, file: &Path) -> anyhow::Result<()> {
    let mut bytes = std::fs::read(file)?;
    let middle = bytes.len() / 2; // of the code, or of the cabinet in an MSI
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    let flipped = with_ending(file, ".flipped");
    std::fs::write(&flipped, bytes)?;
    let verdict = signer.verify(tools, &flipped);
    std::fs::remove_file(&flipped)?;
    ensure!(verdict.is_err(), "a flipped bit in the middle of {} is not noticed", file.display());
    Ok(())
}

//! Puts a bundle into the plugin folder, complete or not at all, and chooses which version runs. An administrator's acts: the
//! service has no right to write there.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use labrelay_bundle::{Bundle, Envelope, Index, MAX_INDEX_BYTES, Part, Platform, PluginVersion, TrustList};
use labrelay_model::FamilyName;
use labrelay_os::{caller, file, private, readable};

use super::verified::no_library;
use super::{Current, ENVELOPE, INDEX, Verified, family_folder, read_bounded, version_folder};
use crate::clock;

/// Unpacks a bundle that `trust` believes into the folder of its version. What lies there already must be the same.
pub(crate) fn put(
    plugins: &Path,
    bundle: &Bundle,
    envelope: &Envelope,
    trust: &TrustList,
) -> anyhow::Result<()> {
    let index = bundle.index();
    trust.judge(index, envelope)?;
    readable::check(plugins)?;
    let family = family_folder(plugins, index.family());
    readable::create_dir(&family).with_context(|| format!("can't make {}", family.display()))?;
    readable::check(&family)?;
    let folder = version_folder(plugins, index.family(), index.plugin_version());
    if folder.exists() {
        return mend(&folder, bundle, envelope);
    }
    // A draft's name is no version, so nobody takes it for one.
    let draft = family.join(format!("{}.new", index.plugin_version()));
    remove_folder(&draft)?;
    let unpacked = unpack(&draft, bundle, envelope).and_then(|()| Verified::of_folder(&draft, trust));
    let placed = unpacked.and_then(|_| {
        file::rename(&draft, &folder)?;
        Ok(private::sync_dir(&family)?)
    });
    if placed.is_err() {
        remove_folder(&draft)?;
    }
    placed.with_context(|| format!("can't unpack into {}", folder.display()))
}

/// Chooses what runs from now on: the first of `versions`. The running service notices.
pub(crate) fn switch(
    plugins: &Path,
    family: &FamilyName,
    before: &Current,
    versions: Vec<PluginVersion>,
) -> anyhow::Result<Current> {
    let by = caller::account().to_string();
    let current = Current { serial: before.serial + 1, versions, at: Some(clock::now()), by };
    let path = Current::path(plugins, family);
    readable::replace(&path, &current.to_bytes()?)
        .with_context(|| format!("can't write {}", path.display()))?;
    Ok(current)
}

/// The library for this system, manifest and texts, then the signature, and the index last.
fn files_here(bundle: &Bundle, envelope: &Envelope) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let index = bundle.index();
    let library = index.library(&Platform::of_this_program()).ok_or_else(|| no_library(index))?;
    let parts = [&library.path, &Part::Manifest, &Part::Readme, &Part::License, &Part::Report];
    let content = |part: &Part| Some((part.file_name(), bundle.part(part)?.to_vec()));
    let mut files: Vec<(String, Vec<u8>)> = parts.into_iter().filter_map(content).collect();
    files.push((ENVELOPE.to_owned(), envelope.to_bytes()));
    files.push((INDEX.to_owned(), index.to_bytes()));
    Ok(files)
}

fn unpack(folder: &Path, bundle: &Bundle, envelope: &Envelope) -> anyhow::Result<()> {
    readable::create_dir(folder)?;
    for (name, content) in files_here(bundle, envelope)? {
        readable::write_new(&folder.join(name), &content)?;
    }
    Ok(private::sync_dir(folder)?)
}

/// Puts right what lies there. One version has one content, on every PC.
fn mend(folder: &Path, bundle: &Bundle, envelope: &Envelope) -> anyhow::Result<()> {
    let index = bundle.index();
    let there = read_bounded(&folder.join(INDEX), MAX_INDEX_BYTES).unwrap_or_default();
    if Index::parse(&there).is_ok_and(|there| there != *index) {
        return Err(anyhow!(
            "another bundle of {} {} is installed already; its maker has to give a new content a new version",
            index.family(),
            index.plugin_version()
        ));
    }
    for (name, content) in files_here(bundle, envelope)? {
        let path = folder.join(name);
        if read_bounded(&path, content.len() as u64).ok().as_ref() != Some(&content) {
            readable::replace(&path, &content).with_context(|| format!("can't write {}", path.display()))?;
        }
    }
    Ok(())
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    match file::while_held(|| fs::remove_dir_all(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

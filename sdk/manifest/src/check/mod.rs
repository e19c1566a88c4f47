//! From the manifest as written to the typed one: everything that shapes alone can't say.
//!
//! Collects what is wrong in all sources, streams and fields instead of stopping at the first.

mod aggregate;
mod catalogue;
mod field;
mod figures;
mod numbers;
mod source;
mod stock;
mod stream;
mod tables;
mod types;
mod words;

use std::fmt;

use labrelay_model::Digest;

use crate::fault::Fault;
use crate::raw::RawManifest;
use crate::yaml::Named;
use crate::{Manifest, Stream};

/// Most streams in a manifest, and fields in a stream: lakes and reviewers take more badly, and indexes on the
/// plugin's channel are 16 bits.
const MAX_STREAMS: usize = 64;
const MAX_FIELDS: usize = 256;
/// Longest title or description: it becomes column metadata that every reader of the table loads.
const MAX_TEXT_CHARS: usize = 1000;

/// The typed manifest, or all that is wrong with it.
pub(crate) fn manifest(raw: RawManifest, sha256: Digest) -> Result<Manifest, Vec<Fault>> {
    let mut faults = Vec::new();
    note(version(&raw.version), &mut faults);
    note(text("title", &raw.title), &mut faults);
    note(count("streams", raw.streams.0.len(), MAX_STREAMS), &mut faults);
    let sources =
        each("sources", raw.sources, &mut faults, |name, raw| source::source(name, raw).map_err(one));
    let streams: Vec<Stream> = each("streams", raw.streams, &mut faults, stream::stream);
    if !faults.is_empty() {
        return Err(faults);
    }
    let readers = stock::readers(raw.plugin.map(|plugin| plugin.0), raw.settings, &sources, &streams)?;
    let version = raw.version.into();
    Ok(Manifest { family: raw.family.0, title: raw.title, version, sources, streams, readers, sha256 })
}

/// Checks every entry of a named section; faults are put under its name.
fn each<K: fmt::Display + Clone, R, T>(
    section: &str,
    entries: Named<K, R>,
    faults: &mut Vec<Fault>,
    check: impl Fn(K, R) -> Result<T, Vec<Fault>>,
) -> Vec<T> {
    let mut checked = Vec::new();
    for (name, raw) in entries.0 {
        match check(name.clone(), raw) {
            Ok(good) => checked.push(good),
            Err(bad) => {
                faults.extend(bad.into_iter().map(|fault| fault.under(&name.to_string()).under(section)));
            }
        }
    }
    checked
}

fn version(version: &str) -> Result<(), Fault> {
    let is_number =
        |part: &str| (1..=6).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if version.split('.').count() == 3 && version.split('.').all(is_number) {
        return Ok(());
    }
    Err(Fault::at("version", format!("`{version}` is no version; write three numbers such as `1.0.0`")))
}

/// A text that a person reads.
fn text(key: &str, text: &str) -> Result<(), Fault> {
    let fits = !text.trim().is_empty() && text.chars().count() <= MAX_TEXT_CHARS;
    if fits { Ok(()) } else { Err(Fault::at(key, format!("needs 1 to {MAX_TEXT_CHARS} characters"))) }
}

fn count(section: &str, found: usize, most: usize) -> Result<(), Fault> {
    match found {
        0 => Err(Fault::at(section, "needs at least one entry")),
        found if found > most => Err(Fault::at(section, format!("{found} entries; at most {most}"))),
        _ => Ok(()),
    }
}

/// Keeps a fault and goes on.
fn note<T>(result: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}

fn one(fault: Fault) -> Vec<Fault> {
    vec![fault]
}

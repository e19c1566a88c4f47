//! What each fuzz target does with its bytes, and what must hold afterwards. Finds its bytes nowhere itself:
//! `main` has libFuzzer do that, and the test `seeds` reads the corpus.

mod batch;
mod bundle;
mod detectors;
mod manifest;
mod matcher;
mod poll_reply;
mod record;

/// One thing that reads bytes of others.
pub struct Target {
    /// Its name on the command line, and of its folder under `corpus/`.
    pub name: &'static str,
    /// Reads the bytes; panics if something does not hold.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "manifest", run: manifest::run },
    Target { name: "matcher", run: matcher::run },
    Target { name: "detectors", run: detectors::run },
    Target { name: "poll_reply", run: poll_reply::run },
    Target { name: "record", run: record::run },
    Target { name: "batch", run: batch::run },
    Target { name: "bundle", run: bundle::run },
];

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// The manifest by which records and batches are read: one field of each type, and a catalogue.
pub(crate) const EVERY_TYPE: &[u8] = include_bytes!("every_type.yaml");

//! Does the library load where plugins run, and was it built with the manifest that is reviewed?

use labrelay_abi::Describe;
use labrelay_model::Digest;

use crate::opening::describe;
use crate::{Check, Subject};

/// Loads it in a confined worker, whose loader checks ABI and layout.
pub(super) fn loads(subject: &Subject) -> (Check, Option<Describe>) {
    let what = "it loads in a sandboxed worker; interface and layout are this host's";
    match describe(subject) {
        Ok((described, held)) => {
            let figure =
                format!("plugin {}, SDK {}; {held}", described.plugin_version, described.sdk_version);
            (Check::of("loads", what, figure, Vec::new(), ""), Some(described))
        }
        Err(error) => {
            let advice = "build the crate as a cdylib with export_collector! and this version's SDK";
            (Check::of("loads", what, String::new(), vec![error.to_string()], advice), None)
        }
    }
}

/// Compares the embedded manifest's hash with that of the file.
pub(super) fn manifest(subject: &Subject, described: &Describe) -> Check {
    let (ours, theirs) = (subject.manifest.sha256(), Digest(described.manifest_sha256));
    let mut notes = Vec::new();
    if *subject.manifest.family() != described.family {
        notes.push(format!(
            "the manifest is of {}, the plugin collects {}",
            subject.manifest.family(),
            described.family
        ));
    } else if ours != theirs {
        notes.push(format!("the file has SHA-256 {ours}, the plugin holds {theirs}"));
    }
    let figure = format!("version {}, SHA-256 {ours}", subject.manifest.version());
    let what = "the manifest is valid, and the very one that the plugin was built with";
    Check::of("manifest", what, figure, notes, "build the plugin again after a change of its manifest")
}

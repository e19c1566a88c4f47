//! In the worker: from an open file to a plugin's four functions. The only place where a library is loaded.

use abi_stable::library::{LibraryError, lib_header_from_path};
use labrelay_abi::RootV1_Ref;
use labrelay_os::process::path_of_library;
use serde::{Deserialize, Serialize};
use std::fs::File;

/// Longest text of the system's loader that is passed on: its first sentence.
pub(crate) const MAX_TEXT_CHARS: usize = 160;

/// Why a file is no plugin that this build can run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LoadFailure {
    /// The system can't load it, with its words.
    NotALibrary(String),
    /// It is a library, but no plugin of ours.
    NotAPlugin,
    /// It was built against another ABI.
    OtherAbi,
    /// It carries no layout data, so nobody can tell against what it was built.
    NoLayout,
    /// Its own start code failed.
    Failed,
}

/// Loads the plugin in `file`, which the host knows by `name`. Runs code of the library: its constructors, before any check.
pub(crate) fn load(file: &File, name: &[u8]) -> Result<RootV1_Ref, LoadFailure> {
    // Not `RootModule::load_from_file`: that gives the first library again for every later path.
    let header = lib_header_from_path(&path_of_library(file, name)).map_err(|error| failure(&error))?;
    if header.layout().is_none() {
        return Err(LoadFailure::NoLayout); // abi_stable would take it without any check
    }
    header.init_root_module::<RootV1_Ref>().map_err(|error| failure(&error))
}

/// The text of most errors is left out: that of a layout that differs is over a thousand lines.
fn failure(error: &LibraryError) -> LoadFailure {
    match error {
        LibraryError::OpenError { err, .. } => LoadFailure::NotALibrary(tidy(&loader_text(err.as_ref()))),
        LibraryError::GetSymbolError { .. } => LoadFailure::NotAPlugin,
        LibraryError::RootModule { .. } => LoadFailure::Failed,
        LibraryError::ParseVersionError(_)
        | LibraryError::IncompatibleVersionNumber { .. }
        | LibraryError::AbiInstability(_)
        | LibraryError::InvalidAbiHeader(_)
        | LibraryError::InvalidCAbi { .. }
        | LibraryError::Many(_) => LoadFailure::OtherAbi,
    }
}

/// The loader's own sentence, without the path under which the worker sees the file.
fn loader_text(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    match text.strip_prefix("/proc/self/fd/").and_then(|rest| rest.split_once(": ")) {
        Some((_, sentence)) => sentence.to_owned(),
        None => text,
    }
}

/// One line of printable text, cut. Host and worker both do it: the worker may be hostile.
pub(crate) fn tidy(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' }).take(MAX_TEXT_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loader_text_stays_on_one_short_line() {
        let text = tidy(&format!("first\nsecond\u{1b}[2J {}", "x".repeat(500)));
        assert_eq!(text.chars().count(), MAX_TEXT_CHARS);
        assert!(!text.contains(['\n', '\u{1b}']));
    }
}

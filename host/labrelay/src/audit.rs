//! The audit log in the state folder: who looked at refused units or took something out by hand, and how many.
//!
//! Lines are only ever added. Counts, never content; it leaves by no way of Labrelay's.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use labrelay_model::Timestamp;
use labrelay_os::{caller, private};
use serde::Serialize;

use crate::clock;
use crate::exit::{FailAs as _, Failure};
use crate::rotation::Rotation;

const FILE: &str = "audit.log";
/// A line takes some 200 bytes: 5,000 commands a file, and years of commands by hand.
const ROTATION: Rotation = Rotation { max_bytes: 1 << 20, kept: 4 };

/// The log, open. Open it before the deed, so that nothing is done that can't be noted.
pub(crate) struct AuditLog {
    path: PathBuf,
    file: File,
}

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    at: Timestamp,
    account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    command: &'a str,
    counts: BTreeMap<&'static str, u64>,
}

impl AuditLog {
    /// Opens the log of this state folder, and begins a new file if the old one is full.
    pub(crate) fn open(state: &Path) -> anyhow::Result<Self> {
        let path = state.join(FILE);
        let opened = ROTATION.make_room(&path).and_then(|()| private::open_to_append(&path));
        let file =
            opened.with_context(|| format!("can't write {}", path.display())).fail_as(Failure::State)?;
        private::check_file(&path, &file).fail_as(Failure::State)?;
        Ok(Self { path, file })
    }

    /// Notes what `command` has done, durably.
    pub(crate) fn note(mut self, command: &str, counts: &[(&'static str, u64)]) -> anyhow::Result<()> {
        let line = Line {
            at: clock::now(),
            account: caller::account().to_string(),
            login: caller::login().map(|account| account.to_string()),
            command,
            counts: counts.iter().copied().collect(),
        };
        let mut text = serde_json::to_vec(&line)?;
        text.push(b'\n');
        let written = self.file.write_all(&text).and_then(|()| self.file.sync_data());
        written.with_context(|| format!("done, but can't be noted in {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn lines_are_added_and_full_files_make_room() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join(FILE);
        for number in 1..=3 {
            AuditLog::open(state.path()).unwrap().note("quarantine purge", &[("units", number)]).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let last: serde_json::Value = serde_json::from_str(text.lines().nth(2).unwrap()).unwrap();
        assert_eq!((&last["command"], &last["counts"]["units"]), (&"quarantine purge".into(), &3.into()));
        assert!(last["account"].as_str().unwrap().contains('('), "{last}");
        #[cfg(unix)]
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        for _ in 0..2 * ROTATION.kept {
            std::fs::write(&path, vec![b'\n'; ROTATION.max_bytes as usize]).unwrap();
            AuditLog::open(state.path()).unwrap().note("quarantine purge", &[]).unwrap();
        }
        let files = std::fs::read_dir(state.path()).unwrap().count();
        assert_eq!(files, 1 + ROTATION.kept as usize);
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_log_that_others_may_read_is_refused() {
        let state = tempfile::tempdir().unwrap();
        std::fs::write(state.path().join(FILE), "").unwrap();
        let widened = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(state.path().join(FILE), widened).unwrap();
        assert!(AuditLog::open(state.path()).is_err());
    }
}

//! What could not be read, in words for whoever looks at `status` or `replay`.
//!
//! Names the configured folder and what to do, never the file or a folder within: people name those after patients.

use std::path::PathBuf;

use labrelay_source::{ScanReport, Trouble};

/// One line for each file or folder that could not be read.
pub(crate) fn words(reports: &[ScanReport], configured: &[PathBuf]) -> Vec<String> {
    let troubles = reports.iter().flat_map(|report| &report.troubles);
    troubles.map(|trouble| line(trouble, configured)).collect()
}

fn line(Trouble { kind, path }: &Trouble, configured: &[PathBuf]) -> String {
    match configured.iter().find(|folder| path.starts_with(folder)) {
        Some(folder) if folder == path => format!("{}: {kind}", folder.display()),
        Some(folder) => format!("in {}: {kind}", folder.display()),
        None => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use labrelay_source::TroubleKind;

    use super::*;

    #[test]
    fn the_folder_is_named_and_nothing_within() {
        let trouble = |path: &str| Trouble { kind: TroubleKind::NoAccess, path: path.into() };
        let troubles = vec![trouble("/data/navios/Ward 7/Jane Doe.lmd"), trouble("/data/navios")];
        let report = ScanReport { troubles, ..ScanReport::default() };
        let lines = words(&[report], &["/data/navios".into()]);
        assert!(lines[0].starts_with("in /data/navios: no right"), "{lines:?}");
        assert!(lines[1].starts_with("/data/navios: no right"), "{lines:?}");
        assert!(!lines.concat().contains("Doe") && !lines.concat().contains("Ward"));
    }
}

//! The corpora: one JSON object a line, with the text of a record and what in it identifies somebody.

use std::path::Path;

use anyhow::Context as _;

/// A record of a corpus. Without `Debug`: its text is nobody's to see.
#[derive(serde::Deserialize)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) class: String,
    pub(super) locale: String,
    pub(super) evasion: String,
    pub(super) source: String,
    /// `None` for clean lines, and for records that identify somebody as a whole.
    pub(super) value: Option<String>,
}

/// Reads a corpus; an error names the line and shows nothing of it.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Line>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
    let parse = |(at, line): (usize, &str)| {
        serde_json::from_str(line).ok().with_context(|| format!("{}:{}: no record", path.display(), at + 1))
    };
    text.lines().enumerate().map(parse).collect()
}

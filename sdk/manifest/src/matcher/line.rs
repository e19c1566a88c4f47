//! Where a line ends: at its line feed, less the blanks before it.

/// One line of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Behind its last byte that is no blank, but not before its beginning.
    pub(super) end: usize,
    /// Where the next line begins, or the end of the text.
    pub(super) next: usize,
    /// Whether a line feed ends it.
    pub(super) is_fed: bool,
}

impl Line {
    /// The line that begins at byte `start`.
    pub(super) fn at(text: &[u8], start: usize) -> Self {
        let rest = text.get(start..).unwrap_or_default();
        let feed = memchr::memchr(b'\n', rest);
        let line = rest.get(..feed.unwrap_or(rest.len())).unwrap_or_default();
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
        let end = line.iter().rposition(|byte| !is_blank(byte)).map_or(0, |last| last + 1);
        let next = feed.map_or(text.len(), |feed| start + feed + 1);
        Self { end: start + end, next, is_fed: feed.is_some() }
    }

    /// What is left of it from byte `pos` on.
    pub(super) fn rest(self, text: &[u8], pos: usize) -> &[u8] {
        text.get(pos..self.end).unwrap_or_default()
    }
}

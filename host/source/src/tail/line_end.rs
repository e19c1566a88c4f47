//! Where the complete lines of a log end. Decodes nothing: of an encoding it knows only how wide CR and LF are.

use std::fs::File;
use std::io;

use labrelay_os::file::read_at;

/// Lines handed out for one poll: what one reply takes if each gives a record, so that a part is read at once.
const MAX_LINES: usize = 4_000;
/// Bytes handed out for one poll, unless a single line is longer: some 4,000 long lines.
const MAX_BYTES: u64 = 1024 * 1024;
/// Bytes looked through at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// How UTF-16 begins when it says that the high byte comes first.
const MARK_BE: [u8; 2] = [0xFE, 0xFF];

/// In what a line end is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeUnit {
    /// UTF-8 and code pages.
    Byte,
    /// UTF-16, low byte first.
    Low16,
    /// UTF-16, high byte first.
    High16,
    /// UTF-16 in the order that its byte order mark says; without one low byte first.
    Marked16,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// Complete lines end here.
    EndAt(u64),
    /// There is no line end before this.
    NoneBefore(u64),
}

impl CodeUnit {
    /// The same for `file`, with its mark looked at.
    pub(super) fn of(self, file: &File) -> io::Result<Self> {
        if self != Self::Marked16 {
            return Ok(self);
        }
        let mut mark = [0; 2];
        let read = read_at(file, 0, &mut mark)?;
        Ok(if read == 2 && mark == MARK_BE { Self::High16 } else { Self::Low16 })
    }

    fn width(self) -> usize {
        if self == Self::Byte { 1 } else { 2 }
    }

    fn of_unit(self, unit: &[u8]) -> Option<u8> {
        match (self, unit) {
            (Self::Byte, [byte]) => Some(*byte),
            (Self::Low16 | Self::Marked16, [byte, 0]) | (Self::High16, [0, byte]) => Some(*byte),
            _ => None,
        }
    }
}

/// Looks for the ends of lines in `file` from `from` to `size`; there is none before `from` back to `begin`, where the
/// first line begins. A CR at the very end may be half of a line end.
pub(super) fn complete_lines(
    file: &File,
    unit: CodeUnit,
    begin: u64,
    from: u64,
    size: u64,
) -> io::Result<Lines> {
    let width = unit.width() as u64;
    let mut found = Found { end: None, lines: 0, after_cr: false };
    let mut at = from;
    let mut chunk = vec![0; CHUNK_BYTES];
    while at + width <= size && !found.is_enough(begin) {
        let room = usize::try_from(size - at).unwrap_or(usize::MAX).min(CHUNK_BYTES);
        let room = room - room % unit.width();
        let read = read_at(file, at, chunk.get_mut(..room).unwrap_or_default())?;
        let read = read - read % unit.width();
        if read == 0 {
            break; // shorter than a moment ago
        }
        for one in chunk.get(..read).unwrap_or_default().chunks_exact(unit.width()) {
            found.take(unit.of_unit(one), at, width, begin);
            at += width;
        }
    }
    let looked_at = if found.after_cr { at - width } else { at };
    Ok(found.end.map_or(Lines::NoneBefore(looked_at), Lines::EndAt))
}

struct Found {
    end: Option<u64>,
    lines: usize,
    after_cr: bool,
}

impl Found {
    fn is_enough(&self, begin: u64) -> bool {
        self.lines >= MAX_LINES || self.end.is_some_and(|end| end - begin >= MAX_BYTES)
    }

    /// Takes the unit at `at`.
    fn take(&mut self, unit: Option<u8>, at: u64, width: u64, begin: u64) {
        if self.after_cr && unit != Some(b'\n') {
            self.line_ends(at, begin);
        }
        self.after_cr = unit == Some(b'\r');
        if unit == Some(b'\n') {
            self.line_ends(at + width, begin);
        }
    }

    /// Beyond the bounds only a first line counts.
    fn line_ends(&mut self, end: u64, begin: u64) {
        if self.lines < MAX_LINES && (self.end.is_none() || end - begin <= MAX_BYTES) {
            (self.end, self.lines) = (Some(end), self.lines + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(unit: CodeUnit, from: u64, bytes: &[u8]) -> Lines {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("log"), bytes).unwrap();
        let file = File::open(dir.path().join("log")).unwrap();
        let unit = unit.of(&file).unwrap();
        complete_lines(&file, unit, 0, from, bytes.len() as u64).unwrap()
    }

    #[test]
    fn complete_lines_end_behind_lf_crlf_and_a_cr_that_something_follows() {
        let byte = |text: &str| lines(CodeUnit::Byte, 0, text.as_bytes());
        assert_eq!(byte("one\ntwo\nrest"), Lines::EndAt(8));
        assert_eq!(byte("one\r\ntwo\r\n"), Lines::EndAt(10));
        assert_eq!(byte("one\rtwo\rrest"), Lines::EndAt(8));
        assert_eq!(byte("one\rtwo\r"), Lines::EndAt(4));
        assert_eq!(byte("one\r"), Lines::NoneBefore(3));
        assert_eq!(byte("rest"), Lines::NoneBefore(4));
        assert_eq!(byte(""), Lines::NoneBefore(0));
    }

    #[test]
    fn utf_16_is_looked_through_by_its_units() {
        let low: Vec<u8> = "\u{feff}a\u{0a0d}\nb".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let high: Vec<u8> = "\u{feff}a\u{0a0d}\nb".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(lines(CodeUnit::Low16, 0, &low), Lines::EndAt(8));
        assert_eq!(lines(CodeUnit::Marked16, 0, &low), Lines::EndAt(8));
        assert_eq!(lines(CodeUnit::Marked16, 0, &high), Lines::EndAt(8));
        assert_eq!(lines(CodeUnit::High16, 0, &high[..7]), Lines::NoneBefore(6), "half a unit is none");
    }

    #[test]
    fn a_part_is_as_long_as_one_poll_takes_and_one_long_line_is_a_part() {
        let many = "x\n".repeat(MAX_LINES + 10);
        assert_eq!(lines(CodeUnit::Byte, 0, many.as_bytes()), Lines::EndAt(2 * MAX_LINES as u64));
        let long = "y".repeat(3 * 1024 * 1024) + "\n";
        let text = format!("first\n{long}");
        assert_eq!(lines(CodeUnit::Byte, 0, text.as_bytes()), Lines::EndAt(6));
        assert_eq!(
            lines(CodeUnit::Byte, 0, format!("{long}more\n").as_bytes()),
            Lines::EndAt(long.len() as u64)
        );
        assert_eq!(lines(CodeUnit::Byte, 1 << 20, long.as_bytes()), Lines::EndAt(long.len() as u64));
    }
}

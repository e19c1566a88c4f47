//! The HEADER of a data set: version and offsets. Knows nothing of keywords.

use super::{FcsError, Part};

/// Bytes of a HEADER that have a meaning; what follows up to TEXT is the writer's own.
pub(super) const HEADER_BYTES: usize = 58;

/// Versions of the standard that this reader knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// FCS 2.0, 1990.
    V2_0,
    /// FCS 3.0, 1997.
    V3_0,
    /// FCS 3.1, 2010.
    V3_1,
    /// FCS 3.2, 2020.
    V3_2,
}

/// First and last byte of a part, relative to the start of its data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) begin: u64,
    pub(super) end: u64,
}

impl Span {
    /// `None` where the offsets say that there is nothing: both zero, or an end just before the beginning.
    pub(super) fn unless_empty(begin: u64, end: u64) -> Option<Self> {
        let empty = (begin == 0 && end == 0) || end.checked_add(1) == Some(begin);
        (!empty).then_some(Self { begin, end })
    }

    /// Number of bytes; `None` if the offsets are in reverse.
    pub(super) fn len(self) -> Option<u64> {
        self.end.checked_sub(self.begin)?.checked_add(1)
    }
}

/// A HEADER whose TEXT offsets are usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) version: Version,
    pub(super) text: Span,
    pub(super) data: Option<Span>,
}

impl Header {
    /// Reads the HEADER of the data set that starts at byte `at`. The offsets of ANALYSIS are not looked at:
    /// nothing here reads it, and older writers leave blanks.
    pub(super) fn parse(bytes: &[u8; HEADER_BYTES], at: u64) -> Result<Self, FcsError> {
        let version = version(bytes, at)?;
        let offset = |from: usize, part| {
            let digits = bytes.get(from..from + 8).unwrap_or_default();
            number(digits).ok_or(FcsError::BadOffset { at, part })
        };
        let text = Span { begin: offset(10, Part::Text)?, end: offset(18, Part::Text)? };
        let data = Span::unless_empty(offset(26, Part::Data)?, offset(34, Part::Data)?);
        if text.begin < HEADER_BYTES as u64 || text.end < text.begin {
            return Err(FcsError::BadTextOffsets { at, begin: text.begin, end: text.end });
        }
        Ok(Self { version, text, data })
    }
}

fn version(bytes: &[u8], at: u64) -> Result<Version, FcsError> {
    if !bytes.starts_with(b"FCS") {
        return Err(FcsError::NotFcs { at });
    }
    match bytes.get(3..6) {
        Some(b"2.0") => Ok(Version::V2_0),
        Some(b"3.0") => Ok(Version::V3_0),
        Some(b"3.1") => Ok(Version::V3_1),
        Some(b"3.2") => Ok(Version::V3_2),
        _ => Err(FcsError::UnknownVersion { at }),
    }
}

/// A whole number among blanks; blanks alone (also NUL, which some writers pad with) are 0.
pub(super) fn number(bytes: &[u8]) -> Option<u64> {
    let blank = |b: &u8| b.is_ascii_whitespace() || *b == 0;
    let Some(from) = bytes.iter().position(|b| !blank(b)) else { return Some(0) };
    let to = bytes.iter().rposition(|b| !blank(b))?;
    let digits = bytes.get(from..=to)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Header, FcsError> {
        let mut bytes = [b' '; HEADER_BYTES];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Header::parse(&bytes, 0)
    }

    #[test]
    fn blank_zero_and_missing_offsets_are_no_data() {
        for data in
            ["       0       0", "                ", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "     100      99"]
        {
            let header = parse(&format!("FCS3.0         256    3860{data}")).unwrap();
            assert_eq!((header.text, header.data), (Span { begin: 256, end: 3860 }, None), "{data:?}");
        }
    }

    #[test]
    fn offsets_may_stand_left_in_their_place() {
        let header = parse("FCS3.1    256     3860    4096    8191    ").unwrap();
        assert_eq!(header.data, Some(Span { begin: 4096, end: 8191 }));
    }

    #[test]
    fn names_what_is_wrong() {
        assert!(matches!(parse("PK\x03\x04"), Err(FcsError::NotFcs { at: 0 })));
        assert!(matches!(parse("FCS1.0         256    3860"), Err(FcsError::UnknownVersion { .. })));
        assert!(matches!(parse("FCS3.0          12    3860"), Err(FcsError::BadTextOffsets { .. })));
        assert!(matches!(parse("FCS3.0        3860     256"), Err(FcsError::BadTextOffsets { .. })));
        assert!(matches!(
            parse("FCS3.0        -256    3860"),
            Err(FcsError::BadOffset { part: Part::Text, .. })
        ));
        assert!(matches!(
            parse("FCS3.0         256    3860   x4096    8191"),
            Err(FcsError::BadOffset { part: Part::Data, .. })
        ));
    }
}

//! The 58 bytes that open an FCS or LMD file: just enough of them to know the file and whether it is whole.
//!
//! Reading what stands in TEXT is the plugin's work, in its own process.

use std::ops::Range;

/// Length of the HEADER segment.
pub(crate) const HEADER_BYTES: usize = 58;

/// Where the first data set's segments lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FcsHeader {
    /// TEXT, as a range of the file.
    pub(crate) text: Range<u64>,
    /// Last byte of DATA, where the header tells it: 0 or blank means "see TEXT".
    data_last: Option<u64>,
}

impl FcsHeader {
    /// Reads a header; `None` if these bytes are not one that makes sense.
    pub(crate) fn parse(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        if !bytes.starts_with(b"FCS") {
            return None;
        }
        let (text_first, text_last) = (offset(bytes, 10..18)?, offset(bytes, 18..26)?);
        if text_first < HEADER_BYTES as u64 || text_last < text_first {
            return None;
        }
        let data_last = offset(bytes, 34..42).filter(|&last| last > 0);
        Some(Self { text: text_first..text_last + 1, data_last })
    }

    /// Whether a file of `size` bytes holds what this header announces. Some writers give the end of DATA
    /// as one past the last byte, which is no reason to wait.
    pub(crate) fn is_whole(&self, size: u64) -> bool {
        self.text.end <= size && self.data_last.is_none_or(|last| last <= size)
    }
}

/// A right-justified decimal offset of eight characters.
fn offset(bytes: &[u8; HEADER_BYTES], place: Range<usize>) -> Option<u64> {
    std::str::from_utf8(bytes.get(place)?).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: (&str, &str), data: (&str, &str)) -> [u8; HEADER_BYTES] {
        let line =
            format!("FCS3.1    {:>8}{:>8}{:>8}{:>8}{:>8}{:>8}", text.0, text.1, data.0, data.1, "0", "0");
        line.into_bytes().try_into().unwrap()
    }

    #[test]
    fn offsets_are_inclusive_and_zero_or_blank_data_is_left_to_text() {
        let whole = FcsHeader::parse(&header(("58", "99"), ("100", "199"))).unwrap();
        assert_eq!(whole.text, 58..100);
        assert!(whole.is_whole(200) && whole.is_whole(199) && !whole.is_whole(198));
        for data in [("0", "0"), ("", "")] {
            let open = FcsHeader::parse(&header(("58", "99"), data)).unwrap();
            assert!(open.is_whole(100) && !open.is_whole(99));
        }
    }

    #[test]
    fn what_makes_no_sense_is_no_header() {
        for text in
            [("", ""), ("0", "0"), ("99", "58"), ("10", "20"), ("5x", "99"), ("-1", "9"), ("99999999", "1")]
        {
            assert_eq!(FcsHeader::parse(&header(text, ("0", "0"))), None, "{text:?}");
        }
        assert_eq!(FcsHeader::parse(&[0; HEADER_BYTES]), None);
        assert_eq!(FcsHeader::parse(&[b'F'; HEADER_BYTES]), None);
    }
}

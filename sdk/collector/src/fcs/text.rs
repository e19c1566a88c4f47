//! Keywords of a TEXT segment, kept as the bytes of the file with ranges into them.
//!
//! The standard forbids empty values and doubles a delimiter that belongs to a name or value; real writers do
//! write empty values and no delimiter in names. So a name ends at the first delimiter, and only within a
//! value are two delimiters one that belongs to it: that reads both kinds of file without guessing.

use std::borrow::Cow;
use std::ops::Range;

use labrelay_model::Redacted;

use super::{FcsError, Part};

/// Most keywords of one data set. The largest real file seen has 703; a spectral cytometer with 64 detectors
/// writes about 2,000.
pub const MAX_KEYWORDS: usize = 16_384;

/// The keywords of one data set. `Debug` shows their number only.
#[derive(Clone)]
pub struct Text {
    bytes: Redacted,
    delimiter: u8,
    keywords: Vec<Keyword>,
    ends_loosely: bool,
}

#[derive(Clone)]
struct Keyword {
    name: Range<usize>,
    value: Range<usize>,
    /// Whether the value holds doubled delimiters.
    doubled: bool,
}

impl Text {
    /// Reads a TEXT segment, whose first byte is the delimiter; `at` is where its data set starts.
    pub(super) fn parse(bytes: Vec<u8>, at: u64) -> Result<Self, FcsError> {
        let delimiter = *bytes.first().ok_or(FcsError::NoKeywords { at })?;
        let mut text = Self { bytes: Redacted(bytes), delimiter, keywords: Vec::new(), ends_loosely: false };
        text.read_keywords(1, at)?;
        Ok(text)
    }

    /// Adds a supplemental segment, which must have the same delimiter; without success nothing is added.
    pub(super) fn supplement(&mut self, segment: &[u8], at: u64) -> Result<(), FcsError> {
        let (bytes, keywords) = (self.bytes.0.len(), self.keywords.len());
        self.bytes.0.extend_from_slice(segment);
        self.read_keywords(bytes + 1, at).inspect_err(|_| {
            self.bytes.0.truncate(bytes);
            self.keywords.truncate(keywords);
        })
    }

    fn read_keywords(&mut self, mut from: usize, at: u64) -> Result<(), FcsError> {
        while let Some(name_end) = self.delimiter_after(from) {
            let name = trimmed(&self.bytes.0, from..name_end);
            if name.is_empty() {
                return Err(FcsError::EmptyKeyword { at, inside: from as u64 });
            }
            if self.keywords.len() == MAX_KEYWORDS {
                let limit = MAX_KEYWORDS as u64;
                return Err(FcsError::OverBound { part: Part::Keywords, found: limit + 1, limit });
            }
            let (value, doubled) = self.value_at(name_end + 1);
            from = value.end + 1;
            self.keywords.push(Keyword { name, value, doubled });
        }
        let rest = self.bytes.0.get(from..).unwrap_or_default();
        self.ends_loosely |= !rest.iter().all(|b| b.is_ascii_whitespace() || *b == 0);
        Ok(())
    }

    /// The value that starts at `start`: up to a single delimiter, or to the end where a writer left out the last.
    fn value_at(&self, start: usize) -> (Range<usize>, bool) {
        let (mut from, mut doubled) = (start, false);
        while let Some(end) = self.delimiter_after(from) {
            if self.bytes.0.get(end + 1) != Some(&self.delimiter) {
                return (start..end, doubled);
            }
            doubled = true;
            from = end + 2;
        }
        (start..self.bytes.0.len().max(start), doubled)
    }

    fn delimiter_after(&self, from: usize) -> Option<usize> {
        let found = self.bytes.0.get(from..)?.iter().position(|b| *b == self.delimiter)?;
        Some(from + found)
    }

    /// Number of keywords, each repetition counted.
    pub fn len(&self) -> usize {
        self.keywords.len()
    }

    /// Whether there is no keyword at all.
    pub fn is_empty(&self) -> bool {
        self.keywords.is_empty()
    }

    /// The byte between names and values.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Whether something that is no keyword follows the last one.
    pub fn ends_loosely(&self) -> bool {
        self.ends_loosely
    }

    /// All names and values in the file's order, as the file's own bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], Cow<'_, [u8]>)> {
        self.keywords.iter().map(|keyword| (self.slice(&keyword.name), self.value(keyword)))
    }

    /// The value of a keyword as bytes. Names are compared without regard to case, as the standard says; where
    /// a name stands twice the first counts.
    pub fn get(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        let same = |keyword: &&Keyword| {
            keyword.name.len() == name.len()
                && self.slice(&keyword.name).eq_ignore_ascii_case(name.as_bytes())
        };
        self.keywords.iter().find(same).map(|keyword| self.value(keyword))
    }

    /// The value as text without blanks around it; `None` if nothing is left. Bytes that are no UTF-8 become
    /// replacement characters: what must be exact is read by [`Text::get`].
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let text = match self.get(name)? {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes.trim_ascii()),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(bytes.trim_ascii()).into_owned()),
        };
        (!text.is_empty()).then_some(text)
    }

    /// The value as a whole number, leading zeros allowed.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// The value as a finite number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.text(name)?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The value as a finite number that is followed by `unit`, such as `24.9 mW`.
    pub fn number_in(&self, name: &str, unit: &str) -> Option<f64> {
        let text = self.text(name)?;
        let number = text.strip_suffix(unit)?.trim_end();
        number.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The segment's own bytes, for the quarantine.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes.0
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.0.get(range.clone()).unwrap_or_default()
    }

    fn value(&self, keyword: &Keyword) -> Cow<'_, [u8]> {
        let raw = self.slice(&keyword.value);
        if !keyword.doubled {
            return Cow::Borrowed(raw);
        }
        let mut single = Vec::with_capacity(raw.len());
        let mut bytes = raw.iter();
        while let Some(&byte) = bytes.next() {
            single.push(byte);
            if byte == self.delimiter {
                bytes.next();
            }
        }
        Cow::Owned(single)
    }
}

fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let all = bytes.get(range.clone()).unwrap_or_default();
    let start = range.end - all.trim_ascii_start().len();
    start..start + all.trim_ascii().len()
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Text({} keywords)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let text = Text::parse(text.as_bytes().to_vec(), 0).unwrap();
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        text.iter().map(|(name, value)| (lossy(name), lossy(&value))).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn a_doubled_delimiter_belongs_to_the_value() {
        assert_eq!(read("/A/1//2/B/3/"), pairs(&[("A", "1/2"), ("B", "3")]));
        assert_eq!(read("/A/561////10 nm/B/x///"), pairs(&[("A", "561//10 nm"), ("B", "x/")]));
        assert_eq!(read("/A///home/B/x/"), pairs(&[("A", "/home"), ("B", "x")]));
    }

    #[test]
    fn an_empty_value_is_empty_and_shifts_nothing() {
        assert_eq!(read("|A||B||C|3|"), pairs(&[("A", ""), ("B", ""), ("C", "3")]));
        assert_eq!(read("|A|1|B||"), pairs(&[("A", "1"), ("B", "")]));
    }

    #[test]
    fn the_last_delimiter_may_be_missing_or_followed_by_padding() {
        assert_eq!(read("/A/1/B/2"), pairs(&[("A", "1"), ("B", "2")]));
        assert_eq!(read("/A/1/B/2/ \0\r\n"), pairs(&[("A", "1"), ("B", "2")]));
        let loose = Text::parse(b"/A/1/rest".to_vec(), 0).unwrap();
        assert!(loose.ends_loosely() && loose.len() == 1);
    }

    #[test]
    fn an_empty_keyword_is_named_by_its_place() {
        let error = Text::parse(b"//A/1/".to_vec(), 7).unwrap_err();
        assert!(matches!(error, FcsError::EmptyKeyword { at: 7, inside: 1 }));
    }

    #[test]
    fn bytes_that_are_no_utf8_are_kept() {
        let text = Text::parse(b"/$OP/M\xfcller/ x /1/".to_vec(), 0).unwrap();
        assert_eq!(text.get("$op").unwrap().as_ref(), b"M\xfcller");
        assert_eq!(text.text("$OP").unwrap(), "M\u{fffd}ller");
        assert_eq!(text.int("X"), Some(1));
    }

    #[test]
    fn blanks_and_units_are_understood() {
        let text = Text::parse(b"/a/ /b/24.9 mW/c/00042/d/nan/e/+-1/".to_vec(), 0).unwrap();
        assert_eq!(text.text("a"), None);
        assert_eq!(text.number_in("b", "mW"), Some(24.9));
        assert_eq!((text.number_in("c", "mW"), text.int("c")), (None, Some(42)));
        assert_eq!((text.number("d"), text.number("e")), (None, None));
    }

    #[test]
    fn a_supplement_is_added_whole_or_not_at_all() {
        let mut text = Text::parse(b"/A/1/".to_vec(), 0).unwrap();
        text.supplement(b"//B/2/", 0).unwrap_err();
        assert_eq!((text.len(), text.get("B")), (1, None));
        text.supplement(b"/B/2/", 0).unwrap();
        assert_eq!(text.int("B"), Some(2));
    }

    #[test]
    fn the_number_of_keywords_is_bounded() {
        let many = "/k/v".repeat(MAX_KEYWORDS + 1);
        assert!(matches!(Text::parse(many.into_bytes(), 0), Err(FcsError::OverBound { .. })));
    }

    #[test]
    fn debug_shows_no_content() {
        assert_eq!(format!("{:?}", Text::parse(b"/A/secret/".to_vec(), 0).unwrap()), "Text(1 keywords)");
    }
}

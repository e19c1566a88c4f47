//! From an opened input to its data sets, one after the other, so that memory holds one TEXT at a time.

use labrelay_model::Redacted;

use super::header::{HEADER_BYTES, Header, Span, number};
use super::{FcsError, Part, Text, Version};
use crate::Input;

/// Longest TEXT in bytes. Real ones stay below 100 KB; a 64-colour spillover matrix adds 40 KB.
pub const MAX_TEXT_BYTES: u64 = 1024 * 1024;
/// Most data sets in one file: the wells of the largest plate in use.
pub const MAX_DATA_SETS: u32 = 1536;
/// Most raw bytes of a refused data set: what the host's quarantine takes of one unit.
pub const MAX_RAW_BYTES: usize = 64 * 1024;

/// HEADER and TEXT of one data set.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// Where in the file it starts.
    pub at: u64,
    /// Version of the standard that its HEADER names.
    pub version: Version,
    /// Its keywords.
    pub text: Text,
    /// Oddities that did not keep it from being read.
    pub notes: Vec<Note>,
    /// Where its events lie, relative to `at`; within the file.
    pub(super) data: Option<Span>,
}

impl DataSet {
    /// What may be kept of it when it is refused: TEXT, never an event.
    pub fn raw(&self) -> &[u8] {
        let bytes = self.text.bytes();
        bytes.get(..MAX_RAW_BYTES).unwrap_or(bytes)
    }
}

/// An oddity that did not keep a data set from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// HEADER and TEXT give different offsets of DATA.
    DataOffsetsDisagree,
    /// The supplemental TEXT is no text with the same delimiter, or too long; it was left out.
    SupplementalTextIgnored,
    /// Something that is no keyword stands at the end of TEXT.
    TextEndsLoosely,
}

/// Iterator over the data sets of an input. Ends after the first error.
pub struct DataSets<'a> {
    input: &'a mut dyn Input,
    next: Option<u64>,
    read: u32,
}

impl<'a> DataSets<'a> {
    /// Begins at the start of the file.
    pub fn of(input: &'a mut dyn Input) -> Self {
        Self { input, next: Some(0), read: 0 }
    }

    fn data_set(&mut self, at: u64) -> Result<(DataSet, Option<u64>), FcsError> {
        if self.read == MAX_DATA_SETS {
            let limit = u64::from(MAX_DATA_SETS);
            return Err(FcsError::OverBound { part: Part::DataSets, found: limit + 1, limit });
        }
        self.read += 1;
        let mut file = Slice { input: &mut *self.input, at };
        let header = file.header()?;
        let text = Text::parse(file.part(Part::Text, header.text, MAX_TEXT_BYTES)?, at)?;
        if text.get("$PAR").is_none() {
            return Err(FcsError::NoKeywords { at });
        }
        let mut set = DataSet { at, version: header.version, text, notes: Vec::new(), data: None };
        file.supplement(&mut set, header.text)?;
        file.check_data(&mut set, header.data)?;
        if set.text.ends_loosely() {
            set.notes.push(Note::TextEndsLoosely);
        }
        let next = next_data(&set)?;
        Ok((set, next))
    }
}

impl Iterator for DataSets<'_> {
    type Item = Result<DataSet, FcsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.next.take()?;
        Some(self.data_set(at).map(|(set, next)| {
            self.next = next;
            set
        }))
    }
}

/// Where the data set after this one starts.
fn next_data(set: &DataSet) -> Result<Option<u64>, FcsError> {
    let at = set.at;
    match offset(&set.text, "$NEXTDATA") {
        Some(Some(0)) | None => Ok(None),
        Some(Some(next)) if next < HEADER_BYTES as u64 => Err(FcsError::Loop { at, next }),
        Some(Some(next)) => Ok(Some(at.saturating_add(next))),
        Some(None) => Err(FcsError::BadOffset { at, part: Part::NextData }),
    }
}

/// The offset that a keyword holds: nothing without the keyword, `Some(None)` where it is no number.
fn offset(text: &Text, name: &str) -> Option<Option<u64>> {
    text.get(name).map(|value| number(&value))
}

/// Two keywords as a part's place; `None` where they are absent, zero or no numbers.
fn span_in(text: &Text, begin: &str, end: &str) -> Option<Span> {
    Span::unless_empty(offset(text, begin)??, offset(text, end)??)
}

/// The input as seen from the start of one data set.
pub(super) struct Slice<'a> {
    pub(super) input: &'a mut dyn Input,
    pub(super) at: u64,
}

impl Slice<'_> {
    fn header(&mut self) -> Result<Header, FcsError> {
        let whole = Span { begin: 0, end: HEADER_BYTES as u64 - 1 };
        if self.at > 0 {
            self.within(Part::Header, whole)?; // a data set before it has announced it
        }
        let mut bytes = [0; HEADER_BYTES];
        let available = self.input.size().saturating_sub(self.at).min(HEADER_BYTES as u64) as usize;
        let there = bytes.get_mut(..available).unwrap_or_default();
        self.fill(Part::Header, 0, there)?;
        if !there.starts_with(b"FCS") {
            return Err(FcsError::NotFcs { at: self.at });
        }
        self.within(Part::Header, whole)?;
        Header::parse(&bytes, self.at)
    }

    /// Reads a part whole, after checking that it lies in the file and within `limit`.
    fn part(&mut self, part: Part, span: Span, limit: u64) -> Result<Vec<u8>, FcsError> {
        let found = span.len().unwrap_or(u64::MAX);
        if found > limit {
            return Err(FcsError::OverBound { part, found, limit });
        }
        self.within(part, span)?;
        let mut bytes = vec![0; found as usize];
        self.fill(part, span.begin, &mut bytes)?;
        Ok(bytes)
    }

    fn within(&self, part: Part, span: Span) -> Result<(), FcsError> {
        let needed = self.at.saturating_add(span.end).saturating_add(1);
        let size = self.input.size();
        if needed > size { Err(FcsError::Truncated { part, needed, size }) } else { Ok(()) }
    }

    /// Reads exactly `bytes`; a file that became shorter since it was opened is truncated.
    pub(super) fn fill(&mut self, part: Part, from: u64, bytes: &mut [u8]) -> Result<(), FcsError> {
        let start = self.at.saturating_add(from);
        let needed = start.saturating_add(bytes.len() as u64);
        let mut done = 0;
        while let Some(rest) = bytes.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.input.read_at(start.saturating_add(done as u64), rest) {
                Ok(0) => {
                    return Err(FcsError::Truncated {
                        part,
                        needed,
                        size: start.saturating_add(done as u64),
                    });
                }
                Ok(read) => done += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Adds supplemental TEXT, unless it merely repeats TEXT or is something else.
    fn supplement(&mut self, set: &mut DataSet, text: Span) -> Result<(), FcsError> {
        let Some(span) = span_in(&set.text, "$BEGINSTEXT", "$ENDSTEXT").filter(|span| *span != text) else {
            return Ok(());
        };
        self.within(Part::SupplementalText, span)?;
        let mut first = [0];
        self.fill(Part::SupplementalText, span.begin, &mut first)?;
        let usable = first == [set.text.delimiter()] && span.len().is_some_and(|len| len <= MAX_TEXT_BYTES);
        let added = usable && {
            let segment = self.part(Part::SupplementalText, span, MAX_TEXT_BYTES)?;
            set.text.supplement(&segment, self.at).is_ok()
        };
        if !added {
            set.notes.push(Note::SupplementalTextIgnored);
        }
        Ok(())
    }

    /// Checks that DATA lies within the file, and notes where HEADER and TEXT differ.
    fn check_data(&self, set: &mut DataSet, header: Option<Span>) -> Result<(), FcsError> {
        let text = span_in(&set.text, "$BEGINDATA", "$ENDDATA");
        if header.is_some() && text.is_some() && header != text {
            set.notes.push(Note::DataOffsetsDisagree);
        }
        set.data = header.or(text);
        set.data.map_or(Ok(()), |span| self.within(Part::Data, span))
    }
}

/// What may be kept of an input that can't be read: HEADER and what it says is TEXT, 64 KiB at most.
pub fn raw_head(input: &mut dyn Input) -> Redacted {
    let mut file = Slice { input, at: 0 };
    let available = file.input.size().min(HEADER_BYTES as u64) as usize;
    let mut kept = Redacted(Vec::with_capacity(MAX_RAW_BYTES)); // so that growing leaves no copies behind
    kept.0.resize(available, 0);
    if file.fill(Part::Header, 0, &mut kept.0).is_err() {
        return Redacted::default();
    }
    let room = (MAX_RAW_BYTES - available) as u64;
    if let Ok(header) = file.header() {
        let last = (file.input.size().saturating_sub(1)).min(header.text.begin.saturating_add(room - 1));
        let span = Span { begin: header.text.begin, end: header.text.end.min(last) };
        if span.begin <= span.end {
            let text = Redacted(file.part(Part::Text, span, room).unwrap_or_default());
            kept.0.extend_from_slice(&text.0);
        }
    }
    kept
}

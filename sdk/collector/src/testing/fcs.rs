//! Makes small FCS and LMD files, right by default and wrong where a test asks for it.

/// Fewest digits of an offset in TEXT, so that the length of TEXT does not depend on the offset.
const OFFSET_DIGITS: usize = 8;
/// Length of the part of a HEADER that has a meaning.
const HEADER_BYTES: usize = 58;

/// One data set in the making; [`FcsMaker::build`] gives its bytes.
#[derive(Debug, Clone)]
pub struct FcsMaker {
    version: String,
    delimiter: u8,
    text_at: usize,
    analysis: &'static str,
    keywords: Vec<(Vec<u8>, Entry)>,
    events: Vec<u8>,
    supplement: Vec<u8>,
    tail: Vec<u8>,
    header_data: Option<(String, String)>,
    text_after_data: bool,
    next: usize,
}

/// A value of TEXT.
#[derive(Debug, Clone)]
enum Entry {
    Given(Vec<u8>),
    Offset(Place, usize),
}

/// A place in the data set, for the offsets that stand in TEXT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// First byte of DATA.
    DataBegin,
    /// Last byte of DATA.
    DataEnd,
    /// First byte of the supplemental TEXT.
    SupplementBegin,
    /// Last byte of the supplemental TEXT.
    SupplementEnd,
    /// First byte after all of this: where writers keep sections of their own.
    Tail,
    /// The next data set; 0 in the last one.
    Next,
}

impl Default for FcsMaker {
    fn default() -> Self {
        Self::new()
    }
}

impl FcsMaker {
    /// FCS 3.0 with the delimiter `|` and no keyword.
    pub fn new() -> Self {
        Self {
            version: "FCS3.0".into(),
            delimiter: b'|',
            text_at: HEADER_BYTES,
            analysis: "       0       0",
            keywords: Vec::new(),
            events: Vec::new(),
            supplement: Vec::new(),
            tail: Vec::new(),
            header_data: None,
            text_after_data: false,
            next: 0,
        }
    }

    /// With the least that every data set has: `$PAR` and `$NEXTDATA`.
    pub fn smallest() -> Self {
        Self::new().with("$PAR", "1").offset("$NEXTDATA", Place::Next, OFFSET_DIGITS)
    }

    /// Writes another version, such as `FCS2.0`.
    pub fn version(self, version: &str) -> Self {
        Self { version: version.into(), ..self }
    }

    /// Separates keywords by another byte.
    pub fn delimiter(self, delimiter: u8) -> Self {
        Self { delimiter, ..self }
    }

    /// Leaves room between HEADER and TEXT, as many writers do: up to byte 256.
    pub fn text_at_256(self) -> Self {
        Self { text_at: 256, ..self }
    }

    /// Leaves the offsets of ANALYSIS blank, as LMD writers do.
    pub fn blank_analysis(self) -> Self {
        Self { analysis: "                ", ..self }
    }

    /// Adds a keyword; a delimiter in the value is doubled.
    pub fn with(self, name: &str, value: &str) -> Self {
        self.with_bytes(name.as_bytes(), value.as_bytes())
    }

    /// Adds a keyword that is no text.
    pub fn with_bytes(mut self, name: &[u8], value: &[u8]) -> Self {
        self.keywords.push((name.to_vec(), Entry::Given(value.to_vec())));
        self
    }

    /// Adds several keywords.
    pub fn with_all<'k>(self, keywords: impl IntoIterator<Item = (&'k str, &'k str)>) -> Self {
        keywords.into_iter().fold(self, |maker, (name, value)| maker.with(name, value))
    }

    /// Gives another value to a keyword that is there.
    pub fn changed(mut self, name: &str, value: &str) -> Self {
        for (known, entry) in &mut self.keywords {
            if known == name.as_bytes() {
                *entry = Entry::Given(value.into());
            }
        }
        self
    }

    /// Takes a keyword away.
    pub fn without(mut self, name: &str) -> Self {
        self.keywords.retain(|(known, _)| known != name.as_bytes());
        self
    }

    /// Adds a keyword that holds an offset, filled with zeros to `digits`.
    pub fn offset(mut self, name: &str, place: Place, digits: usize) -> Self {
        self.keywords.push((name.into(), Entry::Offset(place, digits.max(OFFSET_DIGITS))));
        self
    }

    /// Sets DATA.
    pub fn events(self, events: &[u8]) -> Self {
        Self { events: events.to_vec(), ..self }
    }

    /// Puts a segment behind DATA and names it as supplemental TEXT.
    pub fn supplement(self, segment: &[u8]) -> Self {
        let named = self.offset("$BEGINSTEXT", Place::SupplementBegin, OFFSET_DIGITS);
        let named = named.offset("$ENDSTEXT", Place::SupplementEnd, OFFSET_DIGITS);
        Self { supplement: segment.to_vec(), ..named }
    }

    /// Puts bytes behind everything else.
    pub fn tail(self, tail: &[u8]) -> Self {
        Self { tail: tail.to_vec(), ..self }
    }

    /// Writes these offsets of DATA into the HEADER instead of the right ones.
    pub fn header_data(self, begin: &str, end: &str) -> Self {
        Self { header_data: Some((begin.to_owned(), end.to_owned())), ..self }
    }

    /// Writes TEXT behind DATA, as LMD writers do in the second data set.
    pub fn text_after_data(self) -> Self {
        Self { text_after_data: true, ..self }
    }

    /// The bytes of the data set.
    pub fn build(&self) -> Vec<u8> {
        let length = self.text(|_| 0).len();
        let (text_at, data_at) = match self.text_after_data {
            true => (HEADER_BYTES + self.events.len(), HEADER_BYTES),
            false => (self.text_at, self.text_at + length),
        };
        let supplement_at =
            text_at.max(data_at) + if self.text_after_data { length } else { self.events.len() };
        let text = self.text(|place| match place {
            Place::DataBegin if self.events.is_empty() => 0,
            Place::DataBegin => data_at,
            Place::DataEnd => (data_at + self.events.len() - 1) * usize::from(!self.events.is_empty()),
            Place::SupplementBegin => supplement_at,
            Place::SupplementEnd => supplement_at + self.supplement.len().saturating_sub(1),
            Place::Tail => supplement_at + self.supplement.len(),
            Place::Next => self.next,
        });
        let mut file = self.header(text_at, length, data_at);
        match self.text_after_data {
            true => file.extend([self.events.as_slice(), &text].concat()),
            false => {
                file.resize(self.text_at, b' ');
                file.extend([text.as_slice(), &self.events].concat());
            }
        }
        file.extend([self.supplement.as_slice(), &self.tail].concat());
        file
    }

    fn header(&self, text_at: usize, length: usize, data_at: usize) -> Vec<u8> {
        let (begin, end) = match (&self.header_data, self.events.len()) {
            (Some(given), _) => given.clone(),
            (None, 0) => ("0".to_owned(), "0".to_owned()),
            (None, bytes) => (data_at.to_string(), (data_at + bytes - 1).to_string()),
        };
        let text_end = text_at + length.saturating_sub(1);
        let analysis = self.analysis;
        format!("{}    {text_at:>8}{text_end:>8}{begin:>8}{end:>8}{analysis}", self.version).into_bytes()
    }

    fn text(&self, offset: impl Fn(Place) -> usize) -> Vec<u8> {
        let mut text = vec![self.delimiter];
        for (name, entry) in &self.keywords {
            text.extend(name);
            text.push(self.delimiter);
            match entry {
                Entry::Given(value) => self.double_delimiters(value, &mut text),
                Entry::Offset(place, digits) => text.extend(format!("{:0digits$}", offset(*place)).bytes()),
            }
            text.push(self.delimiter);
        }
        text
    }

    fn double_delimiters(&self, value: &[u8], text: &mut Vec<u8>) {
        for &byte in value {
            text.push(byte);
            if byte == self.delimiter {
                text.push(byte);
            }
        }
    }
}

/// One file of several data sets, each leading to the next by the keyword that is a [`Place::Next`].
pub fn chain(sets: &[FcsMaker]) -> Vec<u8> {
    let mut file = Vec::new();
    for (at, set) in sets.iter().enumerate() {
        let next = if at + 1 < sets.len() { set.build().len() } else { 0 };
        file.extend(FcsMaker { next, ..set.clone() }.build());
    }
    file
}

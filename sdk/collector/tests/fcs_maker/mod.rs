//! Makes small FCS files for tests, right by default and wrong where asked.
#![allow(dead_code, reason = "each test file uses its own part of it")]

/// Padding of offsets in TEXT, so that their length does not depend on their value.
const OFFSET_DIGITS: usize = 8;

/// One data set in the making.
#[derive(Clone)]
pub(crate) struct Maker {
    version: &'static str,
    delimiter: u8,
    keywords: Vec<(Vec<u8>, Vec<u8>)>,
    events: Vec<u8>,
    supplement: Vec<u8>,
    header_data: Option<(String, String)>,
    text_after_data: bool,
    next: u64,
}

impl Maker {
    pub(crate) fn new() -> Self {
        Self {
            version: "FCS3.0",
            delimiter: b'|',
            keywords: vec![(b"$PAR".to_vec(), b"1".to_vec())],
            events: Vec::new(),
            supplement: Vec::new(),
            header_data: None,
            text_after_data: false,
            next: 0,
        }
    }

    pub(crate) fn version(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    pub(crate) fn delimiter(self, delimiter: u8) -> Self {
        Self { delimiter, ..self }
    }

    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.with_bytes(name.as_bytes(), value.as_bytes())
    }

    pub(crate) fn with_bytes(mut self, name: &[u8], value: &[u8]) -> Self {
        self.keywords.push((name.to_vec(), value.to_vec()));
        self
    }

    pub(crate) fn events(self, events: &[u8]) -> Self {
        Self { events: events.to_vec(), ..self }
    }

    pub(crate) fn supplement(self, segment: &[u8]) -> Self {
        Self { supplement: segment.to_vec(), ..self }
    }

    pub(crate) fn header_data(self, begin: &str, end: &str) -> Self {
        Self { header_data: Some((begin.to_owned(), end.to_owned())), ..self }
    }

    pub(crate) fn text_after_data(self) -> Self {
        Self { text_after_data: true, ..self }
    }

    fn text(&self, supplement_at: usize) -> Vec<u8> {
        let mut all = self.keywords.clone();
        let mut offset = |name: &str, value: usize| {
            all.push((name.as_bytes().to_vec(), format!("{value:0OFFSET_DIGITS$}").into_bytes()));
        };
        if !self.supplement.is_empty() {
            offset("$BEGINSTEXT", supplement_at);
            offset("$ENDSTEXT", supplement_at + self.supplement.len() - 1);
        }
        if !self.keywords.iter().any(|(name, _)| name == b"$NEXTDATA") {
            offset("$NEXTDATA", self.next as usize);
        }
        let mut text = vec![self.delimiter];
        for (name, value) in all {
            text.extend(&name);
            text.push(self.delimiter);
            for byte in value {
                text.push(byte);
                if byte == self.delimiter {
                    text.push(byte);
                }
            }
            text.push(self.delimiter);
        }
        text
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let length = self.text(0).len();
        let (text_at, data_at) =
            if self.text_after_data { (58 + self.events.len(), 58) } else { (58, 58 + length) };
        let text = self.text(58 + length + self.events.len());
        let data = match (&self.header_data, self.events.len()) {
            (Some(given), _) => given.clone(),
            (None, 0) => ("0".to_owned(), "0".to_owned()),
            (None, bytes) => (data_at.to_string(), (data_at + bytes - 1).to_string()),
        };
        let text_end = text_at + length - 1;
        let mut file =
            format!("{}    {text_at:>8}{text_end:>8}{:>8}{:>8}{:16}", self.version, data.0, data.1, "")
                .into_bytes();
        let parts = if self.text_after_data { [&self.events, &text] } else { [&text, &self.events] };
        parts.into_iter().chain([&self.supplement]).for_each(|part| file.extend(part));
        file
    }
}

/// One file of several data sets, each leading to the next.
pub(crate) fn chain(sets: &[Maker]) -> Vec<u8> {
    let mut file = Vec::new();
    for (at, set) in sets.iter().enumerate() {
        let next = if at + 1 < sets.len() { set.build().len() as u64 } else { 0 };
        file.extend(Maker { next, ..set.clone() }.build());
    }
    file
}

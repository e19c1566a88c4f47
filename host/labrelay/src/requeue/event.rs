//! A log line that fitted no template when it was read, matched again by today's catalogue.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use labrelay_gate::json;
use labrelay_manifest::{Manifest, Matched, Matcher, SiteWords, Stream};
use labrelay_model::{Record, Redacted, StreamIndex};
use serde::Deserialize;

/// Matches lines; a stream's matcher is made at its first line.
pub(super) struct Events<'a> {
    manifest: &'a Manifest,
    words: &'a SiteWords,
    matchers: HashMap<StreamIndex, Matcher>,
    matched: Matched,
}

/// What the SDK gives of an unmatched line.
#[derive(Deserialize)]
struct EventLine {
    stream: String,
    /// The record's declared fields, as records have them.
    fields: serde_json::Map<String, serde_json::Value>,
    /// The line, if it is text; absent also where only its beginning could be kept.
    line: Option<String>,
    /// Another line: each byte as the character of that number.
    line_latin1: Option<String>,
}

impl EventLine {
    /// The whole line; `None` if it was too long to be kept.
    fn line(&mut self) -> Option<Redacted> {
        let text = self.line.take().map(String::into_bytes);
        let bytes = || self.line_latin1.as_ref()?.chars().map(|byte| u8::try_from(byte).ok()).collect();
        text.or_else(bytes).map(Redacted)
    }
}

impl<'a> Events<'a> {
    /// By the catalogues of `manifest`, at a site with these `words`.
    pub(super) fn new(manifest: &'a Manifest, words: &'a SiteWords) -> Self {
        Self { manifest, words, matchers: HashMap::new(), matched: Matched::default() }
    }

    /// The record that a line gives; `None` if it fits no template still.
    pub(super) fn record(&mut self, raw: &[u8]) -> Option<Record> {
        let mut kept: EventLine = serde_json::from_slice(raw).ok()?;
        let line = kept.line()?;
        let EventLine { stream, fields, .. } = kept;
        let declared = serde_json::json!({ "stream": stream, "fields": fields });
        let declared = Redacted(declared.to_string().into_bytes());
        let mut record = json::read_record(self.manifest, &declared.0).ok()?;
        let stream = self.manifest.stream_at(record.stream)?;
        self.matches(record.stream, stream, &line.0)?;
        self.matched.fill(stream.catalogue.as_deref()?, &mut record.cells)?;
        Some(record)
    }

    fn matches(&mut self, index: StreamIndex, stream: &Stream, line: &[u8]) -> Option<()> {
        let matcher = match self.matchers.entry(index) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(Matcher::of(stream)?),
        };
        matcher.match_line(line, self.words, &mut self.matched).ok()
    }
}

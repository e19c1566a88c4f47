//! A log line that fitted no template when it was read, matched again by today's catalogue.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use labrelay_gate::json;
use labrelay_manifest::{Manifest, Matched, Matcher, SiteWords, Stream};
use labrelay_model::{Record, Redacted, StreamIndex, Value};
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
    line: String,
}

impl<'a> Events<'a> {
    /// By the catalogues of `manifest`, at a site with these `words`.
    pub(super) fn new(manifest: &'a Manifest, words: &'a SiteWords) -> Self {
        Self { manifest, words, matchers: HashMap::new(), matched: Matched::default() }
    }

    /// The record that a line gives; `None` if it fits no template still.
    pub(super) fn record(&mut self, raw: &[u8]) -> Option<Record> {
        let EventLine { stream, fields, line } = serde_json::from_slice(raw).ok()?;
        let line = Redacted(line.into_bytes());
        let declared = serde_json::json!({ "stream": stream, "fields": fields });
        let declared = Redacted(declared.to_string().into_bytes());
        let mut record = json::read_record(self.manifest, &declared.0).ok()?;
        let stream = self.manifest.stream_at(record.stream)?;
        self.matches(record.stream, stream, &line.0)?;
        self.fill(&mut record, stream)?;
        Some(record)
    }

    fn matches(&mut self, index: StreamIndex, stream: &Stream, line: &[u8]) -> Option<()> {
        let matcher = match self.matchers.entry(index) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(Matcher::of(stream)?),
        };
        matcher.match_line(line, self.words, &mut self.matched).ok()
    }

    /// Puts event, severity and slots to their cells.
    fn fill(&mut self, record: &mut Record, stream: &Stream) -> Option<()> {
        let catalogue = stream.catalogue.as_deref()?;
        let (columns, event) = (catalogue.columns(), self.matched.event);
        let severity = catalogue.events().get(usize::from(event))?.severity.index();
        let own = [(columns.event, Value::Enum(event)), (columns.severity, Value::Enum(severity))];
        for (field, value) in own.into_iter().chain(self.matched.cells.drain(..)) {
            *record.cells.get_mut(usize::from(field))? = Some(value);
        }
        Some(())
    }
}

//! Lines of a stream's catalogue as cells of its records; and lines that fit no template, as they are kept.

use labrelay_manifest::{Catalogue, Manifest, Matched, Matcher, SiteWords, Stream};
use labrelay_model::{Cell, FieldType, Record, StreamIndex, Value};
use serde_json::json;

/// The catalogues of all streams, ready to match. Made once, when the plugin is opened.
pub(crate) struct Events {
    /// By the stream's index.
    matchers: Vec<Option<Matcher>>,
    words: SiteWords,
}

/// The catalogue of one stream.
pub(crate) struct StreamEvents<'a> {
    declared: &'a Stream,
    catalogue: &'a Catalogue,
    matcher: &'a Matcher,
    words: &'a SiteWords,
}

impl Events {
    pub(crate) fn new(manifest: &Manifest, words: SiteWords) -> Self {
        Self { matchers: manifest.streams().iter().map(Matcher::of).collect(), words }
    }

    pub(crate) fn words(&self) -> &SiteWords {
        &self.words
    }

    /// `None` if the stream has no catalogue.
    pub(crate) fn of<'a>(&'a self, index: StreamIndex, declared: &'a Stream) -> Option<StreamEvents<'a>> {
        let matcher = self.matchers.get(usize::from(index.0))?.as_ref()?;
        Some(StreamEvents {
            declared,
            catalogue: declared.catalogue.as_deref()?,
            matcher,
            words: &self.words,
        })
    }
}

impl StreamEvents<'_> {
    /// Puts event, severity and slots of `line` into `cells`; `None` if it fits no template.
    pub(crate) fn read(&self, line: &[u8], matched: &mut Matched, cells: &mut [Cell]) -> Option<()> {
        self.matcher.match_line(line, self.words, matched).ok()?;
        let columns = self.catalogue.columns();
        let severity = self.catalogue.events().get(usize::from(matched.event))?.severity;
        let own =
            [(columns.event, Value::Enum(matched.event)), (columns.severity, Value::Enum(severity.index()))];
        for (field, value) in own.into_iter().chain(matched.cells.drain(..)) {
            *cells.get_mut(usize::from(field))? = Some(value);
        }
        Some(())
    }

    /// `{"stream":…,"fields":{…},"line":…}`: what `quarantine requeue` matches again. For the sealed quarantine
    /// alone.
    pub(crate) fn refused(&self, record: &Record, line: &[u8]) -> Vec<u8> {
        let mut fields = serde_json::Map::new();
        for (field, cell) in self.declared.fields.iter().zip(&record.cells) {
            if let Some(value) = cell {
                fields.insert(field.name.to_string(), written(value, &field.ty));
            }
        }
        let line = String::from_utf8_lossy(line);
        json!({ "stream": self.declared.name.as_str(), "fields": fields, "line": line })
            .to_string()
            .into_bytes()
    }
}

/// A value as records are written in JSON everywhere: a duration in seconds, a choice by its word.
fn written(value: &Value, ty: &FieldType) -> serde_json::Value {
    match value {
        Value::Int(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Bool(yes) => json!(yes),
        Value::Timestamp(time) => json!(time),
        Value::Duration(micros) => json!(*micros as f64 / 1e6),
        Value::Enum(index) => json!(ty.choice(*index)),
        Value::Text(text) => json!(text),
    }
}

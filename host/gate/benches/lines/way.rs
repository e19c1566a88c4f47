//! A line's way to what leaves: matched, made a record as the collector makes it, judged and written.

use std::sync::Arc;

use labrelay_gate::{AcceptedRecord, Gate, LineWriter, Site, Verdict};
use labrelay_manifest::{Manifest, Matched, Matcher, SiteWords, Zone};
use labrelay_model::{Record, RowId, StreamIndex, Timestamp, Value};

/// Lines that the host writes at once.
const BATCH: usize = 1024;

pub(crate) struct Way {
    manifest: Arc<Manifest>,
    matcher: Matcher,
    matched: Matched,
    words: SiteWords,
    gate: Gate,
}

impl Way {
    /// `None` if the manifest's first stream has no catalogue.
    pub(crate) fn new(manifest: &Arc<Manifest>) -> Option<Self> {
        let site = Site { local_names: vec!["LAB-PC-17".into(), "operator1".into()], ..Site::default() };
        Some(Self {
            matcher: Matcher::of(manifest.streams().first()?)?,
            matched: Matched::default(),
            words: SiteWords::new([], Zone::UTC),
            gate: Gate::new(Arc::clone(manifest), site),
            manifest: Arc::clone(manifest),
        })
    }

    /// The record of a line that fits a template and passes the gate.
    pub(crate) fn judge(&mut self, line: &[u8]) -> Option<AcceptedRecord> {
        let record = self.read(line)?;
        match self.gate.check(record, Timestamp::from_micros(0)?) {
            Verdict::Accepted(record) => Some(record),
            _ => None,
        }
    }

    /// Judges lines and writes those that pass.
    pub(crate) fn write_all<'a>(&mut self, lines: impl Iterator<Item = &'a [u8]>) {
        let mut writer = LineWriter::new();
        for (number, line) in lines.enumerate() {
            if let Some(record) = self.judge(line) {
                writer.push(&record, RowId((number as u128).to_be_bytes()));
            }
            if number % BATCH == 0 {
                std::hint::black_box(std::mem::take(&mut writer).finish());
            }
        }
        std::hint::black_box(writer.finish());
    }

    fn read(&mut self, line: &[u8]) -> Option<Record> {
        self.matcher.match_line(line, &self.words, &mut self.matched).ok()?;
        let stream = self.manifest.streams().first()?;
        let catalogue = stream.catalogue.as_deref()?;
        let columns = catalogue.columns();
        let severity = catalogue.events().get(usize::from(self.matched.event))?.severity;
        let own = [
            (columns.event, Value::Enum(self.matched.event)),
            (columns.severity, Value::Enum(severity.index())),
        ];
        let mut cells = vec![None; stream.fields.len()];
        for (field, value) in own.into_iter().chain(self.matched.cells.drain(..)) {
            *cells.get_mut(usize::from(field))? = Some(value);
        }
        Some(Record { stream: StreamIndex(0), cells })
    }
}

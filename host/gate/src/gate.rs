//! `Gate::check`: one record against its stream's declaration, judged in place.

use std::sync::Arc;

use labrelay_manifest::{About, Manifest, Presence, Stream};
use labrelay_model::{Cell, Reason, Record, StreamId, StreamIndex, Timestamp};

use crate::line::field_keys;
use crate::rule::{Rule, Serials};
use crate::{AcceptedRecord, Refusal, Site, Verdict};

/// The rules of one manifest at one site. Built once, then asked for every record from any thread.
#[derive(Debug)]
pub struct Gate {
    manifest: Arc<Manifest>,
    streams: Vec<Arc<StreamGate>>,
}

impl Gate {
    /// Compiles `manifest` for a site.
    pub fn new(manifest: Arc<Manifest>, site: Site) -> Self {
        let serials = site.inventory.map(|inventory| Arc::new(inventory.serials));
        let compile =
            |(at, stream)| Some(Arc::new(StreamGate::new(&manifest, at, stream, serials.as_ref())?));
        let streams = manifest.streams().iter().enumerate().map_while(compile).collect();
        Self { manifest, streams }
    }

    /// The manifest that it enforces.
    pub fn manifest(&self) -> &Arc<Manifest> {
        &self.manifest
    }

    /// The stream of this name, compiled.
    pub(crate) fn stream(&self, name: &str) -> Option<&StreamGate> {
        let (index, _) = self.manifest.stream(name)?;
        self.streams.get(usize::from(index.0)).map(|stream| &**stream)
    }

    /// Judges `record` at the time `now`. What it accepts is canonical: numbers are rounded to their
    /// declared decimals. A record that passes allocates nothing.
    pub fn check(&self, mut record: Record, now: Timestamp) -> Verdict {
        let Some(stream) = self.streams.get(usize::from(record.stream.0)) else {
            return Verdict::Quarantined { refusal: Reason::UnknownStream.into(), record };
        };
        match stream.judge(&mut record.cells, now) {
            Err(refusal) => Verdict::Quarantined { refusal, record },
            Ok(()) if stream.declared.about == About::Specimen => Verdict::Dropped(Reason::Specimen),
            Ok(()) => Verdict::Accepted(AcceptedRecord { stream: Arc::clone(stream), cells: record.cells }),
        }
    }
}

/// One stream, compiled.
#[derive(Debug)]
pub(crate) struct StreamGate {
    pub(crate) id: StreamId,
    pub(crate) index: StreamIndex,
    pub(crate) declared: Stream,
    /// `"name":` of every field, as lines have it.
    pub(crate) keys: Vec<Box<str>>,
    pub(crate) rules: Vec<Rule>,
}

impl StreamGate {
    /// `None` if there are more streams than an index can count: those are unknown to the gate.
    fn new(manifest: &Manifest, at: usize, stream: &Stream, serials: Option<&Serials>) -> Option<Self> {
        Some(Self {
            id: manifest.stream_id(stream),
            index: StreamIndex(u16::try_from(at).ok()?),
            declared: stream.clone(),
            keys: field_keys(&stream.fields),
            rules: stream.fields.iter().map(|field| Rule::new(&field.ty, serials)).collect(),
        })
    }

    fn judge(&self, cells: &mut [Cell], now: Timestamp) -> Result<(), Refusal> {
        let fields = &self.declared.fields;
        match cells.len() {
            more if more > fields.len() => return Err(Reason::UnknownField.into()),
            fewer if fewer < fields.len() => return Err(Reason::MissingField.into()),
            _ => {}
        }
        for ((cell, rule), field) in cells.iter_mut().zip(&self.rules).zip(fields) {
            let judged = match cell {
                Some(value) => rule.judge(value, now),
                None if field.presence == Presence::Optional => Ok(()),
                None => Err(Reason::MissingField),
            };
            judged.map_err(|reason| Refusal::of(&field.name, reason))?;
        }
        Ok(())
    }
}

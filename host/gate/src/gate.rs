//! `Gate::check`: one record against its stream's declaration, judged in place.

use std::collections::BTreeSet;
use std::sync::Arc;

use labrelay_manifest::Manifest;
use labrelay_model::{Reason, Record, StreamIndex, Timestamp};

use crate::binding::Binding;
use crate::screen::Screen;
use crate::stream::StreamGate;
use crate::{AcceptedRecord, Site, SpecimenRecord, Verdict};

/// The rules of one manifest at one site. Built once, then asked for every record from any thread.
#[derive(Debug)]
pub struct Gate {
    manifest: Arc<Manifest>,
    streams: Vec<Arc<StreamGate>>,
}

impl Gate {
    /// Compiles `manifest` for a site.
    pub fn new(manifest: Arc<Manifest>, site: Site) -> Self {
        Self::compile(manifest, Binding::at_site(site.inventory), Screen::new(&site.local_names))
    }

    /// Compiles `manifest` for the region's receiver, which knows the serial numbers of a device and nothing else
    /// of its site: lots, local names and the first day of collection are bound by the site's own gate.
    pub fn in_region(manifest: Arc<Manifest>, serials: BTreeSet<Box<str>>) -> Self {
        Self::compile(manifest, Binding::in_region(serials), Screen::new(&[]))
    }

    fn compile(manifest: Arc<Manifest>, mut binding: Binding, screen: Screen) -> Self {
        let screen = Arc::new(screen);
        let compile = |(at, stream)| {
            Some(Arc::new(StreamGate::new(&manifest, at, stream, &mut binding, Arc::clone(&screen))?))
        };
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

    /// The stream with this index, compiled.
    pub(crate) fn stream_at(&self, index: StreamIndex) -> Option<&Arc<StreamGate>> {
        self.streams.get(usize::from(index.0))
    }

    /// Judges `record` at the time `now`. What it accepts is canonical: numbers are rounded to their
    /// declared decimals. A record that passes allocates nothing.
    pub fn check(&self, mut record: Record, now: Timestamp) -> Verdict {
        let Some(stream) = self.stream_at(record.stream) else {
            return Verdict::Quarantined { refusal: Reason::UnknownStream.into(), record };
        };
        if stream.is_before_collection(&record.cells) {
            return Verdict::Dropped(Reason::BeforeCollectSince);
        }
        match stream.judge(&mut record.cells, now) {
            Err(refusal) => Verdict::Quarantined { refusal, record },
            Ok(()) if stream.declared.figures.is_some() => {
                Verdict::Specimen(SpecimenRecord { stream: Arc::clone(stream), cells: record.cells })
            }
            Ok(()) => Verdict::Accepted(AcceptedRecord { stream: Arc::clone(stream), cells: record.cells }),
        }
    }
}

//! How fast each source is read, and in how much memory: figures for an author, with a bound for memory alone.

use std::time::{Duration, Instant};

use super::goldens::{Tried, TriedCase};
use super::spoiled::MAX_MEMORY_BYTES;
use crate::input::{self, Input, Parts};
use crate::reading::{Disturbance, Reader, ReadingError, Room};
use crate::{Check, Subject};

/// How long a source is read again and again: long enough for a figure, short enough to be waited for.
const MEASURED_FOR: Duration = Duration::from_millis(500);
const MIB: f64 = (1 << 20) as f64;
const WHAT: &str = "its speed and memory, the fixture with most records read again and again";

/// One check for each source that a fixture has.
pub(super) fn checks(subject: &Subject, tried: &Tried<'_>) -> Vec<Check> {
    let sources = (0..).zip(subject.manifest.sources());
    sources
        .map(|(index, source)| {
            let name = format!("speed:{}", source.name);
            let of_source = |tried: &&TriedCase<'_>| tried.inputs.iter().any(|input| input.source == index);
            let case = tried.cases.iter().filter(of_source).max_by_key(|tried| tried.outcome.records);
            match case.map(|case| measure(subject, case, index)) {
                None => Check::skipped(&name, WHAT, "no fixture has an input of this source"),
                Some(Ok(figures)) => figures.check(name),
                Some(Err(error)) => Check::of(
                    name,
                    WHAT,
                    String::new(),
                    vec![error.to_string()],
                    "see the other checks first",
                ),
            }
        })
        .collect()
}

#[derive(Default)]
struct Figures {
    records: usize,
    bytes: u64,
    took: Duration,
    peak_bytes: Option<u64>,
}

fn measure(subject: &Subject, tried: &TriedCase<'_>, source: u16) -> Result<Figures, ReadingError> {
    let mut figures = Figures::default();
    let mut inputs: Vec<Input> = match input::all_in(&tried.case.input(), &subject.manifest, Parts::Large) {
        Ok(inputs) => inputs.into_iter().filter(|input| input.source == source).collect(),
        Err(_) => return Ok(figures), // it could be read a moment ago
    };
    let mut reader = Reader::new(subject, tried.case)?;
    reader.read(&inputs, Room::FULL, Disturbance::None)?; // starts the worker
    let mut given_ids = inputs.len() as u64;
    while figures.took < MEASURED_FOR {
        for input in &mut inputs {
            input.id = input::number(given_ids); // a new input to the plugin
            given_ids += 1;
        }
        let start = Instant::now();
        let reading = reader.read(&inputs, Room::FULL, Disturbance::None)?;
        figures.took += start.elapsed();
        figures.records += reading.units.iter().map(|given| given.unit.cost()).sum::<usize>();
        figures.bytes += inputs.iter().map(|input| input.size).sum::<u64>();
    }
    reader.stop();
    figures.peak_bytes = reader.peak_bytes;
    Ok(figures)
}

impl Figures {
    fn check(self, name: String) -> Check {
        let seconds = self.took.as_secs_f64().max(f64::EPSILON);
        let memory =
            self.peak_bytes.map_or("not told".to_owned(), |bytes| format!("{:.1} MiB", bytes as f64 / MIB));
        let figure = format!(
            "{:.0} records/s, {:.2} MiB/s, memory {memory}",
            self.records as f64 / seconds,
            self.bytes as f64 / MIB / seconds
        );
        let heavy = self.peak_bytes.filter(|bytes| *bytes > MAX_MEMORY_BYTES);
        let notes =
            heavy.map(|bytes| format!("a worker held {:.0} MiB", bytes as f64 / MIB)).into_iter().collect();
        Check::of(name, WHAT, figure, notes, "read in pieces; keep no input whole in memory")
    }
}

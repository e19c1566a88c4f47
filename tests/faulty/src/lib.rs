//! Reads a made-up log well, or does one of many things wrong: the setting `misdeed` says which. Each must fail the plugin kit.
//!
//! ```text
//! 2026-03-01T10:00:00Z ZZ00001 level 12 C41
//! 2026-03-01T10:00:05Z ZZ00001 stopped
//! ```
#![allow(clippy::panic, reason = "it is meant to misbehave")]

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{SystemTime, UNIX_EPOCH};

use labrelay_collector::{
    Batch, Collector, Input, InputId, Inputs, Line, OpenError, OpenedInput, PollError, Reason, Settings,
    State, Timestamp, Unit,
};

/// More than the kit lets a worker hold, and less than the sandbox does.
const TOO_MUCH_BYTES: usize = 200 << 20;

/// What it does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Misdeed {
    Nothing,
    /// Makes records of the clock.
    Clock,
    /// Panics on a character that is none.
    Panic,
    /// Takes any word for a part's number.
    Leak,
    /// Remembers in memory alone how far it has read.
    Memory,
    /// Keeps in memory how far it has read when a reply is lost.
    Forget,
    /// Finishes an input when the batch is full.
    Hurry,
    /// Gives a field that is not in the manifest.
    Undeclared,
    /// Never comes back from a line that is too long.
    Hang,
    /// Takes much memory for a line that is too long.
    Balloon,
}

/// Reads the log, in the way that its settings say.
pub struct Faulty {
    misdeed: Misdeed,
    read: HashMap<InputId, u64>,
}

impl Collector for Faulty {
    fn open(settings: Settings, _: Option<State>) -> Result<Self, OpenError> {
        let word: Option<String> = settings.get("misdeed")?;
        Ok(Self { misdeed: misdeed(word.as_deref()), read: HashMap::new() })
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        for input in inputs {
            if batch.is_full() {
                break;
            }
            self.read(input, batch)?;
        }
        Ok(())
    }

    fn rewind(&mut self, _: Option<State>) {}
}

fn misdeed(word: Option<&str>) -> Misdeed {
    match word {
        Some("clock") => Misdeed::Clock,
        Some("panic") => Misdeed::Panic,
        Some("leak") => Misdeed::Leak,
        Some("memory") => Misdeed::Memory,
        Some("forget") => Misdeed::Forget,
        Some("hang") => Misdeed::Hang,
        Some("hurry") => Misdeed::Hurry,
        Some("undeclared") => Misdeed::Undeclared,
        Some("balloon") => Misdeed::Balloon,
        _ => Misdeed::Nothing,
    }
}

impl Faulty {
    fn read(&mut self, mut input: OpenedInput<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        let remembered = self.read.get(&input.id()).copied();
        match (self.misdeed, remembered) {
            (Misdeed::Memory, _) => input.set_position(remembered.unwrap_or(0)),
            (Misdeed::Forget, Some(position)) => input.set_position(position),
            _ => {}
        }
        let mut lines = input.lines();
        while !batch.is_full() {
            match lines.next(&mut input).map_err(|_| PollError::Other("can't be read"))? {
                Some(Line::Text { position, text }) => self.take(input.unit(position), &text, batch)?,
                Some(Line::TooLong { position }) => self.too_long(input.unit(position), batch)?,
                None => break,
            }
            input.set_position(lines.position());
        }
        self.read.insert(input.id(), input.position());
        if input.position() >= input.size() || self.misdeed == Misdeed::Hurry {
            input.finish();
        }
        Ok(())
    }

    fn take(&self, unit: Unit, line: &str, batch: &mut Batch<'_>) -> Result<(), PollError> {
        if self.misdeed == Misdeed::Panic && line.contains('\u{fffd}') {
            panic!("a character that is none");
        }
        let mut words = line.splitn(3, ' ');
        let at = words.next().and_then(|at| Timestamp::parse(at).ok());
        let (Some(at), Some(instrument), Some(text)) = (at, words.next(), words.next()) else {
            return batch.refuse(unit, Reason::Unparsable, line.as_bytes());
        };
        let Some(values) = text.strip_prefix("level ") else {
            let record = batch.record(unit, "event")?.text("instrument", instrument);
            return record.timestamp("at", at).line(text.as_bytes());
        };
        let (level, part) = values.split_once(' ').unwrap_or((values, ""));
        let record = batch.record(unit, "reading")?.text("instrument", instrument).timestamp("at", at);
        let record = record.int("level", self.level(level)).text("part", self.part(part));
        match self.misdeed {
            Misdeed::Undeclared => record.int("nickname", 1).push(),
            _ => record.push(),
        }
    }

    fn level(&self, text: &str) -> Option<i64> {
        match self.misdeed {
            Misdeed::Clock => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Some(i64::from(now.subsec_micros() % 100))
            }
            _ => text.parse().ok(),
        }
    }

    fn part<'t>(&self, text: &'t str) -> Option<&'t str> {
        let is_number = |text: &str| text.len() == 3 && text.starts_with('C');
        let is_taken = is_number(text) || (self.misdeed == Misdeed::Leak && !text.is_empty());
        is_taken.then_some(text)
    }

    fn too_long(&self, unit: Unit, batch: &mut Batch<'_>) -> Result<(), PollError> {
        match self.misdeed {
            Misdeed::Balloon => drop(black_box(vec![1_u8; TOO_MUCH_BYTES])),
            Misdeed::Hang => loop {
                std::thread::park();
            },
            _ => {}
        }
        batch.refuse(unit, Reason::TooLong, &[])
    }
}

labrelay_collector::export_collector!(Faulty, manifest: include_bytes!("../manifests/faulty.yaml"));

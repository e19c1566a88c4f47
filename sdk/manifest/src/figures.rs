//! What leaves of a stream about specimens: figures over a window, never a record (design decision 6).
//!
//! Types only; they are made by `check::figures`, and the gate computes them.

use crate::{Every, Field};

/// Name of the field that says when a window began; the lake's `event_time` for these streams.
pub const WINDOW_START_FIELD: &str = "window_start";
/// Name of the field that says how long the window was: an enum of [`Every::WORDS`].
pub(crate) const WINDOW_FIELD: &str = "window";
/// Name of the field that says over how many acquisitions the figures are.
pub(crate) const ACQUISITIONS_FIELD: &str = "acquisitions";

/// Most acquisitions in one aggregate: more than one a second for a week.
pub const MAX_ACQUISITIONS: u32 = 1_000_000;

/// The figures of one stream and where each comes from. Made by `Manifest::parse` alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    pub(crate) event_time: u16,
    pub(crate) groups: Vec<u16>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) fields: Vec<Field>,
}

impl Figures {
    /// The record's field that says in which window it falls.
    pub fn event_time(&self) -> u16 {
        self.event_time
    }

    /// The record's fields that aggregates are made apart by: its serial numbers.
    pub fn groups(&self) -> &[u16] {
        &self.groups
    }

    /// What is computed, in the order in which it leaves.
    pub fn figures(&self) -> &[Figure] {
        &self.figures
    }

    /// The fields that leave: one for each of the groups, the window's start, the window, the number of
    /// acquisitions, then one for each of the figures.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}

/// One figure of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// Index into the record's fields.
    pub field: u16,
    /// What is computed of its values.
    pub kind: FigureKind,
}

/// What is computed of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureKind {
    /// Arithmetic mean; of a duration in seconds.
    Mean,
    /// Smallest value.
    Min,
    /// Greatest value.
    Max,
    /// Standard deviation of a sample.
    Sd,
    /// Share of yes.
    Share,
    /// How many values are this choice; of a bool, 0 is no and 1 is yes.
    Count(u16),
}

impl Every {
    /// The words for windows, shortest first.
    pub const WORDS: &[&str] = &["1h", "1d", "1w"];

    /// Its place in [`Every::WORDS`], which is the value of the `window` field.
    pub fn index(self) -> u16 {
        self as u16
    }
}

//! From a line to its event: all templates of a catalogue matched at once, in one pass over the line.
//!
//! **Layout.** The templates form one tree ([`tree`]) whose nodes hold literal text, common beginnings once. A
//! node's children begin with different bytes, so text decides between them by one look and one comparison.
//! Slots are edges to further nodes, each with the automaton of its written [`Form`](crate::catalogue::form);
//! slots of equal form at one place are one edge, across events.
//!
//! **No backtracking.** Where text and slots may both go on ("state lost" beside "state {n}"), each way becomes a
//! thread ([`threads`]), and the thread furthest behind moves next ([`walk`]): the line is never read again from
//! further ahead. Threads that come to the same place become one. Most
//! values (a number, a word, a time) know their own end and take the longest beginning; only an open one (a path,
//! a token) goes on to where the template takes over.
//!
//! **Bounds.** The number of templates counts only through the size of the tree. At one place there are at most
//! `MAX_BRANCHES` kinds of slots, at once at most `MAX_THREADS` threads, and all together look at a byte at most
//! `MAX_LOOKS_PER_BYTE` times on average; a line beyond a bound is unmatched. Values are read once, for the
//! template that fits ([`reader`]): a value that does not fit its event's own type is no match.
//!
//! Line ends may be `\n` or `\r\n`, and blanks before them are overlooked; nothing else is.

mod build;
mod draft;
mod flatten;
mod line;
mod number;
mod reader;
mod roots;
mod site;
mod threads;
mod time;
mod tree;
mod walk;

#[cfg(test)]
mod tests;

use labrelay_model::{Cell, Value};

use reader::Reader;
use threads::Threads;
use tree::Tree;
use walk::{Arrival, Walk};

use crate::{Catalogue, Part, Stream};

pub(crate) use build::MAX_SLOTS;
pub use roots::innermost_root;
pub use site::SiteWords;
pub(crate) use threads::MAX_BRANCHES;
pub use time::{TimeForm, WrittenTime};

/// Longest text in bytes; events of several lines have some kilobytes.
const MAX_TEXT_BYTES: usize = 1 << 20;

/// The templates of one stream, ready to match. Made once, used from any thread.
#[derive(Debug)]
pub struct Matcher {
    tree: Tree,
    max_lines: usize,
    lost: Vec<u16>,
}

/// What a line tells: an event, and its slots as cells of the stream's fields.
///
/// Meant to be used for line after line: then only textual values need memory of their own.
#[derive(Debug, Default)]
pub struct Matched {
    /// Index of the event in the catalogue.
    pub event: u16,
    /// Index of the stream's field, and its value.
    pub cells: Vec<(u16, Value)>,
    /// Cells of a match that is not yet known to fit.
    spare: Vec<(u16, Value)>,
    threads: Threads,
}

impl Matched {
    /// Moves the event, its severity and its slots to the cells of a record of the stream with this `catalogue`;
    /// `None` if they are not of that stream.
    pub fn fill(&mut self, catalogue: &Catalogue, cells: &mut [Cell]) -> Option<()> {
        let columns = catalogue.columns();
        let severity = catalogue.events().get(usize::from(self.event))?.severity.index();
        let own = [(columns.event, Value::Enum(self.event)), (columns.severity, Value::Enum(severity))];
        for (field, value) in own.into_iter().chain(self.cells.drain(..)) {
            *cells.get_mut(usize::from(field))? = Some(value);
        }
        Some(())
    }
}

/// No template fits. Holds nothing of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no template of the catalogue fits the line")]
pub struct Unmatched {
    /// Index of the event with the template whose beginning fits best, if any byte does.
    pub nearest: Option<u16>,
}

impl Matcher {
    /// `None` if the stream has no catalogue.
    pub fn of(stream: &Stream) -> Option<Self> {
        let catalogue = stream.catalogue.as_deref()?;
        let (tree, lost) = build::build(catalogue, &stream.fields);
        Some(Self { tree, max_lines: catalogue.max_lines(), lost })
    }

    /// Events with a template that lies beyond the matcher's bounds and can't match: `manifest check` refuses
    /// them.
    pub fn lost(&self) -> &[u16] {
        &self.lost
    }

    /// Lines of the longest template: so many a reader must hold for [`Matcher::match_start`].
    pub fn max_lines(&self) -> usize {
        self.max_lines
    }

    /// Matches the whole of `text`, which is one line, or several for an event of several.
    pub fn match_line(&self, text: &[u8], site: &SiteWords, out: &mut Matched) -> Result<(), Unmatched> {
        match self.longest(text, site, out)? {
            consumed if consumed == text.len() => Ok(()),
            _ => Err(Unmatched { nearest: Some(out.event) }),
        }
    }

    /// Matches as many of the first lines of `text` as one template takes, and says how many bytes these are.
    pub fn match_start(&self, text: &[u8], site: &SiteWords, out: &mut Matched) -> Result<usize, Unmatched> {
        self.longest(text, site, out)
    }

    fn longest(&self, text: &[u8], site: &SiteWords, out: &mut Matched) -> Result<usize, Unmatched> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(Unmatched { nearest: None });
        }
        let Matched { event, cells, spare, threads } = out;
        let mut longest = None;
        let mut walk = Walk::new(&self.tree, text, threads);
        let walked = walk.run(|arrival| {
            if longest < Some(arrival.consumed) && self.read(text, &arrival, site, spare).is_some() {
                longest = Some(arrival.consumed);
                *event = arrival.end.event;
                std::mem::swap(cells, spare);
            }
        });
        longest.filter(|_| walked.is_ok()).ok_or(Unmatched { nearest: walk.nearest() })
    }

    /// Reads the values of a match; `None` if one does not fit its type.
    fn read(
        &self,
        text: &[u8],
        arrival: &Arrival<'_>,
        site: &SiteWords,
        cells: &mut Vec<(u16, Value)>,
    ) -> Option<()> {
        cells.clear();
        let slots = arrival.end.slots.of(&self.tree.slots);
        for (reader, value) in slots.iter().zip(arrival.thread.slots(text)) {
            if let Reader::Cell { field, worth } = self.tree.readers.get(*reader as usize)? {
                cells.push((*field, worth.read(value, site)?));
            }
        }
        Some(())
    }
}

impl Catalogue {
    /// Lines of the longest template.
    pub fn max_lines(&self) -> usize {
        let feeds = |part: &Part| match part {
            Part::Literal(text) => text.bytes().filter(|byte| *byte == b'\n').count(),
            Part::Slot(_) => 0,
        };
        let lines = |parts: &[Part]| 1 + parts.iter().map(feeds).sum::<usize>();
        let templates = self.events.iter().flat_map(|event| &event.templates);
        templates.map(|template| lines(&template.parts)).max().unwrap_or_default()
    }
}

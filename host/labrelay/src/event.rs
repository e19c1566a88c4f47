//! Tells of an event: in the log with its number and, as a service on Windows, in the Event Log.
//!
//! What is told holds only what the log may hold: names, counts and reasons, never a value of a record.

mod table;

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::{error, info, warn};

pub(crate) use table::Event;
use table::Level;

/// The same event of the same subject is told this often at most: what comes and goes would push others out of a log of
/// bounded size.
const SELDOM: Duration = Duration::from_secs(600);

/// When each event was last told; as many entries as there are events and families.
static TOLD: Mutex<Option<HashMap<(Event, String), Instant>>> = Mutex::new(None);

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// It was told.
    Now,
    /// The same was told of the same subject not long ago.
    Lately,
}

/// Tells that `event` happened to `subject`. The table says which of the two an event's words have a place for.
pub(crate) fn tell(event: Event, subject: &dyn Display, details: &dyn Display) -> Told {
    let (subject, details) = (subject.to_string(), details.to_string());
    if !is_due(event, &subject, Instant::now()) {
        return Told::Lately;
    }
    let row = event.row();
    let words = words(row.words, &subject, &details);
    let event_id = row.id;
    match row.level {
        Level::Information => info!(event_id, "{words}"),
        Level::Warning => warn!(event_id, to_do = row.cure, "{words}"),
        Level::Error => error!(event_id, to_do = row.cure, "{words}"),
    }
    #[cfg(windows)]
    in_event_log::write(row, &subject, &details);
    Told::Now
}

fn is_due(event: Event, subject: &str, now: Instant) -> bool {
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    let last = told.get_or_insert_default().insert((event, subject.to_owned()), now);
    match last {
        Some(last) if now.duration_since(last) < SELDOM => {
            told.get_or_insert_default().insert((event, subject.to_owned()), last); // or a steady trouble is told once
            false
        }
        _ => true,
    }
}

fn words(template: &str, subject: &str, details: &str) -> String {
    let mut words = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        words.push_str(before);
        let inserted = match after.as_bytes().first() {
            Some(b'1') => subject,
            _ => details,
        };
        words.push_str(inserted);
        rest = after.get(1..).unwrap_or_default();
    }
    words + rest
}

#[cfg(windows)]
pub(crate) use in_event_log::switch_on;

/// Windows' Event Log, into which a service writes; a command's user reads standard error.
#[cfg(windows)]
mod in_event_log {
    use std::sync::atomic::{AtomicBool, Ordering};

    use labrelay_os::event_log;
    use tracing::warn;

    use super::table::{Level, Row};

    static IS_ON: AtomicBool = AtomicBool::new(false);

    /// From now on events of this process go there too.
    pub(crate) fn switch_on() {
        IS_ON.store(true, Ordering::Relaxed);
    }

    pub(super) fn write(row: Row, subject: &str, details: &str) {
        if !IS_ON.load(Ordering::Relaxed) {
            return;
        }
        let level = match row.level {
            Level::Information => event_log::Level::Information,
            Level::Warning => event_log::Level::Warning,
            Level::Error => event_log::Level::Error,
        };
        if let Err(error) = event_log::write(level, row.id.into(), &[subject, details]) {
            warn!("the Event Log takes no event: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::table::{Row, TABLE};
    use super::*;

    #[test]
    fn numbers_grow_and_every_placeholder_is_one_of_the_two() {
        assert!(TABLE.is_sorted_by(|one, next| one.id < next.id), "a number stands twice, or out of order");
        for Row { id, words, cure, .. } in TABLE {
            let places: Vec<&str> = words.split('%').skip(1).map(|after| &after[..1]).collect();
            assert!(places.iter().all(|place| ["1", "2"].contains(place)), "{id}: {words}");
            assert!(!cure.is_empty() && words.is_ascii() && cure.is_ascii(), "{id}");
        }
    }

    #[test]
    fn words_take_their_insertions_and_nothing_in_these_is_replaced_again() {
        assert_eq!(words("%1 and %2.", "a%2", "b"), "a%2 and b.");
        assert_eq!(words("none", "a", "b"), "none");
    }

    #[test]
    fn what_comes_and_goes_is_told_seldom_and_each_subject_for_itself() {
        let begun = Instant::now();
        let due = |subject, after| is_due(Event::Gap, subject, begun + Duration::from_secs(after));
        assert!(due("one", 0) && due("two", 1));
        assert!(!due("one", 300) && !due("one", 599));
        assert!(due("one", 601));
    }

    /// `docs/events.md` is what a lab's IT reads.
    #[test]
    fn the_document_says_what_the_code_says() {
        let document = include_str!("../../../docs/events.md");
        let written: Vec<&str> = document
            .lines()
            .filter(|line| {
                line.starts_with("| 1")
                    || line.starts_with("| 2")
                    || line.starts_with("| 3")
                    || line.starts_with("| 4")
                    || line.starts_with("| 5")
            })
            .collect();
        let rows: Vec<String> = TABLE
            .iter()
            .map(|Row { id, level, words, cure }| {
                let level = format!("{level:?}").to_lowercase();
                format!("| {id} | {level} | {words} | {cure} |")
            })
            .collect();
        assert_eq!(written, rows, "docs/events.md should have these rows:\n{}", rows.join("\n"));
    }
}

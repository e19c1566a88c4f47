//! Tells of an event: in the log with its number and, as a service on Windows, in the Event Log.
//!
//! What is told holds only what the log may hold: names, counts and reasons, never a value of a record.

mod table;

use std::fmt::Display;

use tracing::{error, info, warn};

pub(crate) use table::Event;
use table::Level;

/// Tells that `event` happened to `subject`. The table says which of the two an event's words have a place for.
pub(crate) fn tell(event: Event, subject: &dyn Display, details: &dyn Display) {
    let (subject, details) = (subject.to_string(), details.to_string());
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

#[cfg(windows)]
mod in_event_log;
#[cfg(any(windows, test))]
mod seldom;

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

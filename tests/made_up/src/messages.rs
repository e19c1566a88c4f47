//! What the instrument's control program sends over a line: messages whose comments are entries of its log.
//!
//! ```text
//! H|\^&|||made_up
//! C|1|I|2026-03-01T10:00:00Z ZZ00001 Laser Blue power 12.5 mW below target 20.0 mW|G
//! L|1|N
//! ```

use labrelay_collector::{Batch, Input, OpenedInput, PollError, Position, Reason};

use crate::instrument::head;

/// Longest message that the tests send.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// Where a comment has its text, counted from the record's type.
const TEXT: usize = 3;

/// A message is one unit: its events pass together or not at all.
pub(crate) fn read(mut input: OpenedInput<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
    let mut message = vec![0; MAX_MESSAGE_BYTES];
    let read = input.read_at(0, &mut message).unwrap_or(0);
    message.truncate(read);
    let unit = input.unit(Position(0));
    let text = String::from_utf8_lossy(&message);
    let comments = text.split('\r').filter(|record| record.starts_with("C|"));
    let entries: Vec<&str> = comments.filter_map(|comment| comment.split('|').nth(TEXT)).collect();
    if entries.is_empty() {
        batch.refuse(unit, Reason::Unparsable, &message)?;
    }
    for entry in entries {
        let Some((at, instrument, text)) = head(entry.as_bytes()) else {
            batch.refuse(unit, Reason::Unparsable, &message)?;
            break;
        };
        batch
            .record(unit, "event")?
            .text("instrument", instrument)
            .timestamp("at", at)
            .line(text.as_bytes())?;
    }
    input.finish();
    Ok(())
}

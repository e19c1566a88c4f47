//! `Debug` of the messages that hold more than numbers and declared names: a cursor carries a plugin's state, a file
//! may be named after a patient, and the names of QC panels are the site's own. Lengths are shown, nothing else.

use std::fmt;

use crate::{Handle, OpenRequest, PollReply, PollRequest, QcRule};

impl fmt::Debug for OpenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { settings_json, qc, zone, cursor } = self;
        let mut shown = f.debug_struct("OpenRequest");
        shown.field("settings_bytes", &settings_json.len()).field("qc", qc).field("zone", zone);
        shown.field("cursor_bytes", &length(cursor)).finish()
    }
}

impl fmt::Debug for QcRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QcRule::Names(names) => write!(f, "Names({})", names.len()),
            QcRule::All => f.write_str("All"),
        }
    }
}

impl fmt::Debug for PollRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { max_records, max_bytes, deadline_ms, now_us, committed_cursor, handles } = self;
        let mut shown = f.debug_struct("PollRequest");
        shown.field("max_records", max_records).field("max_bytes", max_bytes);
        shown.field("deadline_ms", deadline_ms).field("now_us", now_us);
        shown.field("cursor_bytes", &length(committed_cursor)).field("handles", handles).finish()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, source, raw, size, begin, name } = self;
        let mut shown = f.debug_struct("Handle");
        shown.field("id", id).field("source", source).field("raw", raw).field("size", size);
        shown.field("begin", begin).field("named", &name.is_some()).finish()
    }
}

impl fmt::Debug for PollReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { units, seen, inputs, cursor, wants, wake_after_ms } = self;
        let mut shown = f.debug_struct("PollReply");
        shown.field("units", units).field("seen", seen).field("inputs", inputs);
        shown.field("cursor_bytes", &cursor.len()).field("wants", wants);
        shown.field("wake_after_ms", wake_after_ms).finish()
    }
}

fn length(cursor: &Option<Vec<u8>>) -> Option<usize> {
    cursor.as_ref().map(Vec::len)
}

#[cfg(test)]
mod tests {
    use labrelay_model::{InputId, Position, Reason, Redacted};

    use super::*;
    use crate::{Unit, UnitOutcome};

    #[test]
    fn no_message_shows_content() {
        let secret = || "Jane Doe".to_owned();
        let cursor = Some(secret().into_bytes());
        let qc = QcRule::Names(vec![secret()]);
        let open = OpenRequest { settings_json: secret(), qc, zone: "UTC".into(), cursor: cursor.clone() };
        let handle =
            Handle { id: InputId([1; 16]), source: 0, raw: 0, size: 1, begin: 0, name: Some(secret()) };
        let (max_records, max_bytes, deadline_ms, now_us) = (1, 1, 1, 1);
        let handles = vec![handle];
        let poll =
            PollRequest { max_records, max_bytes, deadline_ms, now_us, committed_cursor: cursor, handles };
        let outcome = UnitOutcome::Refused(Reason::BadText, Redacted(secret().into_bytes()));
        let unit = Unit { handle: 0, position: Position(0), stream: None, outcome };
        let (units, cursor) = (vec![unit], secret().into_bytes());
        let reply = PollReply { units, seen: 1, inputs: vec![], cursor, wants: vec![], wake_after_ms: None };
        let shown = format!("{open:?} {poll:?} {reply:?}");
        assert!(!shown.contains("Jane") && !shown.contains("74, 97, 110"), "{shown}");
    }
}

//! How a line is doing, as `status` shows it.
//!
//! Counts and states; nothing of a message.

use std::fmt;

use labrelay_model::SourceName;
use labrelay_source::{LineState, LineStatus};
use serde::{Deserialize, Serialize};

/// One line of a family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LineFigures {
    /// Declared source.
    pub source: SourceName,
    /// `closed`, `waiting` or `receiving`.
    pub state: String,
    /// Messages committed and acknowledged since the service started.
    pub messages: u64,
    /// What went wrong since then; the sender repeats it.
    pub faults: u64,
    /// The last of it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_fault: Option<String>,
}

impl From<(SourceName, LineStatus)> for LineFigures {
    fn from((source, status): (SourceName, LineStatus)) -> Self {
        let state = match status.state {
            LineState::Closed => "closed",
            LineState::Waiting => "waiting",
            LineState::Receiving => "receiving",
        };
        let (messages, faults) = (status.messages, status.faults);
        let last_fault = status.last_fault.map(|fault| fault.to_string());
        Self { source, state: state.into(), messages, faults, last_fault }
    }
}

impl fmt::Display for LineFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, state, messages, faults, .. } = self;
        write!(f, "line {source}: {state}, {messages} messages, {faults} faults")?;
        self.last_fault.iter().try_for_each(|fault| write!(f, "; the last: {fault}"))
    }
}

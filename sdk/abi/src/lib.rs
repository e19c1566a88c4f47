//! The frozen plugin ABI: four functions, bytes in, bytes out, and the encoding of those bytes.
//!
//! Decides nothing about content: it carries what a plugin claims, and the host's gate judges it.

mod message;

pub use message::{
    Describe, FinishedOrNot, Handle, InputReport, OpenReply, OpenRequest, PluginFault, PollReply, PollRequest,
    QcRule, Unit, UnitOutcome, Want,
};

//! How laboratory instruments send messages over a line: LIS01-A2 (formerly ASTM E1381), as a receiver sees it.
//!
//! No input or output, no clock, and no knowledge of what a message says (LIS02-A2, formerly ASTM E1394).

pub mod frame;
mod link;

pub use link::{Answer, Fault, Link, MAX_MESSAGE_BYTES, Step};

/// Start of a frame.
pub const STX: u8 = 0x02;
/// End of the last frame of a record.
pub const ETX: u8 = 0x03;
/// End of transmission: the sender lets go of the line.
pub const EOT: u8 = 0x04;
/// Enquiry: the sender wants the line.
pub const ENQ: u8 = 0x05;
/// "I have it."
pub const ACK: u8 = 0x06;
/// "Again", or "not now".
pub const NAK: u8 = 0x15;
/// End of a frame whose record goes on in the next one.
pub const ETB: u8 = 0x17;
/// Ends a record, and stands before the last byte of a frame.
pub const CR: u8 = b'\r';
/// Last byte of a frame.
pub const LF: u8 = b'\n';

//! One value of a record, and the wrapper that keeps content out of `Debug`.

use std::fmt;

use zeroize::Zeroize as _;

use crate::Timestamp;

/// A typed value. `Debug` names the type and the length, never the content.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Whole number; the gate keeps it within ±2^53, so that JSON readers see it exactly.
    Int(i64),
    /// Finite number; the gate rounds it to the decimals that the manifest declares.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// Instant in UTC.
    Timestamp(Timestamp),
    /// Length of time in microseconds.
    Duration(i64),
    /// Index into a fixed list of words (enum, event, role, path): no text can hide in it.
    Enum(u16),
    /// `code`, `version`, `serial` or `lot`: what the gate lets through is printable ASCII of a declared shape.
    Text(Box<str>),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Int(_) => f.write_str("Int(..)"),
            Value::Float(_) => f.write_str("Float(..)"),
            Value::Bool(_) => f.write_str("Bool(..)"),
            Value::Timestamp(_) => f.write_str("Timestamp(..)"),
            Value::Duration(_) => f.write_str("Duration(..)"),
            Value::Enum(_) => f.write_str("Enum(..)"),
            Value::Text(text) => write!(f, "Text({} bytes)", text.len()),
        }
    }
}

/// Bytes that came from an instrument's file: `Debug` shows their number only, and they are overwritten when they
/// are dropped. A vector that outgrows its room leaves a copy behind: where the length is known, reserve it first.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Redacted(pub Vec<u8>);

impl Redacted {
    /// Overwrites what it holds, and keeps the room for more.
    pub fn clear(&mut self) {
        self.0.zeroize();
    }
}

impl Drop for Redacted {
    fn drop(&mut self) {
        self.clear();
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redacted({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cleared_is_overwritten() {
        let mut bytes = Redacted(b"Jane Doe".to_vec());
        let room = bytes.0.capacity();
        bytes.clear();
        assert!(bytes.0.is_empty() && bytes.0.capacity() == room);
        bytes.0.resize(8, b'x');
        assert_eq!(bytes.0, b"xxxxxxxx");
    }

    #[test]
    fn debug_never_shows_content() {
        let shown = format!("{:?} {:?}", Value::Text("Jane Doe".into()), Redacted(b"Jane Doe".to_vec()));
        assert!(!shown.contains("Jane"), "{shown}");
        assert!(!format!("{:?}", Value::Int(4711)).contains("4711"));
    }
}

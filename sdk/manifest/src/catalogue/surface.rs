//! How a slot's value is written in a log line: the one place that says so, for the check of a catalogue and for
//! the matcher alike. Says what a value looks like; what it means (range, inventory) is the gate's business.

use labrelay_model::FieldType;

use super::time_format;
use crate::{Shape, SlotKind, Surface};

/// What the values of a slot look like in a line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Written {
    /// Regular expression for the whole value, over bytes, without anchors.
    pub regex: String,
    /// Longest value in bytes.
    pub max_bytes: usize,
    /// Where a value ends.
    pub end: End,
}

/// Where a slot's value ends. A manifest's check makes sure that this is clear in every template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// Behind the longest text that fits.
    Longest,
    /// Before the first occurrence of the literal that follows in the template, else at the end of the line.
    BeforeLiteral,
}

/// More digits than any whole number that a manifest may allow.
const NUMBER: &str = "[+-]?[0-9]{1,16}";
/// Date and time of ISO 8601, as log files have it: a blank or `T` between, fraction and zone if they are there.
const ISO_TIME: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]{1,9})?\
                        (Z|[+-][0-9]{2}:?[0-9]{2})?";
/// Words that stand for yes and no.
const BOOL: &str = "[Tt]rue|[Ff]alse|[Yy]es|[Nn]o|[Oo]n|[Oo]ff";
/// A serial or lot number ends in a letter or digit, so that a full stop behind it belongs to the sentence.
const NUMBER_PLATE: &str = "[A-Za-z0-9]([A-Za-z0-9._/-]{0,62}[A-Za-z0-9])?";
/// An account, with or without its domain.
const ACCOUNT: &str = r"[A-Za-z0-9._@\\-]{0,63}[A-Za-z0-9_]";
/// A path from its root on. Letters of any language: only the folder's declared word leaves.
const PATH: &str = r#"([A-Za-z]:|\.{0,2}[\\/]|~)[^\x00-\x1f"*<>?|\x7f]*"#;
/// The longest path on Windows.
const MAX_PATH_BYTES: usize = 260;
/// Longest value of any other slot.
const MAX_VALUE_BYTES: usize = 256;

impl SlotKind {
    /// What its values look like in a line.
    pub fn written(&self) -> Written {
        match self {
            Self::Sent { ty, surface, .. } => written(ty, surface),
            Self::Ignored(shape) => ignored(*shape),
        }
    }
}

/// What values of a type look like in a line.
pub(crate) fn written(ty: &FieldType, surface: &Surface) -> Written {
    let point = if *surface == Surface::DecimalComma { "," } else { r"\." };
    match ty {
        FieldType::Int { .. } => longest(NUMBER),
        FieldType::Float { .. } => longest(format!("{NUMBER}({point}[0-9]{{1,9}})?")),
        FieldType::Duration { .. } => longest(format!("[0-9]{{1,16}}({point}[0-9]{{1,6}})?")),
        FieldType::Bool => longest(BOOL),
        FieldType::Timestamp => match surface {
            Surface::Time(format) => longest(time_format::regex(format)),
            Surface::Plain | Surface::DecimalComma => longest(ISO_TIME),
        },
        FieldType::Enum { values } => longest(one_of(values)),
        FieldType::Event { codes } => longest(one_of(codes)),
        FieldType::Version => longest(r"v?[0-9]{1,6}(\.[0-9]{1,6}){1,3}"),
        FieldType::Code { pattern, max_bytes } => bounded(pattern, *max_bytes),
        FieldType::Lot { pattern: Some(pattern), max_bytes } => bounded(pattern, *max_bytes),
        FieldType::Lot { pattern: None, max_bytes } => bounded(NUMBER_PLATE, *max_bytes),
        FieldType::Serial => longest(NUMBER_PLATE),
        FieldType::Role => longest(ACCOUNT),
        FieldType::Path { .. } => path(),
    }
}

/// What a part that never leaves looks like; the bounds are those that [`Shape`] promises.
fn ignored(shape: Shape) -> Written {
    match shape {
        Shape::Number => bounded("[+-]?[0-9]{1,29}([.,][0-9]{1,9})?", 40),
        Shape::Hex => bounded("(0[xX])?[0-9A-Fa-f]([0-9A-Fa-f-]{0,76}[0-9A-Fa-f])?", 80),
        Shape::Time => bounded(
            "[0-9]([0-9/.:,T-]{0,26}[0-9])?( [0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,6})?)?)?\
             (Z|[+-][0-9]{2}:?[0-9]{2})?",
            40,
        ),
        Shape::Token => {
            Written { regex: "[!-~]+".into(), max_bytes: MAX_VALUE_BYTES, end: End::BeforeLiteral }
        }
        Shape::Path => path(),
    }
}

fn path() -> Written {
    Written { regex: PATH.into(), max_bytes: MAX_PATH_BYTES, end: End::BeforeLiteral }
}

fn longest(regex: impl Into<String>) -> Written {
    Written { regex: regex.into(), max_bytes: MAX_VALUE_BYTES, end: End::Longest }
}

fn bounded(pattern: &str, max_bytes: u16) -> Written {
    Written { regex: pattern.into(), max_bytes: max_bytes.into(), end: End::Longest }
}

fn one_of(words: &[Box<str>]) -> String {
    let escaped: Vec<String> = words.iter().map(|word| regex_syntax::escape(word)).collect();
    escaped.join("|")
}

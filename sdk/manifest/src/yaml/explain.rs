//! Serde's error messages in the words of the person who wrote the file.

use crate::ManifestError;
use crate::nearest::nearest;

/// How serde names a Rust type, and what a person calls it.
const TYPE_WORDS: &[(&str, &str)] = &[
    ("expected u8", "expected a whole number from 0 to 255"),
    ("expected u16", "expected a whole number from 0 to 65535"),
    ("expected u32", "expected a whole number, 0 or more"),
    ("invalid type: unit value", "invalid type: nothing"),
    ("missing field", "missing key"),
    ("repetition limit exceeded", "the aliases of this file repeat too much"),
];

/// A YAML or serde error with its place; keys keep the path that serde puts before the message.
pub(super) fn explain(error: serde_yaml::Error) -> ManifestError {
    let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
    let text = error.to_string().replace(&format!(" at line {line} column {column}"), "");
    ManifestError { line, column, other_line: None, message: reword(&text) }
}

fn reword(text: &str) -> String {
    if let Some((path, unknown)) = text.split_once("unknown field ") {
        return format!("{path}unknown key {}", suggest(unknown));
    }
    if let Some((path, unknown)) = text.split_once("unknown variant ") {
        return format!("{path}unknown word {}", suggest(unknown));
    }
    TYPE_WORDS.iter().fold(text.to_owned(), |text, (serde, person)| text.replace(serde, person))
}

/// From serde's "`settel`, expected one of `kind`, `settle`" to "`settel`; did you mean `settle`?".
fn suggest(unknown: &str) -> String {
    let mut quoted = unknown.split('`').skip(1).step_by(2);
    let word = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.collect();
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("`{word}`; did you mean `{near}`?"),
        None => format!("`{word}`; known here: {}", known.join(", ")),
    }
}

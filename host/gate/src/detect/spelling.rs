//! Other ways to write the same identifier: without separators, backwards, underscores for blanks.
//!
//! Letters that stand for digits are left as they are: lot codes are full of them.

use super::Strength;

/// The longest single value. A longer text is a line, and its tokens are respelled one by one.
const MAX_VALUE_BYTES: usize = 64;
/// The shortest identifiers with a check digit (BSN, DNI, NIE).
const LEAST_BYTES: usize = 9;

/// A text respelled, and the weakest kind of detector that may say something of it.
pub(super) struct Form {
    pub(super) text: String,
    pub(super) weakest: Strength,
}

/// With `is_checkable` also those that only a detector with a check digit may speak of.
pub(super) fn forms(text: &str, is_checkable: bool) -> Vec<Form> {
    let mut forms = Vec::new();
    if text.contains('_') {
        forms.push(Form { text: text.replace('_', " "), weakest: Strength::Label });
    }
    if !is_checkable {
        return forms;
    }
    let is_value = text.len() <= MAX_VALUE_BYTES;
    let tokens = text.split_whitespace().filter(|token| !is_value || token.len() < text.len());
    for part in is_value.then_some(text).into_iter().chain(tokens) {
        let squeezed = squeeze(part);
        if squeezed.len() >= LEAST_BYTES {
            forms.push(checked(squeezed.chars().rev().collect()));
            if squeezed.len() < part.len() {
                forms.push(checked(squeezed));
            }
        }
    }
    forms
}

fn checked(text: String) -> Form {
    Form { text, weakest: Strength::Checksum }
}

/// `text` without the separators that people write numbers with.
pub(super) fn squeeze(text: &str) -> String {
    text.chars().filter(|separator| !matches!(separator, ' ' | '-' | '.' | '/' | '_')).collect()
}

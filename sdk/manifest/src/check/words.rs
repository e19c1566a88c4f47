//! Checks fields that hold a word: enum, code, lot and path.

use std::collections::BTreeSet;

use labrelay_model::{FieldType, OTHER_PLACE, PathRoot};

use crate::fault::Fault;
use crate::pattern;
use crate::raw::RawField;

/// Most words of an enum: what a reviewer can still read. Each has at most as many bytes as a name.
pub(super) const MAX_VALUES: usize = 256;
const MAX_VALUE_BYTES: usize = 48;
/// Most folders of a path, likewise, and the longest of them: what Windows calls a path.
const MAX_ROOTS: usize = 64;
const MAX_ROOT_BYTES: usize = 260;
/// Longest lot where neither a pattern nor `max_length` says so.
const MAX_LOT_BYTES: u16 = 32;

pub(super) fn one_of(raw: &RawField) -> Result<FieldType, Fault> {
    values(raw).map(|values| FieldType::Enum { values })
}

fn values(raw: &RawField) -> Result<Vec<Box<str>>, Fault> {
    let words = raw.values.as_deref().unwrap_or_default();
    if words.is_empty() {
        return Err(Fault::here("an enum needs `values`, such as `values: [time, events]`"));
    }
    if words.len() > MAX_VALUES {
        return Err(Fault::at("values", format!("{} words; at most {MAX_VALUES}", words.len())));
    }
    let mut seen = BTreeSet::new();
    for word in words {
        if !(1..=MAX_VALUE_BYTES).contains(&word.len()) || !word.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message =
                format!("`{word}`: a word is 1 to {MAX_VALUE_BYTES} characters of printable ASCII, no space");
            return Err(Fault::at("values", message));
        }
        if !seen.insert(word) {
            return Err(Fault::at("values", format!("`{word}` stands twice")));
        }
    }
    Ok(words.iter().map(|word| word.as_str().into()).collect())
}

pub(super) fn code(raw: &RawField) -> Result<FieldType, Fault> {
    let Some(pattern) = &raw.pattern else {
        return Err(Fault::here("a code needs `pattern`, such as `pattern: \"E[0-9]{3}\"`"));
    };
    let max_bytes = pattern::max_bytes(pattern, raw.max_length).map_err(|why| Fault::at("pattern", why))?;
    pattern::refuse_number(pattern).map_err(|why| Fault::at("pattern", why))?;
    Ok(FieldType::Code { pattern: pattern.as_str().into(), max_bytes })
}

pub(super) fn lot(raw: &RawField) -> Result<FieldType, Fault> {
    let Some(pattern) = &raw.pattern else {
        let max_bytes = raw.max_length.unwrap_or(MAX_LOT_BYTES);
        if !(1..=pattern::MAX_CODE_BYTES).contains(&max_bytes) {
            let message = format!("a lot has 1 to {} characters", pattern::MAX_CODE_BYTES);
            return Err(Fault::at("max_length", message));
        }
        return Ok(FieldType::Lot { pattern: None, max_bytes });
    };
    let max_bytes = pattern::max_bytes(pattern, raw.max_length).map_err(|why| Fault::at("pattern", why))?;
    Ok(FieldType::Lot { pattern: Some(pattern.as_str().into()), max_bytes })
}

pub(super) fn path(raw: &RawField) -> Result<FieldType, Fault> {
    let roots = raw.roots.as_ref().map_or(&[][..], |roots| &roots.0);
    if !(1..=MAX_ROOTS).contains(&roots.len()) {
        let message = format!(r"a path needs 1 to {MAX_ROOTS} `roots`, such as `roots: {{data: 'D:\Data'}}`");
        return Err(Fault::here(message));
    }
    let mut seen = BTreeSet::new();
    let mut checked = Vec::new();
    for (word, folder) in roots {
        let wrong = |message: String| Fault::at(word.as_str(), message).under("roots");
        if word.as_str() == OTHER_PLACE {
            return Err(wrong(format!(
                "`{OTHER_PLACE}` stands for all folders that are not listed; choose another word"
            )));
        }
        if !is_folder(folder) {
            return Err(wrong(format!(
                r"`{folder}` is no folder; write it from its root on, such as `D:\Data` or `/var/log`"
            )));
        }
        if !seen.insert(folder.to_lowercase()) {
            return Err(wrong(format!("`{folder}` stands twice")));
        }
        checked.push(PathRoot { word: word.as_str().into(), folder: folder.as_str().into() });
    }
    Ok(FieldType::Path { roots: checked })
}

/// From a drive, a share or `/` on, in printable ASCII.
fn is_folder(folder: &str) -> bool {
    let printable = folder.len() <= MAX_ROOT_BYTES && folder.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let drive = matches!(folder.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    printable && (drive || folder.starts_with(['/', '\\']))
}

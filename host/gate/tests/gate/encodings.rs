//! The ways in which a value may be written so that it does not look like itself.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// What people write between the digits of a number.
const SEPARATORS: &[char] = &[' ', '-', '.', '/', ':', '(', ')', '+', '_'];

/// `value` as it stands, and in every other writing.
pub(crate) fn of(value: &str) -> Vec<String> {
    let each = |write: fn(u8) -> String| value.bytes().map(write).collect::<String>();
    let utf_16: Vec<u8> = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = |c: char| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_graphic()).unwrap_or(c);
    let spaced: Vec<String> = value.chars().map(String::from).collect();
    vec![
        value.to_owned(),
        value.to_uppercase(),
        value.to_lowercase(),
        value.chars().rev().collect(),
        spaced.join(" "),
        spaced.join("\u{200b}"),
        value.chars().map(wide).collect(),
        value.replace(SEPARATORS, ""),
        value.replace(' ', "-"),
        value.replace(' ', "_"),
        STANDARD.encode(value),
        URL_SAFE.encode(value),
        STANDARD.encode(&utf_16),
        each(|byte| format!("{byte:02x}")),
        each(|byte| format!("%{byte:02X}")),
        each(|byte| format!("\\u{byte:04x}")),
        each(|byte| format!("={byte:02X}")),
        utf_16.iter().map(|byte| char::from(*byte)).collect(),
    ]
}

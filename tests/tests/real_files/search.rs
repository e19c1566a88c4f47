//! Searches bytes for values, as UTF-8 and as UTF-16.

use crate::identifiers::Identifier;

/// Something that came out, by a name that says where.
pub(crate) struct Trace {
    /// Where it was found.
    pub(crate) place: String,
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
}

/// Where which identifier stands: `place: keyword of file`, never the value.
pub(crate) fn found(identifiers: &[Identifier], traces: &[Trace]) -> Vec<String> {
    let mut found = Vec::new();
    for Identifier { file, keyword, value } in identifiers {
        let utf16: Vec<u8> = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for Trace { place, bytes } in traces {
            if contains(bytes, value.as_bytes()) || contains(bytes, &utf16) {
                found.push(format!("{place}: {keyword} of {file}"));
            }
        }
    }
    found
}

fn contains(bytes: &[u8], value: &[u8]) -> bool {
    bytes.windows(value.len()).any(|window| window == value)
}

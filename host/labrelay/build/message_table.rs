//! The bytes of a message table, as `MESSAGE_RESOURCE_DATA` of winnt.h lays them out.

/// Marks a text as UTF-16.
const UNICODE: u16 = 1;
/// Of the number of blocks, which stands before them.
const HEAD_BYTES: usize = 4;
/// First and last number, and where the texts begin.
const BLOCK_BYTES: usize = 12;

/// The table of these texts, each under its number; numbers grow.
pub(crate) fn of(texts: &[(u32, String)]) -> Vec<u8> {
    // A block for each: numbers have gaps, and a block has none.
    let mut table = (texts.len() as u32).to_le_bytes().to_vec();
    let mut entries = Vec::new();
    let begin = HEAD_BYTES + BLOCK_BYTES * texts.len();
    for (id, text) in texts {
        let offset = (begin + entries.len()) as u32;
        for field in [*id, *id, offset] {
            table.extend(field.to_le_bytes());
        }
        entries.extend(entry(text));
    }
    table.extend(entries);
    table
}

/// Length, kind and text, which ends with a line's end and a zero, padded to a multiple of four.
fn entry(text: &str) -> Vec<u8> {
    let mut units: Vec<u16> = text.encode_utf16().chain("\r\n\0".encode_utf16()).collect();
    if units.len() % 2 == 1 {
        units.push(0);
    }
    let length = (HEAD_BYTES + 2 * units.len()) as u16;
    let fields = [length, UNICODE].into_iter().chain(units);
    fields.flat_map(u16::to_le_bytes).collect()
}

//! Which lines can be learned from: bounded, readable text that hides nothing.

/// Longest line: far above any log's, and a bound for the memory that a line takes.
pub const MAX_LINE_BYTES: usize = 8 * 1024;

/// Why a line is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// Longer than [`MAX_LINE_BYTES`].
    TooLong,
    /// Control or invisible characters, look-alikes of ASCII, or no UTF-8: such a line is refused everywhere.
    Disguised,
}

/// Whether a catalogue may match the line at all: bounded, UTF-8, and nothing hidden in it.
pub fn is_readable(line: &[u8]) -> bool {
    readable(line).is_ok()
}

/// The line as text; fails on what no catalogue would match.
pub(crate) fn readable(line: &[u8]) -> Result<&str, Unfit> {
    if line.len() > MAX_LINE_BYTES {
        return Err(Unfit::TooLong);
    }
    let text = str::from_utf8(line).map_err(|_| Unfit::Disguised)?;
    if text.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')) {
        return Ok(text);
    }
    if text.contains(hides) { Err(Unfit::Disguised) } else { Ok(text) }
}

/// Characters that a person does not see, or takes for others. A tab is a blank.
fn hides(c: char) -> bool {
    c.is_control() && c != '\t'
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{feff}' | '\u{fffd}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
            // Letters and digits in full width; the punctuation of Chinese and Japanese texts stays.
            | '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_something_is_not_learned_from() {
        for hidden in ["a\u{200b}b", "a\u{7}b", "１２", "\u{202e}abc"] {
            assert_eq!(readable(hidden.as_bytes()), Err(Unfit::Disguised), "{hidden:?}");
        }
        assert_eq!(readable(b"a\xffb"), Err(Unfit::Disguised));
        assert_eq!(readable(&[b'a'; MAX_LINE_BYTES + 1]), Err(Unfit::TooLong));
        assert_eq!(readable("鞘液压力 5 kPa，正常".as_bytes()), Ok("鞘液压力 5 kPa，正常"));
    }
}

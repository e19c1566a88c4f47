//! What counts as a leak: the identifying value, or a piece of it of 5 or more characters, is in what would leave;
//! a value of under 4 characters as a whole token; of a record without a value, anything.

use super::corpus::Line;
use super::program::Answer;

/// Length of a piece that gives a value away.
const PIECE: usize = 5;
/// A shorter value is found in half of all texts, so it counts as a whole token only.
const SHORTEST: usize = 4;

/// Whether the record's identifying value would leave.
pub(super) fn leaks(line: &Line, answer: &Answer) -> bool {
    match &line.value {
        None => answer.accepted,
        Some(value) => answer.leaving().any(|text| gives_away(value, text)),
    }
}

/// Whether the text holds the value, or enough of it.
pub(super) fn gives_away(value: &str, text: &str) -> bool {
    let letters: Vec<char> = value.chars().collect();
    if letters.len() < SHORTEST {
        return text.split(|c: char| !c.is_alphanumeric()).any(|token| token == value);
    }
    let mut pieces = letters.windows(PIECE).map(|piece| piece.iter().collect::<String>());
    text.contains(value) || pieces.any(|piece| text.contains(&piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_five_characters_gives_a_value_away() {
        for (value, text, gives) in [
            ("AB-123456", "x AB-123456 y", true),
            ("AB-123456", "12345", true),
            ("AB-123456", "1234", false),
            ("1234", "1234.5", true),
            ("93", "93", true),
            ("93", "193", false),
            ("Schneider", "laser_power_low", false),
        ] {
            assert_eq!(gives_away(value, text), gives, "{value} in {text}");
        }
    }
}

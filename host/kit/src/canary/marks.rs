//! Marks: made-up identifiers that stand nowhere else in the world, and the ways in which one may be disguised.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::CanaryError;

/// Characters of a mark: too many to come up by chance in any amount of output.
pub(super) const LENGTH: usize = 12;
/// Shortest name of a PC or account that is looked for.
const SHORTEST_NAME: usize = 6;
const DIGITS: &[u8] = b"0123456789";
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const BOTH: &[u8] = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// What marks are made of in turn: numbers, names, and record numbers that mix both.
const ALPHABETS: [&[u8]; 3] = [LETTERS, DIGITS, BOTH];

/// A way to write a mark.
pub(super) type Encoding = fn(&str) -> Vec<u8>;

/// The ways in which marks are planted. The first is the mark as it is.
pub(super) const ENCODINGS: [Encoding; 8] = [
    |mark| mark.into(),
    |mark| mark.to_ascii_uppercase().into(),
    |mark| mark.chars().rev().collect::<String>().into(),
    |mark| BASE64_STANDARD.encode(mark).into(),
    |mark| hex(mark).into(),
    |mark| mark.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    |mark| mark.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>().into(),
    |mark| mark.bytes().map(|byte| format!("\\u{byte:04x}")).collect::<String>().into(),
];

/// All marks of one run; a mark is known by its number.
#[derive(Default)]
pub struct Marks(Vec<String>);

impl Marks {
    /// A new mark.
    pub fn make(&mut self) -> Result<String, CanaryError> {
        let alphabet = ALPHABETS.iter().cycle().nth(self.0.len()).copied().unwrap_or(DIGITS);
        let mut random = [0; LENGTH];
        rand::fill(&mut random).map_err(|_| CanaryError::NoRandomBytes)?;
        let letter = |byte: u8| alphabet.iter().cycle().nth(byte.into()).copied().map_or('x', char::from);
        let mark: String = random.into_iter().map(letter).collect();
        self.0.push(mark.clone());
        Ok(mark)
    }

    /// A new mark as it is, or disguised: the next time in another way.
    pub fn make_disguised(&mut self) -> Result<Vec<u8>, CanaryError> {
        let encoding = ENCODINGS.iter().cycle().nth(self.0.len() + 1).copied();
        let mark = self.make()?;
        Ok(encoding.map_or_else(|| mark.clone().into(), |encode| encode(&mark)))
    }

    /// Adds names that are there already: those of this PC and of its accounts. Short ones stand in other words.
    pub fn adopt(&mut self, names: impl IntoIterator<Item = String>) {
        self.0.extend(names.into_iter().filter(|name| name.len() >= SHORTEST_NAME));
    }

    /// All marks, in the order of their numbers.
    pub fn all(&self) -> &[String] {
        &self.0
    }
}

/// Every form in which a search must know a mark. Case is the search's own matter.
pub(super) fn forms(mark: &str) -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = ENCODINGS.iter().map(|encode| encode(mark)).collect();
    forms.extend((0..3).map(|before| base64_within(mark, before)));
    // Without the zero at its end it is also found where the other byte comes first.
    forms.push(mark.encode_utf16().flat_map(u16::to_be_bytes).skip(1).collect());
    forms
}

/// What is certain of the mark's Base64 when `before` other bytes stand before it.
fn base64_within(mark: &str, before: usize) -> Vec<u8> {
    let text = [&vec![b'x'; before], mark.as_bytes()].concat();
    let whole = BASE64_STANDARD.encode(&text).into_bytes();
    let certain = text.len() * 8 / 6;
    whole.into_iter().take(certain).skip(before * 8 / 6 + usize::from(before > 0)).collect()
}

/// `text` with every `{}` replaced.
pub(super) fn put_in(text: &str, mark: &[u8]) -> Vec<u8> {
    let parts: Vec<&[u8]> = text.split("{}").map(str::as_bytes).collect();
    parts.join(mark)
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_differ_and_come_in_several_kinds() {
        let mut marks = Marks::default();
        (0..30).for_each(|_| drop(marks.make().unwrap()));
        let all: std::collections::BTreeSet<&String> = marks.all().iter().collect();
        assert_eq!(all.len(), 30);
        assert!(marks.all().iter().any(|mark| mark.bytes().all(|byte| byte.is_ascii_digit())));
        assert!(marks.all().iter().all(|mark| mark.len() == LENGTH));
    }

    #[test]
    fn base64_is_known_wherever_the_mark_stands_in_a_text() {
        for before in ["", "a", "ab", "abc", "abcd"] {
            let text = BASE64_STANDARD.encode(format!("{before}qzmarkqzmark{before}")).into_bytes();
            let found =
                forms("qzmarkqzmark").iter().any(|form| text.windows(form.len()).any(|part| part == form));
            assert!(found, "{before}");
        }
    }
}

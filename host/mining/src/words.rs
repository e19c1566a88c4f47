//! The technical words: what may stand in a template without a person's confirmation.

use std::collections::HashSet;

/// General technical English, software and instrument vocabulary, written for this purpose.
const BUILT_IN: [&str; 4] = [
    include_str!("../words/general.txt"),
    include_str!("../words/software.txt"),
    include_str!("../words/instrument.txt"),
    include_str!("../words/units.txt"),
];

/// A list of words that name no person.
#[derive(Debug, Clone)]
pub struct Words {
    known: HashSet<String>,
}

impl Words {
    /// The built-in lists.
    pub fn technical() -> Self {
        let mut words = Self { known: HashSet::new() };
        BUILT_IN.into_iter().for_each(|list| words.add_list(list));
        words
    }

    /// Adds a list such as the built-in ones: words between blanks, comments from `#` on.
    fn add_list(&mut self, list: &str) {
        let lines = list.lines().map(|line| line.split('#').next().unwrap_or_default());
        self.known.extend(lines.flat_map(str::split_whitespace).map(str::to_lowercase));
    }

    /// Adds every word of a product's message file, whatever else stands in it.
    pub fn add_messages(&mut self, text: &str) {
        let words = text.split(|c: char| !c.is_alphabetic() && c != '\'').flat_map(humps);
        self.known.extend(words.filter(|word| !word.is_empty()).map(str::to_lowercase));
    }

    /// Whether `word` is technical: it stands in the list, or all of its parts do (`PhoneStatusBar`, `blue-green`).
    /// One letter names nobody.
    pub fn know(&self, word: &str) -> bool {
        word.split('-').all(|word| {
            let letter = word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
            letter || word.is_empty() || self.has(word) || humps(word).all(|part| self.has(part))
        })
    }

    fn has(&self, word: &str) -> bool {
        self.known.contains(&word.to_lowercase())
    }
}

/// The parts of `camelCase`, `PascalCase` and `HTTPServer`.
fn humps(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let (hump, behind) = rest.split_at_checked(end_of_hump(rest)?)?;
        rest = behind;
        Some(hump)
    })
}

/// `None` at the end of the word. A hump ends before a capital behind a small letter, and before the last of
/// several capitals that a small letter follows.
fn end_of_hump(word: &str) -> Option<usize> {
    let mut letters = word.char_indices().peekable();
    let (_, mut previous) = letters.next()?;
    while let Some((at, letter)) = letters.next() {
        let small_follows = letters.peek().is_some_and(|(_, next)| next.is_lowercase());
        if letter.is_uppercase() && (previous.is_lowercase() || small_follows) {
            return Some(at);
        }
        previous = letter;
    }
    Some(word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn technical_words_are_known_in_any_case_and_as_parts() {
        let words = Words::technical();
        for word in ["laser", "Laser", "LASER", "PhoneStatusBar", "setLightsOn", "HTTPServer", "couldn't"] {
            assert!(words.know(word), "{word}");
        }
        for word in ["Schneider", "laserSchneider", "García", "Xq", "王"] {
            assert!(!words.know(word), "{word}");
        }
    }

    #[test]
    fn a_products_message_file_adds_its_words() {
        let mut words = Words::technical();
        words.add_messages("IDS_17=\"Küvette %s nicht gefunden\"\n");
        assert!(words.know("Küvette") && words.know("gefunden"));
    }

    #[test]
    fn common_names_of_people_are_no_technical_words() {
        let words = Words::technical();
        for name in
            "Smith Jones Müller Schmidt Martin Garcia Rossi Wang Li Tanaka Sato Anna Maria John Peter Park \
                     Mark Rose Grace Wells Hall Cook Baker King Young Rodriguez Dubois Bernard Robert Lopez"
                .split_whitespace()
        {
            assert!(!words.know(name), "{name}");
        }
    }
}

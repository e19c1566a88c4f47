//! Names for events and slots, from the words around them. A word that nobody has confirmed names nothing.

use std::collections::{HashMap, HashSet};

use crate::group::Part;

/// Most words of an event's code: enough to tell events apart, few enough to read.
const MOST_WORDS: usize = 6;
/// Longest code before its number; the name's own bound is 48.
const MOST_BYTES: usize = 40;
/// Words of a line's head that tell nothing of the event.
const LEVELS: &[&str] =
    &["info", "debug", "warn", "warning", "error", "trace", "notice", "dbg", "ifo", "wrn", "err"];
/// Most names of slots that leave: a stream has at most 256 columns. Further slots share the names of their kinds.
const MOST_COLUMNS: usize = 180;
/// The kinds of slots that leave.
const LEAVING: [&str; 4] = ["int", "float", "bool", "word"];
/// Fields that every stream with a catalogue has.
const TAKEN: [&str; 2] = ["event", "severity"];

/// Whether the word tells how much a line matters, and nothing else.
pub(crate) fn is_level(word: &str) -> bool {
    LEVELS.contains(&&*word.to_ascii_lowercase())
}

/// A part's word as a name may hold it.
pub(crate) fn plain_word(part: &Part, trusted: bool) -> Option<String> {
    match part {
        Part::Word { text, known } if *known || trusted => {
            let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
            (!letters.is_empty()).then(|| letters.to_ascii_lowercase())
        }
        _ => None,
    }
}

/// Gives each event a code of its own.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    taken: HashSet<String>,
}

impl Codes {
    /// A code from the words of an event.
    pub(crate) fn of(&mut self, parts: &[Part], trusted: bool) -> String {
        let words = parts.iter().filter_map(|part| plain_word(part, trusted));
        let mut code = String::new();
        for word in words.filter(|word| word.len() > 1 && !is_level(word)).take(MOST_WORDS) {
            if code.len() + word.len() < MOST_BYTES {
                code.push_str(if code.is_empty() { "" } else { "_" });
                code.push_str(&word);
            }
        }
        let code = if code.is_empty() { "event".to_owned() } else { code };
        numbered(&code, |name| self.taken.insert(name.to_owned()))
    }
}

/// Gives slots their names: unique in an event, and one kind of value for each name in all of them, since slots
/// of one name are one column.
#[derive(Debug, Default)]
pub(crate) struct SlotNames {
    kinds: HashMap<String, &'static str>,
}

impl SlotNames {
    /// A name for a slot behind `word`, whose values are of this `kind`; `of_event` are the names given so far.
    pub(crate) fn of(&mut self, word: Option<String>, kind: &'static str, of_event: &[String]) -> String {
        let columns = self.kinds.values().filter(|kind| LEAVING.contains(kind)).count();
        let fits = |word: &String| {
            word.len() < MOST_BYTES && (columns < MOST_COLUMNS || self.kinds.contains_key(word))
        };
        let word = word.filter(fits).unwrap_or_else(|| kind.to_owned());
        let free = |name: &str| !of_event.iter().any(|taken| taken == name) && !TAKEN.contains(&name);
        let name = numbered(&word, |name| free(name) && self.kinds.get(name).is_none_or(|of| *of == kind));
        self.kinds.insert(name.clone(), kind);
        name
    }
}

/// `name`, or with the first number behind it for which it is `free`.
fn numbered(name: &str, mut free: impl FnMut(&str) -> bool) -> String {
    if free(name) {
        return name.to_owned();
    }
    let numbers = (2..).map(|number| format!("{name}_{number}"));
    numbers.into_iter().find(|name| free(name)).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Part> {
        let word = |text: &str| Part::Word { text: text.into(), known: text != "Schneider" };
        text.split(' ').map(word).collect()
    }

    #[test]
    fn a_code_is_made_of_confirmed_words_alone() {
        let mut codes = Codes::default();
        assert_eq!(codes.of(&words("INFO Laser power low"), false), "laser_power_low");
        assert_eq!(codes.of(&words("Laser power low"), false), "laser_power_low_2");
        assert_eq!(codes.of(&words("user Schneider entered"), false), "user_entered");
        assert_eq!(codes.of(&words("Schneider"), false), "event");
    }

    #[test]
    fn one_name_is_one_kind_of_value() {
        let mut names = SlotNames::default();
        assert_eq!(names.of(Some("power".into()), "int", &[]), "power");
        assert_eq!(names.of(Some("power".into()), "int", &["power".into()]), "power_2");
        assert_eq!(names.of(Some("power".into()), "float", &[]), "power_3");
        assert_eq!(names.of(Some("event".into()), "int", &[]), "event_2");
        assert_eq!(names.of(None, "time", &[]), "time");
    }

    #[test]
    fn there_are_never_more_names_than_a_stream_may_have_columns() {
        let mut names = SlotNames::default();
        let given: HashSet<String> =
            (0..1000).map(|at| names.of(Some(format!("word_{at}")), "int", &[])).collect();
        assert_eq!(given.len(), MOST_COLUMNS + 1);
    }
}

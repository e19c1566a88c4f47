//! A slot's written form as a small automaton: one table look-up a byte, no backtracking.
//!
//! `regex-automata` builds it; the table here is what is left to run, and what the check of a catalogue walks
//! through to see whether two templates fit the same line.

use std::collections::HashMap;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind, nfa::thompson};

use super::surface::{End, Written};

/// Most memory for one form while and after it is built: a hundred times what any sensible pattern needs, and a
/// bound for a hostile one, whose states can double with every character.
const MAX_BUILD_BYTES: usize = 1024 * 1024;

/// A state of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct State(u16);

/// No text that came here can become a value any more.
const DEAD: State = State(0);

/// The automaton of a slot's [`Written`] form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    end: End,
    max_bytes: usize,
    /// Bytes that no state tells apart share a class.
    classes: Box<[u8; 256]>,
    class_count: usize,
    /// Next state by state and class.
    next: Vec<State>,
    /// Whether the text so far is a value, by state.
    accepting: Vec<bool>,
}

impl Form {
    /// Compiles a written form; the error is for a person.
    pub(crate) fn new(written: &Written) -> Result<Self, String> {
        let dfa = determinize(&written.regex)?;
        let Table { next, accepting, .. } = Table::of(&dfa)?;
        let classes =
            std::array::from_fn(|byte| u8::try_from(byte).map_or(0, |byte| dfa.byte_classes().get(byte)));
        let class_count = next.len() / accepting.len();
        let (end, max_bytes) = (written.end, written.max_bytes);
        Ok(Self { end, max_bytes, classes: Box::new(classes), class_count, next, accepting })
    }

    /// Where a value ends.
    pub(crate) fn end(&self) -> End {
        self.end
    }

    /// Longest value in bytes.
    pub(crate) fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Length of the longest value that `line` begins with, and how many bytes had to be looked at.
    pub(crate) fn scan(&self, line: &[u8]) -> (Option<usize>, usize) {
        let mut state = self.start();
        let mut longest = None;
        for (at, &byte) in line.iter().take(self.max_bytes).enumerate() {
            state = self.step(state, byte);
            if state == DEAD {
                return (longest, at + 1);
            }
            if self.accepts(state) {
                longest = Some(at + 1);
            }
        }
        (longest, line.len().min(self.max_bytes))
    }

    /// Before the first byte.
    pub(crate) fn start(&self) -> State {
        State(1)
    }

    /// The state behind one more byte.
    pub(crate) fn step(&self, state: State, byte: u8) -> State {
        let class = self.classes.get(usize::from(byte)).copied().unwrap_or_default();
        let at = usize::from(state.0) * self.class_count + usize::from(class);
        self.next.get(at).copied().unwrap_or(DEAD)
    }

    /// Whether the text so far is a value.
    pub(crate) fn accepts(&self, state: State) -> bool {
        self.accepting.get(usize::from(state.0)).copied().unwrap_or(false)
    }

    /// Whether no value begins with the text so far.
    pub(crate) fn is_dead(&self, state: State) -> bool {
        state == DEAD
    }

    /// Its states, but for the dead one.
    pub(crate) fn states(&self) -> impl Iterator<Item = State> {
        (1..self.accepting.len()).filter_map(|state| u16::try_from(state).ok().map(State))
    }
}

/// All matches count, not only the first alternative's, so that the longest is found.
fn determinize(regex: &str) -> Result<dense::DFA<Vec<u32>>, String> {
    let config = dense::Config::new()
        .match_kind(MatchKind::All)
        .start_kind(StartKind::Anchored)
        .accelerate(false)
        .dfa_size_limit(Some(MAX_BUILD_BYTES))
        .determinize_size_limit(Some(MAX_BUILD_BYTES));
    dense::Builder::new()
        .configure(config)
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false).nfa_size_limit(Some(MAX_BUILD_BYTES)))
        .build(&format!("(?:{regex})"))
        .map_err(|_| too_large())
}

/// The library's automaton as a table whose states are numbered from the start on, and where a value is known
/// without one more byte.
struct Table<'a> {
    dfa: &'a dense::DFA<Vec<u32>>,
    /// The library's states by our numbers, which start at 1.
    found: Vec<StateID>,
    numbers: HashMap<StateID, State>,
    next: Vec<State>,
    accepting: Vec<bool>,
}

impl<'a> Table<'a> {
    fn of(dfa: &'a dense::DFA<Vec<u32>>) -> Result<Self, String> {
        let wrong = || "the pattern can't be read from its first character on".to_owned();
        let first = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).map_err(|_| wrong())?;
        let mut table = Self {
            dfa,
            found: Vec::new(),
            numbers: HashMap::new(),
            next: Vec::new(),
            accepting: vec![false],
        };
        table.number(first)?;
        let examples: Vec<u8> =
            dfa.byte_classes().representatives(..).filter_map(|unit| unit.as_u8()).collect();
        table.next.resize(examples.len(), DEAD);
        let mut row = 0;
        while let Some(&id) = table.found.get(row) {
            for &byte in &examples {
                let number = table.number(dfa.next_state(id, byte))?;
                table.next.push(number);
            }
            table.accepting.push(dfa.is_match_state(dfa.next_eoi_state(id)));
            row += 1;
        }
        table.cut_blind_ends(examples.len());
        Ok(table)
    }

    /// Our number of a state; a new one is noted, to be written later.
    fn number(&mut self, id: StateID) -> Result<State, String> {
        if self.dfa.is_dead_state(id) || self.dfa.is_quit_state(id) {
            return Ok(DEAD);
        }
        if let Some(&known) = self.numbers.get(&id) {
            return Ok(known);
        }
        self.found.push(id);
        let state = State(u16::try_from(self.found.len()).map_err(|_| too_large())?);
        self.numbers.insert(id, state);
        Ok(state)
    }

    /// Makes dead what no value can be reached from: the library notices it one byte later.
    fn cut_blind_ends(&mut self, width: usize) {
        let mut useful = self.accepting.clone();
        let is_useful = |useful: &[bool], state: &State| useful.get(usize::from(state.0)) == Some(&true);
        loop {
            let before = useful.iter().filter(|state| **state).count();
            for (number, row) in self.next.chunks(width).enumerate().rev() {
                let leads_on = row.iter().any(|state| is_useful(&useful, state));
                if let Some(state) = useful.get_mut(number) {
                    *state |= leads_on;
                }
            }
            if useful.iter().filter(|state| **state).count() == before {
                break;
            }
        }
        for state in &mut self.next {
            if !is_useful(&useful, state) {
                *state = DEAD;
            }
        }
    }
}

fn too_large() -> String {
    "the pattern is too large to be read in one pass; make it simpler".to_owned()
}

#[cfg(test)]
mod tests {
    use labrelay_model::{Course, FieldType, IntRange, PathRoot};

    use super::*;
    use crate::catalogue::surface::written;
    use crate::{Shape, SlotKind, Surface};

    fn form(ty: &FieldType, surface: &Surface) -> Form {
        Form::new(&written(ty, surface)).unwrap()
    }

    fn read<'a>(form: &Form, line: &'a str) -> Option<&'a str> {
        form.scan(line.as_bytes()).0.map(|end| &line[..end])
    }

    fn fits(form: &Form, text: &[u8]) -> bool {
        form.scan(text).0 == Some(text.len())
    }

    #[test]
    fn a_value_ends_where_its_form_does() {
        let range = IntRange { min: 0, max: 9 };
        let int = form(&FieldType::Int { range, course: Course::Any }, &Surface::Plain);
        assert_eq!(read(&int, "-12 mW"), Some("-12"));
        assert_eq!(read(&int, "3-5"), Some("3"));
        assert_eq!(read(&int, "+ 5"), None);
        let seconds = form(&FieldType::Duration { range, decimals: 1 }, &Surface::Plain);
        assert_eq!(read(&seconds, "3.5."), Some("3.5"), "the full stop belongs to the sentence");
        let comma = form(&FieldType::Duration { range, decimals: 1 }, &Surface::DecimalComma);
        assert_eq!(read(&comma, "3,5,"), Some("3,5"));
        let time = form(&FieldType::Timestamp, &Surface::Plain);
        assert_eq!(read(&time, "2026-03-01 08:00:00.250 5"), Some("2026-03-01 08:00:00.250"));
        assert_eq!(read(&time, "2026-03-01T08:00:00Z"), Some("2026-03-01T08:00:00Z"));
        let german = form(&FieldType::Timestamp, &Surface::Time("%d.%m.%Y %H:%M:%S".into()));
        assert_eq!(read(&german, "01.03.2026 08:00:00: gestartet"), Some("01.03.2026 08:00:00"));
        let words = form(&FieldType::Enum { values: vec!["on".into(), "only".into()] }, &Surface::Plain);
        assert_eq!(read(&words, "only"), Some("only"), "the longest word, not the first");
        assert!(!fits(&words, b"onl"));
        let serial = form(&FieldType::Serial, &Surface::Plain);
        assert_eq!(read(&serial, "AB-12."), Some("AB-12"));
        let account = form(&FieldType::Role, &Surface::Plain);
        assert_eq!(read(&account, r"LAB\anna, again"), Some(r"LAB\anna"));
    }

    #[test]
    fn what_is_ignored_has_its_shape_and_bound() {
        let shape = |shape| Form::new(&SlotKind::Ignored(shape).written()).unwrap();
        assert!(fits(&shape(Shape::Hex), b"0x7ffe-12AB"));
        assert!(fits(&shape(Shape::Hex), &[b'a'; 64]), "a SHA-256");
        assert!(!fits(&shape(Shape::Hex), &[b'a'; 81]));
        for time in ["08:15:00,250", "2026/03/01", "2026-03-01 08:15", "2026-03-01T08:15:00+01:00"] {
            assert!(fits(&shape(Shape::Time), time.as_bytes()), "{time}");
        }
        assert!(fits(&shape(Shape::Path), "C:\\Users\\Müller\\Probe 1.lmd".as_bytes()));
        assert!(!fits(&shape(Shape::Path), b"Smith"));
        assert!(!fits(&shape(Shape::Token), b"two words"));
        assert!(!fits(&shape(Shape::Token), &[b'a'; 257]));
        let roots = vec![PathRoot { word: "data".into(), folder: "D:\\".into() }];
        assert_eq!(form(&FieldType::Path { roots }, &Surface::Plain), shape(Shape::Path));
    }

    #[test]
    fn a_hostile_pattern_ends_at_the_bound() {
        let doubling = FieldType::Code { pattern: "[ab]{0,60}a[ab]{40}".into(), max_bytes: 64 };
        assert!(Form::new(&written(&doubling, &Surface::Plain)).unwrap_err().contains("too large"));
    }
}

//! How many digits a pattern asks for: whether they are all of it, and whether they make a long number. The gate
//! refuses codes with 8 or more in a row, as record numbers and dates of birth have, so a pattern that is made for
//! such would never let anything pass.
//!
//! Counts only places that accept nothing but digits, or nothing but separators: `[A-Z0-9]{10}` may stand, and the
//! gate refuses what comes of it.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// From this many digits on, with at most one separator between each two, the gate refuses a code.
const LONG_NUMBER_DIGITS: u32 = 8;
/// What the gate takes for a separator.
const SEPARATORS: &[u8] = b" -./_:";

/// Whether all that a pattern accepts is digits.
pub(super) fn are_all(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(u8::is_ascii_digit),
        HirKind::Class(class) => Place::of(class) == Place::Digit,
        HirKind::Repetition(repeated) => are_all(&repeated.sub),
        HirKind::Capture(group) => are_all(&group.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(are_all),
    }
}

/// Fails if the pattern spells out a long number.
pub(super) fn refuse_long_numbers(hir: &Hir) -> Result<(), String> {
    if !Runs::NONE.through(hir).long {
        return Ok(());
    }
    Err(format!(
        "the pattern is made for {LONG_NUMBER_DIGITS} or more digits, which the gate always refuses, also with \
         separators between them: they could be a record number or a date of birth"
    ))
}

/// How many digits may stand in a row before a place, by all ways that lead there: the gate's count, for a whole
/// pattern at once. Bit `n` of a set stands for `n` digits.
#[derive(Clone, Copy, PartialEq)]
struct Runs {
    /// The digit before was the last of so many.
    after_digit: u32,
    /// A separator, or the end of the run, stands between.
    apart: u32,
    /// A way had a long number.
    long: bool,
}

impl Runs {
    const NONE: Self = Self { after_digit: 0, apart: 1, long: false };

    /// After what `hir` accepts.
    fn through(self, hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => self,
            HirKind::Literal(literal) => {
                literal.0.iter().fold(self, |runs, byte| runs.over(Place::of_byte(*byte)))
            }
            HirKind::Class(class) => self.over(Place::of(class)),
            HirKind::Repetition(repeated) => self.repeatedly(repeated),
            HirKind::Capture(group) => self.through(&group.sub),
            HirKind::Concat(parts) => parts.iter().fold(self, |runs, part| runs.through(part)),
            HirKind::Alternation(parts) => {
                parts.iter().map(|part| self.through(part)).reduce(Self::or).unwrap_or(self)
            }
        }
    }

    fn repeatedly(self, repeated: &Repetition) -> Self {
        let mut last = (0..repeated.min).fold(self, |runs, _| runs.through(&repeated.sub));
        let mut all = last;
        // More often than this only makes numbers longer that are long already.
        let more = repeated.max.map_or(LONG_NUMBER_DIGITS, |max| LONG_NUMBER_DIGITS.min(max - repeated.min));
        for _ in 0..more {
            last = last.through(&repeated.sub);
            let known = all;
            all = all.or(last);
            if all == known {
                break;
            }
        }
        all
    }

    fn over(self, place: Place) -> Self {
        let none = Self { after_digit: 0, apart: 0, ..self };
        match place {
            Place::Digit => {
                let more = (self.after_digit | self.apart) << 1;
                let long = more >> LONG_NUMBER_DIGITS;
                Self {
                    after_digit: more & !(long << LONG_NUMBER_DIGITS),
                    long: self.long || long > 0,
                    ..none
                }
            }
            Place::Separator => Self { apart: self.after_digit | u32::from(self.apart > 0), ..none },
            Place::Other => Self { apart: 1, ..none },
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            after_digit: self.after_digit | other.after_digit,
            apart: self.apart | other.apart,
            long: self.long || other.long,
        }
    }
}

/// What one place of a code accepts.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Digit,
    Separator,
    /// Anything else, and more than one kind.
    Other,
}

impl Place {
    fn of_byte(byte: u8) -> Self {
        match byte {
            b'0'..=b'9' => Place::Digit,
            _ if SEPARATORS.contains(&byte) => Place::Separator,
            _ => Place::Other,
        }
    }

    fn of(class: &Class) -> Self {
        let bytes: Vec<u8> = match class {
            Class::Bytes(class) => class.iter().flat_map(|range| range.start()..=range.end()).collect(),
            Class::Unicode(_) => return Place::Other, // patterns are read without Unicode
        };
        let mut places = bytes.into_iter().map(Self::of_byte);
        let first = places.next().unwrap_or(Place::Other);
        if places.all(|place| place == first) { first } else { Place::Other }
    }
}

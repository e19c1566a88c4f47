//! How many digits in a row a pattern asks for. The gate refuses codes with 8 or more, as record numbers and dates of
//! birth have, so a pattern that is made for such would never let anything pass.
//!
//! Counts only places that accept nothing but digits: `[A-Z0-9]{10}` may stand, and the gate refuses what comes
//! of it.

use regex_syntax::hir::{Class, Hir, HirKind};

/// From this many digits in a row on the gate refuses a code.
const LONG_NUMBER_DIGITS: usize = 8;

/// Fails if the pattern spells out a long number.
pub(super) fn refuse_long_numbers(hir: &Hir) -> Result<(), String> {
    if Run::of(hir).longest < LONG_NUMBER_DIGITS {
        return Ok(());
    }
    Err(format!(
        "the pattern is made for {LONG_NUMBER_DIGITS} or more digits in a row, which the gate always refuses: they \
         could be a record number or a date of birth"
    ))
}

/// The longest rows of digits in what a part of a pattern accepts.
#[derive(Clone, Copy)]
struct Run {
    /// At its beginning.
    leading: usize,
    /// At its end.
    trailing: usize,
    /// Anywhere.
    longest: usize,
    /// The whole of it, if it can be digits and nothing else.
    whole: Option<usize>,
}

impl Run {
    const NONE: Self = Self { leading: 0, trailing: 0, longest: 0, whole: None };

    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::digits(0),
            HirKind::Literal(literal) => literal
                .0
                .iter()
                .fold(Self::digits(0), |run, byte| run.then(Self::place(byte.is_ascii_digit()))),
            HirKind::Class(class) => Self::place(only_digits(class)),
            HirKind::Repetition(repeated) => {
                let once = Self::of(&repeated.sub);
                // More often than this changes nothing but the time it takes.
                let times =
                    repeated.max.map_or(LONG_NUMBER_DIGITS, |max| LONG_NUMBER_DIGITS.min(max as usize));
                let all = (0..times).fold(Self::digits(0), |run, _| run.then(once));
                if repeated.min == 0 { all.or(Self::digits(0)) } else { all }
            }
            HirKind::Capture(group) => Self::of(&group.sub),
            HirKind::Concat(parts) => {
                parts.iter().fold(Self::digits(0), |run, part| run.then(Self::of(part)))
            }
            HirKind::Alternation(parts) => parts.iter().map(Self::of).reduce(Self::or).unwrap_or(Self::NONE),
        }
    }

    fn digits(count: usize) -> Self {
        Self { leading: count, trailing: count, longest: count, whole: Some(count) }
    }

    fn place(is_digit: bool) -> Self {
        if is_digit { Self::digits(1) } else { Self::NONE }
    }

    fn then(self, next: Self) -> Self {
        let across = self.trailing + next.leading;
        Self {
            leading: self.leading.max(self.whole.map_or(0, |whole| whole + next.leading)),
            trailing: next.trailing.max(next.whole.map_or(0, |whole| self.trailing + whole)),
            longest: self.longest.max(next.longest).max(across),
            whole: self.whole.zip(next.whole).map(|(one, other)| one + other),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            leading: self.leading.max(other.leading),
            trailing: self.trailing.max(other.trailing),
            longest: self.longest.max(other.longest),
            whole: self.whole.max(other.whole),
        }
    }
}

fn only_digits(class: &Class) -> bool {
    let is_digit = |first: u32, last: u32| first >= u32::from(b'0') && last <= u32::from(b'9');
    match class {
        Class::Bytes(class) => class.iter().all(|range| is_digit(range.start().into(), range.end().into())),
        Class::Unicode(class) => class.iter().all(|range| is_digit(range.start().into(), range.end().into())),
    }
}

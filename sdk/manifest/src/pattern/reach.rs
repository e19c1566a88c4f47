//! What could be spelled in a code: how many places of it are open to any letter, and whether it holds spaces.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Most characters that one place may accept: letters, digits and a few signs. `[ -~]` has 95.
const MAX_CLASS: usize = 70;
/// A place that accepts more letters than this is open: words can be spelled there.
const OPEN_CLASS: usize = 8;
/// Most open places in a code. Lot and part numbers have up to a dozen; a full name needs more.
const MAX_OPEN: usize = 12;
/// Most open places in a code that may also hold a space: with one, letters become names.
const MAX_OPEN_WITH_SPACE: usize = 4;

/// Most places after all repetitions are written out: keeps the compiled pattern far below the matcher's bound.
const MAX_PLACES: usize = 4096;

/// What a part of a pattern lets through.
#[derive(Clone, Copy, Default)]
pub(super) struct Reach {
    /// Most open places in one value.
    open: usize,
    /// Whether a space is accepted anywhere.
    space: bool,
    /// Places after repetitions are written out: the size of the compiled pattern.
    places: usize,
}

impl Reach {
    /// Fails on what may stand in no pattern: anchors, and characters beyond printable ASCII.
    pub(super) fn of(hir: &Hir) -> Result<Self, String> {
        match hir.kind() {
            HirKind::Empty => Ok(Self::default()),
            HirKind::Literal(literal) => Self::of_text(&literal.0),
            HirKind::Class(class) => Self::of_place(&accepted(class)?),
            HirKind::Look(_) => {
                Err("leave out `^`, `$` and `\\b`: a pattern is always matched against the whole value"
                    .into())
            }
            HirKind::Repetition(repeated) => Ok(Self::of(&repeated.sub)?.times(repeated.min, repeated.max)),
            HirKind::Capture(group) => Self::of(&group.sub),
            HirKind::Concat(parts) => {
                parts.iter().try_fold(Self::default(), |all, part| Ok(all.then(Self::of(part)?)))
            }
            HirKind::Alternation(parts) => {
                parts.iter().try_fold(Self::default(), |widest, part| Ok(widest.or(Self::of(part)?)))
            }
        }
    }

    /// Fixed characters are not open.
    fn of_text(text: &[u8]) -> Result<Self, String> {
        text.iter().try_for_each(|&byte| printable(byte.into(), byte.into()))?;
        Ok(Self { open: 0, space: text.contains(&b' '), places: text.len() })
    }

    /// One place with a choice of characters.
    fn of_place(accepted: &[u8]) -> Result<Self, String> {
        if accepted.len() > MAX_CLASS {
            return Err(
                "the pattern accepts almost any character; list those that occur, such as `[A-Z0-9]`".into(),
            );
        }
        let letters = accepted.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        Ok(Self { open: usize::from(letters > OPEN_CLASS), space: accepted.contains(&b' '), places: 1 })
    }

    fn times(self, min: u32, max: Option<u32>) -> Self {
        let count = |times: u32| usize::try_from(times).unwrap_or(usize::MAX);
        Self {
            open: self.open.saturating_mul(max.map_or(usize::MAX, count)),
            places: self.places.saturating_mul(count(max.unwrap_or(min).max(1))),
            ..self
        }
    }

    fn then(self, next: Self) -> Self {
        Self { open: self.open.saturating_add(next.open), ..self.joined(next) }
    }

    fn or(self, other: Self) -> Self {
        Self { open: self.open.max(other.open), ..self.joined(other) }
    }

    fn joined(self, other: Self) -> Self {
        let places = self.places.saturating_add(other.places);
        Self { space: self.space || other.space, places, ..self }
    }

    /// Fails if the pattern would be large when compiled, however short it is written.
    pub(super) fn refuse_excess(self) -> Result<(), String> {
        if self.places <= MAX_PLACES {
            return Ok(());
        }
        Err(format!("the pattern repeats too much: written out it has more than {MAX_PLACES} places"))
    }

    /// Fails if words could be spelled in a code of `longest` bytes.
    pub(super) fn refuse_free_text(self, longest: usize) -> Result<(), String> {
        let open = self.open.min(longest);
        let (most, beside) =
            if self.space { (MAX_OPEN_WITH_SPACE, " beside a space") } else { (MAX_OPEN, "") };
        if open <= most {
            return Ok(());
        }
        Err(format!(
            "the pattern amounts to free text: {open} places accept any letter, at most {most} may{beside}; \
             list the words with `|`, or make it an enum"
        ))
    }
}

/// All characters that a class accepts.
fn accepted(class: &Class) -> Result<Vec<u8>, String> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
        Class::Unicode(class) => {
            class.iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
    };
    ranges.iter().try_for_each(|&(first, last)| printable(first, last))?;
    Ok(ranges
        .into_iter()
        .flat_map(|(first, last)| first..=last)
        .filter_map(|byte| byte.try_into().ok())
        .collect())
}

fn printable(first: u32, last: u32) -> Result<(), String> {
    if first >= u32::from(b' ') && last <= u32::from(b'~') {
        return Ok(());
    }
    Err("the pattern accepts more than printable ASCII; list the characters, such as `[A-Z0-9]`, instead of \
         `.`, `\\s` or `[^…]`"
        .into())
}

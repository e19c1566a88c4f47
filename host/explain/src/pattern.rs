//! A code's pattern for a person: in words where it is simple, how many values it allows, and one that fits.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use crate::page::Text;

/// Longer words than this say less than the pattern itself.
const MOST_WORDS: usize = 240;
/// Of a part that may repeat more often, an example has this many: enough to show that it repeats.
const REPEATS_SHOWN: u32 = 4;

/// A pattern that a manifest has passed with.
pub(crate) struct Pattern {
    hir: Hir,
    max_bytes: usize,
}

impl Pattern {
    /// `None` for a pattern that no manifest could have passed with.
    pub(crate) fn new(pattern: &str, max_bytes: u16) -> Option<Self> {
        let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
        Some(Self { hir: parser.parse(pattern).ok()?, max_bytes: max_bytes.into() })
    }

    /// The pattern in words; `None` if that would not be shorter to understand.
    pub(crate) fn words(&self) -> Option<Text> {
        let words = words(&self.hir);
        let length: usize = words.0.iter().map(|span| span.text().len()).sum();
        (length <= MOST_WORDS).then_some(words)
    }

    /// Most values that fit.
    pub(crate) fn count(&self) -> u128 {
        count(&self.hir)
    }

    /// A value that fits.
    pub(crate) fn example(&self) -> String {
        let shown = |repeats| {
            let mut out = Vec::new();
            write_example(&self.hir, repeats, &mut out);
            String::from_utf8_lossy(&out).into_owned()
        };
        let example = shown(REPEATS_SHOWN);
        if example.len() <= self.max_bytes { example } else { shown(0) }
    }
}

fn words(hir: &Hir) -> Text {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Text::default(),
        HirKind::Literal(literal) => Text::default().code(String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => Text::from(format!("one {}", Places::of(class).one)),
        HirKind::Capture(group) => words(&group.sub),
        HirKind::Repetition(repeated) => words_of_repetition(repeated),
        HirKind::Concat(parts) => joined(parts, ", then "),
        HirKind::Alternation(parts) => joined(parts, ", or "),
    }
}

fn words_of_repetition(repeated: &Repetition) -> Text {
    if (repeated.min, repeated.max) == (0, Some(1)) {
        return Text::from("optionally ").then(words(&repeated.sub));
    }
    let times = match (repeated.min, repeated.max) {
        (min, Some(max)) if min == max => min.to_string(),
        (min, Some(max)) => format!("{min} to {max}"),
        (min, None) => format!("{min} or more"),
    };
    match repeated.sub.kind() {
        HirKind::Class(class) => Text::from(format!("{times} {}", Places::of(class).many)),
        _ => Text::from(format!("{times} times (")).then(words(&repeated.sub)).plain(")"),
    }
}

fn joined(parts: &[Hir], between: &str) -> Text {
    parts.iter().enumerate().fold(Text::default(), |all, (index, part)| {
        let all = if index > 0 { all.plain(between) } else { all };
        // A choice within a sequence needs its own brackets, or it could be read as a choice of the whole.
        match part.kind() {
            HirKind::Alternation(_) => all.plain("(").then(words(part)).plain(")"),
            _ => all.then(words(part)),
        }
    })
}

/// What may stand in one place, in words for one such place and for several.
struct Places {
    one: String,
    many: String,
}

impl Places {
    fn of(class: &Class) -> Self {
        let ranges = ranges(class);
        let known = match ranges.as_slice() {
            [(b'0', b'9')] => Some(("digit", "digits")),
            [(b'A', b'Z')] => Some(("capital letter", "capital letters")),
            [(b'a', b'z')] => Some(("small letter", "small letters")),
            [(b'A', b'Z'), (b'a', b'z')] => Some(("letter", "letters")),
            [(b'0', b'9'), (b'A', b'Z')] => Some(("capital letter or digit", "capital letters or digits")),
            [(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')] => Some(("letter or digit", "letters or digits")),
            _ => None,
        };
        if let Some((one, many)) = known {
            return Self { one: one.into(), many: many.into() };
        }
        let listed = ranges.iter().map(|&(first, last)| range_in_words(first, last));
        let listed = listed.collect::<Vec<_>>().join(" ");
        Self { one: format!("of {listed}"), many: format!("of {listed}") }
    }
}

fn range_in_words(first: u8, last: u8) -> String {
    let sign = |byte: u8| if byte == b' ' { "space".into() } else { char::from(byte).to_string() };
    match last.saturating_sub(first) {
        0 => sign(first),
        1 => format!("{} {}", sign(first), sign(last)),
        _ => format!("{}–{}", sign(first), sign(last)),
    }
}

fn ranges(class: &Class) -> Vec<(u8, u8)> {
    match class {
        Class::Bytes(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Unicode(class) => {
            let byte = |letter: char| u8::try_from(letter).unwrap_or(u8::MAX);
            class.iter().map(|range| (byte(range.start()), byte(range.end()))).collect()
        }
    }
}

fn size(class: &Class) -> u128 {
    ranges(class).iter().map(|&(first, last)| u128::from(last - first) + 1).sum()
}

fn count(hir: &Hir) -> u128 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) => 1,
        HirKind::Class(class) => size(class),
        HirKind::Capture(group) => count(&group.sub),
        HirKind::Concat(parts) => parts.iter().map(count).fold(1, u128::saturating_mul),
        HirKind::Alternation(parts) => parts.iter().map(count).fold(0, u128::saturating_add),
        HirKind::Repetition(repeated) => {
            let each = count(&repeated.sub);
            let Some(max) = repeated.max else { return u128::MAX };
            let of_length = |times: u32| each.saturating_pow(times);
            (repeated.min..=max).map(of_length).fold(0, u128::saturating_add)
        }
    }
}

fn write_example(hir: &Hir, repeats: u32, out: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        // Another character in each place, so that `[0-9]{3}` gives 123 and not 000.
        HirKind::Class(class) => {
            let all: Vec<u8> = ranges(class).into_iter().flat_map(|(first, last)| first..=last).collect();
            out.extend(all.iter().cycle().nth(out.len() + 1));
        }
        HirKind::Capture(group) => write_example(&group.sub, repeats, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write_example(part, repeats, out)),
        HirKind::Alternation(parts) => {
            if let Some(first) = parts.first() {
                write_example(first, repeats, out);
            }
        }
        HirKind::Repetition(repeated) => {
            let times = repeats.min(repeated.max.unwrap_or(u32::MAX)).max(repeated.min);
            (0..times).for_each(|_| write_example(&repeated.sub, repeats, out));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(pattern: &str) -> String {
        let words = Pattern::new(pattern, 64).unwrap().words().unwrap();
        words.0.iter().map(|span| span.text()).collect()
    }

    #[test]
    fn simple_patterns_read_as_words() {
        assert_eq!(said("[0-9]{1,6}"), "1 to 6 digits");
        assert_eq!(said("FL[1-9][0-9]?"), "FL, then one of 1–9, then optionally one digit");
        assert_eq!(said("[A-Z]{2}-[0-9]{4}"), "2 capital letters, then -, then 4 digits");
        assert_eq!(said("open|closed"), "open, or closed");
    }

    #[test]
    fn values_are_counted() {
        let counted = |pattern| Pattern::new(pattern, 64).unwrap().count();
        assert_eq!(counted("[0-9]{1,2}"), 110);
        assert_eq!(counted("open|closed"), 2);
        assert_eq!(counted("FL[1-9][0-9]?"), 99);
        assert_eq!(counted("[A-Z0-9]{64}"), u128::MAX);
    }

    proptest! {
        #[test]
        fn an_example_fits_and_so_does_its_length(
            pattern in r"([A-C]|\[[A-C0-9]{1,4}\](\{[1-3],[4-9]\})?|\([A-C]\|[0-9]\)|[A-C][?]){1,4}"
        ) {
            let shape = Pattern::new(&pattern, 64).unwrap();
            let fits = regex::Regex::new(&format!("^(?:{pattern})$")).unwrap();
            prop_assert!(fits.is_match(&shape.example()), "{pattern}: {}", shape.example());
            prop_assert!(shape.count() >= 1);
        }
    }
}

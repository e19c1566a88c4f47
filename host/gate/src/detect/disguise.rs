//! Refusal of disguise: texts that hide another text. Refused, never repaired: a value that was declared has no
//! reason to be escaped.

use std::sync::LazyLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::encoded;
use super::facts::{Facts, Marks};

/// The fewest characters besides letters and digits in a spelled-out text or an encoded domain.
const LEAST_SEPARATORS: usize = 3;

/// Characters that notations begin with.
const NOTED: Marks = Marks::ESCAPE.or(Marks::BACKSLASH).or(Marks::EQUALS).or(Marks::PLUS);

/// A way to write one text so that it looks like another.
struct Notation {
    #[cfg_attr(not(test), allow(dead_code, reason = "names the row in its test"))]
    name: &'static str,
    pattern: &'static str,
    #[cfg_attr(not(test), allow(dead_code, reason = "the row's own test"))]
    examples: &'static [&'static str],
    #[cfg_attr(not(test), allow(dead_code, reason = "the row's own test"))]
    harmless: &'static [&'static str],
}

static NOTATIONS: &[Notation] = &[
    // RFC 3986, 2.1. A lone `%CD4` is a gate's share: beyond ASCII it takes a character before it.
    Notation {
        name: "percent",
        pattern: r"%[0-7][0-9a-f]|[a-z0-9]%[89a-f][0-9a-f]|%u[0-9a-f]{4}",
        examples: &["J%6Fhn", "%4a", "M%FCller", "%u0041", "%25"],
        harmless: &["%CD4", "50%", "%CV", "5 %"],
    },
    // RFC 8259, 7, and the string escapes of C and its heirs. `\x64` and `\x86` are folders.
    Notation {
        name: "string escape",
        pattern: r"\\u\{?[0-9a-f]{4}|(?:\\x[0-9a-f]{2}){2}|\\x[a-f][0-9a-f]|(?:\\[0-3][0-7]{2}){2}|U\+[0-9a-f]{4}",
        examples: &[r"\u004a", r"\x4a\x6f", r"Ren\xe9", r"\112\157", "U+004A", r"\u{1F600}"],
        harmless: &[r"C:\users\x", r"bin\x64", r"D:\2023", r"\x86"],
    },
    // HTML, 13.5.
    Notation {
        name: "character reference",
        pattern: r"&#[0-9]{2,7}|&#x[0-9a-f]{2,6}|&[a-z][a-z0-9]{1,30};",
        examples: &["&#74;ohn", "&#x4A;", "&amp;", "&#0074", "M&uuml;ller"],
        harmless: &["A&B", "R&D; x", "&", "&#1"],
    },
    // RFC 2045, 6.7, and RFC 2047.
    Notation {
        name: "quoted-printable",
        pattern: r"(?:=[0-9a-f]{2}){2}|[a-z]=[c-f][0-9a-f][g-z]|=\?[a-z0-9-]+\?[bq]\?",
        examples: &["=4A=6F", "M=FCller", "=?utf-8?Q?J?=", "M=C3=BCller"],
        harmless: &["GAIN=50", "MASK=FF", "A=B=C"],
    },
    // RFC 3492.
    Notation {
        name: "punycode",
        pattern: r"\bxn--[a-z0-9-]+\.",
        examples: &["xn--mller-kva.example"],
        harmless: &["x--n.y", "XN-1.2"],
    },
    Notation {
        name: "spaced out",
        pattern: r"(?:^|[^a-z0-9])(?:(?:[a-z][ ._-]{1,3}){3,}[a-z]|(?:[a-z0-9][ _-]{1,3}){5,}[a-z0-9])(?:[^a-z0-9]|$)",
        examples: &["J o h n", "J.o.h.n", "x D_o_e_s y", "4 7 1 1 9 9", "J - o - h - n"],
        harmless: &["FL1 FL2 FL3", "U.S.A", "1.2.3.4.5.6", "A-B-C", "1 2 3"],
    },
];

static PATTERNS: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    let patterns = NOTATIONS.iter().map(|notation| notation.pattern);
    RegexSetBuilder::new(patterns).unicode(false).case_insensitive(true).build().ok()
});

/// Whether `text` is written so that it hides another text, or holds anything but printable ASCII (which also takes
/// invisible, bidirectional and look-alike characters).
pub fn disguise(text: &str) -> bool {
    is_disguised(text, Facts::of(text))
}

pub(super) fn is_disguised(text: &str, facts: Facts) -> bool {
    if facts.marks.has_one_of(Marks::ODD) {
        return true;
    }
    let escaped = facts.marks.has_one_of(NOTED);
    let separated = facts.others() >= LEAST_SEPARATORS;
    let noted = (escaped || separated) && is_noted(text);
    noted || encoded::hides_text(text, facts)
}

/// Patterns that don't compile refuse everything; a test says that they do.
fn is_noted(text: &str) -> bool {
    PATTERNS.as_ref().is_none_or(|patterns| patterns.is_match(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_notation_fires_on_its_examples_alone() {
        let patterns = PATTERNS.as_ref().unwrap();
        for (index, notation) in NOTATIONS.iter().enumerate() {
            for text in notation.examples {
                assert!(patterns.matches(text.as_bytes()).matched(index), "{}: {text}", notation.name);
                assert!(disguise(text), "{}: {text}", notation.name);
            }
            for text in notation.harmless {
                assert!(!disguise(text), "{}: {text}", notation.name);
            }
        }
    }

    #[test]
    fn what_is_not_printable_ascii_is_disguised() {
        let invisible =
            ["Jo\u{200b}hn", "\u{202e}nhoJ", "\u{ff11}\u{ff12}", "J\u{43e}hn", "J\0o\0h\0n\0", "tab\t", "é"];
        for text in invisible {
            assert!(disguise(text), "{text:?}");
        }
        assert!(!disguise(""));
        assert!(!disguise("FL1 ~"));
    }
}

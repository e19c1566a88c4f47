//! What a code's pattern can match: it must be bounded, printable ASCII, and too narrow for free text.
//!
//! Judges the pattern's syntax tree and matches nothing: the gate does. A pattern that passes here compiles
//! there, since its size with all repetitions written out is bounded.

mod digits;
mod reach;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

use reach::Reach;

/// Longest code in bytes. Lots, part and build numbers stay far below.
pub(crate) const MAX_CODE_BYTES: u16 = 64;
/// Longest pattern in bytes: what a reviewer can still read.
const MAX_PATTERN_BYTES: usize = 256;
/// Deepest nesting of a pattern, likewise.
const MAX_DEPTH: u32 = 16;

/// Longest value in bytes that `pattern` accepts, at most `max_length`; or why it may not stand in a manifest.
pub(crate) fn max_bytes(pattern: &str, max_length: Option<u16>) -> Result<u16, String> {
    let hir = parse(pattern)?;
    let reach = Reach::of(&hir)?;
    reach.refuse_excess()?;
    let Some(shortest) = hir.properties().minimum_len() else {
        return Err("the pattern matches nothing at all".into());
    };
    if shortest == 0 {
        return Err(
            "the pattern accepts an empty text; use `optional: true` for a field that may be missing".into(),
        );
    }
    let longest = longest(&hir, max_length)?;
    if shortest > usize::from(longest) {
        return Err(format!("the pattern needs {shortest} characters, but max_length is {longest}"));
    }
    reach.refuse_free_text(usize::from(longest))?;
    digits::refuse_long_numbers(&hir)?;
    Ok(longest)
}

/// Fails if `pattern` accepts nothing but digits. No shape and no detector tells an error code from an age or a
/// ward's number; a range at least shows a reviewer how many values there are.
pub(crate) fn refuse_number(pattern: &str) -> Result<(), String> {
    if !digits::are_all(&parse(pattern)?) {
        return Ok(());
    }
    Err("the pattern accepts digits alone, a number: make it an int with a range, such as \
         `type: int, range: [100, 9999]`"
        .into())
}

fn parse(pattern: &str) -> Result<Hir, String> {
    if !pattern.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err("a pattern is written in printable ASCII".into());
    }
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err(format!("the pattern has {} characters; at most {MAX_PATTERN_BYTES}", pattern.len()));
    }
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).nest_limit(MAX_DEPTH).build();
    parser.parse(pattern).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => format!("the pattern does not compile: {}", error.kind()),
        regex_syntax::Error::Translate(error) => format!("the pattern does not compile: {}", error.kind()),
        _ => "the pattern does not compile".into(),
    })
}

fn longest(hir: &Hir, max_length: Option<u16>) -> Result<u16, String> {
    let most = usize::from(max_length.unwrap_or(MAX_CODE_BYTES));
    let longest = match (hir.properties().maximum_len(), max_length) {
        (None, None) => {
            return Err("the pattern has no end; write `{1,6}` for `+` and `*`, or add max_length".into());
        }
        (Some(longest), None) => longest,
        (longest, Some(_)) => longest.unwrap_or(most).min(most),
    };
    match u16::try_from(longest) {
        Ok(longest) if longest <= MAX_CODE_BYTES => Ok(longest),
        _ => Err(format!("the code may have {longest} characters; at most {MAX_CODE_BYTES}")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_longest_code_follows_from_the_pattern() {
        assert_eq!(max_bytes("[0-9]{3,6}", None), Ok(6));
        assert_eq!(max_bytes("FL[0-9]{1,2}(-[AHW])?", None), Ok(6));
        assert_eq!(max_bytes("[A-Z0-9]{6,10}", Some(8)), Ok(8));
        assert_eq!(max_bytes("[0-9]{4}-[0-9]{3}", None), Ok(8));
        assert_eq!(max_bytes("[0-9]{4}--[0-9]{4}", None), Ok(10));
        assert_eq!(max_bytes("[0-9]{4}A[0-9]{4}", None), Ok(9));
        assert_eq!(max_bytes("[0-9A-]{12}", None), Ok(12));
        assert_eq!(max_bytes("[0-9]{1,7}", None), Ok(7));
        assert_eq!(max_bytes("Blue laser|Red laser", None), Ok(10));
    }

    #[test]
    fn a_code_of_digits_alone_is_a_number() {
        for number in ["[0-9]{3,6}", "404|50[0-9]", "([1-9][0-9]?){2}", "7"] {
            assert!(refuse_number(number).unwrap_err().contains("int with a range"), "{number}");
        }
        for code in ["E[0-9]{3}", "[0-9]{3}-[0-9]{2}", "[0-9A-F]{2}", "4711[a-c]?"] {
            assert_eq!(refuse_number(code), Ok(()), "{code}");
        }
    }

    #[test]
    fn what_is_not_a_bounded_narrow_ascii_pattern_is_refused_with_the_reason() {
        for (pattern, reason) in [
            ("[0-9", "does not compile: unclosed character class"),
            ("[0-9]+", "no end"),
            ("[0-9]{1,65}", "at most 64"),
            (".{1,5}", "printable ASCII"),
            ("[^,]{1,5}", "printable ASCII"),
            (r"\s", "printable ASCII"),
            (r"(?u:\w)", "printable ASCII"),
            (r"\p{Greek}", "does not compile"),
            ("ä", "printable ASCII"),
            (r"\x{e4}", "printable ASCII"),
            ("[ -~]{1,40}", "almost any character"),
            ("[A-Za-z ]{1,20}", "free text: 20 places"),
            ("[A-Z][a-z]{1,9} [A-Z][a-z]{1,9}", "free text"),
            ("([a-z]{4}){4}", "free text: 16 places"),
            ("(a{1,9}){9}{9}{9}{9}", "repeats too much"),
            ("^[0-9]$", "leave out `^`"),
            ("[0-9]{0,3}", "empty text"),
            ("", "empty text"),
            ("[0-9]{8}", "8 or more digits"),
            ("[0-9]{4}-?[0-9]{4}", "8 or more digits"),
            ("[0-9]{4}-[0-9]{4}", "8 or more digits"),
            ("[0-9]{2}([-. ][0-9]{2}){3}", "8 or more digits"),
            ("A[0-9]([ /]?[0-9]){0,7}B", "8 or more digits"),
            ("LOT(A|2026[0-9]{2})[0-9]{2}", "8 or more digits"),
            ("(A[0-9]{4}|[0-9]{4}B|[0-9]{4}){2}", "8 or more digits"),
            ("[a&&b]", "matches nothing"),
            (&"a".repeat(300), "at most 256"),
        ] {
            let error = max_bytes(pattern, None).unwrap_err();
            assert!(error.contains(reason), "{pattern}: {error}");
        }
        assert!(max_bytes("[0-9]{5}", Some(3)).unwrap_err().contains("needs 5"));
        assert!(max_bytes("[0-9]+", Some(65)).unwrap_err().contains("at most 64"));
        assert!(max_bytes("[A-Za-z]+", Some(20)).unwrap_err().contains("free text"));
    }

    proptest! {
        #[test]
        fn what_passes_compiles(pattern in r"([a-c0-9]|\[[A-C0-9]{1,4}\]|[(]a[|]b[)]|[?*+|()]|\{[0-9],9\}){1,20}") {
            if max_bytes(&pattern, Some(64)).is_ok() {
                regex::Regex::new(&format!("^(?:{pattern})$")).unwrap();
            }
        }
    }
}

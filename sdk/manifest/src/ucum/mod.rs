//! Whether a text is a UCUM code of a unit: grammar and symbols of <https://ucum.org/ucum>, case sensitive.
//!
//! Knows no dimensions and converts nothing. The crates that do bring decimal arithmetic and fuzzy matching
//! along, which each plugin would carry.

mod symbols;

use symbols::{METRIC, PLAIN, PREFIXES};

/// Deepest nesting of parentheses; real units have one level.
const MAX_DEPTH: u8 = 8;

/// What people write, and its UCUM code.
const COMMON: &[(&str, &str)] = &[
    ("°C", "Cel"),
    ("degC", "Cel"),
    ("°F", "[degF]"),
    ("µm", "um"),
    ("µL", "uL"),
    ("µs", "us"),
    ("sec", "s"),
    ("hr", "h"),
    ("rpm", "/min"),
    ("mmHg", "mm[Hg]"),
    ("psi", "[psi]"),
    ("ppm", "[ppm]"),
    ("percent", "%"),
    ("ohm", "Ohm"),
    ("events", "{events}"),
    ("counts", "{counts}"),
];

/// Says what is wrong with `code`, if anything is.
pub(crate) fn check(code: &str) -> Result<(), String> {
    if (Reader { rest: code, depth: 0 }).whole().is_some() {
        return Ok(());
    }
    let wrong = format!("`{code}` is no UCUM code of a unit");
    match COMMON.iter().find(|(written, _)| *written == code) {
        Some((_, ucum)) => Err(format!("{wrong}; write `{ucum}`")),
        None => {
            Err(format!("{wrong}, such as `mW`, `V`, `%`, `kPa`, `Cel`, `/min`, `{{events}}`; see ucum.org"))
        }
    }
}

/// Recursive descent over what is left of the code; `None` is "not UCUM".
struct Reader<'a> {
    rest: &'a str,
    depth: u8,
}

impl<'a> Reader<'a> {
    fn whole(mut self) -> Option<()> {
        self.take('/');
        self.term()?;
        self.rest.is_empty().then_some(())
    }

    /// Components joined by `.` and `/`.
    fn term(&mut self) -> Option<()> {
        self.component()?;
        while self.take('.') || self.take('/') {
            self.component()?;
        }
        Some(())
    }

    /// A unit or factor with an optional annotation, an annotation alone, or a term in parentheses.
    fn component(&mut self) -> Option<()> {
        if self.take('(') {
            return self.parenthesised();
        }
        let symbol = self.symbol()?;
        if symbol.is_empty() {
            return self.annotation();
        }
        if !(is_factor(symbol) || is_unit(symbol)) {
            return None;
        }
        if self.rest.starts_with('{') { self.annotation() } else { Some(()) }
    }

    fn parenthesised(&mut self) -> Option<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.term()?;
        self.depth -= 1;
        self.take(')').then_some(())
    }

    /// `{…}` over printable ASCII without braces.
    fn annotation(&mut self) -> Option<()> {
        let (note, rest) = self.rest.strip_prefix('{')?.split_once('}')?;
        self.rest = rest;
        let legible = note.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'{');
        (legible && !note.is_empty()).then_some(())
    }

    /// All up to the next operator; within `[…]` nothing is an operator.
    fn symbol(&mut self) -> Option<&'a str> {
        let mut bracketed = false;
        let end = self.rest.find(|c| {
            bracketed = c == '[' || (bracketed && c != ']');
            !bracketed && matches!(c, '.' | '/' | '(' | ')' | '{' | '}')
        });
        let (symbol, rest) = self.rest.split_at_checked(end.unwrap_or(self.rest.len()))?;
        self.rest = rest;
        Some(symbol)
    }

    fn take(&mut self, operator: char) -> bool {
        let rest = self.rest.strip_prefix(operator);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

/// A positive whole number.
fn is_factor(symbol: &str) -> bool {
    !symbol.starts_with('0') && symbol.bytes().all(|byte| byte.is_ascii_digit())
}

/// A symbol, maybe with a prefix, maybe with an exponent.
fn is_unit(text: &str) -> bool {
    let bare = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let signless = bare.strip_suffix(['+', '-']).filter(|_| bare.len() < text.len());
    let symbol = signless.unwrap_or(bare);
    let prefixed = |prefix| symbol.strip_prefix(prefix).is_some_and(|rest| is_in(METRIC, rest));
    is_in(METRIC, symbol) || is_in(PLAIN, symbol) || PREFIXES.split(' ').any(prefixed)
}

fn is_in(symbols: &str, symbol: &str) -> bool {
    symbols.split(' ').any(|known| known == symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_ucum_codes() {
        for good in [
            "mW",
            "V",
            "%",
            "kPa",
            "Cel",
            "1",
            "s",
            "us",
            "/min",
            "uL/min",
            "m/s2",
            "kg.m/s2",
            "cm3",
            "10*3/uL",
            "10*-6",
            "10^9/L",
            "mm[Hg]",
            "[degF]",
            "[pH]",
            "{events}",
            "{events}/s",
            "mol{Na}",
            "g/(8.h)",
            "Ohm",
            "dB",
            "B[10.nV]",
            "[m/s2/Hz^(1/2)]",
            "[in_i'H2O]",
            "m-1",
            "m+2",
            "dar",
            "Mibit",
            "deg",
            "'",
            "nm",
            "/(s.m)",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn refuses_what_only_looks_like_one() {
        for bad in [
            "", " ", "mw", "Volt", "°C", "sec", "m W", "m//s", "m/", ".m", "m.", "(m", "m)", "()", "m^2",
            "k%", "kk", "{a b}", "{}", "{a", "m{a}2", "m-", "0", "01", "[foo]", "[pH", "{a}{b}", "kdeg", "é",
            "/", "//m",
        ] {
            check(bad).unwrap_err();
        }
        check(&"(".repeat(1000)).unwrap_err();
    }

    #[test]
    fn helps_with_what_people_write() {
        assert_eq!(check("°C").unwrap_err(), "`°C` is no UCUM code of a unit; write `Cel`");
        for (written, ucum) in COMMON {
            check(written).unwrap_err();
            check(ucum).unwrap();
        }
    }
}

//! Times as an instrument writes them, in chrono's `strftime` notation. A slot has only parts of fixed width, so that
//! the end of a time is always clear within a template.

/// The specifiers that a slot may use, and what they look like in a line.
const SPECIFIERS: &[(&str, &str)] = &[
    ("%.3f", r"\.[0-9]{3}"),
    ("%3f", "[0-9]{3}"),
    ("%Y", "[0-9]{4}"),
    ("%y", "[0-9]{2}"),
    ("%m", "[0-9]{2}"),
    ("%d", "[0-9]{2}"),
    ("%b", "[A-Z][a-z]{2}"),
    ("%H", "[0-9]{2}"),
    ("%I", "[0-9]{2}"),
    ("%M", "[0-9]{2}"),
    ("%S", "[0-9]{2}"),
    ("%p", "[AP]M"),
    ("%z", "[+-][0-9]{4}"),
];

/// Those that a time by itself may use as well: it ends where its cell does, or where the number does.
const UNPADDED: &[(&str, &str)] =
    &[("%-m", "[0-9]{1,2}"), ("%-d", "[0-9]{1,2}"), ("%-H", "[0-9]{1,2}"), ("%-I", "[0-9]{1,2}")];

/// Longest form: twice what a full date with time, fraction and zone needs.
const MAX_FORMAT_BYTES: usize = 64;

/// Where a form is used, which decides what it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A slot of a template.
    Slot,
    /// The beginning of a log's entry.
    Entry,
    /// A cell of a table, which may hold a day alone.
    Cell,
}

/// A specifier, or the text between two of them.
enum Piece<'a> {
    Specifier(&'static str, &'static str),
    Between(&'a str),
}

/// What a time in this form looks like; a form that [`check`] refuses fits nothing.
pub(super) fn regex(format: &str) -> String {
    let Ok(pieces) = pieces(format, Use::Slot) else { return "[^\\x00-\\xff]".into() };
    let regex = |piece: &Piece<'_>| match piece {
        Piece::Specifier(_, regex) => (*regex).to_owned(),
        Piece::Between(text) => regex_syntax::escape(text),
    };
    pieces.iter().map(regex).collect()
}

/// Fails, with the reason, on a form that a manifest may not have there.
pub(crate) fn check(format: &str, used: Use) -> Result<(), String> {
    if format.len() > MAX_FORMAT_BYTES {
        return Err(format!("the format has {} characters; at most {MAX_FORMAT_BYTES}", format.len()));
    }
    let pieces = pieces(format, used)?;
    let has = |wanted: &[&str]| {
        pieces.iter().any(|piece| matches!(piece, Piece::Specifier(word, _) if wanted.contains(word)))
    };
    let half_day = has(&["%I", "%-I"]);
    if half_day != has(&["%p"]) {
        return Err("`%I` and `%p` belong together: without both an hour could be two".into());
    }
    let date = has(&["%Y", "%y"]) && has(&["%m", "%-m", "%b"]) && has(&["%d", "%-d"]);
    let hour = has(&["%H", "%-H"]) || half_day;
    match used {
        Use::Cell if date && !hour && !has(&["%M", "%S"]) => Ok(()),
        _ if date && hour && has(&["%M"]) => Ok(()),
        Use::Cell => {
            Err("the format needs year, month and day, and with a time of day hour and minute".into())
        }
        Use::Slot | Use::Entry => Err("the format needs year, month, day, hour and minute".into()),
    }
}

fn pieces(format: &str, used: Use) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while !rest.is_empty() {
        let piece = next_piece(rest, used)?;
        rest = rest.get(piece.len()..).unwrap_or_default();
        pieces.push(piece);
    }
    Ok(pieces)
}

fn next_piece(rest: &str, used: Use) -> Result<Piece<'_>, String> {
    let more = if used == Use::Slot { &[] } else { UNPADDED };
    let mut known = SPECIFIERS.iter().chain(more);
    if let Some((word, regex)) = known.clone().find(|(word, _)| rest.starts_with(word)) {
        return Ok(Piece::Specifier(word, regex));
    }
    let (between, _) = rest.split_at(rest.find('%').unwrap_or(rest.len()));
    if between.is_empty() {
        let known: Vec<&str> = known.by_ref().map(|(word, _)| *word).collect();
        let wrong: String = rest.chars().take(2).collect();
        let why = if used == Use::Slot { ", which have a fixed width" } else { "" };
        return Err(format!("`{wrong}` is none of {}{why}", known.join(" ")));
    }
    if !between.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err("a format is written in printable ASCII".into());
    }
    Ok(Piece::Between(between))
}

impl Piece<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Specifier(word, _) => word.len(),
            Self::Between(text) => text.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_whole_and_of_fixed_width() {
        for good in ["%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S%.3f%z", "%b %d %Y %I:%M %p", "%y%m%d%H%M"] {
            assert_eq!(check(good, Use::Slot), Ok(()), "{good}");
        }
        for (bad, reason) in [
            ("%e.%m.%Y %H:%M", "`%e` is none of"),
            ("%d.%m.%Y", "hour and minute"),
            ("%d.%m.%Y %I:%M", "belong together"),
            ("%d.%m.%Y %H:%M %", "`%` is none of"),
            ("%d. %m. %Y um %H:%M Ühr", "printable ASCII"),
            (&"%d".repeat(40), "at most 64"),
        ] {
            assert!(check(bad, Use::Slot).unwrap_err().contains(reason), "{bad}");
        }
        for (cell, good) in [
            ("%-m/%-d/%Y %-I:%M %p", true),
            ("%d.%m.%Y", true),
            ("%d.%m.%Y %H", false),
            ("%d.%m. %H:%M", false),
        ] {
            assert_eq!(check(cell, Use::Cell).is_ok(), good, "{cell}");
        }
        assert!(check("%-m/%-d/%Y", Use::Entry).unwrap_err().contains("hour and minute"));
        assert_eq!(regex("%d.%m.%Y"), r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}");
    }
}

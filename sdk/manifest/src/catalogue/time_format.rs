//! Times as an instrument writes them, in chrono's `strftime` notation: only parts of fixed width, so that the
//! end of a time is always clear.

/// The specifiers that a manifest may use, and what they look like in a line.
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

/// Longest form: twice what a full date with time, fraction and zone needs.
const MAX_FORMAT_BYTES: usize = 64;

/// A specifier, or the text between two of them.
enum Piece<'a> {
    Specifier(&'static str, &'static str),
    Between(&'a str),
}

/// What a time in this form looks like; a form that [`check`] refuses fits nothing.
pub(super) fn regex(format: &str) -> String {
    let Ok(pieces) = pieces(format) else { return "[^\\x00-\\xff]".into() };
    let regex = |piece: &Piece<'_>| match piece {
        Piece::Specifier(_, regex) => (*regex).to_owned(),
        Piece::Between(text) => regex_syntax::escape(text),
    };
    pieces.iter().map(regex).collect()
}

/// Fails, with the reason, on a form that a manifest may not have.
pub(crate) fn check(format: &str) -> Result<(), String> {
    if format.len() > MAX_FORMAT_BYTES {
        return Err(format!("the format has {} characters; at most {MAX_FORMAT_BYTES}", format.len()));
    }
    let pieces = pieces(format)?;
    let has = |wanted: &[&str]| {
        pieces.iter().any(|piece| matches!(piece, Piece::Specifier(word, _) if wanted.contains(word)))
    };
    let half_day = has(&["%I"]);
    if half_day != has(&["%p"]) {
        return Err("`%I` and `%p` belong together: without both an hour could be two".into());
    }
    let whole = has(&["%Y", "%y"])
        && has(&["%m", "%b"])
        && has(&["%d"])
        && (has(&["%H"]) || half_day)
        && has(&["%M"]);
    if whole { Ok(()) } else { Err("the format needs year, month, day, hour and minute".into()) }
}

fn pieces(format: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while !rest.is_empty() {
        let piece = next_piece(rest)?;
        rest = rest.get(piece.len()..).unwrap_or_default();
        pieces.push(piece);
    }
    Ok(pieces)
}

fn next_piece(rest: &str) -> Result<Piece<'_>, String> {
    if let Some((word, regex)) = SPECIFIERS.iter().find(|(word, _)| rest.starts_with(word)) {
        return Ok(Piece::Specifier(word, regex));
    }
    let (between, _) = rest.split_at(rest.find('%').unwrap_or(rest.len()));
    if between.is_empty() {
        let known: Vec<&str> = SPECIFIERS.iter().map(|(word, _)| *word).collect();
        let wrong: String = rest.chars().take(2).collect();
        return Err(format!("`{wrong}` is none of {}, which have a fixed width", known.join(" ")));
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
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, reason) in [
            ("%e.%m.%Y %H:%M", "`%e` is none of"),
            ("%d.%m.%Y", "hour and minute"),
            ("%d.%m.%Y %I:%M", "belong together"),
            ("%d.%m.%Y %H:%M %", "`%` is none of"),
            ("%d. %m. %Y um %H:%M Ühr", "printable ASCII"),
            (&"%d".repeat(40), "at most 64"),
        ] {
            assert!(check(bad).unwrap_err().contains(reason), "{bad}");
        }
        assert_eq!(regex("%d.%m.%Y"), r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}");
    }
}

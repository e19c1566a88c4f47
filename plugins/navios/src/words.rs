//! The closed vocabularies: words of the file to words of the manifest. Nothing passes through unread.

use labrelay_collector::fcs::Text;

/// The manifest's word for the cytometer, if it is of this family.
pub(crate) fn model(text: &Text) -> Option<&'static str> {
    let name = text.text("$CYT")?.to_ascii_lowercase();
    match name.as_str() {
        "navios ex" => Some("navios_ex"),
        _ if name.starts_with("navios") => Some("navios"),
        _ if name.starts_with("gallios") => Some("gallios"),
        _ if name.contains("fc 500") || name.contains("fc500") => Some("fc500"),
        _ => None,
    }
}

/// Why the acquisition ended. Only `PROTOCOL` has been seen in real files.
pub(crate) fn stop_reason(word: &str) -> &'static str {
    match word.to_ascii_uppercase().as_str() {
        "PROTOCOL" => "protocol",
        "TIME" => "time",
        "EVENTS" => "events",
        "USER" | "MANUAL" => "user",
        "ERROR" => "error",
        _ => "other",
    }
}

/// Position of a laser's shutter.
pub(crate) fn shutter(word: &str) -> Option<&'static str> {
    match word {
        _ if word.eq_ignore_ascii_case("open") => Some("open"),
        _ if word.eq_ignore_ascii_case("closed") => Some("closed"),
        _ => None,
    }
}

/// `ON` or `OFF`.
pub(crate) fn switch(word: &str) -> Option<bool> {
    match word {
        _ if word.eq_ignore_ascii_case("on") => Some(true),
        _ if word.eq_ignore_ascii_case("off") => Some(false),
        _ => None,
    }
}

/// What of the pulse a parameter measures: data set 1 has words, data set 2 letters.
pub(crate) fn signal(word: &str) -> Option<&'static str> {
    match word {
        "INT" | "A" => Some("integral"),
        "PEAK" | "H" => Some("peak"),
        "TOF" | "W" => Some("time_of_flight"),
        _ => None,
    }
}

/// Scale of a parameter: `LIN` and `LOG`, or `Lin` and `Log` on the FC500.
pub(crate) fn scale(word: &str) -> Option<&'static str> {
    match word {
        _ if word.eq_ignore_ascii_case("lin") => Some("lin"),
        _ if word.eq_ignore_ascii_case("log") => Some("log"),
        _ => None,
    }
}

/// A detector's code: `FS`, `SS`, or `FL` and its number. Anything else may be a name that a person gave.
pub(crate) fn detector(word: &str) -> Option<&str> {
    let numbered = || {
        let digits = word.strip_prefix("FL")?;
        let fits = matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_digit());
        (fits && !digits.starts_with('0')).then_some(word)
    };
    if word == "FS" || word == "SS" { Some(word) } else { numbered() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_detectors_of_the_instrument_are_codes() {
        for code in ["FS", "SS", "FL1", "FL10"] {
            assert_eq!(detector(code), Some(code));
        }
        for name in ["", "FL", "FL0", "FL01", "FL123", "FLx", "CD45", "fs", "TIME"] {
            assert_eq!(detector(name), None, "{name}");
        }
    }

    #[test]
    fn words_not_known_say_nothing_of_themselves() {
        assert_eq!(stop_reason("Doe, Jane"), "other");
        assert_eq!((shutter("half"), switch("perhaps")), (None, None));
        assert_eq!((shutter("Closed"), switch("OFF")), (Some("closed"), Some(false)));
    }
}

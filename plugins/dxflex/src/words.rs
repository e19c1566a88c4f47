//! The closed vocabularies: words of the file to words of the manifest. Nothing passes through unread.

use labrelay_collector::fcs::Text;

/// The manifest's word for the cytometer, if it is of this family.
pub(crate) fn model(text: &Text) -> Option<&'static str> {
    let name = text.text("$CYT")?.to_ascii_lowercase();
    match name.as_str() {
        "cytoflex" => Some("cytoflex"),
        "cytoflex s" => Some("cytoflex_s"),
        "cytoflex lx" => Some("cytoflex_lx"),
        "cytoflex srt" => Some("cytoflex_srt"),
        _ if name.starts_with("dxflex") => Some("dxflex"),
        _ if name.starts_with("cytoflex") => Some("other"),
        _ => None,
    }
}

/// The version at the end of a text such as `CytExpert 2.4.0.28`.
pub(crate) fn version(software: &str) -> Option<&str> {
    let version = software.split_ascii_whitespace().next_back()?;
    version
        .split('.')
        .all(|part| part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty())
        .then_some(version)
}

/// How the threshold was set. Only `ManualThreshold` has been seen in real files.
pub(crate) fn threshold_kind(word: &str) -> &'static str {
    match word {
        "ManualThreshold" => "manual",
        "AutoThreshold" | "AutomaticThreshold" => "automatic",
        _ => "other",
    }
}

/// `True` or `False`.
pub(crate) fn truth(word: &str) -> Option<bool> {
    match word {
        _ if word.eq_ignore_ascii_case("true") => Some(true),
        _ if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A detector's code: `FSC`, `SSC`, `VSSC`, perhaps with a number behind `_`, or `FL` and its number. Anything
/// else may be a name that a person gave.
pub(crate) fn detector(word: &str) -> Option<&str> {
    let number = |digits: &str, longest: usize| {
        let fits = (1..=longest).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits && !digits.starts_with('0')
    };
    let scatter = || {
        let (name, copy) = word.split_once('_').unwrap_or((word, "1"));
        matches!(name, "SSC" | "VSSC") && number(copy, 1)
    };
    let fluorescence = || word.strip_prefix("FL").is_some_and(|digits| number(digits, 2));
    (word == "FSC" || scatter() || fluorescence()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_detectors_of_the_instrument_are_codes() {
        for code in ["FSC", "SSC", "SSC_1", "VSSC", "FL1", "FL21"] {
            assert_eq!(detector(code), Some(code));
        }
        for name in ["", "FL", "FL0", "FL123", "SSC_", "SSC_0", "SSC_12", "FSC_1", "CD45", "Jane", "fsc"] {
            assert_eq!(detector(name), None, "{name}");
        }
    }

    #[test]
    fn a_version_is_digits_and_dots() {
        assert_eq!(version("CytExpert 2.4.0.28"), Some("2.4.0.28"));
        for none in ["", "CytExpert", "CytExpert 2.4.beta", "2..4"] {
            assert_eq!(version(none), None, "{none}");
        }
    }

    #[test]
    fn words_not_known_say_nothing_of_themselves() {
        assert_eq!(threshold_kind("Doe, Jane"), "other");
        assert_eq!((truth("True"), truth("FALSE"), truth("maybe")), (Some(true), Some(false), None));
    }
}

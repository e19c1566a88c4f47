//! Patterns over file names: `*`, `?` and alternatives by `|`, without regard to case.
//!
//! Names only, never paths: which folders are looked into is the configuration's affair.

use regex::Regex;

/// Longest pattern in bytes: a dozen alternatives; beyond it somebody pasted something else.
const MAX_PATTERN_BYTES: usize = 1024;

/// A pattern such as `*.lmd` or `*.fcs|*.lmd`.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Nothing would match.
    #[error("a pattern or one of its alternatives is empty; to take every file write \"*\"")]
    Empty,
    /// It speaks of folders.
    #[error("a pattern is over file names, so it holds no '/' and no '\\'; name the folder under `folders`")]
    Path,
    /// It is too long.
    #[error("a pattern is at most {MAX_PATTERN_BYTES} bytes long")]
    TooLong,
}

impl Pattern {
    /// Reads a pattern.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        if text.len() > MAX_PATTERN_BYTES {
            return Err(PatternError::TooLong);
        }
        if text.contains(['/', '\\']) {
            return Err(PatternError::Path);
        }
        if text.split('|').any(str::is_empty) {
            return Err(PatternError::Empty);
        }
        let any_of: Vec<String> = text.split('|').map(as_regex).collect();
        // What `as_regex` writes always compiles; its size is bounded above.
        Regex::new(&format!(r"(?is)\A(?:{})\z", any_of.join("|")))
            .map(Self)
            .map_err(|_| PatternError::TooLong)
    }

    /// Whether a file of this name is meant.
    pub fn matches(&self, file_name: &str) -> bool {
        self.0.is_match(file_name)
    }
}

fn as_regex(alternative: &str) -> String {
    let piece = |c: char| match c {
        '*' => ".*".to_owned(),
        '?' => ".".to_owned(),
        other => regex::escape(other.encode_utf8(&mut [0; 4])),
    };
    alternative.chars().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_question_marks_and_alternatives_match_whole_names_of_any_case() {
        let pattern = Pattern::new("*.lmd|QC_?.fcs").unwrap();
        for name in ["a.lmd", "A.LMD", ".lmd", "x.y.Lmd", "qc_1.FCS", "ä b\nc.lmd"] {
            assert!(pattern.matches(name), "{name}");
        }
        for name in ["a.lmd.tmp", "almd", "qc_12.fcs", "qc_.fcs", "xqc_1.fcs", ""] {
            assert!(!pattern.matches(name), "{name}");
        }
    }

    #[test]
    fn other_signs_stand_for_themselves() {
        let pattern = Pattern::new("a+(1)[x].c$").unwrap();
        assert!(pattern.matches("a+(1)[x].c$"));
        assert!(!pattern.matches("aa1x.c"));
    }

    #[test]
    fn what_can_match_nothing_is_refused_with_the_cure() {
        assert_eq!(Pattern::new("").unwrap_err(), PatternError::Empty);
        assert_eq!(Pattern::new("*.lmd|").unwrap_err(), PatternError::Empty);
        assert_eq!(Pattern::new("data/*.lmd").unwrap_err(), PatternError::Path);
        assert_eq!(Pattern::new(r"C:\*.lmd").unwrap_err(), PatternError::Path);
        assert_eq!(Pattern::new(&"*".repeat(2000)).unwrap_err(), PatternError::TooLong);
    }
}

//! Names of the PC and of accounts on it, which no text may hold. Whole names, without regard to case.

use std::fmt;

use aho_corasick::AhoCorasick;

/// Shorter names stand in too many codes by chance.
const MIN_NAME_BYTES: usize = 3;

/// The names, ready to be looked for in one pass over a text. `Debug` shows none.
pub(crate) struct LocalNames {
    /// `None` if they are too many to compile: then every text may hold one.
    names: Option<AhoCorasick>,
}

impl LocalNames {
    pub(crate) fn new(names: &[String]) -> Self {
        let long_enough = names.iter().filter(|name| name.len() >= MIN_NAME_BYTES);
        Self { names: AhoCorasick::builder().ascii_case_insensitive(true).build(long_enough).ok() }
    }

    /// Whether a name stands in `text` with neither letter nor digit beside it.
    pub(crate) fn stand_in(&self, text: &str) -> bool {
        let Some(names) = &self.names else { return true };
        // Mostly there is none, which is known sooner than where each stands.
        names.is_match(text)
            && names.find_overlapping_iter(text).any(|found| {
                let is_part = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
                let before = text.as_bytes().get(..found.start()).and_then(<[u8]>::last);
                !is_part(before) && !is_part(text.as_bytes().get(found.end()))
            })
    }
}

impl fmt::Debug for LocalNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalNames(..)")
    }
}

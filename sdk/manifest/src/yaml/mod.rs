//! YAML to a serde type, with errors that name line, column and the nearest key.
//!
//! A file is first walked once without building anything (`census`), so that duplicate keys and alias bombs
//! end there. Serde types carry no positions; `locate` finds one again when something is wrong.

mod census;
mod explain;
mod locate;
mod named;
mod parsed;

use serde::de::DeserializeOwned;

use crate::{ManifestError, ManifestErrors};
pub(crate) use locate::locate;
pub(crate) use named::Named;
pub(crate) use parsed::Parsed;

/// Greatest file in bytes: a catalogue of 10,000 events takes about 3 MB.
const MAX_FILE_BYTES: usize = 8 * 1024 * 1024;

/// Reads one YAML document into `T`. Duplicate keys are errors; unknown ones are if `T` denies them.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ManifestErrors> {
    if bytes.len() > MAX_FILE_BYTES {
        let message = format!("the file has {} bytes; at most {MAX_FILE_BYTES} are read", bytes.len());
        return Err(ManifestError { line: 1, column: 1, other_line: None, message }.into());
    }
    census::check(bytes).map_err(explain::explain)?;
    serde_yaml::from_slice(bytes).map_err(|error| explain::explain(error).into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn error(text: &str) -> String {
        read::<BTreeMap<String, Vec<String>>>(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_key_that_stands_twice_is_an_error_at_the_second() {
        assert_eq!(error("a: [x]\nb: [y]\na: [z]\n"), "3:1: duplicate key `a`");
    }

    #[test]
    fn a_deep_alias_bomb_ends_early() {
        let mut bomb = String::from("a0: &a0 [x]\n");
        for n in 1..40 {
            bomb += &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "));
        }
        assert_eq!(error(&bomb), "1:1: the aliases of this file repeat too much");
    }

    #[test]
    fn a_wide_alias_bomb_ends_early() {
        let bomb = format!("a: &a [{}]\nb:\n{}", "x".repeat(100_000), "  - *a\n".repeat(1000));
        assert!(error(&bomb).ends_with("the aliases of this file repeat too much"), "{}", error(&bomb));
    }

    #[test]
    fn deep_nesting_large_files_and_second_documents_are_refused() {
        assert!(error(&"[".repeat(100_000)).contains("recursion limit"));
        assert!(error(&"#".repeat(MAX_FILE_BYTES + 1)).contains("at most 8388608"));
        assert!(error("a: [x]\n---\nb: [y]\n").contains("more than one document"));
    }

    #[test]
    fn broken_yaml_is_located() {
        assert!(error("a: [x]\nb: c: d\n").starts_with("2:5: mapping values are not allowed"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = read::<BTreeMap<String, String>>(&bytes);
        }
    }
}

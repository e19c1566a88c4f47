//! The difference of two texts by lines, for a golden that does not fit.

use std::collections::BTreeMap;

/// Lines shown at most; the first differences tell enough.
const MAX_LINES: usize = 40;

/// `None` if both hold the same lines in the same order; else lines to remove (`-`) and to add (`+`).
///
/// Goldens are short lists of records, so the lines are compared as a multiset first: what is on one side
/// only. If that is empty, only the order differs.
pub fn between(expected: &str, actual: &str) -> Option<String> {
    if expected.lines().eq(actual.lines()) {
        return None;
    }
    let mut balance: BTreeMap<&str, i64> = BTreeMap::new();
    expected.lines().for_each(|line| *balance.entry(line).or_default() -= 1);
    actual.lines().for_each(|line| *balance.entry(line).or_default() += 1);
    let mut shown: Vec<String> = Vec::new();
    for (line, count) in balance.into_iter().filter(|(_, count)| *count != 0) {
        let sign = if count < 0 { '-' } else { '+' };
        shown.extend((0..count.unsigned_abs()).map(|_| format!("{sign} {line}")));
    }
    if shown.is_empty() {
        return Some("the same lines in another order".to_owned());
    }
    let more = shown.len().saturating_sub(MAX_LINES);
    shown.truncate(MAX_LINES);
    if more > 0 {
        shown.push(format!("… and {more} more"));
    }
    Some(shown.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_stands_on_one_side_only() {
        assert_eq!(between("a\nb\n", "a\nb\n"), None);
        assert_eq!(between("a\nb\n", "a\nc\n").unwrap(), "- b\n+ c");
        assert_eq!(between("a\na\n", "a\n").unwrap(), "- a");
        assert!(between("a\nb\n", "b\na\n").unwrap().contains("order"));
    }

    #[test]
    fn cuts_a_long_difference() {
        let many: String = (0..100).map(|number| format!("{number}\n")).collect();
        assert!(between("", &many).unwrap().ends_with("60 more"));
    }
}

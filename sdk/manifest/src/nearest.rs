//! The word that a person probably meant.

/// The candidate with the fewest typing errors between it and `word`, if there are few enough to believe it.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let tolerated = word.chars().count() / 3;
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= tolerated)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_word_behind_a_typing_error_and_nothing_far_away() {
        let keys = ["pattern", "settle", "format"];
        assert_eq!(nearest("settel", keys), Some("settle"));
        assert_eq!(nearest("patern", keys), Some("pattern"));
        assert_eq!(nearest("zone", keys), None);
        assert_eq!(nearest("2h", ["1h", "1d"]), None, "too short to guess");
    }
}

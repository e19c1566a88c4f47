//! Lengths of time as a person writes them: `500ms`, `5s`, `2min`, `24h`, `7d`.

use std::time::Duration;

/// Units with their microseconds; a week or month is written in days.
const UNITS: &[(&str, i64)] = &[
    ("us", 1),
    ("ms", 1_000),
    ("s", 1_000_000),
    ("min", 60_000_000),
    ("h", 3_600_000_000),
    ("d", 86_400_000_000),
];

/// Greatest length: 100 years, so that microseconds stay exact in every JSON reader.
const MAX_MICROS: i64 = 36_525 * 86_400_000_000;

/// Microseconds of a whole number with a unit.
pub(crate) fn micros(text: &str) -> Result<i64, String> {
    let wrong =
        || format!("`{text}` is no length of time; write a whole number and us, ms, s, min, h or d: `5s`");
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits).ok_or_else(wrong)?;
    let (_, factor) = UNITS.iter().find(|(word, _)| *word == unit).ok_or_else(wrong)?;
    let number: i64 = number.parse().map_err(|_| wrong())?;
    let micros = number.checked_mul(*factor).filter(|micros| *micros <= MAX_MICROS);
    micros.ok_or_else(|| format!("`{text}` is longer than 100 years"))
}

/// Longest settle time in microseconds: an hour. More would be a way of never reading.
const MAX_SETTLE_MICROS: u64 = 3_600_000_000;

/// How long a file must have rested before it is read, as manifests and a site's configuration write it: `5s`.
/// The error is for a person.
pub fn settle_time(text: &str) -> Result<Duration, String> {
    let micros = u64::try_from(micros(text)?).unwrap_or_default();
    if micros > MAX_SETTLE_MICROS {
        return Err(format!("`{text}` is longer than an hour"));
    }
    Ok(Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whole_numbers_with_a_unit_and_nothing_else() {
        assert_eq!(micros("500ms"), Ok(500_000));
        assert_eq!(micros("2min"), Ok(120_000_000));
        assert_eq!(micros("0s"), Ok(0));
        for bad in ["", "5", "s", "5 s", "-5s", "1.5h", "5S", "5m", "99999999999999999999s", "36526d", "5é"]
        {
            micros(bad).unwrap_err();
        }
    }
}

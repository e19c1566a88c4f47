//! Numbers as a person reads them.

/// Beyond this a count is only "more than": nobody reads twenty digits.
const MOST_SHOWN: u128 = 1_000_000_000_000_000;

/// With a comma before each three digits.
pub(crate) fn grouped(number: impl Into<i128>) -> String {
    let number = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How many values there are.
pub(crate) fn count(values: u128) -> String {
    match i128::try_from(values) {
        Ok(1) => "1 possible value".into(),
        Ok(number) if values <= MOST_SHOWN => format!("{} possible values", grouped(number)),
        _ => format!("more than {} possible values", grouped(1_000_000_000_000_000_i128)),
    }
}

/// A number with a fixed number of decimals, the digits before them in groups.
pub(crate) fn decimal(number: f64, decimals: u8) -> String {
    let text = format!("{number:.*}", usize::from(decimals));
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    match whole.parse::<i128>() {
        Ok(whole_number) if whole != "-0" => grouped(whole_number) + rest,
        _ => text.clone(),
    }
}

/// A length of time in the largest units that give it exactly, as manifests write it.
pub(crate) fn length_of_time(micros: i64) -> String {
    const UNITS: &[(i64, &str)] =
        &[(3_600_000_000, "h"), (60_000_000, "min"), (1_000_000, "s"), (1_000, "ms")];
    let unit = UNITS.iter().find(|(size, _)| micros != 0 && micros % size == 0);
    match unit {
        Some((size, word)) => format!("{} {word}", grouped(micros / size)),
        None if micros == 0 => "0 s".into(),
        None => format!("{} µs", grouped(micros)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(decimal(1234.5, 2), "1,234.50");
        assert_eq!(decimal(-0.25, 2), "-0.25");
        assert_eq!(count(1), "1 possible value");
        assert_eq!(count(u128::MAX), "more than 1,000,000,000,000,000 possible values");
        assert_eq!(length_of_time(43_200_000_000), "12 h");
        assert_eq!(length_of_time(1_500_000), "1,500 ms");
        assert_eq!(length_of_time(0), "0 s");
    }
}

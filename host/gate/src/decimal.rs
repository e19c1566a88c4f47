//! Numbers with a declared number of decimal places: rounding, and writing as the shortest decimal.
//!
//! A number is a whole count of its smallest place ("units"): 12.5 with 2 decimals is 1250 units. Up to
//! [`EXACT_UNITS`] a double keeps every such count apart, so writing, reading and rounding give the same again.

/// Greatest count of units: a double keeps 15 decimal digits, never fewer.
pub(crate) const EXACT_UNITS: i64 = 1_000_000_000_000_000;

/// Decimal places of a duration, which is written in seconds and kept in microseconds.
pub(crate) const DURATION_DECIMALS: u8 = 6;

/// Rounds to `decimals` places, half away from zero, -0 to 0; `None` beyond [`EXACT_UNITS`].
pub(crate) fn round(number: f64, decimals: u8) -> Option<f64> {
    units(number, decimals).map(|units| self::number(units, decimals))
}

/// Rounds a duration to `decimals` places of its seconds, half away from zero.
pub(crate) fn round_micros(micros: i64, decimals: u8) -> i64 {
    let step = 10_i64.pow(DURATION_DECIMALS.saturating_sub(decimals).into());
    let half = step / 2 * micros.signum();
    micros.saturating_add(half) / step * step
}

/// How many units of `10^-decimals` the number is nearest to; `None` beyond [`EXACT_UNITS`] and for NaN.
pub(crate) fn units(number: f64, decimals: u8) -> Option<i64> {
    let units = (number * scale(decimals) as f64).round();
    (units.abs() <= EXACT_UNITS as f64).then_some(units as i64)
}

/// Writes `units` of `10^-decimals` without exponent, trailing zeros or a bare point.
pub(crate) fn write(out: &mut Vec<u8>, units: i64, decimals: u8) {
    let scale = scale(decimals);
    let (whole, part) = (units.unsigned_abs() / scale, units.unsigned_abs() % scale);
    if units < 0 {
        out.push(b'-');
    }
    let mut digits = itoa::Buffer::new();
    out.extend_from_slice(digits.format(whole).as_bytes());
    if part != 0 {
        // scale + part is a 1 and then the part with its leading zeros; the point takes the place of the 1.
        let point_at = out.len();
        out.extend_from_slice(digits.format(scale + part).trim_end_matches('0').as_bytes());
        if let Some(one) = out.get_mut(point_at) {
            *one = b'.';
        }
    }
}

/// The number that `units` of `10^-decimals` stand for.
pub(crate) fn number(units: i64, decimals: u8) -> f64 {
    units as f64 / scale(decimals) as f64
}

/// The units of a number written by [`write`]; `None` for any other way of writing one, and beyond what
/// 18 digits hold.
pub(crate) fn read(text: &str, decimals: u8) -> Option<i64> {
    const MAX_DIGITS: usize = 18;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_whole =
        |digits: &str| digits.len() <= MAX_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    let has_part = digits.len() > whole.len();
    let canonical = is_whole(whole)
        && is_whole(part)
        && (whole == "0" || (!whole.is_empty() && !whole.starts_with('0')))
        && (!has_part || (!part.is_empty() && !part.ends_with('0')))
        && text != "-0";
    let missing = u32::from(decimals).checked_sub(u32::try_from(part.len()).ok()?)?;
    let part: i64 = if has_part { part.parse().ok()? } else { 0 };
    let scale = i64::try_from(scale(decimals)).ok()?;
    let units =
        whole.parse::<i64>().ok()?.checked_mul(scale)?.checked_add(part.checked_mul(10_i64.pow(missing))?)?;
    canonical.then_some(if text.len() > digits.len() { -units } else { units })
}

fn scale(decimals: u8) -> u64 {
    10u64.saturating_pow(u32::from(decimals))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(number: f64, decimals: u8) -> String {
        let mut out = Vec::new();
        write(&mut out, units(number, decimals).unwrap(), decimals);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn writes_the_shortest_decimal() {
        for (number, decimals, text) in [
            (12.5, 2, "12.5"),
            (12.0, 2, "12"),
            (-0.0, 2, "0"),
            (-0.004, 2, "0"),
            (-0.05, 2, "-0.05"),
            (0.000_000_001, 9, "0.000000001"),
            (1234.0, 0, "1234"),
            (100.0, 1, "100"),
            (1e6 - 0.01, 2, "999999.99"),
        ] {
            assert_eq!(written(number, decimals), text);
        }
    }

    #[test]
    fn reads_what_it_writes_and_no_other_writing_of_it() {
        for (text, decimals) in [
            ("", 2),
            ("-", 2),
            (".", 2),
            ("1.", 2),
            (".5", 2),
            ("-.5", 2),
            ("01", 2),
            ("00", 2),
            ("-0", 2),
            ("+1", 2),
            ("1.50", 2),
            ("1.0", 2),
            ("1.234", 2),
            ("1.5", 0),
            ("1..5", 2),
            ("1.2.3", 2),
            ("1-2", 2),
            ("--1", 2),
            ("1.-5", 2),
            ("9999999999999999999", 0),
            ("9999999999999999", 9),
            ("0.00", 2),
            ("-0.0", 1),
        ] {
            assert_eq!(read(text, decimals), None, "{text}");
        }
    }

    #[test]
    fn minus_zero_becomes_zero() {
        assert!(round(-0.0, 2).unwrap().is_sign_positive());
        assert!(round(-0.001, 2).unwrap().is_sign_positive());
    }

    #[test]
    fn refuses_more_digits_than_a_double_keeps() {
        assert!(round(1e6, 9).is_some());
        assert!(round(1.000_001e6, 9).is_none());
        assert!(round(f64::NAN, 2).is_none());
        assert!(round(f64::INFINITY, 2).is_none());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_and_rounds_to_the_same(units in -EXACT_UNITS..=EXACT_UNITS, decimals in 0u8..=9) {
            let number = units as f64 / scale(decimals) as f64;
            prop_assert_eq!(round(number, decimals), Some(number));
            let text = written(number, decimals);
            prop_assert_eq!(read(&text, decimals), Some(units));
            prop_assert_eq!(text.parse::<f64>().unwrap(), number);
            // serde_json's quick reading may be off by one in the last bit: rounding must mend that.
            let read: f64 = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(round(read, decimals), Some(number));
            let beside = f64::from_bits(number.to_bits() + 1);
            prop_assert_eq!(round(beside, decimals), Some(number));
        }
    }
}

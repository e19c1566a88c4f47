//! What a decimal number in a line is worth, within its declared range.
//!
//! A text comes here only if it has a number's form: digits with an optional sign, and a point or comma before
//! the decimals.

use labrelay_model::{FloatRange, IntRange};

/// Greatest count of smallest places that a double keeps apart from its neighbours, as at the gate.
const EXACT_UNITS: u64 = 1_000_000_000_000_000;
/// Decimal places of a duration: seconds in the line, microseconds in the record.
const DURATION_DECIMALS: u32 = 6;

/// The value of digits alone; `None` beyond 64 bits.
pub(super) fn unsigned(digits: &[u8]) -> Option<u64> {
    let add = |number: u64, digit: &u8| {
        number.checked_mul(10)?.checked_add(u64::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?))
    };
    digits.iter().try_fold(0, add)
}

/// A whole number within `range`.
pub(super) fn int(text: &[u8], range: IntRange) -> Option<i64> {
    let (negative, digits) = split_sign(text);
    let number = i64::try_from(unsigned(digits)?).ok()?;
    let number = if negative { -number } else { number };
    (range.min..=range.max).contains(&number).then_some(number)
}

/// A number within `range` before and after it is rounded to `decimals` places.
pub(super) fn float(text: &[u8], range: FloatRange, decimals: u8) -> Option<f64> {
    let written = Decimal::read(text)?;
    let within = |number: &f64| (range.min..=range.max).contains(number);
    Some(written.to_f64()).filter(within)?;
    let units = written.units(decimals.into()).filter(|units| *units <= EXACT_UNITS)?;
    // Adding zero takes the sign from a rounded -0.
    Some(written.signed(units as f64 / 10_u64.pow(decimals.into()) as f64) + 0.0).filter(within)
}

/// A number of seconds as microseconds within `range`.
pub(super) fn duration(text: &[u8], range: IntRange) -> Option<i64> {
    let written = Decimal::read(text)?;
    let micros = i64::try_from(written.units(DURATION_DECIMALS)?).ok()?;
    let micros = if written.negative { -micros } else { micros };
    (range.min..=range.max).contains(&micros).then_some(micros)
}

/// A number taken apart: `digits` without its mark, of which the last `places` stand behind it.
struct Decimal {
    negative: bool,
    digits: u64,
    places: u32,
}

impl Decimal {
    fn read(text: &[u8]) -> Option<Self> {
        let (negative, text) = split_sign(text);
        let mut number = Self { negative, digits: 0, places: 0 };
        let mut behind_mark = false;
        for &byte in text {
            if matches!(byte, b'.' | b',') && !behind_mark {
                behind_mark = true;
                continue;
            }
            let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
            number.digits = number.digits.checked_mul(10)?.checked_add(digit.into())?;
            number.places += u32::from(behind_mark);
        }
        Some(number)
    }

    fn signed(&self, number: f64) -> f64 {
        if self.negative { -number } else { number }
    }

    fn to_f64(&self) -> f64 {
        let places = i32::try_from(self.places).unwrap_or(i32::MAX); // a line is shorter
        self.signed(self.digits as f64 / 10_f64.powi(places))
    }

    /// How many units of `10^-decimals` it is nearest to, without its sign; half away from zero.
    fn units(&self, decimals: u32) -> Option<u64> {
        match decimals.checked_sub(self.places) {
            Some(more) => self.digits.checked_mul(10_u64.checked_pow(more)?),
            None => {
                let scale = 10_u64.checked_pow(self.places - decimals)?;
                Some(self.digits / scale + u64::from(self.digits % scale >= scale.div_ceil(2)))
            }
        }
    }
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text.split_first() {
        Some((b'-', digits)) => (true, digits),
        Some((b'+', digits)) => (false, digits),
        _ => (false, text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WIDE: FloatRange = FloatRange { min: -1e9, max: 1e9 };

    #[test]
    fn the_range_holds_before_and_after_rounding() {
        let range = FloatRange { min: 0.0, max: 1.0 };
        assert_eq!(float(b"0.26", range, 1), Some(0.3));
        assert_eq!(float(b"1.04", range, 1), None);
        assert_eq!(float(b"-0.04", range, 1), None);
        assert_eq!(float(b"0.25", FloatRange { min: 0.2, max: 0.25 }, 1), None);
        assert_eq!(float(b"-0.01", WIDE, 1).map(f64::to_bits), Some(0_f64.to_bits()));
        assert_eq!(float(b"12345678901234567890", FloatRange { min: 0.0, max: 1e30 }, 0), None);
    }

    #[test]
    fn whole_numbers_and_durations_stay_in_their_range() {
        let range = IntRange { min: -5, max: 2_500_000 };
        assert_eq!(int(b"-5", range), Some(-5));
        assert_eq!(int(b"-6", range), None);
        assert_eq!(int(b"99999999999999999999", range), None);
        assert_eq!(duration(b"2,5", range), Some(2_500_000));
        assert_eq!(duration(b"2.500001", range), None);
    }

    proptest! {
        #[test]
        fn a_float_is_what_the_standard_library_reads(units in -1_000_000_000i64..1_000_000_000, decimals in 0u8..7) {
            let number = units as f64 / 10_f64.powi(decimals.into());
            let text = format!("{number:.*}", usize::from(decimals));
            prop_assert_eq!(float(text.as_bytes(), WIDE, decimals), Some(text.parse::<f64>().unwrap() + 0.0));
        }
    }
}

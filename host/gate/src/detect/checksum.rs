//! Check digits that several specifications share, over digits taken out of a match.

/// The `N` digits of a match, whatever stands between them; `None` if there are more or fewer.
pub(super) fn digits<const N: usize>(text: &[u8]) -> Option<[u32; N]> {
    let mut found = text.iter().filter_map(|&byte| digit(byte));
    let mut all = [0; N];
    for slot in &mut all {
        *slot = found.next()?;
    }
    found.next().is_none().then_some(all)
}

/// The `N` letters and digits of a match as capitals; `None` if there are more or fewer.
pub(super) fn capitals<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut found = text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase);
    let mut all = [0; N];
    for slot in &mut all {
        *slot = found.next()?;
    }
    found.next().is_none().then_some(all)
}

pub(super) fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

/// The number that these digits write: at most nine, or it may not fit.
pub(super) fn number(digits: &[u32]) -> u32 {
    digits.iter().fold(0, |number, digit| number * 10 + digit)
}

pub(super) fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// ISO/IEC 7812-1, annex B: every second digit from the right counts twice.
pub(super) fn luhn(digits: &[u32]) -> bool {
    luhn_sum(digits).is_multiple_of(10)
}

pub(super) fn luhn_sum(digits: &[u32]) -> u32 {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    digits
        .iter()
        .rev()
        .zip([false, true].iter().cycle())
        .map(|(&d, &twice)| if twice { doubled(d) } else { d })
        .sum()
}

/// ISO/IEC 7064, MOD 11,10: a pure decimal check digit.
pub(super) fn mod_11_10(digits: &[u32]) -> bool {
    let Some((last, head)) = digits.split_last() else { return false };
    let product = head.iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == *last
}

/// ISO/IEC 7064, MOD 97-10 over digits and letters (`A` is 10).
pub(super) fn mod_97(capitals: impl Iterator<Item = u8>) -> u32 {
    capitals.fold(0, |rest, byte| match byte {
        b'A'..=b'Z' => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        _ => (rest * 10 + digit(byte).unwrap_or(0)) % 97,
    })
}

/// J. Verhoeff, "Error detecting decimal codes" (1969): permute by position, multiply in the dihedral group D5.
pub(super) fn verhoeff(digits: &[u32]) -> bool {
    let sum = digits.iter().rev().enumerate().fold(0, |sum, (position, &digit)| {
        let turned = (0..position % 8).fold(digit, |digit, _| permute(digit));
        multiply(sum, turned)
    });
    sum == 0
}

/// One step of Verhoeff's permutation; applied eight times it is the identity.
fn permute(digit: u32) -> u32 {
    match digit {
        0 => 1,
        1 => 5,
        2 => 7,
        3 => 6,
        4 => 2,
        5 => 8,
        6 => 3,
        7 => 0,
        8 => 9,
        _ => 4,
    }
}

/// The product in D5: 0 to 4 are rotations, 5 to 9 reflections.
fn multiply(a: u32, b: u32) -> u32 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - 5 + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

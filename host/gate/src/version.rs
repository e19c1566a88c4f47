//! What a version looks like, and what looks like one but could be an address, a date or a phone number.

const MAX_PARTS: usize = 4;
const MAX_PART_DIGITS: usize = 6;
/// Phone and social security numbers have this many digits and more, and no part of a single digit.
const LONG_DIGITS: usize = 9;

/// Whether `text` is a version: 2 to 4 parts of up to 6 digits with dots between, optional leading `v`. Also
/// what a batch's header may name as plugin and host version.
///
/// What could be a network address, a date with its year or a phone number is none, and neither is a bare
/// number. A maker who counts so declares a `code` with a narrow pattern.
pub fn is_version(text: &str) -> bool {
    let digits = text.strip_prefix('v').unwrap_or(text);
    let mut parts = [0; MAX_PARTS];
    let mut count = 0;
    for part in digits.split('.') {
        let (Some(slot), Some(number)) = (parts.get_mut(count), read_part(part)) else { return false };
        *slot = number;
        count += 1;
    }
    let plausible = match parts.get(..count) {
        Some(&[_, _]) => true,
        Some(&[first, second, third]) => !is_date(first, second, third) && !is_date(third, second, first),
        Some(_) => !is_address(parts),
        None => false,
    };
    count > 1 && plausible && !is_phone_number(digits)
}

fn read_part(part: &str) -> Option<u32> {
    let fits = (1..=MAX_PART_DIGITS).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    part.parse().ok().filter(|_| fits)
}

/// Day and month may stand in either order.
fn is_date(year: u32, one: u32, other: u32) -> bool {
    let day_and_month = |day, month| (1..=31).contains(&day) && (1..=12).contains(&month);
    (1900..2100).contains(&year) && (day_and_month(one, other) || day_and_month(other, one))
}

/// Versions of four small parts exist, and begin with a small one; no private or common network does.
fn is_address(parts: [u32; MAX_PARTS]) -> bool {
    parts.iter().all(|&part| part <= 255) && parts.first().is_some_and(|&first| first >= 10)
}

fn is_phone_number(digits: &str) -> bool {
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    count >= LONG_DIGITS && digits.split('.').all(|part| part.len() > 1)
}

//! What a version looks like, and what looks like one but could be an address, a date or a phone number.

const MAX_PARTS: usize = 4;
const MAX_PART_DIGITS: usize = 6;
/// Phone and social security numbers have this many digits and more, and no part of a single digit.
const LONG_DIGITS: usize = 9;

/// Whether `text` is a version: 2 to 4 parts of up to 6 digits with dots between, optional leading `v`. Also
/// what a batch's header may name as plugin and host version.
///
/// What could be a network address, a date with its year or a phone number is none, and neither is a bare
/// number; nor a date or an address of a private network that is written backwards. A maker who counts so declares a
/// `code` with a narrow pattern.
pub fn is_version(text: &str) -> bool {
    let digits = text.strip_prefix('v').unwrap_or(text);
    let mut parts = [0; MAX_PARTS];
    let plausible = match read_parts(digits, &mut parts) {
        Some(&[_, _]) => true,
        Some(&[first, second, third]) => !is_date(first, second, third),
        Some(&[first, _, _, _]) => !(is_address(parts) && first >= 10),
        _ => false,
    };
    plausible && !is_phone_number(digits) && !is_backwards(digits)
}

/// The parts that `digits` consists of, if they are so many and so long as a version's.
fn read_parts<'a>(digits: &str, parts: &'a mut [u32; MAX_PARTS]) -> Option<&'a [u32]> {
    let mut count = 0;
    for part in digits.split('.') {
        *parts.get_mut(count)? = read_part(part)?;
        count += 1;
    }
    parts.get(..count)
}

fn read_part(part: &str) -> Option<u32> {
    let fits = (1..=MAX_PART_DIGITS).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    part.parse().ok().filter(|_| fits)
}

/// The year may stand first or last, day and month in either order.
fn is_date(first: u32, second: u32, third: u32) -> bool {
    let day_and_month = |day, month| (1..=31).contains(&day) && (1..=12).contains(&month);
    let in_year = |year, one, other| {
        (1900..2100).contains(&year) && (day_and_month(one, other) || day_and_month(other, one))
    };
    in_year(first, second, third) || in_year(third, second, first)
}

/// Versions of four small parts exist, and begin with a small one; no private or common network does.
fn is_address(parts: [u32; MAX_PARTS]) -> bool {
    parts.iter().all(|&part| part <= 255)
}

/// Backwards only the networks that a laboratory's PCs are in: `2.4.0.28` is a version.
fn is_private_address(parts: [u32; MAX_PARTS]) -> bool {
    is_address(parts) && matches!(parts, [10, ..] | [172, 16..=31, ..] | [192, 168, ..])
}

fn is_backwards(digits: &str) -> bool {
    let reversed: String = digits.chars().rev().collect();
    let mut parts = [0; MAX_PARTS];
    match read_parts(&reversed, &mut parts) {
        Some(&[first, second, third]) => is_date(first, second, third),
        Some(&[_, _, _, _]) => is_private_address(parts),
        _ => false,
    }
}

fn is_phone_number(digits: &str) -> bool {
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    count >= LONG_DIGITS && digits.split('.').all(|part| part.len() > 1)
}

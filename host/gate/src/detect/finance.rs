//! Bank accounts and payment cards.

use super::checksum::{digit, luhn, mod_97, number};
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "iban",
        what: "International bank account number",
        strength: Strength::Checksum,
        source: "ISO 13616-1 with the SWIFT IBAN registry's lengths: ISO/IEC 7064 MOD 97-10",
        needs: Needs::NOTHING.digits(2).letters(2).length(15),
        pattern: r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b",
        validate: Some(is_iban),
        examples: &[
            "DE89 3704 0044 0532 0130 00",
            "GB82WEST12345698765432",
            "NO93-8601-1117-947",
            "NL91 ABNA 0417 1643 00 EUR",
        ],
        harmless: &["XX89 3704 0044 0532 0130 00", "DE89 3704 0044 0532"],
    },
    Detector {
        name: "payment-card",
        what: "Payment card number",
        strength: Strength::Checksum,
        source: "ISO/IEC 7812-1: issuer ranges, 13 to 19 digits, Luhn check digit",
        needs: Needs::NOTHING.digits(13),
        pattern: r"\b[2-6]\d{3}[ -]?\d{4,6}[ -]?\d{4,5}(?:[ -]?\d{1,4}){0,2}\b",
        validate: Some(is_card),
        examples: &[
            "4111 1111 1111 1111",
            "378282246310005",
            "3782 822463 10005",
            "5555-5555-5555-4444",
            "6011000990139424",
        ],
        harmless: &["4111 1111 1111", "9111 1111 1111 1111"],
    },
];

/// Length of an account number by country, from the registry. A match may run on into the next word: what is
/// beyond the country's length is not looked at.
const LENGTHS: &[(usize, &str)] = &[
    (15, "NO"),
    (16, "BE"),
    (18, "DK FI FO GL NL"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU XK"),
    (21, "CH HR LI LV"),
    (22, "BG BH CR DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ TL"),
    (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
    (25, "PT ST"),
    (26, "IS TR"),
    (27, "FR GR IT MC MR SM"),
    (28, "AL AZ BY CY DO GT HU LB PL SV"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU"),
    (31, "MT SC"),
    (32, "LC"),
];

fn is_iban(text: &[u8]) -> bool {
    let all: Vec<u8> =
        text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase).collect();
    let Some((country, _)) = all.split_first_chunk::<2>() else { return false };
    let lives_in = |countries: &&str| countries.split(' ').any(|listed| listed.as_bytes() == country);
    let length = LENGTHS.iter().find(|(_, countries)| lives_in(countries)).map(|(length, _)| *length);
    let Some((head, account)) =
        length.and_then(|length| all.get(..length)).and_then(<[u8]>::split_first_chunk::<4>)
    else {
        return false;
    };
    mod_97(account.iter().chain(head).copied()) == 1
}

fn is_card(text: &[u8]) -> bool {
    let all: Vec<u32> = text.iter().filter_map(|&byte| digit(byte)).collect();
    let issued = all.first_chunk::<4>().is_some_and(|issuer| {
        matches!(number(issuer), 4000..=4999 | 5100..=5599 | 2221..=2720 | 3400..=3499 | 3700..=3799 | 3528..=3589
            | 3000..=3059 | 3600..=3699 | 3800..=3999 | 6011 | 6200..=6299 | 6440..=6599)
    });
    issued && (13..=19).contains(&all.len()) && luhn(&all)
}

//! How a person or a PC is reached: phone, mail, network addresses, personal web pages.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::facts::{Marks, Needs};
use super::{Detector, Strength};

const SPACED: Marks = Marks::SPACE.or(Marks::DASH).or(Marks::DOT).or(Marks::SLASH);

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "phone-international",
        what: "Phone number with country code",
        strength: Strength::Shape,
        source: "ITU-T E.164 and E.123: +, country code, at most 15 digits",
        needs: Needs::NOTHING.digits(8),
        pattern: r"(?:\+ ?|\b00 ?)[1-9]\d{0,2}[ ./-]*(?:\(0\))?[ ./()-]*\d[\d ./()-]{4,16}\d\b",
        validate: Some(is_international),
        examples: &[
            "+49 30 901820",
            "+1-202-555-0143",
            "0044 20 7946 0958",
            "+33 1 99 00 12 34",
            "+8613800138000",
        ],
        harmless: &["+3.14159265", "+120", "0012345678", "-49 30 12"],
    },
    Detector {
        name: "phone-nanp",
        what: "Phone number as in North America",
        strength: Strength::Shape,
        source: "North American Numbering Plan, NXX-NXX-XXXX",
        needs: Needs::NOTHING.digits(10).one_of(SPACED.or(Marks::DASH)),
        pattern: r"(?:\([2-9]\d{2}\)[-. ]?|\b[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}\b",
        validate: None,
        examples: &["202-555-0143", "(202) 555-0143", "1-202-555-0143", "202.555.0143", "(202)555-0143 x12"],
        harmless: &["102-555-0143", "202-155-0143", "202-555-014"],
    },
    Detector {
        name: "phone-national",
        what: "Phone number with the trunk prefix 0",
        strength: Strength::Shape,
        source: "ITU-T E.123, national notation: Germany, United Kingdom, France, Japan, China and others",
        needs: Needs::NOTHING.digits(8).one_of(SPACED),
        pattern: r"(?:\(0[1-9]\d{0,4}\)|\b0[1-9]\d{0,4})(?:[ /.-]{1,3}\d{2,8}){1,5}\b",
        validate: Some(|text| (8..=12).contains(&count_digits(text))),
        examples: &[
            "020 7946 0958",
            "030/9018-20",
            "01 99 00 12 34",
            "03-1234-5678",
            "(0170) 1234567",
            "010-12345678",
        ],
        harmless: &["00-1234-5678", "0.12345678", "01-02-03", "0x80070005"],
    },
    Detector {
        name: "phone-mobile",
        what: "Mobile phone number without prefix (China, Spain, Poland, Italy)",
        strength: Strength::Shape,
        source: "MIIT numbering plan, 1[3-9]x; CNMC and UKE, nine digits; AGCOM, 3xx",
        needs: Needs::NOTHING.digits(9),
        pattern: r"\b1[3-9]\d[ -]?\d{4}[ -]?\d{4}\b|\b[5-9]\d{2} \d{3} \d{3}\b|\b[5-9]\d{2} \d{2} \d{2} \d{2}\b|\b3[2-9]\d[ ./-]\d{6,7}\b|\b3[2-9]\d[ -]\d{3}[ -]\d{3,4}\b",
        validate: None,
        examples: &[
            "138 0013 8000",
            "13800138000",
            "612 345 678",
            "912 34 56 78",
            "347 1234567",
            "347-123-4567",
        ],
        harmless: &["128 0013 8000", "412 345 678"],
    },
    Detector {
        name: "mail",
        what: "Mail address",
        strength: Strength::Shape,
        source: "RFC 5321, 4.1.2, with a top-level domain",
        needs: Needs::NOTHING.letters(2).others(2).length(6).one_of(Marks::DOT),
        pattern: r"[a-z0-9._%+'-]+(?:@| ?[\[(]at[\])] ?)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b",
        validate: None,
        examples: &["j.doe@example.org", "erika+lab@mail.example.com", "4711(at)8.org"],
        harmless: &["@SAMPLEID", "LASER@488nm", "a@b"],
    },
    Detector {
        name: "ipv4",
        what: "Network address (IPv4)",
        strength: Strength::Shape,
        source: "RFC 791, dotted decimal; a first part under 10 is a version, as for the version type",
        needs: Needs::NOTHING.digits(5).length(8).one_of(Marks::DOT),
        pattern: r"\b\d{1,3}(?:\.\d+)+\b",
        validate: Some(is_ipv4),
        examples: &["192.0.2.17", "10.20.30.40", "203.0.113.9:8080", "host_198.51.100.4"],
        harmless: &["2.3.1", "2.3.1.4", "300.1.1.1", "10.0.19041.1", "1.2.840.10008.1"],
    },
    Detector {
        name: "ipv6",
        what: "Network address (IPv6)",
        strength: Strength::Shape,
        source: "RFC 4291, 2.2",
        needs: Needs::NOTHING.length(6).one_of(Marks::COLON),
        pattern: r"\b[0-9a-f]{1,4}(?:::?[0-9a-f]{1,4}){2,7}(?:::)?\b",
        validate: Some(is_ipv6),
        examples: &["2001:db8::8a2e:370:7334", "fe80::1ff:fe23:4567:890a", "2001:0db8:0:0:0:0:0:17"],
        harmless: &["12:30:11", "ab::cd", "08:15:00:123"],
    },
    Detector {
        name: "mac",
        what: "Network card's address (MAC)",
        strength: Strength::Shape,
        source: "IEEE 802, EUI-48 in hexadecimal and dotted notation",
        needs: Needs::NOTHING.length(14).one_of(Marks::COLON.or(Marks::DASH).or(Marks::DOT)),
        pattern: r"\b[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5})\b|\b[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}\b",
        validate: None,
        examples: &["00:00:5E:00:53:AF", "00-00-5e-00-53-af", "0000.5e00.53af"],
        harmless: &["12:30:11", "00:00:5E:00:53", "0000.5e00"],
    },
    Detector {
        name: "personal-url",
        what: "Web address that names a person",
        strength: Strength::Shape,
        source: "RFC 3986: user information, home pages (~), profile paths, queries for a person",
        needs: Needs::NOTHING
            .letters(1)
            .others(2)
            .length(7)
            .one_of(Marks::SLASH.or(Marks::AT).or(Marks::EQUALS)),
        pattern: r"(?:\b[a-z][a-z0-9+.-]{1,10}://|\bwww\.)(?:[^/@\s]+@|\S*(?:/~|/(?:users?|profiles?|people|person|u|in|patients?|staff|members?)/|[?&](?:user|name|patient|pat|mrn|id|pid|dob|email)=))\w",
        validate: None,
        examples: &[
            "https://www.example.org/~jdoe",
            "http://example.org/profile/jdoe",
            "https://erika:x@example.org",
            "www.example.org/in/jdoe",
            "https://lis.example.org/view?mrn=4711",
            "www.e@x",
        ],
        harmless: &["https://www.example.org/support", "hdfs://data/block"],
    },
];

fn count_digits(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_digit()).count()
}

/// Numbers with a plus sign, and counters with leading zeros, are none.
fn is_international(text: &[u8]) -> bool {
    let separators = || text.iter().filter(|byte| matches!(byte, b' ' | b'.' | b'/' | b'-' | b'(' | b')'));
    let plain_number = match text.first() {
        Some(b'+') => separators().eq(b".".iter()),
        _ => separators().next().is_none(),
    };
    !plain_number && (8..=17).contains(&count_digits(text))
}

fn is_ipv4(text: &[u8]) -> bool {
    let address = std::str::from_utf8(text).ok().and_then(|text| text.parse::<Ipv4Addr>().ok());
    address.is_some_and(|address| address.octets().first().is_some_and(|&first| first >= 10))
}

/// At least three groups: `ab::cd` is a name in a program.
fn is_ipv6(text: &[u8]) -> bool {
    let groups = text.split(|&byte| byte == b':').filter(|group| !group.is_empty()).count();
    groups > 2 && std::str::from_utf8(text).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

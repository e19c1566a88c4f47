//! Postal addresses: a street with its number. Towns and postal codes alone are words and numbers.

use super::facts::{Marks, Needs};
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "street",
        what: "Street with a house number",
        strength: Strength::Shape,
        source: "UPU S42, thoroughfare types: English, German, French, Italian, Spanish forms that are no common words",
        needs: Needs::NOTHING.digits(1).word(2).length(6).one_of(Marks::SPACE.or(Marks::DOT)),
        pattern: concat!(
            r"\b\d{1,5}[a-z]? (?:[a-z'.-]+ ){1,3}(?:street|road|rd|avenue|ave|lane|boulevard|blvd|terrace|crescent|parkway|highway)\b",
            r"|\b[a-z.-]{2,}(?:(?:stra[^ -~]{2}e|strasse|gasse|allee|platz) |str\. ?)\d{1,4}",
            r"|\b\d{1,4}(?: ?bis)?,? (?:rue|avenue|boulevard|chemin|quai) [a-z]",
            r"|\b(?:via|viale|piazza|corso|vicolo|calle|avenida|avda\.?|plaza|paseo) (?:[a-z'.-]+ ){1,4}\d{1,4}\b"
        ),
        validate: None,
        examples: &[
            "12 High Street",
            "221B Upper Baker Rd",
            "Hauptstr. 5",
            "Lindenallee 12",
            "Bergstraße 7a",
            "14 rue des Lilas",
            "Via Giuseppe Verdi 3",
        ],
        harmless: &["3 tubes in place", "channel 12 road", "string 5", "12 High", "stream. 5", "via FL1 3"],
    },
    Detector {
        name: "street-written-together",
        what: "Street with a house number, without a blank",
        strength: Strength::Shape,
        source: "UPU S42, German thoroughfare types",
        needs: Needs::NOTHING.digits(1).word(5).length(8),
        pattern: r"\b[a-z.-]+[a-z](?:stra[^ -~]{2}e|strasse|gasse|allee|platz)\d{1,4}",
        validate: None,
        examples: &["Lindenallee12", "Am-Marktplatz3", "Bergstraße7"],
        harmless: &["ALLEE3", "PLATZ12", "STRASSE5", "LOT-PLATE12"],
    },
];

//! Why a value can't identify a person; and where a reviewer should look twice.

use labrelay_manifest::About;
use labrelay_model::{Course, FieldType};

use crate::page::Text;
use crate::possible;

/// From as many values on a number could hold an identifier (design decision 7).
const ENOUGH_FOR_AN_IDENTIFIER: u128 = 10_000_000;

/// The reason for one field, in a sentence or two.
pub(crate) fn not_a_person(ty: &FieldType, about: About) -> Text {
    match ty {
        FieldType::Int { course: Course::Monotone, .. } => {
            "Counts the instrument's own work. A value below the one before is refused.".into()
        }
        FieldType::Int { .. } | FieldType::Float { .. } | FieldType::Duration { .. } => number(ty),
        FieldType::Bool => "Two values tell nobody apart.".into(),
        FieldType::Timestamp => match about {
            About::Instrument => "When the instrument did something: no specimen is named or meant.".into(),
            About::Qc => "When declared control material was measured: no patient's specimen.".into(),
            About::Specimen => "The start of a whole window, not of one acquisition.".into(),
        },
        FieldType::Enum { .. } => "The words are written here; any other is refused.".into(),
        FieldType::Version => "Names software. Its form leaves no room for an identifier.".into(),
        FieldType::Code { .. } => {
            "Only this form passes; 8 digits, also with separators between them, known forms of identifiers and \
             disguised text are refused, and a code that turns out to differ in nearly every record is stopped."
                .into()
        }
        FieldType::Serial => "Names an instrument of the site. Any other number is refused.".into(),
        FieldType::Lot { .. } => "Names what was filled into the instrument, by the thousand.".into(),
        FieldType::Event { .. } => "Names a kind of event. The line itself stays on the PC.".into(),
        FieldType::Role => "The account's name is replaced by its role on the PC.".into(),
        FieldType::Path { .. } => "The path itself is dropped on the PC.".into(),
    }
}

fn number(ty: &FieldType) -> Text {
    if possible::values(ty).is_some_and(|values| values < ENOUGH_FOR_AN_IDENTIFIER) {
        return "Too narrow for national identifiers, phone and account numbers (see above).".into();
    }
    Text::default()
        .strong("Look twice:")
        .plain(" wide enough that an identifier would not stand out from a reading.")
}

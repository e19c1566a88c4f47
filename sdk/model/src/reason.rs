//! Why a unit or record did not go on: a closed list, so that no content can hide in a reason.

use std::fmt;

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $number:literal, $word:literal => $advice:literal;)+) => {
        /// Why something was quarantined, dropped or refused. Numbers cross the plugin ABI and words stand in
        /// ledgers: neither is ever changed or reused; new ones go at the end.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[repr(u16)]
        pub enum Reason {
            $($(#[doc = $doc])+ $variant = $number,)+
        }

        impl Reason {
            /// All reasons, in the order of their numbers.
            pub const ALL: &[Reason] = &[$(Reason::$variant),+];

            /// The word that stands for this reason in ledgers, verdicts and summaries.
            pub fn word(self) -> &'static str {
                match self { $(Reason::$variant => $word,)+ }
            }

            /// The reason with this number on the plugin's channel.
            pub fn from_number(number: u16) -> Option<Self> {
                match number { $($number => Some(Reason::$variant),)+ _ => None }
            }

            /// What it means, in one line for lab IT.
            pub fn explanation(self) -> &'static str {
                match self { $(Reason::$variant => concat!($($doc),+).trim_ascii_start(),)+ }
            }

            /// What lab IT does about it, in one line.
            pub fn what_to_do(self) -> &'static str {
                match self { $(Reason::$variant => $advice,)+ }
            }
        }

        impl std::str::FromStr for Reason {
            type Err = UnknownReason;
            fn from_str(word: &str) -> Result<Self, UnknownReason> {
                match word { $($word => Ok(Reason::$variant),)+ _ => Err(UnknownReason) }
            }
        }
    };
}

/// A word that stands for no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a reason that this version knows")]
pub struct UnknownReason;

reasons! {
    // The gate: a record that is not what the manifest declares.
    /// The stream is not declared in the manifest.
    UnknownStream = 1, "unknown_stream" =>
        "Install plugin and manifest of the same release, then requeue.";
    /// A field is not declared for the stream.
    UnknownField = 2, "unknown_field" =>
        "Install plugin and manifest of the same release, then requeue.";
    /// A field stands twice in one record.
    DuplicateField = 3, "duplicate_field" =>
        "Report it to the plugin's authors; a mended plugin reads the file again when it is copied in anew.";
    /// A required field is missing.
    MissingField = 4, "missing_field" =>
        "If the instrument may leave it out, the manifest's authors make it `optional: true`; then requeue.";
    /// A value has another type than declared.
    WrongType = 5, "wrong_type" =>
        "Report it to the plugin's authors: plugin and manifest disagree.";
    /// A number or duration is outside its declared range.
    OutOfRange = 6, "out_of_range" =>
        "Look at the value with `quarantine show`; if it is a true reading, the manifest's authors widen the range; then requeue.";
    /// A number is NaN or infinite.
    NotFinite = 7, "not_finite" =>
        "Report it to the plugin's authors: no reading is sent that is no number.";
    /// A text is longer than declared.
    TooLong = 8, "too_long" =>
        "Look with `quarantine show`; if it is a true code, the manifest's authors lengthen the field; then requeue.";
    /// A text holds something other than printable ASCII.
    NotPrintableAscii = 9, "not_printable_ascii" =>
        "Look with `quarantine show`; a name or remark was read as a code, or the wrong encoding was assumed: report it.";
    /// A text does not fit its declared pattern.
    PatternMismatch = 10, "pattern_mismatch" =>
        "Look with `quarantine show`; if it is a true code, the manifest's authors extend the pattern; then requeue.";
    /// A word is not in the declared list of values.
    NotInValues = 11, "not_in_values" =>
        "Look with `quarantine show`; if the word is harmless, the manifest's authors add it; then requeue.";
    /// A time is implausible: before 2000 or more than 24 hours ahead.
    TimeOutOfWindow = 12, "time_out_of_window" =>
        "Set the clocks of instrument and PC, and `inventory.zone`; then requeue.";
    /// The site has declared no inventory, so no serial number can be confirmed.
    NoInventory = 13, "no_inventory" =>
        "Declare the instruments' serial numbers in `inventory.serials` (`labrelay inventory propose`), then requeue.";
    /// The serial number is not in the site's inventory.
    NotInInventory = 14, "not_in_inventory" =>
        "If the instrument is yours, add its serial number to `inventory.serials`, then requeue.";
    /// A record line is no JSON object of the documented shape.
    Malformed = 15, "malformed" =>
        "Report it to the plugin's authors; a requeue can't read it either.";
    /// A code holds 8 or more digits, if with separators between, as record numbers and dates of birth do.
    LongNumber = 16, "long_number" =>
        "Look with `quarantine show`: it may be a record number. If it is none, report it to the manifest's authors.";
    /// A text has the shape of something that tells of a person: a national id, a card, a phone number, an address.
    Identifier = 17, "identifier" =>
        "Leave it there: it looks like personal data. If it is not, report it to the manifest's authors.";
    /// A text hides another one: it is encoded, escaped, reversed or spaced out.
    Disguised = 18, "disguised" =>
        "Leave it there: it may hide personal data. If it does not, report it to the manifest's authors.";
    /// A value stands in a slot that its event does not have, a slot of it is missing, or its severity is another.
    SlotMismatch = 19, "slot_mismatch" =>
        "Install plugin and manifest of the same release, then requeue.";
    /// A counter is lower than it was before.
    NotMonotone = 20, "not_monotone" =>
        "If the counter was reset by service, report it to the manifest's authors; older readings can't follow newer ones.";
    /// The field is frozen: its values turned out to be nearly unique, as identifiers are.
    FrozenField = 21, "frozen_field" =>
        "Tell the manifest's authors: the field must not hold what is new in each record.";
    /// The lot fits no declared grammar and is not in the site's inventory.
    UnknownLot = 22, "unknown_lot" =>
        "Check the lot on its box and add it to `inventory.lots`, then requeue.";
    /// A text holds the name of this PC or of an account on it.
    LocalName = 23, "local_name" =>
        "Leave it there. If the name is an ordinary word, rename the PC or the account, then requeue.";
    /// Neighbouring values give an identifier when they are joined.
    SplitIdentifier = 24, "split_identifier" =>
        "Leave it there: together the values look like personal data. If they are not, report it to the manifest's authors.";

    // Reading an input: a unit that the plugin could not read.
    /// The input is not of the format that its source declares.
    NotThisFormat = 32, "not_this_format" =>
        "Point the source at the instrument's own files, or leave others out by its folders.";
    /// The input ends before what its header announces.
    Truncated = 33, "truncated" =>
        "Copy the whole file into the folder again; if it happens often, raise `settle` of the source.";
    /// A header or offset in the input contradicts itself or the file's size.
    BadHeader = 34, "bad_header" =>
        "Copy the file from the instrument again; if that is the same, report it to the plugin's authors.";
    /// The text section of the input can't be read.
    BadText = 35, "bad_text" =>
        "Report it to the plugin's authors, with the instrument's software version.";
    /// Two places in the input that should agree do not.
    Contradiction = 36, "contradiction" =>
        "Copy the file from the instrument again; if that is the same, report it to the plugin's authors.";
    /// Something in the input is larger than the reader's bound.
    OverBound = 37, "over_bound" =>
        "Report it to the plugin's authors, with the size of the file.";
    /// The operating system reported an error while reading.
    ReadError = 38, "read_error" =>
        "Check disk, network share and rights; then copy the file into the folder again.";
    /// Something that every such input has is missing.
    Incomplete = 39, "incomplete" =>
        "Report it to the plugin's authors, with the instrument's software version.";
    /// A value in the input can't be understood as what it should be.
    Unparsable = 40, "unparsable" =>
        "Report it to the plugin's authors, with the instrument's software version.";
    /// A line fits no template of the event catalogue.
    UnmatchedEvent = 41, "unmatched_event" =>
        "The manifest's authors add the line's event to the catalogue (`labrelay catalogue coverage`); then requeue.";

    // Dropped on purpose.
    /// A patient's specimen: summed up with at least four others, and never leaves record by record.
    Specimen = 64, "specimen" =>
        "Nothing: this is meant. What is QC is named in `inventory.qc`.";
    /// The input belongs to another instrument family.
    OtherFamily = 65, "other_family" =>
        "Nothing, if another family reads this folder too; else point the source at its own folder.";
    /// A worker died on this input three times.
    CrashesPlugin = 66, "crashes_plugin" =>
        "Report it to the plugin's authors; after an update copy the file into the folder again.";
    /// The input is empty.
    Empty = 67, "empty" =>
        "Nothing, unless the instrument should have written something.";
    /// It happened before the day from which the site collects.
    BeforeCollectSince = 68, "before_collect_since" =>
        "Nothing; to collect older data set `inventory.collect_since` to an earlier day before the first start.";
    /// A patient's specimen that came after its hour, day and week were summed up.
    TooLate = 69, "too_late" =>
        "Nothing: a sum that has left is never changed. Keep the PC running, so that files come within the week.";

    // Gaps: what vanished before it was read.
    /// The file was deleted, or left the folder, before it was read to its end.
    Vanished = 80, "vanished" =>
        "Keep the instrument's logs longer, or Labrelay running; what is gone can't be collected.";
    /// The file was truncated or rewritten before it was read to its end.
    CutShort = 81, "cut_short" =>
        "Let the instrument rotate its logs by renaming, or keep Labrelay running; what is gone can't be collected.";

    // Delivery.
    /// The receiver refused the batch; it was replaced by a tombstone and set aside.
    RefusedByReceiver = 96, "refused_by_receiver" =>
        "Ask the region why: its log names batch and rule. Serial numbers and manifests must be registered there.";
    /// The second check, on the exact bytes, refused the batch.
    SecondCheck = 97, "second_check" =>
        "Report it to Labrelay's authors: what the first check let through should pass the second.";
    /// The batch was damaged on the disk while it waited in the spool.
    DamagedInSpool = 98, "damaged_in_spool" =>
        "Check the disk. What was in the batch is lost unless the instrument's files are copied in again.";
}

impl Reason {
    /// Its number on the plugin's channel.
    pub fn number(self) -> u16 {
        self as u16
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl serde::Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, ser: S) -> Result<S::Ok, S::Error> {
        ser.serialize_str(self.word())
    }
}

impl<'de> serde::Deserialize<'de> for Reason {
    fn deserialize<D: serde::Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        String::deserialize(de)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_find_their_reason_again() {
        for &reason in Reason::ALL {
            assert_eq!(Reason::from_number(reason.number()), Some(reason));
            assert_eq!(reason.word().parse(), Ok(reason));
            assert!(reason.explanation().ends_with('.') && reason.what_to_do().ends_with('.'), "{reason}");
        }
        assert_eq!(Reason::from_number(0), None);
    }
}

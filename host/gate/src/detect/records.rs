//! Marks of records and files that carry patients: HL7, LIS2 (ASTM), FCS, DICOM.

use super::facts::{Marks, Needs};
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "hl7",
        what: "HL7 version 2 segment about a patient, a visit or an order",
        strength: Strength::Label,
        source: "HL7 version 2.5.1, chapters 2 to 7: MSH, PID, PD1, NK1, PV1, PV2, ORC, OBR, SPM, GT1, IN1, MRG",
        needs: Needs::NOTHING.letters(2).one_of(Marks::PIPE),
        pattern: r"\b(?:MSH|PID|PD1|NK1|PV1|PV2|ORC|OBR|SPM|GT1|IN1|MRG)\|",
        validate: None,
        examples: &["PID|1||4711", "MSH|^~\\&|LAB", "xPID PV1|1|I"],
        harmless: &["RAPID|1", "PID:4711", "A|B"],
    },
    Detector {
        name: "lis2",
        what: "LIS2 (ASTM E1394) record about a patient or an order",
        strength: Strength::Label,
        source: "CLSI LIS2-A2, 6 to 8: P, O, R, Q, C and M records with their sequence number",
        needs: Needs::NOTHING.digits(1).letters(1).one_of(Marks::PIPE),
        pattern: r"(?:^|[^a-z])[POQRCM]\|\d+\|",
        validate: None,
        examples: &["P|1|", "2P|1||4711", "O|1|S0042||^^^WBC"],
        harmless: &["GROUP|1|2", "P|x|", "P|1"],
    },
    Detector {
        name: "caret-name",
        what: "Name with components, as HL7, LIS2 and DICOM write it",
        strength: Strength::Shape,
        source: "HL7 version 2.5.1, XPN; DICOM PS3.5, 6.2.1, PN",
        needs: Needs::NOTHING.letters(2).one_of(Marks::CARET),
        pattern: r"\b[a-z'-]{2,}\^[a-z]",
        validate: None,
        examples: &["DOE^JOHN", "Mustermann^E", "O'Neil^Ann^^^Dr", "Li^A"],
        harmless: &["^^^WBC", "10^3", "x^y"],
    },
    Detector {
        name: "fcs-keyword",
        what: "FCS or LMD keyword that holds a sample, a person or a file name",
        strength: Strength::Label,
        source: "ISAC FCS 3.1 and 3.2, TEXT keywords; Beckman Coulter LMD keywords",
        needs: Needs::NOTHING.letters(2).one_of(Marks::DOLLAR.or(Marks::AT).or(Marks::HASH)),
        pattern: r"\$(?:SRC|OP|SMNO|FIL|INST|INSTADDRESS|EXP|PROJ|CELLS|COM|RUNNUMBER|DATE|PLATEID|PLATENAME|WELLID|CARRIERID|CARRIERTYPE|LOCATIONID|ORIGINATOR|LAST_MODIFIER|LAST_MODIFIED|UNSTAINEDCENTERS)\b|[@#](?:SAMPLE ?ID[1-4]?|BARCODE|LOCATION|FILEGUID|PATIENT ?(?:ID|NAME)?|OPERATOR|USER|PANEL|TESTNAME|TESTFILE|SETTINGSFILE|Y2KDATE)\b",
        validate: None,
        examples: &["$SRC", "@SAMPLEID1/4711", "$OP\\erika", "@BARCODE", "$Fil=x.fcs", "#SAMPLE ID"],
        harmless: &["$TOT", "$P1V", "@BUILDNUMBER", "$OPT", "@CYTOMETERID"],
    },
    Detector {
        name: "dicom-patient",
        what: "DICOM patient element",
        strength: Strength::Label,
        source: "DICOM PS3.6, group 0010 and AccessionNumber (0008,0050)",
        needs: Needs::NOTHING.digits(8).length(9),
        pattern: r"\(?\b(?:0010,00[123]0|0010,10[04]0|0008,0050)\b\)?",
        validate: None,
        examples: &["(0010,0010) DOE", "0010,0020=4711", "(0008,0050)"],
        harmless: &["(0028,0010)", "0010,9999"],
    },
];

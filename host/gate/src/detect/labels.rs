//! Words that announce an identifier, in many languages, with something behind them.
//!
//! Two classes: words that announce nothing else (a record number, a date of birth) count before a blank and a number
//! as well; common words (name, patient) only before `:`, `=` or the like. `[^ -~]{2}` is an accented letter's two bytes.

use super::facts::{Marks, Needs};
use super::{Detector, Strength};

/// What stands between a label and its value.
const ANNOUNCING: Marks = Marks::COLON.or(Marks::EQUALS).or(Marks::HASH).or(Marks::PIPE).or(Marks::CARET);

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "label-number",
        what: "Number behind a word for a record, a birth date or an insurance",
        strength: Strength::Label,
        source: "45 CFR 164.514(b)(2): the kinds; words of English, German, French, Spanish, Italian, Portuguese, Dutch forms",
        needs: Needs::NOTHING.digits(1).word(3).others(1).length(5),
        pattern: concat!(
            r"\b(?:mrn|ssn|dob|date of birth|birth ?date|medical record(?: (?:no|nr|number))?",
            r"|(?:patient|pat|specimen|sample|accession|encounter|visit|case|chart|member|policy|subscriber|account|acct)[ ._-]?(?:id|no|nr|num|number|barcode)",
            r"|geb(?:\.|urtsdatum|oren(?: am)?)|(?:patienten|fall|versicherten|auftrags|proben|konto)[ -]?(?:nr|nummer|id)",
            r"|date de naissance|ipp|ndossier|num[^ -~]{2}ro de (?:dossier|patient)|nir",
            r"|fecha de nacimiento|f\. ?nac|nhc|historia cl[^ -~]{2}nica|dni|nie",
            r"|data di nascita|nat[oa] il|codice fiscale|tessera sanitaria|data de nascimento|cpf",
            r"|geboortedatum|bsn|pesel|personnummer|aadhaar|nhs(?: (?:no|number))?)",
            r"\.?[ \t]{0,2}[:=#|^ ._-][ \t]{0,2}[a-z]{0,4}[-/]?\d"
        ),
        validate: None,
        examples: &[
            "MRN 4711",
            "DOB:1/2/80",
            "mrn=0042",
            "PATIENT_ID=77",
            "Geburtsdatum: 3.4.",
            "Specimen ID: S42",
            "NHC 5511",
            "nato il 3",
        ],
        harmless: &["MRN", "LOT 4711", "CASE 3", "SAMPLE-7", "ID 42", "LASER NO 3"],
    },
    Detector {
        name: "label-born",
        what: "Number behind the French word for born",
        strength: Strength::Label,
        source: "45 CFR 164.514(b)(2)(i)(C): birth dates",
        needs: Needs::NOTHING.digits(1).letters(3).one_of(Marks::ODD),
        pattern: r"\bn[^ -~]{2}e? le\.?[ \t]{0,2}[:=#|^ ._-][ \t]{0,2}[a-z]{0,4}[-/]?\d",
        validate: None,
        examples: &["née le 3 mai", "né le: 3.4."],
        harmless: &["né le", "n le 3", "année le 3"],
    },
    Detector {
        name: "label-name",
        what: "Text behind a word for a patient, a name or a person's role",
        strength: Strength::Label,
        source: "45 CFR 164.514(b)(2): the kinds; words of English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Swedish, Turkish forms",
        needs: Needs::NOTHING.word(2).one_of(ANNOUNCING),
        pattern: concat!(
            r"(?:\b(?:patient(?:in|e)?|pat|pt|sub(?:ject|scriber)|(?:patient|pat|last|first|given|family|full|middle|maiden|sur|user|operator|physician|doctor|nurse|mother'?s)[ _.-]?name",
            r"|physician|doctor|nurse|technician|operator|performed by|ordered by|signed by|reviewed by|mrn|ssn|dob|e-?mail|phone|tel|fax|mobile|address|street|ward|bed|next of kin",
            r"|nachname|vorname|familienname|patientenname|arzt|(?:^| )station|benutzer|bediener|anwender|anschrift|telefon|stra[^ -~]{2}e|geb",
            r"|nom|pr(?:e|[^ -~]{2})nom|m(?:e|[^ -~]{2})decin|op(?:e|[^ -~]{2})rateur|utilisateur|adresse|t(?:e|[^ -~]{2})l(?:e|[^ -~]{2})phone",
            r"|nombre|apellidos?|paciente|m(?:e|[^ -~]{2})dico|operador|usuario|direcci(?:o|[^ -~]{2})n|tel(?:e|[^ -~]{2})fono",
            r"|cognome|nome|paziente|medico|operatore|utente|indirizzo",
            r"|naam|achternaam|voornaam|pati(?:e|[^ -~]{2})nt|pacjent|nazwisko|imi[^ -~]{2}|namn|efternamn|hasta|soyad[^ -~]{0,2})|^name)",
            r"[ \t]{0,2}[:=#|^]+[ \t]{0,2}[^\s:=#|^]"
        ),
        validate: None,
        examples: &[
            "Patient: Doe",
            "LastName=Doe",
            "Name: E",
            "Prénom : A",
            "operator=x",
            "Apellidos: Gomez",
            "PAT#J",
            "Vorname:E",
            "Nazwisko: K",
        ],
        harmless: &[
            "FILENAME=x",
            "PATIENT",
            "Compartment: 3",
            "Surname",
            "patient:",
            "channel: FL1",
            "gain=50",
        ],
    },
    Detector {
        name: "titled-name",
        what: "Name behind a person's title",
        strength: Strength::Label,
        source: "Unicode CLDR, person names, prefixes: English, German, French, Spanish, Italian",
        needs: Needs::NOTHING.letters(4).one_of(Marks::DOT.or(Marks::SPACE)),
        pattern: r"\b(?:dr|prof|mr|mrs|ms|dott|dra|sr|sra)\. ?[a-z]{2,}|\b(?:herr|frau|monsieur|madame|mme|mlle|signora?|se[^ -~]{2}ora?) [a-z]{2,}",
        validate: None,
        examples: &["Dr. Doe", "Mrs.Jones", "Frau Muster", "Mme Dupont", "Prof. E. Doe, Dr. med. Doe"],
        harmless: &["MS data", "DR 5", "addr. list", "Herr", "sr.5"],
    },
    Detector {
        name: "label-cjk",
        what: "Words for a patient, a name or a record in Chinese, Japanese and Korean",
        strength: Strength::Label,
        source: "45 CFR 164.514(b)(2) and PIPL art. 28: the kinds; words of Chinese, Japanese and Korean forms",
        needs: Needs::NOTHING.one_of(Marks::ODD),
        pattern: r"(?-i:姓名|患者|病人|病历号|病歷號|住院号|门诊号|身份证|出生日期|标本号|样本号|床号|医生|操作员|电话|地址|氏名|生年月日|検体番号|カルテ番号|担当医|電話|住所|환자|성명|이름|생년월일|주민등록번호|전화)",
        validate: None,
        examples: &["姓名：张三", "患者ID", "氏名 山田", "환자 이름"],
        harmless: &["温度 37", "激光器", "エラー"],
    },
];

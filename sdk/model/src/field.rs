//! What a field may contain. The manifest declares it, the gate enforces it.

/// The type of a field with everything that bounds it.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldType {
    /// Whole number within an inclusive range.
    Int {
        /// Inclusive bounds.
        range: IntRange,
        /// Whether it counts upwards for the life of an instrument.
        course: Course,
    },
    /// Number within an inclusive range, rounded to `decimals` places.
    Float {
        /// Inclusive bounds.
        range: FloatRange,
        /// Decimal places kept, 0 to 9.
        decimals: u8,
    },
    /// Yes or no.
    Bool,
    /// Instant; written as RFC 3339 in UTC.
    Timestamp,
    /// Length of time within an inclusive range of microseconds; written as seconds, rounded to `decimals` places.
    Duration {
        /// Inclusive bounds in microseconds.
        range: IntRange,
        /// Decimal places of the seconds that are kept, 0 to 6.
        decimals: u8,
    },
    /// One of the listed words.
    Enum {
        /// The words, in the manifest's order; a value is an index into them.
        values: Vec<Box<str>>,
    },
    /// A software or firmware version: 2 to 4 parts of up to 6 digits with dots between, optional leading `v`;
    /// nothing that could be a network address, a date or a phone number.
    Version,
    /// A short code that fits an anchored pattern over printable ASCII.
    Code {
        /// Regular expression, without anchors; it is matched against the whole value.
        pattern: Box<str>,
        /// Longest value in bytes.
        max_bytes: u16,
    },
    /// An instrument's serial number; must stand in the site's inventory.
    Serial,
    /// A reagent or control lot: fits the vendor's grammar, or stands in the site's inventory.
    Lot {
        /// The vendor's grammar, written like a code's pattern; without it only registered lots pass.
        pattern: Option<Box<str>>,
        /// Longest value in bytes.
        max_bytes: u16,
    },
    /// Which event of the stream's catalogue; a value is an index into the codes.
    Event {
        /// Codes in the catalogue's order.
        codes: Vec<Box<str>>,
    },
    /// What a user is at this site, never who; a value is an index into [`ROLES`].
    Role,
    /// Under which declared folder a path lies; the rest of the path crosses nowhere. A value is an index into
    /// the roots, and their number stands for any other place.
    Path {
        /// Declared folders.
        roots: Vec<PathRoot>,
    },
}

/// What a user may be. The site's inventory says which account has which role; any other is `other`.
pub const ROLES: &[&str] = &["operator", "supervisor", "administrator", "service", "system", "other"];

/// The word for a path that lies under none of the declared folders.
pub const OTHER_PLACE: &str = "other";

/// A folder that a path may lie under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathRoot {
    /// What leaves instead of the path.
    pub word: Box<str>,
    /// The folder as the instrument writes it.
    pub folder: Box<str>,
}

/// How the values of a number follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// In any order.
    Any,
    /// Never less than before, on one instrument: a counter (`monotone: true`).
    Monotone,
}

/// Inclusive whole-number bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntRange {
    /// Smallest allowed value.
    pub min: i64,
    /// Greatest allowed value.
    pub max: i64,
}

/// Inclusive bounds of a finite number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FloatRange {
    /// Smallest allowed value.
    pub min: f64,
    /// Greatest allowed value.
    pub max: f64,
}

/// How a cell is encoded on the plugin's channel; follows from the field type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Signed whole number.
    Int,
    /// 64-bit IEEE 754.
    Float,
    /// One byte, 0 or 1.
    Bool,
    /// Microseconds since 1970-01-01T00:00:00Z, signed.
    Timestamp,
    /// Microseconds, signed.
    Duration,
    /// Index into a list of words that the manifest or this version fixes.
    Enum,
    /// UTF-8 text.
    Text,
}

/// The cells of one stream in order: all that the channel needs to know of a manifest.
pub type StreamShape = Vec<CellKind>;

impl FieldType {
    /// How values of this type cross the plugin's channel.
    pub fn cell_kind(&self) -> CellKind {
        match self {
            FieldType::Int { .. } => CellKind::Int,
            FieldType::Float { .. } => CellKind::Float,
            FieldType::Bool => CellKind::Bool,
            FieldType::Timestamp => CellKind::Timestamp,
            FieldType::Duration { .. } => CellKind::Duration,
            FieldType::Enum { .. } | FieldType::Event { .. } | FieldType::Role | FieldType::Path { .. } => {
                CellKind::Enum
            }
            FieldType::Version | FieldType::Code { .. } | FieldType::Serial | FieldType::Lot { .. } => {
                CellKind::Text
            }
        }
    }

    /// How many words a value chooses from; `None` for types that are no choice.
    pub fn choices(&self) -> Option<usize> {
        match self {
            FieldType::Enum { values } => Some(values.len()),
            FieldType::Event { codes } => Some(codes.len()),
            FieldType::Role => Some(ROLES.len()),
            FieldType::Path { roots } => Some(roots.len() + 1),
            _ => None,
        }
    }

    /// The word that stands at `index`, for types that are a choice.
    pub fn choice(&self, index: u16) -> Option<&str> {
        let index = usize::from(index);
        match self {
            FieldType::Enum { values: words } | FieldType::Event { codes: words } => {
                words.get(index).map(|word| &**word)
            }
            FieldType::Role => ROLES.get(index).copied(),
            FieldType::Path { roots } if index == roots.len() => Some(OTHER_PLACE),
            FieldType::Path { roots } => roots.get(index).map(|root| &*root.word),
            _ => None,
        }
    }

    /// Where `word` stands, for types that are a choice. Walks the words: where speed counts, keep an index.
    pub fn choice_index(&self, word: &str) -> Option<u16> {
        let count = u16::try_from(self.choices()?).ok()?;
        (0..count).find(|&index| self.choice(index) == Some(word))
    }

    /// The word a manifest uses for this type.
    pub fn word(&self) -> &'static str {
        match self {
            FieldType::Int { .. } => "int",
            FieldType::Float { .. } => "float",
            FieldType::Bool => "bool",
            FieldType::Timestamp => "timestamp",
            FieldType::Duration { .. } => "duration",
            FieldType::Enum { .. } => "enum",
            FieldType::Version => "version",
            FieldType::Code { .. } => "code",
            FieldType::Serial => "serial",
            FieldType::Lot { .. } => "lot",
            FieldType::Event { .. } => "event",
            FieldType::Role => "role",
            FieldType::Path { .. } => "path",
        }
    }
}

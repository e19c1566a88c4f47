//! What a field may contain. The manifest declares it, the gate enforces it.

/// The type of a field with everything that bounds it.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldType {
    /// Whole number within an inclusive range.
    Int {
        /// Inclusive bounds.
        range: IntRange,
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
    /// Length of time within an inclusive range of microseconds; written as seconds.
    Duration {
        /// Inclusive bounds in microseconds.
        range: IntRange,
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
    /// Index into the manifest's values.
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
            FieldType::Enum { .. } => CellKind::Enum,
            FieldType::Version | FieldType::Code { .. } | FieldType::Serial => CellKind::Text,
        }
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
        }
    }
}

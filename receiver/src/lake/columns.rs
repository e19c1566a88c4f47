//! The columns of a stream: the fixed ones of every table, then the manifest's fields with their types.

use deltalake::arrow::datatypes::{DataType as ArrowType, Field as ArrowField, Fields, TimeUnit};
use deltalake::kernel::{DataType, MetadataValue, PrimitiveType, StructField};
use labrelay_manifest::{Field, Manifest, Stream};
use labrelay_model::{FieldName, FieldType, StreamId};

/// Column that tables are partitioned by.
pub(crate) const PARTITION: &str = "received_day";
/// A serial field of this name fills the fixed column instead of a second one.
const INSTRUMENT: &str = "instrument";

/// The columns that every table begins with, and whether a row may lack them.
pub const FIXED_COLUMNS: &[(&str, PrimitiveType, bool)] = &[
    ("device", PrimitiveType::String, false),
    ("family", PrimitiveType::String, false),
    (INSTRUMENT, PrimitiveType::String, true),
    ("stream", PrimitiveType::String, false),
    ("epoch", PrimitiveType::String, false),
    ("seq", PrimitiveType::Long, false),
    ("row_id", PrimitiveType::String, false),
    ("manifest_sha256", PrimitiveType::String, false),
    ("plugin_version", PrimitiveType::String, false),
    ("host_version", PrimitiveType::String, false),
    ("event_time", PrimitiveType::Timestamp, true),
    (PARTITION, PrimitiveType::Date, false),
];

/// A manifest field that would stand twice in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stream {stream}: the field name {field:?} is a fixed column of every lake table; rename the field")]
pub struct ReservedName {
    /// The stream that declares it.
    pub stream: StreamId,
    /// The field.
    pub field: FieldName,
}

/// The columns of one stream as one manifest declares them.
#[derive(Debug)]
pub struct Columns {
    /// What the stream is, for the table's description.
    pub(crate) description: String,
    /// The manifest's fields as they stand in a batch's body, in its order.
    pub(crate) fields: Fields,
    /// The field that `event_time` is a copy of.
    pub(crate) event_time: Option<FieldName>,
    /// The table's columns, fixed ones first.
    pub(crate) table: Vec<StructField>,
}

impl Columns {
    /// The columns of `stream` in `manifest`.
    pub fn of(manifest: &Manifest, stream: &Stream) -> Result<Self, ReservedName> {
        let mut table: Vec<StructField> = FIXED_COLUMNS.iter().map(fixed_column).collect();
        for field in stream.leaving().iter().filter(|field| !fills_fixed_column(field)) {
            if table.iter().any(|column| column.name() == field.name.as_str()) {
                return Err(ReservedName { stream: manifest.stream_id(stream), field: field.name.clone() });
            }
            table.push(field_column(field));
        }
        let fields =
            stream.leaving().iter().map(|field| ArrowField::new(field.name.as_str(), arrow(&field.ty), true));
        Ok(Self {
            description: stream.description.clone(),
            fields: fields.collect(),
            event_time: stream.leaving_time().cloned(),
            table,
        })
    }
}

/// The other fixed names can't be declared: `Manifest::parse` refuses them.
fn fills_fixed_column(field: &Field) -> bool {
    field.name.as_str() == INSTRUMENT && field.ty == FieldType::Serial
}

fn fixed_column((name, ty, nullable): &(&str, PrimitiveType, bool)) -> StructField {
    StructField::new(*name, DataType::Primitive(ty.clone()), *nullable)
}

/// Always nullable: what one manifest requires, a later one may drop.
fn field_column(field: &Field) -> StructField {
    let unit = field.unit.as_deref().or(matches!(field.ty, FieldType::Duration { .. }).then_some("s"));
    let comment = field.description.as_deref();
    let texts = [("comment", comment), ("unit", unit), ("labrelay.type", Some(field.ty.word()))];
    let metadata =
        texts.into_iter().filter_map(|(key, text)| Some((key, MetadataValue::String(text?.to_owned()))));
    StructField::new(field.name.as_str(), DataType::Primitive(delta(&field.ty)), true).with_metadata(metadata)
}

fn delta(ty: &FieldType) -> PrimitiveType {
    match ty {
        FieldType::Int { .. } => PrimitiveType::Long,
        FieldType::Float { .. } | FieldType::Duration { .. } => PrimitiveType::Double,
        FieldType::Bool => PrimitiveType::Boolean,
        FieldType::Timestamp => PrimitiveType::Timestamp,
        FieldType::Enum { .. }
        | FieldType::Event { .. }
        | FieldType::Role
        | FieldType::Path { .. }
        | FieldType::Version
        | FieldType::Code { .. }
        | FieldType::Serial
        | FieldType::Lot { .. } => PrimitiveType::String,
    }
}

fn arrow(ty: &FieldType) -> ArrowType {
    match delta(ty) {
        PrimitiveType::Long => ArrowType::Int64,
        PrimitiveType::Double => ArrowType::Float64,
        PrimitiveType::Boolean => ArrowType::Boolean,
        PrimitiveType::Timestamp => ArrowType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        _ => ArrowType::Utf8,
    }
}

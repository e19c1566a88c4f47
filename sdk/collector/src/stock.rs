//! What a manifest tells a stock plugin: for [`export_stock_collector!`](crate::export_stock_collector) alone. A plugin of
//! one family has no use for it.

pub use labrelay_manifest::{
    About, DecimalMark, EntryStart, EntryTime, Filled, FurtherLines, Growth, Meaning, Origin, Presence,
    Reader, STOCK_PLUGIN, Table, TableStream, Textlog, TimeForm, WrittenTime,
};
pub use labrelay_model::FieldType;

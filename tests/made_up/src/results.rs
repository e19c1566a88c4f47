//! Results of QC, a row each. What is no result is refused whole.

use labrelay_collector::{Batch, OpenedInput, PollError, Reason, Row, Timestamp, Unit};

pub(crate) fn read(mut input: OpenedInput<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
    let mut rows = input.rows();
    while !batch.is_full() {
        let Some(row) = rows.next(&mut input)? else {
            input.finish();
            break;
        };
        take(input.unit(row.position()), &row, batch)?;
        input.set_position(row.next_position());
    }
    Ok(())
}

fn take(unit: Unit, row: &Row, batch: &mut Batch<'_>) -> Result<(), PollError> {
    let Some(at) = row.text("measured_at").and_then(|at| Timestamp::parse(at).ok()) else {
        return batch.refuse(unit, Reason::Unparsable, row.raw());
    };
    batch
        .record(unit, "qc_result")?
        .text("instrument", row.text("instrument"))
        .timestamp("at", at)
        .int("number", row.key())
        .choice("level", row.text("level"))
        .float("value", row.float("value"))
        .push()
}

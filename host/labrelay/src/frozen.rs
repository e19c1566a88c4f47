//! Fields that the gate has frozen, as the operator is told of them in the log and by `labrelay status`.

use std::fmt;

use labrelay_gate::{Gate, GateState};
use labrelay_model::{FieldName, StreamName};
use serde::{Deserialize, Serialize};

const WHAT_TO_DO: &str = "units with a value there go to quarantine; have the manifest reviewed, and install a new \
                          version of it: that begins anew, and `labrelay quarantine requeue` then tries them again";

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FrozenField {
    /// Stream.
    pub stream: StreamName,
    /// Field.
    pub field: FieldName,
    /// For the operator.
    pub what_to_do: String,
}

/// Fields whose values turned out to be nearly unique.
pub(crate) fn fields(gate: &Gate, state: &GateState) -> Vec<FrozenField> {
    let told = |(stream, field): (&StreamName, &labrelay_manifest::Field)| FrozenField {
        stream: stream.clone(),
        field: field.name.clone(),
        what_to_do: WHAT_TO_DO.into(),
    };
    state.frozen(gate).map(told).collect()
}

impl fmt::Display for FrozenField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stream, field, what_to_do } = self;
        write!(f, "{stream}.{field} is frozen: nearly every value is new, as identifiers are; {what_to_do}")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use labrelay_gate::{Site, Verdict};
    use labrelay_manifest::Manifest;
    use labrelay_model::{Record, StreamIndex, Timestamp, Value};

    use super::*;

    const MANIFEST: &str = r#"
manifest: 1
family: bench
title: Bench
version: 1.0.0
streams:
  run: {about: instrument, description: A run., fields: {board: {type: code, pattern: "B[0-9]{4}"}}}
"#;

    fn gate(manifest: &str) -> Gate {
        Gate::new(Arc::new(Manifest::parse(manifest.as_bytes()).unwrap()), Site::default())
    }

    #[test]
    fn a_frozen_field_is_told_of_until_another_version_of_the_manifest() {
        let now = Timestamp::parse("2026-03-01T08:00:00Z").unwrap();
        let narrow = gate(MANIFEST);
        let mut state = GateState::new(&narrow, now);
        for number in 1000..1064 {
            let cells = vec![Some(Value::Text(format!("B{number}").into()))];
            let Verdict::Accepted(record) = narrow.check(Record { stream: StreamIndex(0), cells }, now)
            else {
                panic!("a board is refused");
            };
            let _ = state.note([&record]);
        }
        let told = fields(&narrow, &state);
        assert!(told[0].to_string().starts_with("run.board is frozen: "), "{told:?}");
        assert!(told[0].to_string().contains("have the manifest reviewed"));

        let newer = gate(&MANIFEST.replace("1.0.0", "1.0.1"));
        let restored = |gate| GateState::restore(gate, Some(&state.save(&narrow)), now).unwrap();
        assert_eq!(fields(&narrow, &restored(&narrow)), told, "also after a restart");
        assert_eq!(fields(&newer, &restored(&newer)), []);
    }
}

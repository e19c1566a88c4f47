//! What a host's ledger says of the soak's family, running or not.

use labrelay_tests::site::Host;
use serde_json::Value;

use super::oracle::Units;
use super::stage::FAMILY;

/// Its units and gaps.
pub(super) fn units(host: &Host) -> Units {
    let status = host.status();
    let reasons = |outcome: &str| status.reasons(FAMILY, outcome);
    let (gaps, gap_bytes) = gaps(host);
    Units {
        gaps,
        gap_bytes,
        accepted: status.count(FAMILY, "accepted", None),
        quarantined: reasons("quarantined"),
        dropped: reasons("dropped"),
    }
}

/// How often something vanished before it was read, and how many bytes.
fn gaps(host: &Host) -> (u64, u64) {
    let output = host.run(&["ledger", "--json"]);
    let ledger: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let list = |value: &Value, key: &str| {
        value.get(key).and_then(|list| list.as_array()).cloned().unwrap_or_default()
    };
    let number = |value: &Value, key: &str| value.get(key).and_then(|it| it.as_u64()).unwrap_or(0);
    let gaps = list(&ledger, "sources").into_iter().flat_map(|source| list(&source, "gaps"));
    gaps.fold((0, 0), |(gaps, bytes), gap| (gaps + number(&gap, "gaps"), bytes + number(&gap, "bytes")))
}

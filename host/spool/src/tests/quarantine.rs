//! The quarantine opens with the site's identity alone, and stays within its bound.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use labrelay_model::{Position, Reason, Redacted};

use super::support::{MARKER, Site, at, batches, empty, records};
use crate::{Commit, QuarantineEntry, Spool};

fn entry(position: u64) -> QuarantineEntry {
    QuarantineEntry {
        family: "navios".parse().unwrap(),
        source: Some("listmode".parse().unwrap()),
        stream: Some("bead_qc".parse().unwrap()),
        reason: Reason::OutOfRange,
        position: Position(position),
        received_at: at(0),
        raw: Redacted(MARKER.into()),
    }
}

fn opened(spool: &Spool, identity: &age::x25519::Identity) -> Vec<serde_json::Value> {
    let plain = spool.quarantine().map(|message| age::decrypt(identity, &message.unwrap().age).unwrap());
    let lines: Vec<u8> = plain.flatten().collect();
    serde_json::Deserializer::from_slice(&lines).into_iter().map(Result::unwrap).collect()
}

#[test]
fn what_did_not_pass_opens_with_the_identity_and_only_so() {
    let (identity, other) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
    let mut site = Site::new();
    site.config.quarantine_recipient = Some(identity.to_public().to_string());
    let spool = site.open();
    spool.commit(&Commit { quarantined: vec![entry(1), entry(2)], ..empty() }).unwrap();
    spool.commit(&Commit { quarantined: vec![entry(3)], ..empty() }).unwrap();
    let messages: Vec<_> = spool.quarantine().map(Result::unwrap).collect();
    assert_eq!(messages.iter().map(|message| message.entries).collect::<Vec<_>>(), [2, 1]);
    assert!(messages.iter().all(|message| age::decrypt(&other, &message.age).is_err()));
    let lines = opened(&spool, &identity);
    assert_eq!(lines.iter().map(|line| line["position"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(lines[0]["reason"], "out_of_range");
    assert_eq!(STANDARD.decode(lines[0]["raw_base64"].as_str().unwrap()).unwrap(), MARKER.as_bytes());
    assert!(!format!("{:?}", entry(1)).contains(MARKER));
}

#[test]
fn without_a_recipient_only_counts_are_kept() {
    let site = Site::new();
    let spool = site.open();
    spool.commit(&Commit { quarantined: vec![entry(1), entry(2)], ..empty() }).unwrap();
    assert_eq!(spool.quarantine().count(), 0);
    let quarantine = spool.status().unwrap().quarantine;
    assert_eq!((quarantine.unkept, quarantine.entries, quarantine.bytes), (2, 0, 0));
}

#[test]
fn the_oldest_messages_go_when_the_bound_is_reached_and_are_counted() {
    let identity = age::x25519::Identity::generate();
    let mut site = Site::new();
    site.config.quarantine_recipient = Some(identity.to_public().to_string());
    site.config.quarantine_max_bytes = 2000;
    let spool = site.open();
    for position in 0..20 {
        spool.commit(&Commit { quarantined: vec![entry(position)], ..empty() }).unwrap();
    }
    let quarantine = spool.status().unwrap().quarantine;
    assert!(quarantine.bytes <= 2000 && quarantine.entries > 0);
    assert_eq!(quarantine.purged + quarantine.entries, 20);
    assert_eq!(opened(&spool, &identity).last().unwrap()["position"], 19);
}

#[test]
fn the_records_of_a_refused_batch_are_kept_for_the_site() {
    let identity = age::x25519::Identity::generate();
    let mut site = Site::new();
    site.config.quarantine_recipient = Some(identity.to_public().to_string());
    let spool = site.open();
    spool.commit(&records("bead_qc", 3)).unwrap();
    let batch = batches(&spool, "bead_qc").remove(0);
    spool.refused(&batch.id, Reason::RefusedByReceiver, at(1)).unwrap();
    let line = opened(&spool, &identity).remove(0);
    let raw = STANDARD.decode(line["raw_base64"].as_str().unwrap()).unwrap();
    assert_eq!(String::from_utf8(raw).unwrap().matches(MARKER).count(), 3);
    assert!(line.get("source").is_none());
}

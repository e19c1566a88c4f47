//! The quarantine opens with the site's key alone, says what it holds without it, and stays within its bounds.

use age::secrecy::ExposeSecret as _;
use labrelay_model::{Position, Reason, Redacted};

use super::support::{MARKER, Site, at, batches, empty, input, records};
use crate::layout::{QUARANTINE, QUARANTINE_COUNTS};
use crate::{Commit, Form, KeyFileError, OpenedMessage, QuarantineEntry, QuarantineKey, Spool, UnsealError};

const A_DAY: i64 = 24 * 3600;

pub(super) fn entry(position: u64) -> QuarantineEntry {
    QuarantineEntry {
        family: "navios".parse().unwrap(),
        source: Some("listmode".parse().unwrap()),
        stream: Some("bead_qc".parse().unwrap()),
        reason: Reason::OutOfRange,
        input: Some(input(1)),
        position: Position(position),
        received_at: at(0),
        form: Form::Records,
        raw: Redacted(MARKER.into()),
    }
}

/// A site that keeps its quarantine, and the key that opens it.
pub(super) fn keeping() -> (Site, QuarantineKey) {
    let identity = age::x25519::Identity::generate();
    let mut site = Site::new();
    site.config.quarantine_recipient = Some(identity.to_public());
    (site, key_of(&identity))
}

fn key_of(identity: &age::x25519::Identity) -> QuarantineKey {
    QuarantineKey::parse(&format!("# made today\n{}\n", identity.to_string().expose_secret())).unwrap()
}

fn refuse(spool: &Spool, entries: impl IntoIterator<Item = QuarantineEntry>, seconds: i64) {
    let quarantined = entries.into_iter().collect();
    spool.commit(&Commit { quarantined, now: at(seconds), ..empty() }).unwrap();
}

pub(super) fn opened(spool: &Spool, key: &QuarantineKey) -> Vec<QuarantineEntry> {
    let ids: Vec<_> = spool.quarantine().map(|listing| listing.unwrap().id).collect();
    let open = |id| {
        let plain = key.open(&spool.quarantine_message(id).unwrap().unwrap()).unwrap();
        let message = OpenedMessage::read(&plain.0).unwrap();
        assert_eq!(&*message.plugin_version, "1.2.3");
        message.entries
    };
    ids.into_iter().flat_map(open).collect()
}

#[test]
fn what_did_not_pass_opens_with_the_key_and_only_so() {
    let (site, key) = keeping();
    let spool = site.open();
    let raw = QuarantineEntry { input: None, source: None, stream: None, form: Form::Raw, ..entry(2) };
    let refused = [entry(1), raw, entry(3)];
    refuse(&spool, refused[..2].to_vec(), 0);
    refuse(&spool, refused[2..].to_vec(), 0);
    assert_eq!(opened(&spool, &key), refused);
    let other = key_of(&age::x25519::Identity::generate());
    let id = spool.quarantine().next().unwrap().unwrap().id;
    let mut message = spool.quarantine_message(id).unwrap().unwrap();
    assert_eq!(other.open(&message).unwrap_err(), UnsealError::OtherKey);
    *message.last_mut().unwrap() ^= 1;
    assert_eq!(key.open(&message).unwrap_err(), UnsealError::Damaged);
    assert!(!format!("{:?} {:?}", refused, OpenedMessage::read(&key_lines(&spool, &key))).contains(MARKER));
}

fn key_lines(spool: &Spool, key: &QuarantineKey) -> Vec<u8> {
    let id = spool.quarantine().next().unwrap().unwrap().id;
    key.open(&spool.quarantine_message(id).unwrap().unwrap()).unwrap().0.clone()
}

#[test]
fn a_file_that_holds_no_key_is_refused() {
    assert_eq!(QuarantineKey::parse("age1publichalf\n").unwrap_err(), KeyFileError::NoIdentity);
    assert_eq!(QuarantineKey::parse("age-encryption.org/v1\n").unwrap_err(), KeyFileError::Sealed);
}

#[test]
fn the_list_tells_counts_and_no_content() {
    let (site, _) = keeping();
    let spool = site.open();
    let unread = QuarantineEntry { stream: None, reason: Reason::Truncated, ..entry(3) };
    refuse(&spool, [entry(1), entry(2), unread], 0);
    refuse(&spool, [entry(4)], A_DAY);
    let list: Vec<_> = spool.quarantine().map(Result::unwrap).collect();
    assert_eq!(
        list.iter().map(|message| (message.id.number, message.units)).collect::<Vec<_>>(),
        [(1, 3), (2, 1)]
    );
    assert_eq!(list[1].id.day, list[0].id.day + 1);
    let counts: Vec<_> =
        list[0].counts.iter().map(|count| (count.reason, count.units, count.bytes)).collect();
    let raw = MARKER.len() as u64;
    assert_eq!(counts, [(Reason::Truncated, 1, raw), (Reason::OutOfRange, 2, 2 * raw)]);
    assert!(list[0].counts[0].stream.is_none() && list[0].counts[1].stream.is_some());
    assert!(!format!("{list:?}").contains(MARKER));
}

#[test]
fn a_message_of_an_earlier_build_is_still_listed_and_opened() {
    let (site, key) = keeping();
    let age = age::encrypt(site.config.quarantine_recipient.as_ref().unwrap(), OLD_LINE.as_bytes()).unwrap();
    drop(site.open());
    let txn = site.database().begin_write().unwrap();
    txn.delete_table(QUARANTINE_COUNTS).unwrap();
    txn.open_table(QUARANTINE).unwrap().insert((20_000, 7), (1, age.as_slice())).unwrap();
    txn.commit().unwrap();
    let spool = site.open_with(|config| config.quarantine_max_days = 9999);
    refuse(&spool, [entry(1)], 0);
    let list: Vec<_> = spool.quarantine().map(Result::unwrap).collect();
    assert_eq!(
        list.iter().map(|message| (message.id.number, message.units)).collect::<Vec<_>>(),
        [(7, 1), (8, 1)]
    );
    assert!(list[0].counts.is_empty() && list[1].counts.len() == 1);
    let plain = key.open(&spool.quarantine_message(list[0].id).unwrap().unwrap()).unwrap();
    let old = OpenedMessage::read(&plain.0).unwrap().entries.remove(0);
    assert_eq!((old.reason, old.form, old.input), (Reason::OutOfRange, Form::Raw, None));
}

/// A line as builds wrote it that knew no forms.
const OLD_LINE: &str = "{\"family\":\"navios\",\"reason\":\"out_of_range\",\"position\":1,\
                        \"received_at\":\"2026-03-01T08:00:00Z\",\"raw_base64\":\"AAAA\"}\n";

#[test]
fn without_a_recipient_only_counts_are_kept() {
    let site = Site::new();
    let spool = site.open();
    refuse(&spool, [entry(1), entry(2)], 0);
    assert_eq!(spool.quarantine().count(), 0);
    let quarantine = spool.status().unwrap().quarantine;
    assert_eq!((quarantine.unkept, quarantine.entries, quarantine.bytes), (2, 0, 0));
}

#[test]
fn the_oldest_messages_go_when_the_bound_is_reached_and_are_counted() {
    let (mut site, key) = keeping();
    site.config.quarantine_max_bytes = 2500;
    let spool = site.open();
    for position in 0..20 {
        refuse(&spool, [entry(position)], 0);
    }
    let quarantine = spool.status().unwrap().quarantine;
    assert!(quarantine.bytes <= 2500 && quarantine.entries > 0);
    assert_eq!(quarantine.purged + quarantine.entries, 20);
    assert_eq!(opened(&spool, &key).last().unwrap().position, Position(19));
    assert_counts_agree(&spool);
}

#[test]
fn days_pass_also_while_nothing_is_refused() {
    let (mut site, _) = keeping();
    site.config.quarantine_max_days = 3;
    let spool = site.open();
    for day in 0..4 {
        refuse(&spool, [entry(day)], A_DAY * day as i64);
    }
    assert_eq!(spool.purge_quarantine(at(2 * A_DAY)).unwrap(), 0, "three days are kept");
    assert_eq!(spool.purge_quarantine(at(3 * A_DAY)).unwrap(), 1);
    assert_eq!(spool.purge_quarantine(at(4 * A_DAY)).unwrap(), 1);
    assert_eq!(spool.status().unwrap().quarantine.purged, 2);
    assert_eq!(spool.purge_quarantine(at(90 * A_DAY)).unwrap(), 2);
    assert_eq!(spool.status().unwrap().quarantine.bytes, 0);
}

#[test]
fn an_administrator_empties_it_before_a_day_or_whole() {
    let (site, _) = keeping();
    let spool = site.open();
    for number in 0..200 {
        refuse(&spool, [entry(number), entry(1000 + number)], A_DAY * (number as i64 / 100));
    }
    let second_day = spool.quarantine().last().unwrap().unwrap().id.day;
    assert_eq!(spool.empty_quarantine(Some(second_day - 1)).unwrap(), 0);
    assert_eq!(spool.empty_quarantine(Some(second_day)).unwrap(), 200);
    assert_counts_agree(&spool);
    assert_eq!(spool.empty_quarantine(None).unwrap(), 200);
    let quarantine = spool.status().unwrap().quarantine;
    assert_eq!((quarantine.entries, quarantine.bytes, quarantine.purged), (0, 0, 400));
    refuse(&spool, [entry(1)], 0);
    assert_eq!(spool.quarantine().next().unwrap().unwrap().id.number, 201, "no number is used twice");
}

/// The sums are those of the rows.
pub(super) fn assert_counts_agree(spool: &Spool) {
    let (mut units, mut bytes) = (0, 0);
    for listing in spool.quarantine() {
        let listing = listing.unwrap();
        assert_eq!(listing.counts.iter().map(|count| count.units).sum::<u64>(), u64::from(listing.units));
        (units, bytes) = (units + u64::from(listing.units), bytes + listing.bytes);
    }
    let sums = spool.status().unwrap().quarantine;
    assert_eq!((sums.entries, sums.bytes), (units, bytes));
}

#[test]
fn the_records_of_a_refused_batch_are_kept_for_the_site() {
    let (site, key) = keeping();
    let spool = site.open();
    spool.commit(&records("bead_qc", 3)).unwrap();
    let batch = batches(&spool, "bead_qc").remove(0);
    spool.refused(&batch.id, Reason::RefusedByReceiver, at(1)).unwrap();
    let entry = opened(&spool, &key).remove(0);
    assert_eq!(String::from_utf8(entry.raw.0.clone()).unwrap().matches(MARKER).count(), 3);
    assert_eq!((entry.form, entry.source, entry.input), (Form::Batch, None, None));
}

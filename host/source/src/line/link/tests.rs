//! The link by its bytes: what is acknowledged, when, and what any other bytes do.

use proptest::prelude::*;

use super::super::frame::{ENQ, EOT, ETB, ETX, STX};
use super::*;

const NOW: Duration = Duration::from_secs(1);

fn framed(number: u8, text: &str, end: u8) -> Vec<u8> {
    let mut inner = vec![b'0' + number];
    inner.extend(text.bytes().chain([end]));
    let sum = inner.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    [&[STX][..], &inner, format!("{sum:02X}\r\n").as_bytes()].concat()
}

/// Replies as bytes, messages as texts, the rest as words.
fn told(events: &[Event]) -> Vec<String> {
    let word = |event: &Event| match event {
        Event::Reply(ACK) => "ack".into(),
        Event::Reply(_) => "nak".into(),
        Event::Message(text) => String::from_utf8(text.clone()).unwrap(),
        Event::Confirmed => "confirmed".into(),
        Event::Fault(fault) => format!("{fault:?}"),
    };
    events.iter().map(word).collect()
}

fn send(link: &mut Link, bytes: &[u8]) -> Vec<String> {
    told(&link.receive(bytes, Room::Free, NOW))
}

/// A link that has been given a whole message and withholds its reply.
fn withholding() -> Link {
    let mut link = Link::default();
    assert_eq!(send(&mut link, &[ENQ]), ["ack"]);
    assert_eq!(send(&mut link, &framed(1, "H|\\^&\r", ETX)), ["ack"]);
    assert_eq!(send(&mut link, &framed(2, "L|1|N\r", ETX)), ["H|\\^&\rL|1|N\r"]);
    link
}

#[test]
fn the_frame_that_ends_a_message_is_acknowledged_only_when_told() {
    let mut link = withholding();
    assert!(told(&link.tick(NOW + Duration::from_secs(5))).is_empty());
    assert_eq!(told(&link.accept(NOW)), ["ack"]);
    assert_eq!(send(&mut link, &[EOT]), ["confirmed"]);
    assert!(told(&link.accept(NOW)).is_empty(), "once");
}

#[test]
fn a_record_over_several_frames_is_put_together() {
    let mut link = Link::default();
    send(&mut link, &[ENQ]);
    assert_eq!(send(&mut link, &framed(1, "H|\rL", ETB)), ["ack"]);
    assert_eq!(send(&mut link, &framed(2, "|1", ETX)), ["H|\rL|1\r"]);
}

#[test]
fn a_damaged_frame_is_asked_for_again_and_a_repeated_one_is_taken_once() {
    let mut link = Link::default();
    send(&mut link, &[ENQ]);
    let mut damaged = framed(1, "H|\r", ETX);
    damaged[2] ^= 1;
    assert_eq!(send(&mut link, &damaged), ["DamagedFrame", "nak"]);
    assert_eq!(send(&mut link, &framed(1, "H|\r", ETX)), ["ack"]);
    assert_eq!(send(&mut link, &framed(1, "H|\r", ETX)), ["ack"]);
    assert_eq!(send(&mut link, &framed(3, "L|1\r", ETX)), ["OutOfTurn", "nak"]);
    assert_eq!(send(&mut link, &framed(2, "L|1\r", ETX)), ["H|\rL|1\r"]);
}

#[test]
fn what_is_not_stored_in_time_is_asked_for_again_and_never_acknowledged() {
    let mut link = withholding();
    assert_eq!(told(&link.tick(NOW + REPLY_WITHIN)), ["NotInTime", "nak"]);
    assert!(told(&link.accept(NOW + REPLY_WITHIN)).is_empty(), "the sender waits for nothing now");
    assert!(send(&mut link, &framed(2, "L|1|N\r", ETX)).is_empty());
    assert_eq!(told(&link.accept(NOW)), ["ack"]);
}

#[test]
fn a_sender_that_lost_patience_has_confirmed_nothing() {
    let mut link = withholding();
    assert!(send(&mut link, &[EOT]).is_empty());
    assert!(told(&link.accept(NOW)).is_empty());
    assert_eq!(told(&link.receive(&[ENQ], Room::Taken, NOW)), ["nak"]);
}

#[test]
fn a_message_that_is_broken_off_is_a_fault_and_no_message() {
    let begun = [&[ENQ][..], &framed(1, "H|\r", ETX)].concat();
    let mut link = Link::default();
    send(&mut link, &begun);
    assert_eq!(send(&mut link, &[EOT]), ["BrokenOff"]);
    send(&mut link, &begun);
    assert_eq!(told(&link.tick(NOW + SILENCE)), ["BrokenOff"]);
    send(&mut link, &begun);
    assert!(link.closed() == Some(Event::Fault(Fault::BrokenOff)));
}

#[test]
fn a_sender_that_waits_for_no_reply_gets_no_second_message_in() {
    let mut link = Link::default();
    let message =
        |number: &str| [&[ENQ][..], &framed(1, &format!("H|{number}\rL|1\r"), ETX), &[EOT]].concat();
    let both = [message("1"), message("2")].concat();
    assert_eq!(send(&mut link, &both), ["ack", "H|1\rL|1\r", "nak"]);
    assert!(told(&link.accept(NOW)).is_empty());
}

#[test]
fn a_frame_of_64_000_characters_is_taken() {
    let mut link = Link::default();
    send(&mut link, &[ENQ]);
    let text = format!("H|{}\rL|1\r", "x".repeat(63_990));
    assert_eq!(send(&mut link, &framed(1, &text, ETX)), [text]);
}

proptest! {
    /// Never more in memory than a message and a frame, no panic, and no message without its L record.
    #[test]
    fn any_bytes_in_any_pieces_are_borne(
        pieces in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..20),
            Just(vec![ENQ]), Just(vec![EOT]),
            (0..8u8, "[HPRL][|a]{0,3}\r?", prop_oneof![Just(ETX), Just(ETB)])
                .prop_map(|(number, text, end)| framed(number, &text, end)),
        ], 0..40),
    ) {
        let (mut link, mut now) = (Link::default(), NOW);
        for piece in pieces {
            now += Duration::from_secs(5);
            for event in link.receive(&piece, Room::Free, now).into_iter().chain(link.tick(now)) {
                if let Event::Message(text) = event {
                    prop_assert!(ends_message(&text) && text.ends_with(b"\r"));
                }
            }
            link.accept(now);
            prop_assert!(link.text.len() <= MAX_MESSAGE_BYTES);
        }
    }
}

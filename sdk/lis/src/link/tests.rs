//! The receiving end, told as conversations between an instrument and it.

use proptest::prelude::*;

use super::*;

const HEADER: &[u8] = b"H|\\^&|||Analyser|||||||P|LIS2-A2|20260301100000\r";
const RESULT: &[u8] = b"R|1|^^^WBC|5.4|10*3/uL||N\r";
const LAST: &[u8] = b"L|1|N\r";

fn frame(number: u8, text: &[u8]) -> Vec<u8> {
    Frame { number, text, end: End::Last }.encode()
}

/// What the link says to `bytes`, which it takes whole.
fn says(link: &mut Link, bytes: &[u8]) -> Vec<Step> {
    let (taken, steps) = link.receive(bytes);
    assert_eq!(taken, bytes.len());
    steps
}

const ACKED: [Step; 1] = [Step::Answer(Answer::Ack)];

fn message() -> Vec<u8> {
    [HEADER, RESULT, LAST].concat()
}

/// A link that has a message's first two frames.
fn in_the_middle() -> Link {
    let mut link = Link::default();
    assert_eq!(says(&mut link, &[ENQ]), ACKED);
    assert_eq!(says(&mut link, &frame(1, HEADER)), ACKED);
    assert_eq!(says(&mut link, &frame(2, RESULT)), ACKED);
    link
}

#[test]
fn the_frame_that_completes_a_message_is_not_answered_by_itself() {
    let mut link = in_the_middle();
    assert_eq!(says(&mut link, &frame(3, LAST)), [Step::Message(message())]);
    assert_eq!(link.receive(&[EOT]), (0, vec![]), "nothing is taken until somebody has answered");
    link.answer(Answer::Ack);
    assert_eq!(says(&mut link, &[EOT]), [Step::WentOn]);
    assert!(!link.is_busy());
}

#[test]
fn a_message_that_is_not_safe_yet_is_sent_again() {
    let mut link = in_the_middle();
    says(&mut link, &frame(3, LAST));
    link.answer(Answer::Nak);
    assert_eq!(says(&mut link, &frame(3, LAST)), [Step::Message(message())], "the same one");
    link.answer(Answer::Ack);
    assert_eq!(says(&mut link, &[EOT]), [Step::WentOn]);
}

#[test]
fn a_frame_whose_acknowledgement_was_lost_counts_once() {
    let mut link = in_the_middle();
    assert_eq!(says(&mut link, &frame(2, RESULT)), ACKED);
    assert_eq!(says(&mut link, &frame(3, LAST)), [Step::Message(message())]);
    link.answer(Answer::Ack);
    assert_eq!(
        says(&mut link, &frame(3, LAST)),
        ACKED,
        "nor does the last one, and the sender has not gone on"
    );
    assert_eq!(says(&mut link, &[EOT]), [Step::WentOn]);
}

#[test]
fn several_messages_may_come_in_one_transmission() {
    let mut link = in_the_middle();
    says(&mut link, &frame(3, LAST));
    link.answer(Answer::Ack);
    assert_eq!(says(&mut link, &frame(4, HEADER)), [Step::WentOn, Step::Answer(Answer::Ack)]);
    assert_eq!(says(&mut link, &frame(5, LAST)), [Step::Message([HEADER, LAST].concat())]);
}

#[test]
fn numbers_go_on_from_7_to_0() {
    let mut link = Link::default();
    says(&mut link, &[ENQ]);
    for number in [1, 2, 3, 4, 5, 6, 7, 0, 1, 2] {
        assert_eq!(says(&mut link, &frame(number, RESULT)), ACKED, "frame {number}");
    }
    let wrong = [Step::Fault(Fault::OutOfOrder), Step::Answer(Answer::Nak)];
    assert_eq!(says(&mut link, &frame(4, RESULT)), wrong);
}

#[test]
fn the_first_frame_has_number_1() {
    let mut link = Link::default();
    says(&mut link, &[ENQ]);
    let wrong = [Step::Fault(Fault::OutOfOrder), Step::Answer(Answer::Nak)];
    assert_eq!(says(&mut link, &frame(0, HEADER)), wrong);
}

#[test]
fn a_record_may_go_over_several_frames_and_a_frame_may_hold_all_of_a_message() {
    let whole = message();
    for cut in 1..whole.len() {
        let mut link = Link::default();
        says(&mut link, &[ENQ]);
        let first = Frame { number: 1, text: &whole[..cut], end: End::Intermediate }.encode();
        assert_eq!(says(&mut link, &first), ACKED, "cut at {cut}");
        assert_eq!(says(&mut link, &frame(2, &whole[cut..])), [Step::Message(whole.clone())]);
        link.answer(Answer::Nak);
        assert_eq!(says(&mut link, &frame(2, &whole[cut..])), [Step::Message(whole.clone())]);
    }
    let mut link = Link::default();
    says(&mut link, &[ENQ]);
    assert_eq!(says(&mut link, &frame(1, &whole)), [Step::Message(whole)]);
}

#[test]
fn a_spoilt_frame_is_asked_for_again() {
    let mut link = in_the_middle();
    let mut spoilt = frame(3, LAST);
    spoilt[4] ^= 1;
    assert_eq!(says(&mut link, &spoilt), [Step::Fault(Fault::BadFrame), Step::Answer(Answer::Nak)]);
    assert_eq!(says(&mut link, &frame(3, LAST)), [Step::Message(message())]);
}

#[test]
fn a_frame_that_never_ends_is_asked_for_again() {
    let mut link = in_the_middle();
    assert_eq!(says(&mut link, &frame(3, LAST)[..5]), []);
    assert_eq!(link.stalled(), [Step::Fault(Fault::BadFrame), Step::Answer(Answer::Nak)]);
    assert_eq!(link.stalled(), [], "once");
    assert_eq!(says(&mut link, &frame(3, LAST)), [Step::Message(message())]);
}

#[test]
fn a_sender_that_begins_anew_repeats_everything() {
    let mut link = in_the_middle();
    assert_eq!(says(&mut link, &[ENQ]), [Step::Fault(Fault::CutOff), Step::Answer(Answer::Ack)]);
    says(&mut link, &frame(1, HEADER));
    assert_eq!(says(&mut link, &frame(2, LAST)), [Step::Message([HEADER, LAST].concat())]);
}

#[test]
fn what_was_acknowledged_and_never_completed_is_handed_over() {
    let mut link = in_the_middle();
    assert_eq!(says(&mut link, &[EOT]), [Step::Unfinished([HEADER, RESULT].concat())]);
}

#[test]
fn a_sender_that_gives_up_after_a_refusal_keeps_its_message() {
    let mut link = in_the_middle();
    says(&mut link, &frame(3, LAST));
    link.answer(Answer::Nak);
    assert_eq!(says(&mut link, &[EOT]), [Step::Fault(Fault::CutOff)]);
}

#[test]
fn a_message_beyond_the_bound_stays_with_its_sender() {
    let mut link = in_the_middle();
    let long = [b"M|1|".as_slice(), &vec![b'x'; MAX_MESSAGE_BYTES], b"\r"].concat();
    assert_eq!(says(&mut link, &frame(3, &long)), [Step::Fault(Fault::TooLong), Step::Answer(Answer::Nak)]);
    assert_eq!(says(&mut link, &[EOT]), [Step::Fault(Fault::CutOff)]);
}

#[test]
fn noise_on_a_quiet_line_is_ignored() {
    let mut link = Link::default();
    assert_eq!(says(&mut link, b"\x02noise\r\n\x06\x15"), []);
    assert_eq!(says(&mut link, &[EOT]), []);
    assert_eq!(link.reset(), None);
}

proptest! {
    /// Whatever comes, and however it is cut: no panic, bounded memory, and the same steps.
    #[test]
    fn any_bytes_in_any_pieces_lead_to_the_same(
        bytes in proptest::collection::vec(prop_oneof![
            Just(ENQ), Just(EOT), Just(STX), Just(ETX), Just(ETB), Just(CR), Just(LF), Just(b'1'), Just(b'L'), any::<u8>()
        ], 0..300),
        cut in 0_usize..300,
    ) {
        let run = |pieces: &[&[u8]]| {
            let mut link = Link::default();
            let mut all = Vec::new();
            for piece in pieces {
                let mut rest = *piece;
                while !rest.is_empty() {
                    let (taken, steps) = link.receive(rest);
                    rest = &rest[taken..];
                    all.extend(steps);
                    link.answer(Answer::Ack);
                }
            }
            (all, format!("{link:?}"))
        };
        let (first, second) = bytes.split_at(cut.min(bytes.len()));
        prop_assert_eq!(run(&[&bytes]), run(&[first, second]));
    }

    /// A message in frames of any length, any of which is spoilt on its way once, arrives whole.
    #[test]
    fn a_message_in_any_frames_arrives_whole(length in 1_usize..80, spoilt in 0_usize..12) {
        let whole = message();
        let pieces: Vec<&[u8]> = whole.chunks(length).collect();
        let mut link = Link::default();
        says(&mut link, &[ENQ]);
        for (at, text) in pieces.iter().enumerate() {
            let end = if at + 1 == pieces.len() { End::Last } else { End::Intermediate };
            let number = u8::try_from((at + 1) % 8).unwrap();
            let sent = Frame { number, text, end }.encode();
            if at == spoilt {
                let mut changed = sent.clone();
                changed[2] ^= 0x40;
                let steps = says(&mut link, &changed);
                prop_assert_eq!(steps.last(), Some(&Step::Answer(Answer::Nak)));
            }
            let steps = says(&mut link, &sent);
            match end {
                End::Intermediate => prop_assert_eq!(steps, ACKED),
                End::Last => prop_assert_eq!(steps, [Step::Message(whole.clone())]),
            }
        }
    }
}

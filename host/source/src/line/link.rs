//! The receiver's side of a LIS01-A2 link: bytes and time in, replies and messages out.
//!
//! Reads no clock, opens nothing, and does not decide when a message is safe: [`Link::accept`] is told, and only then is the
//! frame that ended the message acknowledged. Until then the sender keeps it.

use std::time::Duration;

use super::frame::{ACK, Decoder, End, Frame, NAK, Signal};

/// Longest message. A message of an analyser has some kilobytes; with this one a family stays small on an old PC.
const MAX_MESSAGE_BYTES: usize = 4 << 20;
/// LIS01-A2 gives the receiver 15 s to answer a frame; this leaves time for the way.
const REPLY_WITHIN: Duration = Duration::from_secs(12);
/// LIS01-A2: a receiver that hears nothing for 30 s takes the link for ended.
const SILENCE: Duration = Duration::from_secs(30);

/// What came of some bytes, or of time.
#[derive(PartialEq, Eq)]
pub(crate) enum Event {
    /// To be written to the line.
    Reply(u8),
    /// A message is whole; the link waits for [`Link::accept`]. Its frames' texts: records that end in CR.
    Message(Vec<u8>),
    /// The sender goes on: it has our acknowledgement of the last message.
    Confirmed,
    /// Something went wrong, which the sender repeats or not.
    Fault(Fault),
}

/// What can go wrong on a line. Counted; none of it was ever acknowledged as a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Bad checksum, bad form or too long.
    #[error("a frame came damaged or is longer than 64 KiB; the sender was asked to repeat it")]
    DamagedFrame,
    /// A frame was left out.
    #[error("a frame came out of turn; the sender was asked to repeat the one before")]
    OutOfTurn,
    /// EOT, ENQ, silence or the end of the connection within a message.
    #[error("the sender broke off within a message, which it has to send again")]
    BrokenOff,
    /// More than 4 MiB.
    #[error("a message is longer than 4 MiB and is refused; no instrument is known that sends such a one")]
    TooLong,
    /// The message could not be committed in time.
    #[error(
        "a message could not be stored in time; the sender was asked to repeat it and keeps it till then"
    )]
    NotInTime,
}

/// Whether there is room for another message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// There is.
    Free,
    /// The one before is not committed yet.
    Taken,
}

/// A link. Time is since any fixed moment.
#[derive(Default)]
pub(crate) struct Link {
    decoder: Decoder,
    phase: Phase,
    /// Of the present message, the texts of accepted frames.
    text: Vec<u8>,
    /// Number of the frame that was acknowledged last in this transfer.
    last: Option<u8>,
    /// When the last byte came.
    heard: Duration,
    doubt: Doubt,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// Nobody has asked to send.
    #[default]
    Neutral,
    /// Frames are taken.
    Receiving,
    /// This frame ended a message; its acknowledgement is withheld since then.
    Withheld { number: u8, since: Duration },
    /// It was refused for now, and is expected again.
    Asked { number: u8 },
}

/// Whether the sender has our acknowledgement of the last message.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Doubt {
    #[default]
    None,
    /// It was given in time, so that whatever the sender does next confirms it, unless it repeats the frame.
    UntilNext,
}

impl Link {
    /// Takes what the line brought.
    ///
    /// `room` is how it was before these bytes: a message among them takes it from a sender that waits for no reply.
    pub(crate) fn receive(&mut self, bytes: &[u8], mut room: Room, now: Duration) -> Vec<Event> {
        let mut events = Vec::new();
        for byte in bytes {
            self.heard = now;
            match self.decoder.take(*byte) {
                None => {}
                Some(Signal::Enq) => self.enquiry(room, &mut events),
                Some(Signal::Eot) => self.ended(&mut events),
                Some(Signal::Damaged) => self.refuse(Fault::DamagedFrame, &mut events),
                Some(Signal::Frame(frame)) => self.frame(frame, now, &mut events),
            }
            if matches!(events.last(), Some(Event::Message(_))) {
                room = Room::Taken;
            }
        }
        events
    }

    /// The message is safe: acknowledges its last frame, if the sender still waits for that.
    pub(crate) fn accept(&mut self, now: Duration) -> Vec<Event> {
        let Phase::Withheld { number, since } = self.phase else { return Vec::new() };
        (self.phase, self.last) = (Phase::Receiving, Some(number));
        // A sender that has just lost patience says EOT as one that is content does: then it tells us nothing.
        self.doubt = if now.saturating_sub(since) < REPLY_WITHIN { Doubt::UntilNext } else { Doubt::None };
        vec![Event::Reply(ACK)]
    }

    /// Takes note of the time. Call it at least every second.
    pub(crate) fn tick(&mut self, now: Duration) -> Vec<Event> {
        let mut events = Vec::new();
        match self.phase {
            Phase::Withheld { number, since } if now.saturating_sub(since) >= REPLY_WITHIN => {
                self.phase = Phase::Asked { number };
                events.extend([Event::Fault(Fault::NotInTime), Event::Reply(NAK)]);
            }
            Phase::Receiving | Phase::Asked { .. } if now.saturating_sub(self.heard) >= SILENCE => {
                self.doubt = Doubt::None; // silence confirms nothing
                self.broken_off(&mut events);
                self.phase = Phase::Neutral;
            }
            _ => {}
        }
        events
    }

    /// The connection is gone.
    pub(crate) fn closed(mut self) -> Option<Event> {
        let mut events = Vec::new();
        self.broken_off(&mut events);
        events.pop()
    }

    /// Whether a sender is at work.
    pub(crate) fn is_busy(&self) -> bool {
        self.phase != Phase::Neutral
    }

    fn enquiry(&mut self, room: Room, events: &mut Vec<Event>) {
        self.doubt = Doubt::None; // without EOT before it: the sender has lost our reply
        self.broken_off(events);
        (self.phase, self.last) = (Phase::Neutral, None);
        if room == Room::Taken {
            events.push(Event::Reply(NAK)); // LIS01-A2: busy; the sender asks again after 10 s
            return;
        }
        self.phase = Phase::Receiving;
        events.push(Event::Reply(ACK));
    }

    fn ended(&mut self, events: &mut Vec<Event>) {
        self.confirm(events);
        self.broken_off(events);
        self.phase = Phase::Neutral;
    }

    fn frame(&mut self, frame: Frame, now: Duration, events: &mut Vec<Event>) {
        match self.phase {
            Phase::Neutral => {}
            Phase::Withheld { number, .. } | Phase::Asked { number } if frame.number == number => {
                self.phase = Phase::Withheld { number, since: now };
            }
            Phase::Withheld { .. } | Phase::Asked { .. } => self.refuse(Fault::OutOfTurn, events),
            Phase::Receiving if self.last == Some(frame.number) => events.push(Event::Reply(ACK)), // repeated
            Phase::Receiving if frame.number != self.last.map_or(1, |last| (last + 1) % 8) => {
                self.refuse(Fault::OutOfTurn, events);
            }
            Phase::Receiving => {
                self.confirm(events);
                self.append(frame, now, events);
            }
        }
    }

    fn append(&mut self, frame: Frame, now: Duration, events: &mut Vec<Event>) {
        if self.text.len() + frame.text.len() > MAX_MESSAGE_BYTES {
            return self.refuse(Fault::TooLong, events);
        }
        self.text.extend_from_slice(&frame.text);
        if frame.end == End::Last && !self.text.ends_with(b"\r") {
            self.text.push(b'\r');
        }
        if frame.end == End::Last && ends_message(&self.text) {
            self.phase = Phase::Withheld { number: frame.number, since: now };
            events.push(Event::Message(std::mem::take(&mut self.text)));
        } else {
            self.last = Some(frame.number);
            events.push(Event::Reply(ACK));
        }
    }

    fn refuse(&self, fault: Fault, events: &mut Vec<Event>) {
        // Noise between transfers is answered by nobody; while a reply is withheld, that reply comes first.
        if matches!(self.phase, Phase::Receiving | Phase::Asked { .. }) {
            events.extend([Event::Fault(fault), Event::Reply(NAK)]);
        }
    }

    fn confirm(&mut self, events: &mut Vec<Event>) {
        if std::mem::take(&mut self.doubt) == Doubt::UntilNext {
            events.push(Event::Confirmed);
        }
    }

    fn broken_off(&mut self, events: &mut Vec<Event>) {
        if !std::mem::take(&mut self.text).is_empty() {
            events.push(Event::Fault(Fault::BrokenOff));
        }
    }
}

/// Whether the last record is L, which ends a message of LIS02-A2 (ASTM E1394).
fn ends_message(text: &[u8]) -> bool {
    let mut records = text.split(|byte| *byte == b'\r').rev().filter(|record| !record.is_empty());
    records.next().is_some_and(|record| record.first() == Some(&b'L'))
}

#[cfg(test)]
mod tests;

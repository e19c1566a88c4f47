//! The receiving end of a line as a machine: bytes in, answers and messages out (LIS01-A2, 6).
//!
//! A frame is acknowledged when it is here, but for the one that completes a message (its record begins with `L`): that
//! one is answered by whoever takes the message, once it is safe, with [`Link::answer`]. A sender that gets no answer
//! sends again, so what was never acknowledged is never lost.

use std::mem;

use crate::frame::{End, FRAME_BYTES, Frame};
use crate::{ACK, CR, ENQ, EOT, ETB, ETX, LF, NAK, STX};

/// Longest message that is taken: histograms of an analyser have some hundred KiB. A longer one stays with its sender.
pub const MAX_MESSAGE_BYTES: usize = 4 << 20;
/// Longest frame. The standard allows 247 bytes; some instruments send a whole message in one.
const MAX_FRAME_BYTES: usize = MAX_MESSAGE_BYTES + FRAME_BYTES;
/// Frames are numbered by one digit, 0 to 7.
const NUMBERS: u8 = 8;
/// What ends a message: its terminator record (LIS02-A2, 13).
const TERMINATOR: u8 = b'L';

/// What a byte has led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send this now.
    Answer(Answer),
    /// A message is complete, its records separated by `CR`. Nothing is sent until [`Link::answer`].
    Message(Vec<u8>),
    /// The sender let go of the line before its message was complete, though all its frames were acknowledged: what there is of
    /// it. It is the receiver's now, and there is nobody to answer.
    Unfinished(Vec<u8>),
    /// The sender has gone on after the last acknowledgement, so it has got it.
    WentOn,
    /// Something was wrong, for the operator to count.
    Fault(Fault),
}

/// One byte to the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// "I have it."
    Ack,
    /// "Again", or "not now".
    Nak,
}

impl Answer {
    /// As it goes over the line.
    pub fn byte(self) -> u8 {
        match self {
            Self::Ack => ACK,
            Self::Nak => NAK,
        }
    }
}

/// What was wrong on a line. Counted; each is for the sender to repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// A frame that is none, or whose checksum is wrong.
    BadFrame,
    /// A frame whose number is neither the next nor the last one.
    OutOfOrder,
    /// A message beyond [`MAX_MESSAGE_BYTES`].
    TooLong,
    /// The line broke, was silent for too long, or the sender began anew, in the middle of a message.
    CutOff,
}

/// The state of one line.
#[derive(Debug, Default)]
pub struct Link {
    state: State,
    /// A frame that is coming in.
    frame: Vec<u8>,
    /// The last answer has completed a message, and the sender has not said anything since.
    unconfirmed: bool,
}

#[derive(Debug, Default)]
enum State {
    /// Nobody has the line.
    #[default]
    Neutral,
    /// A sender has it.
    Receiving(Transfer),
    /// A message is complete and waits for an answer. Before its last frame it had `before` bytes.
    Withheld { transfer: Transfer, before: usize },
}

/// What has come since `ENQ`, or since the last message.
#[derive(Debug, Default)]
struct Transfer {
    /// Number of the last frame that was acknowledged since `ENQ`.
    last: Option<u8>,
    /// Texts of the frames, one behind the other.
    message: Vec<u8>,
    /// Where the record begins whose frames are coming in.
    record: usize,
    /// Whether the last frame was refused: if the sender lets go now, it knows that nothing is here.
    refused: bool,
}

impl Transfer {
    /// Frames are numbered from 1, and after 7 comes 0.
    fn next(&self) -> u8 {
        self.last.map_or(1, |last| (last + 1) % NUMBERS)
    }
}

impl Link {
    /// Takes what came over the line, up to the byte that completes a message; says how much it took.
    ///
    /// After [`Step::Message`] it takes nothing until [`Link::answer`].
    pub fn receive(&mut self, bytes: &[u8]) -> (usize, Vec<Step>) {
        let mut steps = Vec::new();
        for (taken, byte) in bytes.iter().enumerate() {
            if matches!(self.state, State::Withheld { .. }) {
                return (taken, steps);
            }
            self.take(*byte, &mut steps);
        }
        (bytes.len(), steps)
    }

    /// Answers the message that is complete. `Ack` says that it is safe for good; after `Nak` the sender repeats its last
    /// frame, and the message is complete again.
    pub fn answer(&mut self, answer: Answer) {
        let State::Withheld { transfer, before } = &mut self.state else { return };
        let (mut transfer, before) = (mem::take(transfer), *before);
        match answer {
            Answer::Ack => {
                transfer = Transfer { last: Some(transfer.next()), ..Transfer::default() };
                self.unconfirmed = true;
            }
            Answer::Nak => {
                transfer.message.truncate(before);
                transfer.refused = true;
            }
        }
        self.state = State::Receiving(transfer);
    }

    /// Nothing has come for longer than a frame takes: one that is half here is asked for again.
    pub fn stalled(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        if !self.frame.is_empty() {
            self.refuse(Fault::BadFrame, &mut steps);
        }
        steps
    }

    /// The line broke, or was silent for longer than a sender may be. What had come of a message is the sender's to repeat.
    pub fn reset(&mut self) -> Option<Fault> {
        self.frame.clear();
        self.unconfirmed = false;
        match mem::take(&mut self.state) {
            State::Receiving(transfer) if transfer.message.is_empty() => None,
            State::Neutral => None,
            State::Receiving(_) | State::Withheld { .. } => Some(Fault::CutOff),
        }
    }

    /// Whether a sender has the line.
    pub fn is_busy(&self) -> bool {
        !matches!(self.state, State::Neutral)
    }

    fn take(&mut self, byte: u8, steps: &mut Vec<Step>) {
        match (byte, &self.state) {
            (ENQ, _) => self.begin(steps),
            (EOT, _) => self.end(steps),
            (STX, State::Receiving(_)) => {
                self.give_up_frame(steps);
                self.frame.push(byte);
            }
            _ if !self.frame.is_empty() => self.take_of_frame(byte, steps),
            _ => {} // noise between frames: a receiver ignores it
        }
    }

    fn begin(&mut self, steps: &mut Vec<Step>) {
        self.confirm(steps);
        self.give_up_frame(steps);
        steps.extend(self.reset().map(Step::Fault));
        self.state = State::Receiving(Transfer::default());
        steps.push(Step::Answer(Answer::Ack));
    }

    fn end(&mut self, steps: &mut Vec<Step>) {
        self.confirm(steps);
        self.give_up_frame(steps);
        match mem::take(&mut self.state) {
            State::Receiving(transfer) if transfer.message.is_empty() => {}
            State::Receiving(transfer) if transfer.refused => steps.push(Step::Fault(Fault::CutOff)),
            State::Receiving(transfer) => steps.push(Step::Unfinished(transfer.message)),
            State::Neutral | State::Withheld { .. } => {}
        }
    }

    /// The bytes that end a transmission, or begin a frame, stand in no frame: the one that was coming in is spoilt.
    fn give_up_frame(&mut self, steps: &mut Vec<Step>) {
        if !mem::take(&mut self.frame).is_empty() {
            steps.push(Step::Fault(Fault::BadFrame));
            if let State::Receiving(transfer) = &mut self.state {
                transfer.refused = true;
            }
        }
    }

    fn confirm(&mut self, steps: &mut Vec<Step>) {
        if mem::take(&mut self.unconfirmed) {
            steps.push(Step::WentOn);
        }
    }

    fn take_of_frame(&mut self, byte: u8, steps: &mut Vec<Step>) {
        self.frame.push(byte);
        if byte == LF && is_ended(&self.frame) {
            let frame = mem::take(&mut self.frame);
            self.take_frame(&frame, steps);
        } else if self.frame.len() > MAX_FRAME_BYTES {
            self.refuse(Fault::TooLong, steps);
        }
    }

    fn take_frame(&mut self, bytes: &[u8], steps: &mut Vec<Step>) {
        let State::Receiving(transfer) = &mut self.state else { return };
        let Ok(frame) = Frame::parse(bytes) else { return self.refuse(Fault::BadFrame, steps) };
        if transfer.last == Some(frame.number) {
            // Its acknowledgement was lost on the way: it is here already (LIS01-A2, 6.5).
            return steps.push(Step::Answer(Answer::Ack));
        }
        if frame.number != transfer.next() {
            return self.refuse(Fault::OutOfOrder, steps);
        }
        if transfer.message.len() + frame.text.len() > MAX_MESSAGE_BYTES {
            return self.refuse(Fault::TooLong, steps);
        }
        let before = transfer.message.len();
        transfer.message.extend_from_slice(frame.text);
        transfer.refused = false;
        if frame.end == End::Last && transfer.is_terminated() {
            let message = transfer.message.clone();
            let transfer = mem::take(transfer);
            self.state = State::Withheld { transfer, before };
            self.confirm(steps);
            return steps.push(Step::Message(message));
        }
        if frame.end == End::Last {
            transfer.record = transfer.message.len();
        }
        transfer.last = Some(frame.number);
        self.confirm(steps);
        steps.push(Step::Answer(Answer::Ack));
    }

    fn refuse(&mut self, fault: Fault, steps: &mut Vec<Step>) {
        self.frame.clear();
        if let State::Receiving(transfer) = &mut self.state {
            transfer.refused = true;
        }
        steps.extend([Step::Fault(fault), Step::Answer(Answer::Nak)]);
    }
}

impl Transfer {
    /// Whether the last record is a terminator. A frame may hold one record, a part of one, or several.
    fn is_terminated(&self) -> bool {
        let text = self.message.get(self.record..).unwrap_or_default();
        let mut records = text.split(|byte| matches!(*byte, CR | LF)).filter(|record| !record.is_empty());
        records.next_back().is_some_and(|last| last.first() == Some(&TERMINATOR))
    }
}

/// Whether the bytes end as a frame does: `ETB` or `ETX`, two digits, `CR`, `LF`. Some instruments write `CR` `LF` in a text too.
fn is_ended(frame: &[u8]) -> bool {
    matches!(frame.last_chunk::<5>(), Some([ETX | ETB, _, _, CR, LF]))
}

#[cfg(test)]
mod tests;

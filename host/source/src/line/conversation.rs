//! The thread of a line: hears, lets the link judge, offers messages, and answers. Opens the line again when it is lost.

use std::time::{Duration, Instant};

use labrelay_lis::{Answer, Link, Step};

use super::desk::{Desk, Keeper, Safe};
use super::wire::{Heard, LineAt, Wire};

/// Bytes read at once: a serial line gives a few, a port a frame.
const READ_BYTES: usize = 4096;
/// Pause before a line that can't be opened is tried again: a USB adapter that was pulled comes back so.
const OPEN_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// How long a frame may stop in its middle. At 300 bits a second a character takes 33 ms.
const FRAME_STALLS_AFTER: Duration = Duration::from_secs(3);
/// How long a sender that has the line may be silent (LIS01-A2, 6.5.2.3: a receiver waits 30 s).
const SENDER_SILENT_FOR: Duration = Duration::from_secs(30);

/// Until the desk is told to stop.
pub(super) fn converse(at: &LineAt, desk: &Desk) {
    while !desk.is_stopped() {
        match Wire::open(at) {
            Ok(wire) => {
                desk.note_connected(wire.is_connected());
                Conversation { wire, desk, link: Link::default(), heard: Instant::now() }.go_on();
                desk.note_connected(false);
            }
            Err(error) => desk.note_trouble(Some(error.to_string())),
        }
        desk.pause(OPEN_AGAIN_AFTER);
    }
}

/// One opened line.
struct Conversation<'a> {
    wire: Wire,
    desk: &'a Desk,
    link: Link,
    /// When the instrument last said something.
    heard: Instant,
}

impl Conversation<'_> {
    /// Until the line is lost or the desk is told to stop.
    fn go_on(&mut self) {
        let mut buffer = [0; READ_BYTES];
        while !self.desk.is_stopped() {
            if self.wire.accept() {
                self.begin_anew();
            }
            if !self.wire.is_connected() {
                self.desk.pause(super::wire::TICK);
                continue;
            }
            match self.wire.hear(&mut buffer) {
                Ok(Heard::Bytes(bytes)) => self.take(buffer.get(..bytes).unwrap_or_default()),
                Ok(Heard::Silence) => self.be_patient(),
                Ok(Heard::Broken) => self.begin_anew(),
                Err(error) => {
                    self.begin_anew();
                    return self.desk.note_trouble(Some(format!("the serial line is lost: {error}")));
                }
            }
        }
    }

    fn begin_anew(&mut self) {
        if let Some(fault) = self.link.reset() {
            self.desk.count(fault);
        }
        self.desk.note_connected(self.wire.is_connected());
    }

    fn take(&mut self, mut bytes: &[u8]) {
        self.heard = Instant::now();
        while !bytes.is_empty() {
            let (taken, steps) = self.link.receive(bytes);
            bytes = bytes.get(taken..).unwrap_or_default();
            steps.into_iter().for_each(|step| self.follow(step));
        }
    }

    fn be_patient(&mut self) {
        let silent = self.heard.elapsed();
        if silent > FRAME_STALLS_AFTER {
            self.link.stalled().into_iter().for_each(|step| self.follow(step));
        }
        if silent > SENDER_SILENT_FOR && self.link.is_busy() {
            self.begin_anew();
        }
    }

    fn follow(&mut self, step: Step) {
        match step {
            Step::Answer(answer) => self.say(answer),
            Step::WentOn => self.desk.confirmed(),
            Step::Fault(fault) => self.desk.count(fault),
            Step::Unfinished(message) => {
                self.desk.offer(message, Keeper::Us);
                self.desk.confirmed(); // its sender had gone on before
            }
            Step::Message(message) => {
                let answer = match self.desk.offer(message, Keeper::Sender) {
                    Safe::Yes => Answer::Ack,
                    Safe::NotYet => Answer::Nak,
                };
                self.link.answer(answer);
                self.say(answer);
                self.heard = Instant::now();
            }
        }
    }

    fn say(&mut self, answer: Answer) {
        self.wire.say(answer.byte()); // unheard, it is sent again by the instrument
    }
}

//! One opened collector: turns requests into polls, keeps the cursor, and goes back when a reply was lost.

use labrelay_abi::{
    FinishedOrNot, Handle, InputReport, OpenReply, OpenRequest, PollReply, PollRequest, RawInput, Unit,
};
use labrelay_manifest::Manifest;
use labrelay_model::{InputId, Timestamp};

use crate::cursor::Cursor;
use crate::events::Events;
use crate::opened::{Inputs, Slot};
use crate::{Batch, Collector, Input, OpenError, PollError, Settings, State};

/// A collector that is ready to be polled.
pub(crate) struct Session<C> {
    collector: C,
    manifest: Manifest,
    events: Events,
    /// As of the last reply.
    cursor: Cursor,
    /// The same as the host knows it.
    last: Option<Vec<u8>>,
}

/// Why a poll gave no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SessionError {
    #[error("the request does not fit this plugin's manifest, or its cursor can't be read")]
    BadRequest,
    #[error(transparent)]
    Author(#[from] PollError),
}

impl<C: Collector> Session<C> {
    /// The error is the reply that tells the host why not.
    pub(crate) fn open(manifest: Manifest, request: OpenRequest) -> Result<Self, OpenReply> {
        let cursor = Cursor::decode(request.cursor.as_deref())
            .map_err(|bad| OpenReply::StateTooOld { found: bad.version.into() })?;
        let state = cursor.state.clone();
        let found = state.as_ref().map_or(C::STATE_VERSION, |state| state.version);
        if !(C::OLDEST_STATE_VERSION..=C::STATE_VERSION).contains(&found) {
            return Err(OpenReply::StateTooOld { found });
        }
        let open = |settings: Settings| {
            let events = Events::new(&manifest, settings.words().clone());
            Ok((C::open(settings, state)?, events))
        };
        match Settings::new(&request, &manifest).and_then(open) {
            Ok((collector, events)) => Ok(Self { collector, manifest, events, cursor, last: request.cursor }),
            Err(OpenError::BadSetting { key, expected }) => Err(bad_settings(key, expected)),
            Err(OpenError::BadState) => Err(OpenReply::StateTooOld { found }),
        }
    }

    /// Polls with the handles that the worker filled in.
    pub(crate) fn poll_handles(&mut self, request: &PollRequest) -> Result<PollReply, SessionError> {
        let inputs = request.handles.iter().map(raw_input).collect::<Option<_>>();
        self.poll(request, inputs.ok_or(SessionError::BadRequest)?)
    }

    /// Polls with one input for each handle of `request`.
    pub(crate) fn poll(
        &mut self,
        request: &PollRequest,
        inputs: Vec<Box<dyn Input>>,
    ) -> Result<PollReply, SessionError> {
        self.go_back_unless_committed(request)?;
        let now = Timestamp::from_micros(request.now_us).ok_or(SessionError::BadRequest)?;
        let mut slots = self.slots(request, inputs)?;
        let mut batch = Batch::new(&self.manifest, &self.events, request, now);
        self.collector.poll(&mut Inputs::new(&mut slots), &mut batch)?;
        let (state, wants, wake_after_ms) =
            (batch.state.take(), std::mem::take(&mut batch.wants), batch.wake_after_ms);
        let units = batch.into_units();
        let cursor = self.advance(&slots, state);
        let seen = units.iter().map(Unit::seen).sum();
        Ok(PollReply {
            units,
            seen,
            inputs: slots.iter().map(report).collect(),
            cursor,
            wants,
            wake_after_ms,
        })
    }

    fn go_back_unless_committed(&mut self, request: &PollRequest) -> Result<(), SessionError> {
        if request.committed_cursor == self.last {
            return Ok(());
        }
        let committed = request.committed_cursor.as_deref();
        self.cursor = Cursor::decode(committed).map_err(|_| SessionError::BadRequest)?;
        self.last = request.committed_cursor.clone();
        self.collector.rewind(self.cursor.state.clone());
        Ok(())
    }

    fn slots(&self, request: &PollRequest, inputs: Vec<Box<dyn Input>>) -> Result<Vec<Slot>, SessionError> {
        let slot = |((handle, input), number): ((&Handle, Box<dyn Input>), u16)| {
            let source =
                self.manifest.sources().get(usize::from(handle.source)).ok_or(SessionError::BadRequest)?;
            Ok(Slot {
                handle: number,
                id: handle.id,
                source: source.name.clone(),
                encoding: source.encoding,
                name: handle.name.clone(),
                input,
                begin: handle.begin,
                position: self.cursor.position(handle.id),
                finished: false,
            })
        };
        request.handles.iter().zip(inputs).zip(0..).map(slot).collect()
    }

    fn advance(&mut self, slots: &[Slot], state: Option<Vec<u8>>) -> Vec<u8> {
        for slot in slots {
            self.cursor.set_position(slot.id, slot.position.filter(|_| !slot.finished));
        }
        if let Some(bytes) = state {
            self.cursor.state = Some(State { version: C::STATE_VERSION, bytes });
        }
        let cursor = self.cursor.encode();
        self.last = Some(cursor.clone());
        cursor
    }
}

fn raw_input(handle: &Handle) -> Option<Box<dyn Input>> {
    Some(Box::new(RawInput::of(handle)?))
}

fn report(slot: &Slot) -> InputReport {
    let finished = if slot.finished { FinishedOrNot::Finished } else { FinishedOrNot::Unfinished };
    let id: InputId = slot.id;
    InputReport { id, finished }
}

/// Cut to what the ABI lets through.
fn bad_settings(key: String, expected: String) -> OpenReply {
    OpenReply::BadSettings {
        key: key.chars().take(50).collect(),
        expected: expected.chars().take(50).collect(),
    }
}

impl Input for RawInput {
    fn size(&self) -> u64 {
        RawInput::size(self)
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
        RawInput::read_at(self, offset, buf)
    }
}

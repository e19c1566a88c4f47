//! Where a message waits between the thread that speaks with the instrument and the one that reads and commits.
//!
//! One at a time: an instrument that waits for an answer sends nothing else.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use labrelay_lis::Fault;
use labrelay_model::InputIdentity;

/// How long a message may wait for its commit before the instrument is asked to send again. A sender waits 15 s for an answer
/// (LIS01-A2, 6.5.2), and some seconds of it belong to the way.
const SAFE_WITHIN: Duration = Duration::from_secs(12);
/// How long to wait for the next message after one was committed: a sender has it at hand, and the next look is a second off.
const NEXT_WITHIN: Duration = Duration::from_millis(50);
/// Messages that are remembered as committed without the instrument having gone on. Each is one that it has given up
/// meanwhile; a handful at most.
const MAX_UNCONFIRMED: usize = 64;

/// Shared by both threads.
#[derive(Default)]
pub(super) struct Desk {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    message: Option<Message>,
    /// What was committed while the instrument may not know it: by their bytes alone.
    unconfirmed: VecDeque<InputIdentity>,
    /// The instrument has gone on after an acknowledgement of this process.
    has_gone_on: bool,
    /// Just committed.
    expects_more: bool,
    status: LineStatus,
    stop: bool,
}

struct Message {
    bytes: Vec<u8>,
    /// By its bytes alone, and under which it was handed out.
    identities: Option<(InputIdentity, InputIdentity)>,
}

/// What an operator sees of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineStatus {
    /// Whether an instrument is connected, or the serial line is open.
    pub connected: bool,
    /// Messages committed since the start.
    pub messages: u64,
    /// Messages that came again after they were committed.
    pub repeated: u64,
    /// What was wrong on the line since the start; the instrument has repeated all of it, or will.
    pub faults: BTreeMap<Fault, u64>,
    /// Why the line can't be used.
    pub trouble: Option<String>,
}

/// Whether a message is safe.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Safe {
    /// Committed.
    Yes,
    /// The sender keeps it.
    NotYet,
}

/// Who has a message if it is not committed in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeper {
    /// The sender, which was not answered.
    Sender,
    /// Nobody but us: its frames were acknowledged.
    Us,
}

impl Desk {
    /// Puts a message on the desk and waits until it is committed, or for as long as its sender does.
    pub(super) fn offer(&self, bytes: Vec<u8>, keeper: Keeper) -> Safe {
        let until = Instant::now() + SAFE_WITHIN;
        let mut state = self.lock();
        // One that was handed out before its sender gave it up lies there until it is committed.
        while state.message.as_ref().is_some_and(|other| other.bytes != bytes) {
            let Some(waited) = self.wait(state, until, keeper) else { return Safe::NotYet };
            state = waited;
        }
        state.message.get_or_insert(Message { bytes, identities: None });
        self.bell.notify_all();
        while state.message.is_some() {
            let Some(waited) = self.wait(state, until, keeper) else {
                self.withdraw();
                return Safe::NotYet;
            };
            state = waited;
        }
        Safe::Yes
    }

    /// The message that waits and was not committed before, under its identity.
    pub(super) fn next(
        &self,
        key: &hmac::Key,
        is_seen: impl Fn(&InputIdentity) -> bool,
    ) -> Option<(InputIdentity, Vec<u8>)> {
        let mut state = self.lock();
        if std::mem::take(&mut state.expects_more) && state.message.is_none() {
            let waited = self
                .bell
                .wait_timeout_while(state, NEXT_WITHIN, |state| state.message.is_none() && !state.stop);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let message = state.message.as_ref()?;
        if let Some((_, identity)) = message.identities {
            return Some((identity, message.bytes.clone()));
        }
        let of_bytes = identity(key, &message.bytes, &[]);
        let mut handed_out = of_bytes;
        if is_seen(&of_bytes) {
            if !state.has_gone_on || state.unconfirmed.contains(&of_bytes) {
                state.status.repeated += 1;
                self.done(&mut state, of_bytes);
                return None;
            }
            // The same words again: what tells them apart can't come from them.
            let mut salt = [0; 16];
            aws_lc_rs::rand::fill(&mut salt).ok()?;
            handed_out = identity(key, &message.bytes, &salt);
        }
        let message = state.message.as_mut()?;
        message.identities = Some((of_bytes, handed_out));
        Some((handed_out, message.bytes.clone()))
    }

    /// If the message on the desk is one of these, it is safe.
    pub(super) fn committed(&self, identities: &[InputIdentity]) {
        let mut state = self.lock();
        let Some((of_bytes, handed_out)) = state.message.as_ref().and_then(|message| message.identities)
        else {
            return;
        };
        if identities.contains(&handed_out) {
            state.status.messages += 1;
            self.done(&mut state, of_bytes);
        }
    }

    /// The instrument has got the last acknowledgement.
    pub(super) fn confirmed(&self) {
        let mut state = self.lock();
        state.unconfirmed.pop_back();
        state.has_gone_on = true;
    }

    pub(super) fn count(&self, fault: Fault) {
        *self.lock().status.faults.entry(fault).or_default() += 1;
    }

    pub(super) fn note_connected(&self, connected: bool) {
        let mut state = self.lock();
        state.status.connected = connected;
        state.status.trouble = None;
    }

    pub(super) fn note_trouble(&self, trouble: Option<String>) {
        let mut state = self.lock();
        state.status.connected = false;
        state.status.trouble = trouble;
    }

    pub(super) fn status(&self) -> LineStatus {
        self.lock().status.clone()
    }

    pub(super) fn has_message(&self) -> bool {
        self.lock().message.is_some()
    }

    pub(super) fn stop(&self) {
        self.lock().stop = true;
        self.bell.notify_all();
    }

    /// Waits for `time`, or shorter when told to stop; says whether to stop.
    pub(super) fn pause(&self, time: Duration) -> bool {
        let waited = self.bell.wait_timeout_while(self.lock(), time, |state| !state.stop);
        waited.unwrap_or_else(PoisonError::into_inner).0.stop
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.lock().stop
    }

    fn done(&self, state: &mut State, of_bytes: InputIdentity) {
        state.message = None;
        state.expects_more = true;
        state.unconfirmed.retain(|other| *other != of_bytes);
        state.unconfirmed.push_back(of_bytes);
        if state.unconfirmed.len() > MAX_UNCONFIRMED {
            state.unconfirmed.pop_front();
        }
        self.bell.notify_all();
    }

    /// One that nobody reads yet is the sender's again. What was handed out stays: its commit may be on its way.
    fn withdraw(&self) {
        let mut state = self.lock();
        if state.message.as_ref().is_some_and(|message| message.identities.is_none()) {
            state.message = None;
        }
    }

    /// Until something changes; `None` when it is time to give up.
    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        until: Instant,
        keeper: Keeper,
    ) -> Option<MutexGuard<'a, State>> {
        let left = match keeper {
            Keeper::Sender => until.saturating_duration_since(Instant::now()),
            Keeper::Us => SAFE_WITHIN, // again and again
        };
        if state.stop || left.is_zero() {
            return None;
        }
        Some(self.bell.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn identity(key: &hmac::Key, bytes: &[u8], salt: &[u8]) -> InputIdentity {
    let mut context = hmac::Context::with_key(key);
    context.update(&(bytes.len() as u64).to_be_bytes());
    context.update(bytes);
    context.update(salt);
    let mut identity = [0; 32];
    identity.copy_from_slice(context.sign().as_ref());
    InputIdentity(identity)
}

//! Where a line's thread leaves a message for its family's thread, and learns that it is committed.
//!
//! Holds one message at most: the sender keeps the next. Decides whether a message is new.
//!
//! A sender that has no acknowledgement sends the same message again, and some instruments send the same bytes twice and mean it
//! twice. So equal bytes are taken for a repetition only where the acknowledgement may have been lost:
//!
//! - the last message, while the sender has not confirmed that it has our acknowledgement (the connection broke, it lost
//!   patience, or the acknowledgement came late);
//! - the first message after a start of the host, which may have died between commit and acknowledgement: the spool is asked
//!   whether these bytes are committed. A sender repeats before it goes on, so no later message can be meant.
//!
//! Any other message is new, and where its bytes were committed before, a random part makes it another input.
//! What can't be told apart: a host that dies *before* the commit of a message whose very bytes are among those committed in the last
//! 90 days. Its repetition is taken for the earlier one; its rows would say the same. Messages carry a time, so bytes are hardly equal.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::{hmac, rand};
use labrelay_model::{InputIdentity, SourceName};

use super::link::Room;
use crate::SeenInputs;

/// Shared by both threads.
#[derive(Clone)]
pub(crate) struct Desk(Arc<Mutex<Inner>>);

struct Inner {
    key: hmac::Key,
    /// The message that lies here.
    message: Option<Message>,
    /// The last message that was committed, while its acknowledgement may be lost.
    doubted: Option<InputIdentity>,
    first: First,
}

#[derive(PartialEq, Clone, Copy)]
enum First {
    /// No message has come since the start.
    Expected,
    /// This one is it, or none is any more.
    Came,
}

struct Message {
    bytes: Arc<[u8]>,
    /// By its bytes alone.
    content: InputIdentity,
    may_repeat_an_earlier_life: First,
    /// What it is handed out as, once that is decided.
    input: Option<InputIdentity>,
}

impl Desk {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        Self(Arc::new(Mutex::new(Inner { key, message: None, doubted: None, first: First::Expected })))
    }

    /// Puts a message down, unless it is the one that lies here or was just committed.
    pub(crate) fn put(&self, bytes: Vec<u8>) {
        let mut inner = self.lock();
        let content = identity(&inner.key, &[], &bytes);
        if inner.message.is_some() || inner.doubted == Some(content) {
            return; // a link asks for no message while another lies here
        }
        let first = std::mem::replace(&mut inner.first, First::Came);
        let (bytes, input) = (bytes.into(), None);
        inner.message = Some(Message { bytes, content, may_repeat_an_earlier_life: first, input });
        inner.doubted = None;
    }

    /// Whether another message can be put down.
    pub(crate) fn room(&self) -> Room {
        if self.lock().message.is_some() { Room::Taken } else { Room::Free }
    }

    /// The sender has the acknowledgement: equal bytes mean another message from now on.
    pub(crate) fn confirmed(&self) {
        self.lock().doubted = None;
    }

    /// The message to be read, with its identity, unless there is none or it turns out to be committed.
    pub(crate) fn take(
        &self,
        source: &SourceName,
        seen: &dyn SeenInputs,
    ) -> Option<(InputIdentity, Arc<[u8]>)> {
        let mut inner = self.lock();
        let key = inner.key.clone();
        let message = inner.message.as_mut()?;
        if message.input.is_none() {
            // While the spool can't be asked nothing is decided: the sender waits.
            let content = message.content;
            let input = match (seen.lookup(source, &content)?, message.may_repeat_an_earlier_life) {
                (false, _) => content,
                (true, First::Expected) => {
                    inner.doubted = Some(content);
                    inner.message = None;
                    return None;
                }
                (true, First::Came) => {
                    let mut random = [0; 32];
                    rand::fill(&mut random).ok()?;
                    identity(&key, &random, &message.bytes)
                }
            };
            message.input = Some(input);
        }
        Some((message.input?, Arc::clone(&message.bytes)))
    }

    /// These inputs are committed.
    pub(crate) fn committed(&self, inputs: &[InputIdentity]) {
        let mut inner = self.lock();
        let of_them = |message: &Message| message.input.is_some_and(|input| inputs.contains(&input));
        if inner.message.as_ref().is_some_and(of_them) {
            inner.doubted = inner.message.take().map(|message| message.content);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The length keeps the random part and the bytes apart.
fn identity(key: &hmac::Key, random: &[u8], bytes: &[u8]) -> InputIdentity {
    let mut context = hmac::Context::with_key(key);
    context.update(&(random.len() as u64).to_be_bytes());
    context.update(random);
    context.update(bytes);
    let mut identity = [0; 32];
    identity.copy_from_slice(context.sign().as_ref());
    InputIdentity(identity)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A spool in memory; `None` can't be asked.
    struct Spool(Option<Vec<InputIdentity>>);

    impl SeenInputs for Spool {
        fn is_seen(&self, source: &SourceName, identity: &InputIdentity) -> bool {
            self.lookup(source, identity).unwrap_or(true)
        }

        fn lookup(&self, _: &SourceName, identity: &InputIdentity) -> Option<bool> {
            Some(self.0.as_ref()?.contains(identity))
        }
    }

    fn take(desk: &Desk, spool: &Spool) -> Option<InputIdentity> {
        desk.take(&"line".parse().unwrap(), spool).map(|(identity, _)| identity)
    }

    /// A desk after a start of the host with `spool`, which has read a message.
    fn restarted() -> (Desk, Spool) {
        let (desk, mut spool) = (Desk::new([1; 32]), Spool(Some(Vec::new())));
        read(&desk, &mut spool, "H|\rL|\r").expect("new");
        (Desk::new([1; 32]), spool)
    }

    fn read(desk: &Desk, spool: &mut Spool, message: &str) -> Option<InputIdentity> {
        desk.put(message.into());
        let input = take(desk, spool)?;
        spool.0.as_mut().unwrap().push(input);
        desk.committed(&[input]);
        Some(input)
    }

    #[test]
    fn a_message_is_taken_again_only_once_the_sender_has_confirmed_the_first() {
        let (desk, mut spool) = (Desk::new([1; 32]), Spool(Some(Vec::new())));
        let first = read(&desk, &mut spool, "H|\rL|\r").expect("new");
        assert!(read(&desk, &mut spool, "H|\rL|\r").is_none(), "its acknowledgement may be lost");
        desk.confirmed();
        let second = read(&desk, &mut spool, "H|\rL|\r").expect("meant twice");
        assert!(first != second);
    }

    #[test]
    fn after_a_restart_the_first_message_alone_may_repeat_what_is_committed() {
        let (desk, mut spool) = restarted();
        assert!(read(&desk, &mut spool, "H|\rL|\r").is_none());
        assert!(desk.room() == Room::Free, "it is acknowledged");
        let (desk, mut spool) = restarted();
        read(&desk, &mut spool, "H|2\rL|\r").expect("new");
        read(&desk, &mut spool, "H|\rL|\r").expect("meant twice");
    }

    #[test]
    fn a_spool_that_cannot_be_asked_makes_the_sender_wait() {
        let (desk, _) = restarted();
        desk.put("H|\rL|\r".into());
        assert!(take(&desk, &Spool(None)).is_none() && desk.room() == Room::Taken);
    }
}

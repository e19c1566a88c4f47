//! The way to a family's thread, which alone may use its gate and commit for it: requeues wait here until it is
//! between two polls.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};
use labrelay_model::FamilyName;

use crate::requeue::{Requeued, Task};

/// A thread that does not come to its inbox within this is paused or restarting; a poll takes 10 s at most.
const BEGIN_WITHIN: Duration = Duration::from_secs(12);
/// Longest wait for the end of what was begun: one commit.
const END_WITHIN: Duration = Duration::from_secs(30);

/// The inboxes of all families.
#[derive(Clone, Default)]
pub(crate) struct Inboxes(Arc<Mutex<HashMap<FamilyName, Sender<Letter>>>>);

/// One family's inbox. Letters are few: each is a person's command, and the control socket takes one at a time.
pub(crate) struct Inbox(Receiver<Letter>);

struct Letter {
    task: Task,
    begin_until: Instant,
    answer: Sender<anyhow::Result<Requeued>>,
}

impl Inboxes {
    /// The inbox of `family`, for its thread.
    pub(crate) fn open(&self, family: &FamilyName) -> Inbox {
        let (sender, receiver) = channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(family.clone(), sender);
        Inbox(receiver)
    }

    /// Has the task's family do it, and waits.
    pub(crate) fn requeue(&self, task: Task) -> anyhow::Result<Requeued> {
        let family = task.family().clone();
        let absent = || anyhow!("the running service does not collect {family}; stop it to requeue");
        let senders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = senders.get(&family).cloned().ok_or_else(absent)?;
        drop(senders);
        let (answer, answered) = channel();
        let letter = Letter { task, begin_until: Instant::now() + BEGIN_WITHIN, answer };
        sender.send(letter).map_err(|_| absent())?;
        let busy =
            || anyhow!("the collector of {family} is paused or busy (`labrelay status`); try again later");
        answered.recv_timeout(BEGIN_WITHIN + END_WITHIN).unwrap_or_else(|_| Err(busy()))
    }
}

impl Inbox {
    /// Does what is asked for, unless nobody waits for it any more.
    pub(crate) fn work(&self, mut run: impl FnMut(Task) -> anyhow::Result<Requeued>) {
        for Letter { task, begin_until, answer } in self.0.try_iter() {
            if Instant::now() < begin_until {
                let _ = answer.send(run(task)); // the command may have been interrupted
            }
        }
    }

    /// Does nothing of what is asked for, since the family can't be collected.
    pub(crate) fn refuse(&self, trouble: &str) {
        self.work(|task| {
            bail!(
                "{} can't be collected: {trouble}; mend that, or stop the service to requeue",
                task.family()
            )
        });
    }
}

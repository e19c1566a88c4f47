//! One course of actions on a spool whose disk fails, beside the model; ends at the first difference.

use labrelay_model::BatchId;

use super::chance::Chance;
use super::disk::{Disk, Fault, Sync};
use super::model::Model;
use crate::open::prepare;
use crate::seal::Sealer;
use crate::tests::support::at;
use crate::{Spool, SpoolConfig, SpoolKeys};

/// What happens to the spool.
#[derive(Debug, Clone, Copy)]
pub(super) enum Action {
    /// A commit of so many records, at this second: clocks are set back as well.
    Commit { records: u32, second: i64 },
    /// The oldest batch of one of the two streams has landed.
    Land { turn: usize },
    /// The service is stopped and started.
    Reopen,
    /// From now on this goes wrong, until it has struck once.
    Break(Fault),
    /// There is room again.
    Mend,
}

/// What has happened, so that a test can tell that it has tried what it means to try.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) cuts: u64,
    pub(super) torn: u64,
    pub(super) errors: u64,
    pub(super) full: u64,
    /// Interrupted calls of which everything was there afterwards.
    pub(super) there: u64,
    /// Interrupted calls of which nothing was there afterwards.
    pub(super) not_there: u64,
}

/// A spool, its disk, and the model beside it.
pub(super) struct Trial {
    disk: Disk,
    spool: Option<Spool>,
    model: Model,
    chance: Chance,
    pub(super) tally: Tally,
}

impl Trial {
    pub(super) fn new(sync: Sync, seed: u64) -> Self {
        let disk = Disk::new(sync);
        let spool = open(&disk);
        Self { disk, spool, model: Model::default(), chance: Chance::new(seed), tally: Tally::default() }
    }

    /// Takes all actions, then a last power cut. The error tells what is missing, doubled or altered.
    pub(super) fn run(mut self, actions: &[Action]) -> Result<Tally, String> {
        for (number, action) in actions.iter().enumerate() {
            self.take(*action).map_err(|why| format!("action {number}, {action:?}: {why}"))?;
        }
        self.disk.set_fault(Fault::PowerCutAfter(0));
        self.recover(None).map_err(|why| format!("in the end: {why}"))?;
        self.tally.torn = self.disk.torn();
        Ok(self.tally)
    }

    fn take(&mut self, action: Action) -> Result<(), String> {
        match action {
            Action::Break(fault) => self.disk.set_fault(fault),
            Action::Mend => self.disk.set_fault(Fault::None),
            Action::Reopen => {
                self.spool = None;
                return self.recover(None);
            }
            Action::Commit { records, second } => return self.commit(records, second),
            Action::Land { turn } => return self.land(turn),
        }
        Ok(())
    }

    fn commit(&mut self, records: u32, second: i64) -> Result<(), String> {
        let commit = self.model.next_commit(records, at(second));
        let done = self.spool()?.commit(&commit).is_ok();
        let mut after = self.model.clone();
        after.commit(records);
        self.outcome(done, after)
    }

    fn land(&mut self, turn: usize) -> Result<(), String> {
        let Some((stream, seq)) = self.model.oldest(turn) else { return Ok(()) };
        let spool = self.spool()?;
        let done = spool
            .epoch()
            .and_then(|epoch| spool.landed(&BatchId { stream, epoch, seq }, at(0)))
            .is_ok_and(|landed| landed);
        let mut after = self.model.clone();
        after.land(turn);
        self.outcome(done, after)
    }

    /// A call that is done must hold for ever; one that failed may have taken place whole, or not at all.
    fn outcome(&mut self, done: bool, after: Model) -> Result<(), String> {
        if done {
            self.model = after;
            return Ok(());
        }
        self.recover(Some(after))
    }

    /// After a failed call: whatever has failed ends, and the spool must be as before or as after.
    fn recover(&mut self, after: Option<Model>) -> Result<(), String> {
        match self.disk.fault() {
            Fault::PowerCutAfter(_) => {
                self.spool = None;
                self.disk.restart(&mut self.chance);
                self.tally.cuts += 1;
            }
            Fault::Full => self.tally.full += 1,
            Fault::None | Fault::OneErrorAfter(_) => self.tally.errors += u64::from(after.is_some()),
        }
        self.disk.set_fault(Fault::None);
        let before = self.difference(None)?;
        let Some(after) = after else { return before.map_or(Ok(()), Err) };
        let Some(before) = before else {
            self.tally.not_there += 1;
            return Ok(());
        };
        if let Some(difference) = self.difference(Some(&after))? {
            return Err(format!("as before: {before}; as after: {difference}"));
        }
        self.tally.there += 1;
        self.model = after;
        Ok(())
    }

    /// How the spool differs from `model`, or from the present one.
    fn difference(&mut self, model: Option<&Model>) -> Result<Option<String>, String> {
        self.spool()?;
        let spool = self.spool.as_ref().ok_or("it is closed")?;
        Ok(model.unwrap_or(&self.model).difference(spool))
    }

    fn spool(&mut self) -> Result<&Spool, String> {
        if self.spool.is_none() {
            self.spool = open(&self.disk);
        }
        self.spool.as_ref().ok_or_else(|| "it can't be opened".to_owned())
    }
}

fn open(disk: &Disk) -> Option<Spool> {
    let sealer = Sealer::new(SpoolKeys::new(&[7; 32]).unwrap());
    let (store, _) = prepare(Box::new(disk.clone()), &sealer, false).ok()?;
    Spool::assemble(store, SpoolConfig::default(), sealer).ok()
}

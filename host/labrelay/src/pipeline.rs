//! One family's thread in the service: scan, poll, judge, commit, and again.
//!
//! Whatever happens here, other families go on: trouble is written on the board, and tried again later.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use labrelay_gate::GateState;
use labrelay_model::{FamilyName, FieldType, GapCounts, GapKey, InputIdentity, SourceName, Timestamp};
use labrelay_source::{ScanReport, SeenInputs};
use labrelay_spool::{Commit, CommitError, Spool};
use tokio::sync::Notify;
use tracing::warn;

use crate::clock;
use crate::collecting::{Collecting, Poll};
use crate::event::{self, Event};
use crate::frozen::{self, FrozenField};
use crate::inbox::Inbox;
use crate::judge::{Judge, Judged};
use crate::line_figures::LineFigures;
use crate::plugin_folder::Choice;
use crate::running_plugin::RunningPlugin;
use crate::setbacks::{Setback, Setbacks};
use crate::sources::Progress;
use crate::status::{Board, FamilyState};
use crate::stop::{Call, Stop};
use crate::watchdog::{Pulse, Step};

/// Pause between looks into the folders when nothing is ready: an event file shows within a second, and a
/// look at a known file costs one `stat`.
const SCAN_EVERY: Duration = Duration::from_secs(1);
/// Pause before a full spool is tried again.
const COMMIT_RETRY: Duration = Duration::from_secs(1);
/// A worker with nothing to read is ended after this: it costs memory on an old PC, and is back in milliseconds
/// with the committed cursor when there is something again.
const END_IDLE_WORKER_AFTER: Duration = Duration::from_secs(60);
/// How often seen inputs are marked as still present; they are forgotten after 90 days of absence.
const TOUCH_SEEN_EVERY: Duration = Duration::from_secs(6 * 3600);

/// Everything one family's thread works with.
pub(crate) struct Pipeline {
    /// Sources and worker.
    pub collecting: Collecting,
    /// Judges what the worker replies.
    pub judge: Judge,
    /// Goes into every batch.
    pub plugin_version: Box<str>,
    /// Where accepted records wait.
    pub spool: Arc<Spool>,
    /// Where the state is shown.
    pub board: Board,
    /// Wakes the uploader.
    pub new_batch: Arc<Notify>,
    /// Where requeues of this family come in.
    pub inbox: Rc<Inbox>,
    /// Fields that the operator knows to be frozen.
    pub frozen: Vec<FrozenField>,
    /// What went wrong in a row.
    pub setbacks: Setbacks,
    /// Tells it to stop.
    pub stop: Stop,
    /// Wakes it when a line has a message, whose sender waits.
    pub call: Call,
    /// Where it says what it does.
    pub pulse: Rc<Pulse>,
    /// What it runs, and what it is to run.
    pub plugin: RunningPlugin,
}

/// How a pipeline came to its end.
pub(crate) enum End {
    /// The service stops.
    Stopped,
    /// What is chosen now is to run, in the place of this.
    Exchange(Choice),
    /// Its plugin failed before it had committed anything; what ran before is to run again.
    TakenBack,
    /// Its plugin is not trusted any more.
    Distrusted,
}

impl Pipeline {
    /// Runs until told to stop, or until another plugin is to run. Then everything that was read is committed, or is read again.
    pub(crate) fn run(mut self) -> End {
        let end = self.run_until_its_end();
        self.collecting.stop();
        end
    }

    fn run_until_its_end(&mut self) -> End {
        let mut touched: Option<Instant> = None;
        let mut last_read = Instant::now();
        while !self.stop.is_set() {
            match self.look_for_another_plugin() {
                Ok(None) => {}
                Ok(Some(end)) => return end,
                Err(setback) => {
                    self.wait_after(setback);
                    continue;
                }
            }
            if let Some(trouble) = self.clock_trouble() {
                self.note(FamilyState::ClockWrong, Some(trouble));
                self.rest(SCAN_EVERY);
                continue;
            }
            if self.collecting.has_lost_worker() {
                warn!(family = %self.family(), "the idle worker process has ended; another is started when there is something to read");
            }
            let reports = self.scan();
            if touched.is_none_or(|at| at.elapsed() > TOUCH_SEEN_EVERY) {
                self.touch_seen();
                touched = Some(Instant::now());
            }
            match self.drain() {
                Ok(read) => {
                    self.setbacks.are_over();
                    self.note_idle(&reports);
                    if read == Read::Something {
                        last_read = Instant::now();
                    } else if last_read.elapsed() > END_IDLE_WORKER_AFTER {
                        self.collecting.stop();
                    }
                    self.pulse.begin(Step::Pause(SCAN_EVERY));
                    self.stop.wait_for_call(&self.call, SCAN_EVERY);
                }
                Err(setback) if setback.state == FamilyState::Restarting && self.plugin.is_on_trial() => {
                    self.plugin.take_back(&setback.words);
                    return End::TakenBack;
                }
                Err(setback) => self.wait_after(setback),
            }
        }
        self.note(FamilyState::Stopped, None);
        End::Stopped
    }

    fn look_for_another_plugin(&mut self) -> Result<Option<End>, Setback> {
        if !self.plugin.has_news() {
            return Ok(None);
        }
        self.pulse.begin(Step::Spool);
        let cursor = self.spool.cursor(&self.family())?;
        self.pulse.begin(Step::Prepare { libraries: self.plugin.libraries() });
        Ok(self.plugin.look(cursor))
    }

    /// Says what went wrong, and waits: the longer the more often it did, and long once the plugin is parked.
    fn wait_after(&mut self, setback: Setback) {
        let (Setback { state, words }, pause) = self.setbacks.wait_after(setback);
        let event = match state {
            FamilyState::Parked => Event::CollectorParked,
            FamilyState::Paused => Event::SpoolFails,
            _ => Event::CollectorFails,
        };
        let pause_s = pause.as_secs_f32();
        event::tell(event, &self.family(), &format_args!("{words}; tried again in {pause_s:.1} s"));
        self.note(state, Some(words));
        self.pulse.begin(Step::Pause(pause));
        self.plugin.rest(&self.stop, pause); // a parked plugin waits for its successor
    }

    /// Waits, or shorter when told to stop. Returns whether to stop.
    fn rest(&self, time: Duration) -> bool {
        self.pulse.begin(Step::Pause(time));
        self.stop.wait(time)
    }

    /// Polls until there is nothing more to read.
    fn drain(&mut self) -> Result<Read, Setback> {
        let mut read = Read::Nothing;
        while !self.stop.is_set() && !self.plugin.has_news() {
            self.requeue();
            self.pulse.begin(Step::Spool);
            let family = self.family();
            let cursor = self.spool.cursor(&family)?;
            let now = clock::now();
            let mut state = self.gate_state(now)?;
            self.tell_frozen(&state);
            let unsaved = self.collecting.unsaved();
            self.tell_gaps(&unsaved);
            if state.is_due(now) {
                let judged = self.judge.close(now, &mut state, |_| {});
                self.commit(judged, Some(&state), None, unsaved)?;
                continue;
            }
            if !unsaved.is_empty() {
                self.commit(Judged::default(), None, None, unsaved)?;
            }
            let seen = SeenInSpool { spool: &self.spool, family: family.clone() };
            self.pulse.begin(Step::Read { sources: self.collecting.sources() });
            match self.collecting.poll(now, cursor, &seen)? {
                Poll::Nothing => break,
                Poll::SetAside(origin, progress) => {
                    event::tell(Event::InputSetAside, &family, &"");
                    let judged = self.judge.set_aside(&origin);
                    self.commit(judged, None, None, progress)?;
                }
                Poll::Overtaken => {
                    warn!(%family, "a log was cut or rewritten while it was read; it is read as it is now");
                }
                Poll::Replied(polled) => {
                    self.note(FamilyState::Running, None);
                    self.board.update(&family, |status| status.idle = false);
                    let (units, origins) = (polled.reply.units, &polled.origins);
                    let judged = self.judge.judge(units, origins, now, &mut state, |_, _| {});
                    self.commit(judged, Some(&state), Some(polled.reply.cursor), polled.progress)?;
                }
            }
            read = Read::Something;
        }
        Ok(read)
    }

    /// What the gate remembers, as it was last committed: after a commit that failed nothing of it stays.
    fn gate_state(&self, now: Timestamp) -> Result<GateState, Setback> {
        let saved = self.spool.gate_state(&self.family())?;
        Ok(GateState::restore(self.judge.gate(), saved.as_deref(), now)?)
    }

    /// Tells the operator of fields that do not leave any more: on the board, and once each in the log.
    fn tell_frozen(&mut self, state: &GateState) {
        let frozen = frozen::fields(self.judge.gate(), state);
        for field in frozen.iter().filter(|field| !self.frozen.contains(field)) {
            event::tell(Event::FieldFrozen, &self.family(), field);
        }
        if frozen != self.frozen {
            self.board.update(&self.family(), |status| status.frozen.clone_from(&frozen));
            self.frozen = frozen;
        }
    }

    /// What vanished, for the ledger.
    fn gaps(&self, progress: &Progress) -> Vec<(GapKey, GapCounts)> {
        let family = self.family();
        let key =
            |source: &SourceName, reason| GapKey { family: family.clone(), source: source.clone(), reason };
        progress.gaps.iter().map(|(source, reason, counts)| (key(source, *reason), *counts)).collect()
    }

    fn tell_gaps(&self, progress: &Progress) {
        for (source, reason, counts) in &progress.gaps {
            let (bytes, why) = (counts.bytes, reason.explanation());
            event::tell(Event::Gap, &self.family(), &format_args!("Source {source}, {bytes} bytes: {why}."));
        }
    }

    /// Does the requeues that have come in.
    fn requeue(&self) {
        self.inbox.work(|task| {
            self.pulse.begin(Step::Spool);
            let requeued = task.run(&self.judge, &self.spool)?;
            self.new_batch.notify_one();
            Ok(requeued)
        });
    }

    /// Commits, with what the gate remembers from now on; waits as long as the spool is full, for then nothing of
    /// it was written. After any other error the inputs are read again from what the spool says is committed, so
    /// nothing is lost or doubled.
    fn commit(
        &mut self,
        judged: Judged,
        state: Option<&GateState>,
        cursor: Option<Vec<u8>>,
        mut progress: Progress,
    ) -> Result<(), Setback> {
        let accepted = !judged.lines.is_empty();
        let by_plugin = cursor.is_some();
        let commit = Commit {
            family: self.family(),
            plugin_version: self.plugin_version.clone(),
            host_version: env!("CARGO_PKG_VERSION").into(),
            manifest_sha256: self.judge.gate().manifest().sha256(),
            lines: judged.lines,
            cursor,
            gate_state: state.map(|state| state.save(self.judge.gate())),
            seen: std::mem::take(&mut progress.seen),
            logs: std::mem::take(&mut progress.logs),
            ledger: judged.ledger.into_iter().collect(),
            read: judged.read.into_iter().collect(),
            gaps: self.gaps(&progress),
            quarantined: judged.quarantined,
            now: clock::now(),
        };
        loop {
            self.pulse.begin(Step::Spool);
            match self.spool.commit(&commit) {
                Ok(_) => break,
                Err(full @ CommitError::Full { .. }) => {
                    if self.note(FamilyState::Paused, Some(full.to_string())) != FamilyState::Paused {
                        event::tell(Event::SpoolFull, &commit.family, &full);
                    }
                }
                Err(CommitError::Spool(error)) => return Err(error.into()),
                Err(impossible) => return Err(Setback::restarting(impossible.to_string())),
            }
            if self.rest(COMMIT_RETRY) {
                return Ok(());
            }
        }
        self.collecting.committed(&progress);
        self.setbacks.something_was_committed();
        if by_plugin {
            self.plugin.has_committed();
        }
        if accepted {
            self.new_batch.notify_one();
        }
        Ok(())
    }

    /// What is wrong with this PC's clock, if this family's records have times that are judged by it.
    fn clock_trouble(&self) -> Option<String> {
        let fields = self.judge.gate().manifest().streams().iter().flat_map(|stream| &stream.fields);
        let tells_times = fields.into_iter().any(|field| field.ty == FieldType::Timestamp);
        self.board.clock_trouble().filter(|_| tells_times)
    }

    fn scan(&mut self) -> Vec<ScanReport> {
        self.pulse.begin(Step::Scan { sources: self.collecting.sources() });
        self.collecting.scan(SystemTime::now())
    }

    fn touch_seen(&self) {
        for (source, present) in self.collecting.still_present() {
            self.pulse.begin(Step::Spool);
            if let Err(error) = self.spool.touch_seen(&self.family(), &source, present, clock::now()) {
                warn!(family = %self.family(), "can't note which files are still present: {error}");
            }
        }
    }

    fn note_idle(&self, reports: &[ScanReport]) {
        let unreadable = self.collecting.unreadable(reports);
        let idle = reports.iter().all(|report| report.complete && report.settling == 0 && report.ready == 0);
        let printed_bytes = self.collecting.printed_bytes();
        let lines: Vec<LineFigures> = self.collecting.lines().into_iter().map(LineFigures::from).collect();
        self.note(FamilyState::Running, None);
        self.board.update(&self.family(), |status| {
            (status.idle, status.unreadable, status.printed_bytes) = (idle, unreadable, printed_bytes);
            status.lines = lines;
        });
    }

    /// Shows what it does now, and gives what it did before.
    fn note(&self, state: FamilyState, trouble: Option<String>) -> FamilyState {
        let before = self.board.enter(&self.family(), state, trouble);
        if state == FamilyState::Running && before.is_trouble() {
            event::tell(Event::CollectorWorks, &self.family(), &"");
        }
        before
    }

    fn family(&self) -> FamilyName {
        self.judge.gate().manifest().family().clone()
    }
}

/// Whether there was anything to read.
#[derive(PartialEq)]
enum Read {
    Something,
    Nothing,
}

/// Asks the spool whether an input has been read.
struct SeenInSpool<'a> {
    spool: &'a Spool,
    family: FamilyName,
}

impl SeenInputs for SeenInSpool<'_> {
    fn is_seen(&self, source: &SourceName, identity: &InputIdentity) -> bool {
        // If the spool can't be asked, nothing is handed out: a commit would fail as well.
        self.lookup(source, identity).unwrap_or(true)
    }

    fn lookup(&self, source: &SourceName, identity: &InputIdentity) -> Option<bool> {
        self.spool.is_seen(&self.family, source, identity).ok()
    }
}

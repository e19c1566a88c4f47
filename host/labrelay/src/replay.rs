//! `labrelay replay`: any folder through source, worker and gate, without spool or receiver.
//!
//! What would leave goes to standard output or a file, the counts to standard error; a golden can be compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use labrelay_abi::Unit;
use labrelay_gate::{GateState, Guard, Site};
use labrelay_kit::{Case, difference};
use labrelay_manifest::Inventory;
use labrelay_model::{FamilyName, InputIdentity, LedgerCounts, LedgerKey, Outcome, SourceName, Timestamp};
use labrelay_source::SeenInputs;

use crate::cli::{ReplayArgs, TreatAs};
use crate::clock;
use crate::collecting::{Collecting, Folders, Place, Poll, Setup};
use crate::config::{QcChoice, read_inventory};
use crate::exit::{FailAs as _, Failure};
use crate::families::{Installation, InstalledFamily};
use crate::judge::{Judge, Judged, Origin};
use crate::status::LedgerLine;

/// A replay names rows and inputs by a fixed key: the same folder gives the same output on any PC.
const REPLAY_KEY: [u8; 32] = [0; 32];

/// What is replayed, and by what it is judged.
pub(crate) struct Replay {
    /// Manifest and plugin.
    pub family: InstalledFamily,
    /// Folder with all its subfolders.
    pub input: PathBuf,
    /// What the site declares.
    pub inventory: Option<Inventory>,
    /// The time to judge by.
    pub now: Timestamp,
    /// Which acquisitions are QC.
    pub qc: QcChoice,
    /// The plugin's own.
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Whether fields that are nearly unique are frozen, as in the service.
    pub guard: bool,
}

/// One poll's outcome.
pub(crate) enum Step {
    /// What the plugin made of the inputs, and where each was read.
    Replied(Vec<Unit>, Vec<Origin>),
    /// An input that killed its worker three times.
    SetAside(Origin),
}

/// What came out.
#[derive(Default)]
pub(crate) struct Replayed {
    /// Accepted records, one `{"stream":…,"fields":{…}}` a line.
    pub ndjson: String,
    /// What became of every unit.
    pub ledger: BTreeMap<LedgerKey, LedgerCounts>,
    /// Files that could not be read, in words.
    pub unreadable: Vec<String>,
}

/// Runs `labrelay replay`.
pub(crate) fn replay(args: &ReplayArgs) -> anyhow::Result<ExitCode> {
    let installation = Installation::locate(&args.install)?;
    let (replay, expect) = match &args.case {
        Some(case) => of_case(case, &installation, args.guard)?,
        None => (of_arguments(args, &installation)?, args.expect.clone()),
    };
    let replayed = replay.run()?;
    output(args, expect.is_some(), &replayed)?;
    report(args, replay.family.manifest.family(), &replayed);

    match expect {
        Some(golden) => compare(&golden, &replayed.ndjson),
        None => Ok(ExitCode::SUCCESS),
    }
}

fn of_case(
    folder: &Path,
    installation: &Installation,
    guard: bool,
) -> anyhow::Result<(Replay, Option<PathBuf>)> {
    let case = Case::read(folder).fail_as(Failure::Configuration)?;
    let (input, golden) = (case.input(), case.golden());
    let replay = Replay {
        family: installation.family(&case.family)?,
        input,
        inventory: case.about.inventory,
        now: case.about.now,
        qc: if case.about.treat_as.is_some() { QcChoice::All } else { QcChoice::List },
        settings: case.about.settings,
        guard,
    };
    Ok((replay, Some(golden)))
}

fn of_arguments(args: &ReplayArgs, installation: &Installation) -> anyhow::Result<Replay> {
    let (Some(family), Some(input)) = (&args.family, &args.input) else {
        bail!("replay needs --family and --input, or --case");
    };
    Ok(Replay {
        family: installation.family(family)?,
        input: input.clone(),
        inventory: read_inventory(args.inventory.as_deref()).fail_as(Failure::Configuration)?,
        now: args.now.unwrap_or_else(clock::now),
        qc: if args.treat_as == Some(TreatAs::Qc) { QcChoice::All } else { QcChoice::List },
        settings: serde_json::Map::new(),
        guard: args.guard,
    })
}

impl Replay {
    /// Reads everything once and judges it. Records stand in the order of their files' paths; the aggregates that
    /// are due by then come last.
    pub(crate) fn run(&self) -> anyhow::Result<Replayed> {
        let site = Site { inventory: self.inventory.clone(), ..Site::default() };
        let judge = Judge::new(self.family.manifest.clone(), site, &REPLAY_KEY);
        let mut state = GateState::for_replay(self.guard.then(|| Guard::new(judge.gate())));
        let mut replayed = Replayed::default();
        let mut lines: Vec<(PathBuf, String)> = Vec::new();
        replayed.unreadable = self.each_step(|step| {
            let judged = match step {
                Step::SetAside(origin) => judge.set_aside(&origin),
                Step::Replied(units, origins) => {
                    judge.judge(units, &origins, self.now, &mut state, |record, origin| {
                        lines.push((origin.path.clone(), record.to_json()));
                    })
                }
            };
            replayed.add(judged);
        })?;
        lines.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut lines: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
        replayed.add(judge.close(self.now, &mut state, |record| lines.push(record.to_json())));
        replayed.ndjson = lines.into_iter().map(|line| line + "\n").collect();
        Ok(replayed)
    }

    /// Reads everything once, and looks again until there is nothing more: a database gives its rows part by part, with a look
    /// between. Gives the files that could not be read, in words.
    pub(crate) fn each_step(&self, mut on_step: impl FnMut(Step)) -> anyhow::Result<Vec<String>> {
        let mut collecting = self.collecting()?;
        let (mut cursor, mut unreadable) = (None, Vec::new());
        loop {
            let (mut read, mut complete) = (false, false);
            unreadable.clear(); // the last time through the folders tells it all
            while !complete {
                let reports = collecting.scan(SystemTime::now());
                read |= self.drain(&mut collecting, &mut cursor, &mut on_step)?;
                unreadable.extend(collecting.unreadable(&reports));
                complete = reports.iter().all(|report| report.complete);
            }
            if !read {
                break;
            }
        }
        collecting.stop();
        Ok(unreadable)
    }

    /// Reads what is ready; whether there was anything.
    fn drain(
        &self,
        collecting: &mut Collecting,
        cursor: &mut Option<Vec<u8>>,
        on_step: &mut impl FnMut(Step),
    ) -> anyhow::Result<bool> {
        let mut read = false;
        loop {
            match collecting.poll(self.now, cursor.clone(), &NothingSeen) {
                Ok(Poll::Nothing) => return Ok(read),
                Ok(Poll::SetAside(origin, progress)) => {
                    collecting.committed(&progress);
                    on_step(Step::SetAside(origin));
                }
                Ok(Poll::Replied(polled)) => {
                    *cursor = Some(polled.reply.cursor);
                    collecting.committed(&polled.progress);
                    on_step(Step::Replied(polled.reply.units, polled.origins));
                }
                Ok(Poll::Overtaken) => {} // somebody writes there; it is read as it is now
                // A death is the input's fault three times over, and then it is set aside; the rest is ours.
                Err(error) if error.is_death() => {}
                Err(error) => return Err(error).fail_as(Failure::Plugin),
            }
            read = true;
        }
    }

    fn collecting(&self) -> anyhow::Result<Collecting> {
        let folder = std::path::absolute(&self.input)?;
        if !folder.is_dir() {
            bail!("{} is no folder", folder.display());
        }
        let folders = vec![folder];
        let place = Place::Folders(Folders { folders, recursive: true, settle: Some(Duration::ZERO) });
        let sources = self.family.manifest.sources().iter();
        Ok(Collecting::new(Setup {
            places: sources.map(|source| (source.name.clone(), place.clone())).collect(),
            family: self.family.clone(),
            settings: self.settings.clone(),
            qc: self.qc,
            inventory: self.inventory.clone(),
            identity_key: REPLAY_KEY,
            logs: Vec::new(),
            wake: Arc::new(|| {}),
        }))
    }
}

impl Replayed {
    fn add(&mut self, judged: Judged) {
        for (key, counts) in judged.ledger {
            let sum = self.ledger.entry(key).or_default();
            sum.units += counts.units;
            sum.records += counts.records;
        }
    }
}

/// In a replay nothing has been read before.
struct NothingSeen;

impl SeenInputs for NothingSeen {
    fn is_seen(&self, _: &SourceName, _: &InputIdentity) -> bool {
        false
    }
}

#[allow(clippy::print_stdout)]
fn output(args: &ReplayArgs, comparing: bool, replayed: &Replayed) -> anyhow::Result<()> {
    match &args.out {
        Some(file) => {
            std::fs::write(file, &replayed.ndjson).with_context(|| format!("can't write {}", file.display()))
        }
        None => {
            if !comparing {
                print!("{}", replayed.ndjson);
            }
            Ok(())
        }
    }
}

#[allow(clippy::print_stderr)]
fn report(args: &ReplayArgs, family: &FamilyName, replayed: &Replayed) {
    let total = |matching: fn(&Outcome) -> bool| -> u64 {
        replayed.ledger.iter().filter(|(key, _)| matching(&key.outcome)).map(|(_, counts)| counts.units).sum()
    };
    let accepted = total(|outcome| *outcome == Outcome::Accepted);
    let quarantined = total(|outcome| matches!(outcome, Outcome::Quarantined(_)));
    let dropped = total(|outcome| matches!(outcome, Outcome::Dropped(_)));
    let seen = accepted + quarantined + dropped;
    let lines = replayed.ledger.iter().map(|(key, counts)| LedgerLine::new(key.clone(), *counts));
    if args.json {
        let ledger: Vec<LedgerLine> = lines.collect();
        let counts = serde_json::json!({
            "family": family, "seen": seen, "accepted": accepted, "quarantined": quarantined,
            "dropped": dropped, "ledger": ledger, "unreadable": replayed.unreadable,
        });
        eprintln!("{counts}");
        return;
    }
    eprintln!("{family}: {seen} seen, {accepted} accepted, {quarantined} quarantined, {dropped} dropped");
    for line in lines {
        let reason = line.reason.map(|reason| format!(": {reason} ({})", reason.explanation()));
        let stream = line.stream.as_ref().map_or("-", |name| name.as_str());
        eprintln!("  {stream}: {} {}{}", line.units, line.outcome, reason.unwrap_or_default());
    }
    replayed.unreadable.iter().for_each(|line| eprintln!("  ! {line}"));
}

#[allow(clippy::print_stdout)]
fn compare(golden: &Path, ndjson: &str) -> anyhow::Result<ExitCode> {
    let expected =
        std::fs::read_to_string(golden).with_context(|| format!("can't read {}", golden.display()))?;
    match difference::between(&expected, ndjson) {
        None => Ok(ExitCode::SUCCESS),
        Some(difference) => {
            println!("{} differs (- expected, + came out):\n{difference}", golden.display());
            Ok(Failure::Found.code())
        }
    }
}

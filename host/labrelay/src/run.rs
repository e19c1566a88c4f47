//! `labrelay run`, and what `service run` does: starts a thread per family and the uploader, and ends them when told to stop.
//!
//! Knows nothing of service managers: `Life` does.

use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use labrelay_model::FamilyName;
use labrelay_spool::Spool;
use labrelay_upload::{Policy, Uploader, deliver};
use labrelay_worker::Backoff;
use tokio::sync::Notify;
use tracing::{error, warn};

use crate::cli::ConfigArgs;
use crate::collecting::Collecting;
use crate::config::{Config, Family};
use crate::delivery_progress::DeliveryProgress;
use crate::device::DeviceKeys;
use crate::event::{self, Event};
use crate::exchange::{Exchange, Place};
use crate::exit::{FailAs as _, Failure};
use crate::families::InstalledFamily;
use crate::gates::Gates;
use crate::inbox::{Inbox, Inboxes};
use crate::judge::Judge;
use crate::life::{Life, Signals};
use crate::outbox::SpoolOutbox;
use crate::pipeline::{End, Pipeline};
use crate::plugin_folder::Choice;

use crate::running_plugin::{self, RunningPlugin};
use crate::setbacks::Setbacks;
use crate::status::{Board, FamilyState};
use crate::stop::{Call, Stop};
use crate::watchdog::{Pulse, Step, Watchdog};
use crate::{answer, clock, confined, control, installed, plugin_news, receiver, setup, spool_access};

/// How often what is older than journal and quarantine keep is looked for; both keep by the day.
const PURGE_EVERY: Duration = Duration::from_secs(3600);
/// Longest wait for threads at the end; what is not committed then is read again at the next start.
const STOP_WITHIN: Duration = Duration::from_secs(4);
/// Longest wait for what the runtime still does, after that.
const RUNTIME_ENDS_WITHIN: Duration = Duration::from_secs(1);

/// Runs in the foreground until a signal.
pub(crate) fn run(args: &ConfigArgs) -> anyhow::Result<ExitCode> {
    until_stopped(args, &Life::in_foreground())?;
    Ok(ExitCode::SUCCESS)
}

/// Runs until it is told to stop.
pub(crate) fn until_stopped(args: &ConfigArgs, life: &Life) -> anyhow::Result<()> {
    let (config, keys) = prepare(args)?;
    #[cfg(windows)]
    if life.is_managed() {
        crate::logging::into_file(&config.state)
            .context("the log can't be written")
            .fail_as(Failure::State)?;
    }
    let uploader = receiver::uploader(&config, &keys).fail_as(Failure::Configuration)?;
    serve(config, keys, &uploader, life)
}

/// Reads what the service needs before it begins.
pub(crate) fn prepare(args: &ConfigArgs) -> anyhow::Result<(Config, DeviceKeys)> {
    let mut config = Config::read(&args.config).fail_as(Failure::Configuration)?;
    let keys = DeviceKeys::load_or_create(&config.state)?;
    config.collect_by_default_since(installed::day(&config.state, clock::now())?);
    Ok((config, keys))
}

/// The service until it is told to stop, sending by `uploader`.
pub(crate) fn serve(
    config: Config,
    keys: DeviceKeys,
    uploader: &impl Uploader,
    life: &Life,
) -> anyhow::Result<()> {
    life.starting("opening the spool", Step::OpenSpool { max_bytes: config.spool.max_bytes });
    let (spool, report) = spool_access::open(&config)?;
    if let Some(aside) = report.set_aside {
        event::tell(Event::SpoolSetAside, &"", &format_args!("It lies at {}.", aside.path.display()));
    }
    if let Err(error) = labrelay_os::group::make_room() {
        warn!("workers get no control groups of their own: {error}");
    }
    let service = Service {
        spool: Arc::new(spool),
        board: Board::new(config.collect_since()),
        inboxes: Inboxes::default(),
        new_batch: Arc::default(),
        stop: life.stop.clone(),
        watchdog: life.watchdog.clone(),
        keys: Arc::new(keys),
        config: Arc::new(config),
    };
    life.starting("starting the families", Step::Begin);
    control::serve(&service.config.state, service.answers())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let within = runtime.enter();
    let signals = life.listen().context("can't listen for signals")?;
    drop(within);
    let threads = service.start_families();
    runtime.block_on(service.deliver_until_stopped(uploader, life, signals));
    service.stop.set();
    wait_for(threads, life);
    runtime.shutdown_timeout(RUNTIME_ENDS_WITHIN);
    event::tell(Event::Stopped, &"", &"");
    Ok(())
}

/// What all threads share.
#[derive(Clone)]
struct Service {
    config: Arc<Config>,
    keys: Arc<DeviceKeys>,
    spool: Arc<Spool>,
    board: Board,
    inboxes: Inboxes,
    new_batch: Arc<Notify>,
    stop: Stop,
    watchdog: Watchdog,
}

impl Service {
    fn start_families(&self) -> Vec<JoinHandle<()>> {
        let families = self.config.families.iter();
        families
            .map(|(name, family)| {
                let (service, name, family) = (self.clone(), name.clone(), family.clone());
                std::thread::spawn(move || service.run_family(&name, &family))
            })
            .collect()
    }

    /// One family's thread. A plugin that can't be used is tried again, so that an administrator who mends
    /// it need not restart the service.
    fn run_family(&self, name: &FamilyName, family: &Family) {
        let mut backoff = Backoff::default();
        let inbox = Rc::new(self.inboxes.open(name));
        let pulse = Rc::new(self.watchdog.watch(format!("the collector of {name}"), Step::Begin));
        let exchange = Exchange::new(&self.config, &self.keys, name, family);
        let mut before: Option<Choice> = None;
        while !self.stop.is_set() {
            let trial = before.take();
            let ended = self.pipeline(family, &exchange, &inbox, &pulse, trial.clone()).map(Pipeline::run);
            let failed = match (ended, trial) {
                (Ok(End::Stopped), _) => return,
                (Ok(End::Exchange(replaced)), _) => {
                    before = Some(replaced);
                    backoff.reset();
                    continue;
                }
                (Ok(End::Distrusted), _) => continue, // the next beginning says why
                (Ok(End::TakenBack), _) => None,
                (Err(trouble), Some(replaced)) => {
                    self.take_back(name, &exchange, &replaced, &trouble);
                    None
                }
                (Err(trouble), None) => Some(format!("{trouble:#}")),
            };
            if let Some(trouble) = failed {
                inbox.refuse(&trouble);
                event::tell(Event::CollectorFails, name, &trouble);
                self.board.enter(name, FamilyState::Restarting, Some(trouble));
            }
            let pause = backoff.next_pause();
            pulse.begin(Step::Pause(pause));
            exchange.rest(&self.stop, pause);
        }
    }

    /// What was rehearsed can't begin after all: the plugin that it replaced runs again.
    fn take_back(&self, name: &FamilyName, exchange: &Exchange, replaced: &Choice, trouble: &anyhow::Error) {
        if let Ok(failed) = exchange.wish() {
            running_plugin::take_back(exchange, name, &failed, replaced, &format!("{trouble:#}"));
        }
    }

    /// What collects with the plugin that is chosen, in the place of `before` if that has just ended.
    fn pipeline(
        &self,
        family: &Family,
        exchange: &Exchange,
        inbox: &Rc<Inbox>,
        pulse: &Rc<Pulse>,
        before: Option<Choice>,
    ) -> anyhow::Result<Pipeline> {
        pulse.begin(Step::Prepare { libraries: exchange.libraries() });
        let place = if before.is_some() { Place::OfAnother } else { Place::AsBefore };
        let trust = exchange.trust_stamp(); // before the list is read: one that changes meanwhile is news
        let (choice, installed) = exchange.begin(place)?;
        setup::keep_manifest(&self.config.state, &installed.manifest, &installed.manifest_path)?;
        let name = installed.manifest.family();
        confined::note_missing(&self.config, name, &installed.confinement)?;
        self.board.update(name, |status| status.sandbox = Some((&installed.confinement).into()));
        plugin_news::tell(&self.config, &self.board, &installed, place, exchange.refused())?;
        let plugin = RunningPlugin::new(exchange.clone(), self.board.clone(), name.clone(), choice, before)
            .judged_by(trust);
        let plugin_version = installed.describe.plugin_version.as_str().into();
        let judge = self.judge(&installed)?;
        let mut setup = setup::of_site(&self.config, family, installed, self.keys.identity_key()?)?;
        let (call, stop) = (Call::default(), self.stop.clone());
        setup.wake = Arc::new({
            let call = call.clone();
            move || stop.call(&call)
        });
        setup.logs = setup::saved_logs(&setup, &self.spool)?;
        Ok(Pipeline {
            collecting: Collecting::new(setup),
            judge,
            plugin_version,
            spool: Arc::clone(&self.spool),
            board: self.board.clone(),
            inbox: Rc::clone(inbox),
            new_batch: Arc::clone(&self.new_batch),
            frozen: Vec::new(),
            setbacks: Setbacks::default(),
            stop: self.stop.clone(),
            call,
            pulse: Rc::clone(pulse),
            plugin,
        })
    }

    /// What commands may ask of this service.
    fn answers(&self) -> answer::Service {
        let (spool, board) = (Arc::clone(&self.spool), self.board.clone());
        answer::Service { spool, board, inboxes: self.inboxes.clone() }
    }

    fn judge(&self, installed: &InstalledFamily) -> anyhow::Result<Judge> {
        let manifest = Arc::clone(&installed.manifest);
        Ok(Judge::new(manifest, self.config.site(), &self.keys.row_key()?))
    }

    /// The days of journal and quarantine pass also while nothing lands and nothing is refused.
    async fn keep_short(&self) {
        let mut every = tokio::time::interval(PURGE_EVERY);
        loop {
            every.tick().await;
            let spool = Arc::clone(&self.spool);
            let purge = move || {
                spool.sent().purge(clock::now())?;
                spool.purge_quarantine(clock::now())
            };
            if let Ok(Err(error)) = tokio::task::spawn_blocking(purge).await {
                error!("what is older than journal and quarantine keep can't be removed: {error}");
            }
        }
    }

    async fn deliver_until_stopped(&self, uploader: &impl Uploader, life: &Life, signals: Option<Signals>) {
        let bytes_per_second = self.config.receiver.bandwidth_bytes_per_s;
        let progress = DeliveryProgress::new(life.watchdog.clone(), bytes_per_second);
        let gates = Gates::new(&self.config);
        let outbox = SpoolOutbox::new(Arc::clone(&self.spool), gates, self.board.clone(), progress);
        let policy = Policy { bytes_per_second, ..Policy::default() };
        let delivery = deliver(uploader, &outbox, &policy, &self.new_batch, self.stop.subscribe());
        self.tell_started();
        life.ready();
        tokio::select! {
            ((), ()) = async { tokio::join!(life.told_to_stop(signals), delivery) } => {}
            () = self.keep_short() => {}
        }
    }

    fn tell_started(&self) {
        let names: Vec<&str> = self.config.families.keys().map(FamilyName::as_str).collect();
        let families = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        event::tell(Event::Started, &env!("CARGO_PKG_VERSION"), &families);
    }
}

/// Waits for threads, and says when another has ended.
fn wait_for(threads: Vec<JoinHandle<()>>, life: &Life) {
    let until = std::time::Instant::now() + STOP_WITHIN;
    for thread in threads {
        while !thread.is_finished() && std::time::Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        life.stopping();
    }
}

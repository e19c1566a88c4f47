//! `labrelay run`: the service in the foreground. Starts a thread per family and the uploader; stops on a signal.

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
use tokio::sync::{Notify, watch};
use tracing::{error, info, warn};

use crate::cli::ConfigArgs;
use crate::collecting::Collecting;
use crate::config::{Config, Family};
use crate::device::DeviceKeys;
use crate::exit::{FailAs as _, Failure};
use crate::families::{Installation, InstalledFamily};
use crate::gates::Gates;
use crate::inbox::{Inbox, Inboxes};
use crate::judge::Judge;
use crate::outbox::SpoolOutbox;
use crate::pipeline::Pipeline;
use crate::setbacks::Setbacks;
use crate::status::{Board, FamilyState};
use crate::stop::Stop;
use crate::{answer, clock, confined, control, installed, receiver, setup, spool_access};

/// How often what is older than journal and quarantine keep is looked for; both keep by the day.
const PURGE_EVERY: Duration = Duration::from_secs(3600);
/// Longest wait for threads at the end; what is not committed then is read again at the next start.
const STOP_WITHIN: Duration = Duration::from_secs(4);

/// Runs until a signal.
pub(crate) fn run(args: &ConfigArgs) -> anyhow::Result<ExitCode> {
    let (config, keys) = prepare(args)?;
    let uploader = receiver::uploader(&config, &keys).fail_as(Failure::Configuration)?;
    serve(config, keys, &uploader)
}

/// Reads what the service needs before it begins.
pub(crate) fn prepare(args: &ConfigArgs) -> anyhow::Result<(Config, DeviceKeys)> {
    let mut config = Config::read(&args.config).fail_as(Failure::Configuration)?;
    let keys = DeviceKeys::load_or_create(&config.state)?;
    config.collect_by_default_since(installed::day(&config.state, clock::now())?);
    Ok((config, keys))
}

/// The service until a signal, sending by `uploader`.
pub(crate) fn serve(config: Config, keys: DeviceKeys, uploader: &impl Uploader) -> anyhow::Result<ExitCode> {
    let (spool, report) = spool_access::open(&config)?;
    if let Some(aside) = report.set_aside {
        error!(
            "the spool could not be used and was set aside as {}; a new one has begun",
            aside.path.display()
        );
    }
    if let Err(error) = labrelay_os::group::make_room() {
        warn!("workers get no control groups of their own: {error}");
    }
    let service = Service {
        spool: Arc::new(spool),
        board: Board::new(config.collect_since()),
        inboxes: Inboxes::default(),
        new_batch: Arc::default(),
        stop: Stop::default(),
        keys: Arc::new(keys),
        config: Arc::new(config),
    };
    info!(device = %service.config.device, families = service.config.families.len(), "started");
    control::serve(&service.config.state, service.answers())?;
    let threads = service.start_families();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(service.deliver_until_signal(uploader));
    service.stop.set();
    wait_for(threads);
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended?;
    info!("stopped; nothing is lost, what waits is sent after the next start");
    Ok(ExitCode::SUCCESS)
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
        while !self.stop.is_set() {
            match self.pipeline(name, family, &inbox) {
                Ok(pipeline) => return pipeline.run(),
                Err(trouble) => {
                    let trouble = format!("{trouble:#}");
                    error!(family = %name, "{trouble}");
                    inbox.refuse(&trouble);
                    self.board.update(name, |status| {
                        (status.state, status.trouble) = (FamilyState::Restarting, Some(trouble));
                    });
                    self.stop.wait(backoff.next_pause());
                }
            }
        }
    }

    fn pipeline(&self, name: &FamilyName, family: &Family, inbox: &Rc<Inbox>) -> anyhow::Result<Pipeline> {
        let installed = self.installation().family(name)?;
        setup::keep_manifest(&self.config, &installed.manifest)?;
        confined::note_missing(&self.config, name, &installed.confinement)?;
        self.board.update(name, |status| status.sandbox = Some((&installed.confinement).into()));
        let plugin_version = installed.describe.plugin_version.as_str().into();
        let judge = self.judge(&installed)?;
        let mut setup = setup::of_site(&self.config, family, installed, self.keys.identity_key()?)?;
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
        })
    }

    /// What commands may ask of this service.
    fn answers(&self) -> answer::Service {
        let (spool, board) = (Arc::clone(&self.spool), self.board.clone());
        answer::Service { spool, board, inboxes: self.inboxes.clone() }
    }

    fn installation(&self) -> Installation {
        Installation::of_site(&self.config)
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

    async fn deliver_until_signal(&self, uploader: &impl Uploader) -> anyhow::Result<()> {
        let outbox = SpoolOutbox::new(Arc::clone(&self.spool), Gates::new(&self.config), self.board.clone());
        let policy =
            Policy { bytes_per_second: self.config.receiver.bandwidth_bytes_per_s, ..Policy::default() };
        let (tell, told) = watch::channel(false);
        let signal = async {
            let signal = stop_signal().await;
            self.stop.set();
            let _ = tell.send(true); // delivery has ended already
            signal.context("can't listen for signals")
        };
        let delivery = deliver(uploader, &outbox, &policy, &self.new_batch, told);
        tokio::select! {
            (signal, ()) = async { tokio::join!(signal, delivery) } => signal,
            () = self.keep_short() => Ok(()),
        }
    }
}

fn wait_for(threads: Vec<JoinHandle<()>>) {
    let until = std::time::Instant::now() + STOP_WITHIN;
    for thread in threads {
        while !thread.is_finished() && std::time::Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[cfg(unix)]
async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

/// Whatever Windows tells a program in the foreground before it ends it.
#[cfg(windows)]
async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
    let (mut interrupt, mut hard_break) = (ctrl_c()?, ctrl_break()?);
    let (mut close, mut shutdown) = (ctrl_close()?, ctrl_shutdown()?);
    tokio::select! {
        _ = interrupt.recv() => Ok(()),
        _ = hard_break.recv() => Ok(()),
        _ = close.recv() => Ok(()),
        _ = shutdown.recv() => Ok(()),
    }
}

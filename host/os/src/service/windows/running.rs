//! The service as it runs: its state as Windows is told it, and the wish to stop as it is told by Windows.
//!
//! A process that Windows has not started as a service tells nothing to anybody.

use std::cell::Cell;
use std::ffi::OsString;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use windows_service::service::{
    ServiceControl, ServiceControlAccept, ServiceExitCode, ServiceState, ServiceStatus, ServiceType,
};
use windows_service::service_control_handler::{self, ServiceControlHandlerResult, ServiceStatusHandle};
use windows_service::{define_windows_service, service_dispatcher};
use windows_sys::Win32::Foundation::{ERROR_EXCEPTION_IN_SERVICE, ERROR_FAILED_SERVICE_CONTROLLER_CONNECT};

use super::super::ServiceError;
use super::{NAME, code, failed};

/// How long a step of the start may take before Windows takes the service for dead: the longest is to salvage a spool.
const START_HINT: Duration = Duration::from_secs(120);
/// Likewise the end: the program ends itself within 17 s.
const STOP_HINT: Duration = Duration::from_secs(20);

type Work = Box<dyn FnOnce(&Manager) -> u8 + Send>;
type StopRequest = Box<dyn Fn() + Send>;

/// Handed to `main`, which Windows calls without arguments of ours.
static TO_DO: Mutex<Option<(StopRequest, Work)>> = Mutex::new(None);
/// Of the one service in this process.
static REPORTS: OnceLock<Arc<Reports>> = OnceLock::new();
/// How the work ended.
static ENDED: OnceLock<u8> = OnceLock::new();

define_windows_service!(entry, main);

/// Does `work` as the service that Windows has started.
pub(in super::super) fn run(
    stop: impl Fn() + Send + 'static,
    work: impl FnOnce(&Manager) -> u8 + Send + 'static,
) -> Result<u8, ServiceError> {
    *TO_DO.lock().unwrap_or_else(PoisonError::into_inner) = Some((Box::new(stop), Box::new(work)));
    match service_dispatcher::start(NAME, entry) {
        Ok(()) => Ok(ENDED.get().copied().unwrap_or(u8::MAX)),
        Err(error) if code(&error) == Some(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) => {
            Err(ServiceError::NotAService)
        }
        Err(error) => Err(failed("speak with the service manager", error)),
    }
}

/// What Windows calls, in a thread of its own.
fn main(_arguments: Vec<OsString>) {
    let Some((stop, work)) = TO_DO.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    let handler = move |control| match control {
        ServiceControl::Stop | ServiceControl::Shutdown | ServiceControl::Preshutdown => {
            Manager::of_this_process().stopping();
            stop();
            ServiceControlHandlerResult::NoError
        }
        ServiceControl::Interrogate => ServiceControlHandlerResult::NoError,
        _ => ServiceControlHandlerResult::NotImplemented,
    };
    // Without a handle Windows can't be told anything, and gives the service up by itself.
    let Ok(handle) = service_control_handler::register(NAME, handler) else { return };
    let reports = REPORTS.get_or_init(|| Arc::new(Reports { handle, last: Mutex::new(Phase::Starting(0)) }));
    let unwinding = LastWord(Cell::new(ServiceExitCode::Win32(ERROR_EXCEPTION_IN_SERVICE)));
    reports.tell(Phase::Starting(1));
    let code = work(&Manager::of_this_process());
    let _ = ENDED.set(code); // set once: `main` is called once
    unwinding.0.set(exit_code(code));
}

/// Tells Windows that the service has ended, also where its work panicked.
struct LastWord(Cell<ServiceExitCode>);

impl Drop for LastWord {
    fn drop(&mut self) {
        if let Some(reports) = REPORTS.get() {
            reports.tell(Phase::Ended(self.0.get()));
        }
    }
}

/// 0 is an end that was asked for; with anything else Windows starts the service again.
fn exit_code(code: u8) -> ServiceExitCode {
    if code == 0 { ServiceExitCode::NO_ERROR } else { ServiceExitCode::ServiceSpecific(code.into()) }
}

/// Tells Windows that the service has ended; the process has to end after this.
pub(in super::super) fn report_end(code: u8) {
    if let Some(reports) = REPORTS.get() {
        reports.tell_whatever(Phase::Ended(exit_code(code)));
    }
}

/// What a running service tells its manager; nothing happens when there is none.
#[derive(Debug, Clone)]
pub struct Manager(Option<Arc<Reports>>);

impl Manager {
    /// The manager that has started this process.
    pub fn of_this_process() -> Self {
        Self(REPORTS.get().cloned())
    }

    /// The service is on its way; Windows sees that there is another step, and no words.
    pub fn starting(&self, _step: &str) {
        self.tell(|last| match last {
            Phase::Starting(step) => Some(Phase::Starting(step + 1)),
            _ => None,
        });
    }

    /// The service works.
    pub fn ready(&self) {
        self.tell(|last| matches!(last, Phase::Starting(_)).then_some(Phase::Running));
    }

    /// Windows asks nobody whether a service that runs still does.
    pub fn alive(&self) {}

    /// The service is at its end's work, and gets on.
    pub fn stopping(&self) {
        self.tell(|last| match last {
            Phase::Starting(_) | Phase::Running => Some(Phase::Stopping(1)),
            Phase::Stopping(step) => Some(Phase::Stopping(step + 1)),
            Phase::Ended(_) => None,
        });
    }

    /// How often the manager wants to hear `alive`: Windows never does.
    pub fn watchdog_interval(&self) -> Option<Duration> {
        None
    }

    fn tell(&self, next: impl FnOnce(Phase) -> Option<Phase>) {
        if let Some(reports) = &self.0 {
            reports.go_on(next);
        }
    }
}

/// Where the service is; the numbers grow with each step.
#[derive(Debug, Clone, Copy)]
enum Phase {
    Starting(u32),
    Running,
    Stopping(u32),
    Ended(ServiceExitCode),
}

/// What Windows was last told.
#[derive(Debug)]
pub(super) struct Reports {
    handle: ServiceStatusHandle,
    last: Mutex<Phase>,
}

impl Reports {
    fn tell(&self, phase: Phase) {
        self.go_on(|_| Some(phase));
    }

    /// Phases reach Windows in their order, whichever thread tells them.
    fn go_on(&self, next: impl FnOnce(Phase) -> Option<Phase>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(phase) = next(*last) {
            *last = phase;
            self.tell_whatever(phase);
        }
    }

    /// Waits for nobody.
    fn tell_whatever(&self, phase: Phase) {
        // A manager that can't be reached is one that no longer waits for us.
        let _ = self.handle.set_service_status(status(phase));
    }
}

fn status(phase: Phase) -> ServiceStatus {
    let can_be_stopped =
        ServiceControlAccept::STOP | ServiceControlAccept::SHUTDOWN | ServiceControlAccept::PRESHUTDOWN;
    let (current_state, checkpoint, wait_hint) = match phase {
        Phase::Starting(step) => (ServiceState::StartPending, step, START_HINT),
        Phase::Running => (ServiceState::Running, 0, Duration::ZERO),
        Phase::Stopping(step) => (ServiceState::StopPending, step, STOP_HINT),
        Phase::Ended(_) => (ServiceState::Stopped, 0, Duration::ZERO),
    };
    ServiceStatus {
        service_type: ServiceType::OWN_PROCESS,
        current_state,
        controls_accepted: match phase {
            Phase::Running => can_be_stopped,
            _ => ServiceControlAccept::empty(),
        },
        exit_code: match phase {
            Phase::Ended(code) => code,
            _ => ServiceExitCode::NO_ERROR,
        },
        checkpoint,
        wait_hint,
        process_id: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_running_service_can_be_asked_to_stop() {
        assert!(status(Phase::Running).controls_accepted.contains(ServiceControlAccept::PRESHUTDOWN));
        for phase in [Phase::Starting(1), Phase::Stopping(1), Phase::Ended(exit_code(0))] {
            assert!(status(phase).controls_accepted.is_empty(), "{phase:?}");
        }
    }

    #[test]
    fn an_end_that_was_asked_for_is_told_from_a_failure_by_the_service_s_own_code() {
        assert_eq!(status(Phase::Ended(exit_code(0))).exit_code, ServiceExitCode::Win32(0));
        assert_eq!(status(Phase::Ended(exit_code(3))).exit_code, ServiceExitCode::ServiceSpecific(3));
    }

    #[test]
    fn a_process_that_windows_has_not_started_tells_nobody() {
        let manager = Manager::of_this_process();
        manager.starting("a step");
        manager.ready();
        manager.stopping();
        assert_eq!(manager.watchdog_interval(), None);
        assert!(matches!(run(|| (), |_| 0), Err(ServiceError::NotAService)));
    }
}

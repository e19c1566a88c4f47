//! The service under Windows' service manager: installs, removes, starts, stops, and asks for its state.
//!
//! What the running service says is in `running`, what it is installed with in `settings`.

mod running;
mod settings;

use std::ffi::OsString;
use std::io;
use std::time::{Duration, Instant};

use windows_service::service::{Service, ServiceAccess, ServiceExitCode, ServiceState, ServiceStatus};
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_SERVICE_ALREADY_RUNNING, ERROR_SERVICE_DOES_NOT_EXIST,
    ERROR_SERVICE_NEVER_STARTED, ERROR_SERVICE_NOT_ACTIVE,
};

use super::{Definition, Missing, ServiceError, State};
pub use running::Manager;
pub(super) use running::{report_end, run};

use crate::event_log;

/// The service's name, which is also its event source and the end of its account's name.
const NAME: &str = "Labrelay";
/// The account that it runs as: Windows makes it for this one service, with no password and no rights of others.
pub const ACCOUNT: &str = r"NT SERVICE\Labrelay";

/// The longest that `start` waits: a spool that has to be salvaged is read and written anew, a gigabyte of it by its bound.
const START_WITHIN: Duration = Duration::from_secs(180);
/// Likewise `stop`: longer than the service itself takes at most (`STOP_HINT` and a process that has to end).
const STOP_WITHIN: Duration = Duration::from_secs(60);
/// How often the state is looked at meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Registers the service and the source of its events, or updates what was registered.
pub(super) fn install(definition: &Definition) -> Result<Vec<Missing>, ServiceError> {
    let what = "install the service";
    let manager = manager(ServiceManagerAccess::CONNECT | ServiceManagerAccess::CREATE_SERVICE, what)?;
    let info = settings::info(definition);
    let access = ServiceAccess::CHANGE_CONFIG | ServiceAccess::START; // to restart it is among what is set
    let service = match manager.open_service(NAME, access) {
        Ok(service) => service.change_config(&info).map(|()| service),
        Err(error) if code(&error) == Some(ERROR_SERVICE_DOES_NOT_EXIST) => {
            manager.create_service(&info, access)
        }
        Err(error) => Err(error),
    };
    let missing = settings::apply(&service.map_err(|error| failed(what, error))?)?;
    event_log::register(&definition.program).map_err(|why| ServiceError::System { what, why })?;
    Ok(missing)
}

/// Stops the service, and removes it and the source of its events. Its files stay.
pub fn uninstall() -> Result<(), ServiceError> {
    let what = "remove the service";
    let service = open(ServiceAccess::QUERY_STATUS | ServiceAccess::STOP | ServiceAccess::DELETE, what)?;
    stop_opened(&service)?;
    service.delete().map_err(|error| failed(what, error))?;
    event_log::unregister().map_err(|why| ServiceError::System { what, why })
}

/// Starts the service, and returns when it runs or has failed.
pub fn start() -> Result<(), ServiceError> {
    let what = "start the service";
    let service = open(ServiceAccess::QUERY_STATUS | ServiceAccess::START, what)?;
    match service.start::<OsString>(&[]) {
        Ok(()) => {}
        Err(error) if code(&error) == Some(ERROR_SERVICE_ALREADY_RUNNING) => {}
        Err(error) => return Err(failed(what, error)),
    }
    match wait_while(&service, what, ServiceState::StartPending, START_WITHIN)? {
        State::Running => Ok(()),
        State::Failed { exit_code } => Err(ServiceError::EndedAtStart { exit_code }),
        _ => Err(ServiceError::EndedAtStart { exit_code: 0 }),
    }
}

/// Stops the service, and returns when it has ended.
pub fn stop() -> Result<(), ServiceError> {
    stop_opened(&open(ServiceAccess::QUERY_STATUS | ServiceAccess::STOP, "stop the service")?)
}

/// What the service manager says of it.
pub fn state() -> Result<State, ServiceError> {
    let what = "ask for the service's state";
    match open(ServiceAccess::QUERY_STATUS, what) {
        Ok(service) => Ok(of_status(&status(&service, what)?)),
        Err(ServiceError::NotInstalled) => Ok(State::NotInstalled),
        Err(error) => Err(error),
    }
}

fn stop_opened(service: &Service) -> Result<(), ServiceError> {
    let what = "stop the service";
    wait_while(service, what, ServiceState::StartPending, START_WITHIN)?; // until then Windows passes nothing on
    match service.stop() {
        Ok(_) => {}
        Err(error) if code(&error) == Some(ERROR_SERVICE_NOT_ACTIVE) => return Ok(()),
        Err(error) => return Err(failed(what, error)),
    }
    wait_while(service, what, ServiceState::StopPending, STOP_WITHIN).map(|_| ())
}

/// Waits until the service is in another state than `pending`.
fn wait_while(
    service: &Service,
    what: &'static str,
    pending: ServiceState,
    within: Duration,
) -> Result<State, ServiceError> {
    let begun = Instant::now();
    loop {
        let status = status(service, what)?;
        if status.current_state != pending {
            return Ok(of_status(&status));
        }
        if begun.elapsed() > within {
            return Err(ServiceError::TooSlow { state: of_status(&status), after: within });
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

fn of_status(status: &ServiceStatus) -> State {
    match status.current_state {
        ServiceState::StartPending | ServiceState::ContinuePending => State::Starting,
        ServiceState::Running | ServiceState::PausePending | ServiceState::Paused => State::Running,
        ServiceState::StopPending => State::Stopping,
        ServiceState::Stopped => match status.exit_code {
            ServiceExitCode::Win32(0 | ERROR_SERVICE_NEVER_STARTED) => State::Stopped,
            ServiceExitCode::Win32(exit_code) | ServiceExitCode::ServiceSpecific(exit_code) => {
                State::Failed { exit_code }
            }
        },
    }
}

fn status(service: &Service, what: &'static str) -> Result<ServiceStatus, ServiceError> {
    service.query_status().map_err(|error| failed(what, error))
}

fn open(access: ServiceAccess, what: &'static str) -> Result<Service, ServiceError> {
    let manager = manager(ServiceManagerAccess::CONNECT, what)?;
    manager.open_service(NAME, access).map_err(|error| failed(what, error))
}

fn manager(access: ServiceManagerAccess, what: &'static str) -> Result<ServiceManager, ServiceError> {
    ServiceManager::local_computer(None::<&str>, access).map_err(|error| failed(what, error))
}

fn failed(what: &'static str, error: windows_service::Error) -> ServiceError {
    match code(&error) {
        Some(ERROR_ACCESS_DENIED) => ServiceError::NoRights { what },
        Some(ERROR_SERVICE_DOES_NOT_EXIST) => ServiceError::NotInstalled,
        _ => ServiceError::System { what, why: why(error) },
    }
}

fn code(error: &windows_service::Error) -> Option<u32> {
    let windows_service::Error::Winapi(error) = error else { return None };
    error.raw_os_error().map(i32::cast_unsigned)
}

/// The system's own words; what the library itself finds wrong is a mistake of ours.
fn why(error: windows_service::Error) -> io::Error {
    match error {
        windows_service::Error::Winapi(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidInput, other),
    }
}

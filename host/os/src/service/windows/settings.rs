//! What the service is installed with: account, privileges, start, recovery, and how long it may take at shutdown.
//!
//! A setting that a system does not know is left out by name; any other refusal is an error.

#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::time::Duration;

use windows_service::service::{
    Service, ServiceAction, ServiceActionType, ServiceErrorControl, ServiceFailureActions,
    ServiceFailureResetPeriod, ServiceInfo, ServiceSidType, ServiceStartType, ServiceType,
};
use windows_sys::Win32::Foundation::ERROR_INVALID_LEVEL;
use windows_sys::Win32::System::Services::{
    ChangeServiceConfig2W, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, SERVICE_REQUIRED_PRIVILEGES_INFOW,
};

use super::super::{Definition, Missing, ServiceError};
use super::{ACCOUNT, NAME, code, failed};
use crate::windows::{succeeded, wide};

const DESCRIPTION: &str = "Collects how this PC's laboratory instruments are doing, makes sure that nothing about a \
                           patient leaves, and delivers it to the region's receiver.";
/// The privileges that are left of the account's: to pass folders on the way to a file, as everybody may. A worker needs none
/// to be started, since its token is a restricted version of the service's. One that the account does not hold would keep
/// Windows from starting the service (error 1297).
const PRIVILEGES: [&str; 1] = ["SeChangeNotifyPrivilege"];
/// Pauses before the service is started again after a failure: the first is short, for what passes by itself; the last
/// is for every further one, so that a wrong configuration costs a start in ten minutes and is found mended soon.
const RESTART_AFTER: [Duration; 3] =
    [Duration::from_secs(5), Duration::from_secs(60), Duration::from_secs(600)];
/// A service that has run for this long has recovered, and its next failure is a first one.
const FORGET_FAILURES_AFTER: Duration = Duration::from_secs(24 * 3600);
/// How long Windows may wait for the service when it shuts down: more than the service takes to commit and to end
/// (`STOP_HINT`), and less than what a person with a finger on the switch waits for.
const PRESHUTDOWN: Duration = Duration::from_secs(30);

/// What the service is.
pub(super) fn info(definition: &Definition) -> ServiceInfo {
    let configuration = definition.configuration.as_os_str();
    ServiceInfo {
        name: NAME.into(),
        display_name: NAME.into(),
        service_type: ServiceType::OWN_PROCESS,
        start_type: ServiceStartType::AutoStart,
        error_control: ServiceErrorControl::Normal,
        executable_path: definition.program.clone(),
        launch_arguments: vec!["service".into(), "run".into(), "--config".into(), configuration.into()],
        dependencies: Vec::new(),
        account_name: Some(ACCOUNT.into()),
        account_password: None,
    }
}

/// Sets the rest, and gives what this system lacks of it.
pub(super) fn apply(service: &Service) -> Result<Vec<Missing>, ServiceError> {
    let mut missing = Vec::new();
    let mut set = |what: Missing, done: windows_service::Result<()>| match done {
        Err(error) if code(&error) == Some(ERROR_INVALID_LEVEL) => {
            missing.push(what);
            Ok(())
        }
        other => other.map_err(|error| failed("install the service", error)),
    };
    set("description", service.set_description(DESCRIPTION))?;
    set("delayed automatic start", service.set_delayed_auto_start(true))?;
    set("recovery actions", service.update_failure_actions(recovery()))?;
    set("recovery after it ends with an error", service.set_failure_actions_on_non_crash_failures(true))?;
    set("security identifier of its own", service.set_config_service_sid_info(ServiceSidType::Unrestricted))?;
    set("required privileges", limit_privileges(service))?;
    set("time to stop at a shutdown", service.set_preshutdown_timeout(PRESHUTDOWN))?;
    Ok(missing)
}

fn recovery() -> ServiceFailureActions {
    let restart = |delay| ServiceAction { action_type: ServiceActionType::Restart, delay };
    ServiceFailureActions {
        reset_period: ServiceFailureResetPeriod::After(FORGET_FAILURES_AFTER),
        reboot_msg: None,
        command: None,
        actions: Some(RESTART_AFTER.map(restart).to_vec()),
    }
}

/// Leaves the process no privilege but these, whatever its account has.
fn limit_privileges(service: &Service) -> windows_service::Result<()> {
    let mut names = wide(PRIVILEGES.map(|name| format!("{name}\0")).concat());
    let mut privileges = SERVICE_REQUIRED_PRIVILEGES_INFOW { pmszRequiredPrivileges: names.as_mut_ptr() };
    let (level, info) = (SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, (&raw mut privileges).cast::<c_void>());
    // SAFETY: an open service; a list of texts that each end with a zero, the list with one more, outliving the call.
    let done: io::Result<()> = succeeded(unsafe { ChangeServiceConfig2W(service.raw_handle(), level, info) });
    done.map_err(windows_service::Error::Winapi)
}

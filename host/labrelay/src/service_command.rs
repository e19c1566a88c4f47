//! `labrelay service …`: the service manager's verbs, and the service that it starts.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use labrelay_os::service::{self, Definition, State};
use serde::Serialize;

use crate::cli::{ConfigArgs, ServiceCommand};
use crate::config::Config;
use crate::event::{self, Event};
use crate::exit::{FailAs as _, Failure};
use crate::life::{Life, StoppedBy};
use crate::run;
use crate::stop::Stop;

/// Runs it.
#[allow(clippy::print_stdout)]
pub(crate) fn service(command: &ServiceCommand) -> anyhow::Result<ExitCode> {
    match command {
        ServiceCommand::Install(args) => install(args)?,
        ServiceCommand::Uninstall => {
            service::uninstall().fail_as(Failure::ServiceManager)?;
            println!("the service is removed; configuration, keys and what waits to be sent are still there");
        }
        ServiceCommand::Start => {
            service::start().fail_as(Failure::ServiceManager)?;
            println!("the service runs");
        }
        ServiceCommand::Stop => {
            service::stop().fail_as(Failure::ServiceManager)?;
            println!("the service has stopped; what waits is sent after its next start");
        }
        ServiceCommand::Status { json } => return status(*json),
        ServiceCommand::Run(args) => return be_the_service(args),
    }
    Ok(ExitCode::SUCCESS)
}

#[allow(clippy::print_stdout)]
fn install(args: &ConfigArgs) -> anyhow::Result<()> {
    let configuration = full(args.config.clone())?;
    let config = Config::read(&configuration).fail_as(Failure::Configuration)?;
    let program = std::env::current_exe().context("can't tell where this program lies")?;
    let definition = Definition { program, configuration, state: full(config.state)? };
    let missing = service::install(&definition).fail_as(Failure::ServiceManager)?;
    println!("the service is installed; start it by: labrelay service start");
    for setting in missing {
        println!("this system does not have the setting: {setting}; the service does without it");
    }
    #[cfg(windows)]
    if !labrelay_os::event_log::has_text(Event::Started.row().id.into()) {
        println!(
            "this build holds no texts of events: the Event Viewer will show their numbers and details alone"
        );
    }
    Ok(())
}

fn full(path: PathBuf) -> anyhow::Result<PathBuf> {
    std::path::absolute(&path).with_context(|| format!("can't tell where {} lies", path.display()))
}

/// The state as scripts read it.
#[derive(Serialize)]
struct Status {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<u32>,
}

impl From<State> for Status {
    fn from(state: State) -> Self {
        let (state, exit_code) = match state {
            State::NotInstalled => ("not_installed", None),
            State::Stopped => ("stopped", None),
            State::Starting => ("starting", None),
            State::Running => ("running", None),
            State::Stopping => ("stopping", None),
            State::Failed { exit_code } => ("failed", Some(exit_code)),
        };
        Self { state, exit_code }
    }
}

#[allow(clippy::print_stdout)]
fn status(json: bool) -> anyhow::Result<ExitCode> {
    let state = service::state().fail_as(Failure::ServiceManager)?;
    let status = Status::from(state);
    if json {
        println!("{}", serde_json::to_string(&status)?);
    } else {
        let code = status.exit_code.map(|code| format!(", exit code {code} (docs/exit-codes.md)"));
        println!("service: {}{}", status.state.replace('_', " "), code.unwrap_or_default());
    }
    Ok(if state == State::Running { ExitCode::SUCCESS } else { Failure::Found.code() })
}

/// The service itself: whatever ends it that nobody asked for gets an event and an exit code.
fn be_the_service(args: &ConfigArgs) -> anyhow::Result<ExitCode> {
    #[cfg(windows)]
    event::switch_on();
    let stopped_by = if cfg!(windows) { StoppedBy::Manager } else { StoppedBy::Signal };
    let stop = Stop::default();
    let (work_stop, args) = (stop.clone(), ConfigArgs { config: args.config.clone() });
    let work = move |manager: &service::Manager| {
        let life = Life::begin(manager.clone(), work_stop, stopped_by);
        match run::until_stopped(&args, &life) {
            Ok(()) => 0,
            Err(error) => {
                event::tell(event_of(&error), &"", &format_args!("{error:#}"));
                Failure::of(&error) as u8
            }
        }
    };
    let code = service::run(move || stop.set(), work).fail_as(Failure::ServiceManager)?;
    Ok(ExitCode::from(code))
}

fn event_of(error: &anyhow::Error) -> Event {
    match Failure::of(error) {
        Failure::Configuration => Event::BadConfiguration,
        Failure::State => Event::StateUnusable,
        _ => Event::Failed,
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn an_end_by_itself_is_told_by_what_has_to_be_mended() {
        let of = |failure| event_of(&Err::<(), _>(anyhow!("it is so")).fail_as(failure).unwrap_err());
        assert_eq!(of(Failure::Configuration), Event::BadConfiguration);
        assert_eq!(of(Failure::State), Event::StateUnusable);
        assert_eq!(of(Failure::Found), Event::Failed);
    }

    #[test]
    fn scripts_read_a_state_and_the_code_of_a_failure() {
        let json = |state| serde_json::to_string(&Status::from(state)).unwrap();
        assert_eq!(json(State::Running), r#"{"state":"running"}"#);
        assert_eq!(json(State::Failed { exit_code: 3 }), r#"{"state":"failed","exit_code":3}"#);
    }
}

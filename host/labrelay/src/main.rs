//! The Labrelay host program. Parses the command line and hands over; decides nothing itself.

mod answer;
mod audit;
mod canary;
mod catalogue_command;
mod check;
mod cli;
mod clock;
mod collecting;
mod config;
mod confined;
mod control;
mod decommission;
mod delivery_news;
mod delivery_progress;
mod device;
mod event;
mod exchange;
mod exit;
mod families;
mod frozen;
mod gate_command;
mod gates;
mod inbox;
mod installed;
mod installer;
mod inventory_command;
mod judge;
mod ledger;
mod ledger_command;
mod life;
mod line_figures;
mod lines;
mod logging;
mod manifest_command;
mod origin;
mod outbox;
mod panics;
mod pipeline;
mod plugin_command;
mod plugin_folder;
mod plugin_news;
mod positions;
mod quarantine;
mod query;
mod receiver;
mod replay;
mod requeue;
mod rotation;
mod run;
mod running_plugin;
mod sent_command;
mod service_command;
mod setbacks;
mod setup;
mod sources;
mod spool_access;
mod spool_command;
mod status;
mod stop;
mod suspects;
mod unreadable;
mod watchdog;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    if let Err(error) = labrelay_os::core_dump::forbid() {
        return exit::report(
            &anyhow::Error::new(error).context("the system does not let us forbid core dumps"),
        );
    }
    panics::tell_no_content();
    labrelay_os::memory::share_one_heap(); // as early: afterwards there are threads
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => error.exit(), // prints help or the mistake; exit code 0 or 2
    };
    logging::start(cli.log_format);
    match dispatch(cli.command) {
        Ok(code) => code,
        Err(error) => exit::report(&error),
    }
}

fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(args) => run::run(&args),
        Command::Service(command) => service_command::service(&command),
        Command::Check(args) => check::check(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Gate(args) => gate_command::gate(&args),
        Command::Status(args) => status::show(&args),
        Command::Ledger(args) => ledger_command::ledger(&args),
        Command::Plugin(command) => plugin_command::plugin(&command),
        Command::Spool(command) => spool_command::spool(&command),
        Command::Sent(command) => sent_command::sent(&command),
        Command::Quarantine(command) => quarantine::quarantine(&command),
        Command::Manifest(command) => manifest_command::manifest(&command),
        Command::Catalogue(command) => catalogue_command::catalogue(&command),
        Command::Device(command) => device::device(&command),
        Command::Decommission(args) => decommission::decommission(&args),
        Command::Installer(command) => installer::installer(&command),
        Command::Inventory(command) => inventory_command::inventory(&command),
        Command::Canary(args) => canary::canary(&args),
        Command::CanaryService(args) => canary::service(&args),
    }
}

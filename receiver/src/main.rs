//! The `labrelay-receiver` program: reads the command line, prints for people, does nothing itself.

mod cli;
mod commands;
mod import_command;
mod run;
mod stop;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let command = cli::Cli::parse(); // ends with 2 and a hint if it is not understood
    match command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            commands::complain(&format!("labrelay-receiver: {why:#}"));
            ExitCode::FAILURE
        }
    }
}

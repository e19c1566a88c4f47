//! `labrelay plugin …`: an author begins, tries, packs and signs, a lab's IT looks, an administrator installs. What bundles are stands in
//! `host/bundle`.

mod files;
mod inspect;
mod install;
mod key;
mod kit;
mod pack;
mod sign;

use std::process::ExitCode;

use crate::cli::PluginCommand;

/// Runs `labrelay plugin …`.
pub(crate) fn plugin(command: &PluginCommand) -> anyhow::Result<ExitCode> {
    match command {
        PluginCommand::New(args) => kit::begin(args),
        PluginCommand::Test(args) => kit::test(args),
        PluginCommand::Key(command) => key::key(command),
        PluginCommand::Pack(args) => pack::pack(args),
        PluginCommand::Sign(args) => sign::sign(args),
        PluginCommand::Verify { bundle, trust } => inspect::verify(bundle, trust),
        PluginCommand::Inspect { bundle, trust } => inspect::inspect(bundle, trust),
        PluginCommand::Install { bundle, config } => install::install(bundle, config),
        PluginCommand::List(config) => install::list(config),
        PluginCommand::Rollback { family, to, config } => install::rollback(family, to.as_ref(), config),
    }
}

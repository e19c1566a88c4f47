//! `labrelay check`: everything that must be right before the service can do its work; each line says what to do.

use std::path::Path;
use std::process::ExitCode;

use anyhow::anyhow;
use labrelay_model::FamilyName;
use labrelay_source::{LineAddress, try_line};
use labrelay_upload::{Trouble, Uploader as _};

use crate::cli::ConfigArgs;
use crate::config::{Config, Family};
use crate::confined::SandboxStatus;
use crate::device::DeviceKeys;
use crate::exit::Failure;
use crate::families::{Installation, InstalledFamily};
use crate::{clock, installed, receiver, setup};

/// Lines are printed as they are found, so that a slow receiver does not hide the rest.
#[derive(Default)]
struct Report {
    failed: bool,
}

/// Runs `labrelay check`.
pub(crate) fn check(args: &ConfigArgs) -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    match Config::read(&args.config) {
        Ok(config) => {
            report.ok(&format!("configuration {}", args.config.display()));
            report.site(&config);
            config.families.iter().for_each(|(name, family)| report.family(&config, name, family));
            report.state_and_receiver(&config);
        }
        Err(error) => report.fail("configuration", &format!("{error:#}")),
    }
    Ok(if report.failed { Failure::Found.code() } else { ExitCode::SUCCESS })
}

impl Report {
    fn site(&mut self, config: &Config) {
        match &config.inventory {
            Some(inventory) => self.ok(&format!(
                "inventory: {} serial numbers, {} QC panels, zone {}",
                inventory.serials.len(),
                inventory.qc.len(),
                inventory.zone.name()
            )),
            None => self.warn(
                "inventory",
                "none is declared, so every record with a serial number is quarantined (no_inventory); \
                 list the site's instruments, `labrelay inventory propose` finds their numbers",
            ),
        }
        if config.quarantine.recipient.is_none() {
            self.warn(
                "quarantine",
                "counts_only: refused units are counted and not kept; \
                 make a key with `age-keygen` and set quarantine.recipient to keep them sealed",
            );
        }
        if config.families.is_empty() {
            self.warn("families", "none is configured, so nothing is collected");
        }
    }

    fn family(&mut self, config: &Config, name: &FamilyName, family: &Family) {
        match Installation::of_site(config).family(name) {
            Ok(installed) => {
                self.installed(name, &installed);
                if let Err(error) = setup::of_site(config, family, installed, [0; 32]) {
                    self.fail(&format!("{name}: sources"), &format!("{error:#}"));
                }
            }
            Err(error) => self.fail(&format!("{name}: plugin and manifest"), &format!("{error:#}")),
        }
        for (source, location) in &family.sources {
            let what = format!("{name}: {source}");
            location.folders.iter().for_each(|folder| self.folder(&what, folder));
            location.line().iter().for_each(|address| self.line(&what, address));
        }
    }

    fn installed(&mut self, name: &FamilyName, installed: &InstalledFamily) {
        self.ok(&format!(
            "{name}: manifest {} and plugin {} ({})",
            installed.manifest.version(),
            installed.describe.plugin_version,
            installed.plugin.display()
        ));
        let sandbox = SandboxStatus::from(&installed.confinement);
        match sandbox.accepted_missing.is_empty() {
            true => self.ok(&format!("{name}: {sandbox}")),
            false => self.warn(&format!("{name}: sandbox"), &sandbox.to_string()),
        }
    }

    fn folder(&mut self, what: &str, path: &Path) {
        let folder = path.display();
        let commands = labrelay_os::file::commands_to_open(path);
        match std::fs::read_dir(path) {
            Ok(_) if commands.is_empty() => return self.ok(&format!("{what}: folder {folder}")),
            Ok(_) => self.fail(what, &format!("the service's account can't read {folder}; an administrator opens it by")),
            Err(error) => self.fail(
                what,
                &format!(
                    "can't list {folder}: {error}; correct the path, or give the service's account the right to read it"
                ),
            ),
        }
        commands.iter().for_each(|command| self.command(command));
    }

    fn line(&mut self, what: &str, address: &LineAddress) {
        match try_line(address) {
            Ok(()) => self.ok(&format!("{what}: line {address} can be opened")),
            Err(error) => self.fail(
                what,
                &format!(
                    "can't open {address}: {error}; check that no other program uses it (the running service does), \
                     that the device exists, and the rights of the service's account"
                ),
            ),
        }
    }

    fn state_and_receiver(&mut self, config: &Config) {
        let keys = match DeviceKeys::load_or_create(&config.state) {
            Ok(keys) => keys,
            Err(error) => return self.fail("state folder", &format!("{error:#}")),
        };
        self.ok(&format!("state folder {}", config.state.display()));
        self.first_day(config);
        match ask_receiver(config, &keys) {
            Ok(()) => {
                self.ok(&format!("receiver {} knows this device as {}", config.receiver.url, config.device))
            }
            Err(error) => self.fail(&format!("receiver {}", config.receiver.url), &format!("{error:#}")),
        }
    }

    fn first_day(&mut self, config: &Config) {
        match (config.collect_since(), installed::day(&config.state, clock::now())) {
            (Some(since), _) => self.ok(&format!("collects what happened since {since}, as inventory.collect_since says")),
            (None, Ok(day)) => self.ok(&format!(
                "collects what happened since {day}, the day of installation; inventory.collect_since can name an earlier one"
            )),
            (None, Err(error)) => self.fail("day of installation", &format!("{error:#}")),
        }
    }

    #[allow(clippy::print_stdout)]
    fn ok(&mut self, what: &str) {
        println!("ok    {what}");
    }

    #[allow(clippy::print_stdout)]
    fn warn(&mut self, what: &str, advice: &str) {
        println!("warn  {what}: {advice}");
    }

    /// What an administrator can run against the failure above.
    #[allow(clippy::print_stdout)]
    fn command(&self, command: &str) {
        println!("      {}{command}", if cfg!(unix) { "sudo " } else { "" });
    }

    #[allow(clippy::print_stdout)]
    fn fail(&mut self, what: &str, trouble: &str) {
        self.failed = true;
        println!("FAIL  {what}: {}", trouble.replace('\n', "\n      "));
    }
}

fn ask_receiver(config: &Config, keys: &DeviceKeys) -> anyhow::Result<()> {
    let uploader = receiver::uploader(config, keys)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(uploader.marks()) {
        Err(Trouble::Retry { cause, .. }) => Err(anyhow!("{cause}")),
        Ok(_) | Err(Trouble::NewEpochNeeded) => Ok(()),
    }
}

//! `labrelay check`: everything that must be right before the service can do its work; each line says what to do.

use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::anyhow;
use labrelay_model::FamilyName;
use labrelay_source::{Examined, LineAddress, try_line};
use labrelay_upload::{Trouble, Uploader as _};

use crate::cli::ConfigArgs;
use crate::collecting::{Place, Setup};
use crate::config::{Config, Family};
use crate::confined::SandboxStatus;
use crate::device::DeviceKeys;
use crate::exit::Failure;
use crate::families::{Installation, InstalledFamily};
use crate::origin::Origin;
use crate::sources::database_config;
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
                match setup::of_site(config, family, installed, [0; 32]) {
                    Ok(setup) => self.places(name, &setup),
                    Err(error) => self.fail(&format!("{name}: sources"), &format!("{error:#}")),
                }
            }
            Err(error) => self.fail(&format!("{name}: plugin and manifest"), &format!("{error:#}")),
        }
        for (source, location) in &family.sources {
            location.folders.iter().for_each(|folder| self.folder(&format!("{name}: {source}"), folder));
        }
    }

    fn installed(&mut self, name: &FamilyName, installed: &InstalledFamily) {
        self.ok(&format!(
            "{name}: manifest {} and plugin {} ({})",
            installed.manifest.version(),
            installed.describe.plugin_version,
            installed.plugin.path.display()
        ));
        match &installed.plugin.origin {
            origin @ Origin::Accepted => self.warn(&format!("{name}: plugin"), &origin.to_string()),
            origin => self.ok(&format!("{name}: plugin {origin}")),
        }
        let sandbox = SandboxStatus::from(&installed.confinement);
        match sandbox.accepted_missing.is_empty() {
            true => self.ok(&format!("{name}: {sandbox}")),
            false => self.warn(&format!("{name}: sandbox"), &sandbox.to_string()),
        }
    }

    /// Looks into the instrument's databases that are there, and opens its lines, as the service will.
    fn places(&mut self, family: &FamilyName, setup: &Setup) {
        for (name, place) in &setup.places {
            let what = format!("{family}: {name}");
            match place {
                Place::Line(at) => self.line(&what, at),
                Place::Folders(place) => {
                    let declared = setup.family.manifest.sources().iter().find(|source| source.name == *name);
                    if let Some(config) = declared.and_then(|source| database_config(source, place)) {
                        self.databases(&what, config.examine(SystemTime::now()));
                    }
                }
            }
        }
    }

    fn databases(&mut self, what: &str, Examined { databases, findings }: Examined) {
        match (databases, findings.is_empty()) {
            (0, _) => self.warn(what, "there is no database yet whose name the manifest's pattern matches"),
            (_, true) => self.ok(&format!("{what}: {databases} databases have the declared tables")),
            (_, false) => {}
        }
        findings.iter().for_each(|finding| self.fail(what, &finding.to_string()));
    }

    /// While the service runs, the line is its own.
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

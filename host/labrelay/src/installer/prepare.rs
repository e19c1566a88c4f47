//! Before the first start on Windows: the data folder, a configuration that the administrator brings, and the right to read
//! the instruments' folders.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};
use labrelay_os::{data_folder, private, service};

use super::replaced;
use crate::cli::ConfigArgs;
use crate::config::Config;
use crate::exit::{FailAs as _, Failure};

/// Runs `labrelay installer prepare`.
pub(super) fn prepare(args: &ConfigArgs, take: &OsStr, readable: &OsStr) -> anyhow::Result<ExitCode> {
    data_folder::prepare(private::parent(&args.config)).fail_as(Failure::State)?;
    if !take.is_empty() {
        take_over(Path::new(take), &args.config)?;
    }
    for folder in folders(readable)? {
        let_service_read(&folder)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs `labrelay installer set-service`. Needs no configuration, which may come later.
#[allow(clippy::print_stdout)]
pub(super) fn set_service(args: &ConfigArgs) -> anyhow::Result<ExitCode> {
    let state = match args.config.exists() {
        true => Config::read(&args.config).fail_as(Failure::Configuration)?.state,
        false => private::parent(&args.config).join("state"),
    };
    let program = std::env::current_exe()?;
    let definition = service::Definition { program, configuration: args.config.clone(), state };
    for missing in service::install(&definition).fail_as(Failure::ServiceManager)? {
        println!("this system does not have the setting: {missing}; the service does without it");
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks a configuration, and puts it in its place; the one that was there is kept beside it.
fn take_over(from: &Path, to: &Path) -> anyhow::Result<()> {
    Config::read(from).fail_as(Failure::Configuration)?;
    let draft = to.with_extension("yaml.new");
    let copied = fs::copy(from, &draft).and_then(|_| match to.exists() {
        true => fs::rename(to, replaced(to)),
        false => Ok(()),
    });
    let taken = copied.and_then(|()| fs::rename(&draft, to));
    taken.with_context(|| format!("{} can't become {}", from.display(), to.display())).fail_as(Failure::State)
}

/// The folders of a list with semicolons, which no name of a folder should have.
fn folders(list: &OsStr) -> anyhow::Result<Vec<PathBuf>> {
    let list = list.to_str().context("READABLE_FOLDERS is no Unicode text")?;
    let folders = list.split(';').map(str::trim).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    folders
        .map(|folder| match folder.is_absolute() && folder.is_dir() {
            true => Ok(folder),
            false => {
                bail!("READABLE_FOLDERS: {} is no folder of this PC, by its full path", folder.display())
            }
        })
        .collect()
}

/// As an administrator would, so that what was done can be seen and undone by the same program.
fn let_service_read(folder: &Path) -> anyhow::Result<()> {
    let windows = std::env::var_os("SystemRoot").unwrap_or_else(|| OsString::from(r"C:\Windows"));
    let program = Path::new(&windows).join(r"System32\icacls.exe");
    let grant = format!("*{}:(OI)(CI)RX", data_folder::SERVICE_SID);
    let status = Command::new(program).arg(folder).args(["/grant", &grant, "/q"]).status();
    match status.context("icacls could not be started")?.success() {
        true => Ok(()),
        false => bail!("icacls could not let the service read {}", folder.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIGURATION: &str = "labrelay: 1\nstate: state\nplugins: plugins\nmanifests: manifests\ndevice: pc\n\
                                 receiver: {url: 'https://localhost:1'}\n";

    #[test]
    fn a_configuration_is_taken_over_and_a_wrong_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("mine.yaml"), folder.path().join("labrelay.yaml"));
        fs::write(&from, CONFIGURATION).unwrap();
        take_over(&from, &to).unwrap();
        fs::write(&from, "labrelay: 1\nspol: 1\n").unwrap();
        take_over(&from, &to).unwrap_err();
        assert_eq!(fs::read_to_string(&to).unwrap(), CONFIGURATION);
        fs::write(&from, CONFIGURATION.replace("pc", "pc-2")).unwrap();
        take_over(&from, &to).unwrap();
        assert!(fs::read_to_string(&to).unwrap().contains("pc-2"));
        assert_eq!(fs::read_to_string(replaced(&to)).unwrap(), CONFIGURATION);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn only_folders_of_this_pc_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let known = folder.path().to_str().unwrap();
        assert_eq!(folders(OsStr::new(&format!("{known}; ;{known};"))).unwrap(), [folder.path(); 2]);
        assert!(folders(OsStr::new("")).unwrap().is_empty());
        for wrong in ["data", r"C:\no such folder", r"\data"] {
            folders(OsStr::new(wrong)).unwrap_err();
        }
    }
}

//! The lake, read by a Delta reader that is not ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;

use super::programs::demo_folder;
use super::report::Outcome;
use crate::cargo::{repository, run};

/// Compares the rows that Python's `deltalake` sees with the demo's summary.
pub(crate) fn lake() -> anyhow::Result<Outcome> {
    let summary = demo_folder().join("summary.json");
    ensure!(summary.is_file(), "the demo left no summary.json");
    let python = match reader()? {
        Ok(python) => python,
        Err(missing) => return Ok(Outcome::Skipped(missing)),
    };
    run(Command::new(python).arg(repository().join("tests/delta_reader.py")).arg(demo_folder()))?;
    Ok(Outcome::Passed)
}

/// A Python that has `deltalake` and `pyarrow`, made in `target/venv`; inside, what is missing.
pub(crate) fn reader() -> anyhow::Result<Result<PathBuf, String>> {
    let venv = repository().join("target/venv");
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if imports_deltalake(&python) {
        return Ok(Ok(python));
    }
    if !succeeds(Command::new("python3").args(["-m", "venv"]).arg(&venv)) {
        return Ok(Err("python3 with venv: `apt-get install python3-venv`".to_owned()));
    }
    if !succeeds(Command::new(&python).args(["-m", "pip", "install", "--quiet", "deltalake==1.*", "pyarrow"]))
    {
        return Ok(Err(
            "Python's `deltalake` and `pyarrow` could not be installed by pip: is there a network?"
                .to_owned(),
        ));
    }
    ensure!(
        imports_deltalake(&python),
        "deltalake and pyarrow were installed in target/venv but can't be imported"
    );
    Ok(Ok(python))
}

fn imports_deltalake(python: &Path) -> bool {
    succeeds(
        Command::new(python).args(["-c", "import deltalake, pyarrow"]).stderr(std::process::Stdio::null()),
    )
}

fn succeeds(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

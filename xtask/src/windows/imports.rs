//! Which libraries a program or plugin needs at its start: on a lab's PC there are only Windows' own.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

/// Libraries that are part of every Windows 10 and newer, as far as ours are linked with them.
const OF_WINDOWS: [&str; 23] = [
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "combase.dll",
    "crypt32.dll",
    "gdi32.dll",
    "kernel32.dll",
    "ktmw32.dll",
    "msvcrt.dll",
    "ncrypt.dll",
    "netapi32.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "pdh.dll",
    "powrprof.dll",
    "psapi.dll",
    "rpcrt4.dll",
    "secur32.dll",
    "shell32.dll",
    "user32.dll",
    "userenv.dll",
    "ws2_32.dll",
];
/// Names by which Windows reaches its own libraries.
const API_SETS: &str = "api-ms-win-";

/// Names of the libraries that `file` imports, in lower case and order.
pub(super) fn of(objdump: &Path, file: &Path) -> anyhow::Result<Vec<String>> {
    let output = Command::new(objdump).arg("-p").arg(file).output();
    let output = output.with_context(|| format!("{} could not be started", objdump.display()))?;
    ensure!(output.status.success(), "{} can't read {}", objdump.display(), file.display());
    Ok(listed(&String::from_utf8_lossy(&output.stdout)))
}

/// Fails if `file` needs anything that does not come with Windows.
pub(super) fn check(file: &Path, imported: &[String]) -> anyhow::Result<()> {
    let foreign: Vec<&str> =
        imported.iter().map(String::as_str).filter(|name| !is_of_windows(name)).collect();
    ensure!(!imported.is_empty(), "{} imports nothing, which can't be", file.display());
    ensure!(foreign.is_empty(), "{} needs what Windows lacks: {}", file.display(), foreign.join(", "));
    Ok(())
}

fn is_of_windows(name: &str) -> bool {
    OF_WINDOWS.contains(&name) || name.starts_with(API_SETS)
}

fn listed(dump: &str) -> Vec<String> {
    let lines = dump.lines().filter_map(|line| line.trim().strip_prefix("DLL Name: "));
    let mut names: Vec<String> = lines.map(str::to_ascii_lowercase).collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_s_library_is_told_from_those_of_windows() {
        let dump = "\tDLL Name: KERNEL32.dll\n\tvma: Hint\n\tDLL Name: libgcc_s_seh-1.dll\n";
        let imported = listed(dump);
        assert_eq!(imported, ["kernel32.dll", "libgcc_s_seh-1.dll"]);
        let error = check(Path::new("a.dll"), &imported).unwrap_err().to_string();
        assert!(error.ends_with("libgcc_s_seh-1.dll") && !error.contains("kernel32"), "{error}");
        check(Path::new("a.dll"), &listed("DLL Name: api-ms-win-core-synch-l1-2-0.dll")).unwrap();
    }
}

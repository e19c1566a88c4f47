//! The fuzzer, one program for all targets: `LABRELAY_FUZZ=manifest labrelay-fuzz CORPUS…`, with libFuzzer's options.
//! `cargo xtask fuzz` builds it so (`--cfg fuzzing`); built like everything else it only runs the files named.

#![cfg_attr(fuzzing, no_main)]

use labrelay_fuzz::{TARGETS, Target, target};

/// The target that the environment names.
fn chosen() -> Result<&'static Target, String> {
    let name = std::env::var("LABRELAY_FUZZ").unwrap_or_default();
    let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    target(&name).ok_or_else(|| format!("set LABRELAY_FUZZ to one of {}", known.join(", ")))
}

#[cfg(fuzzing)]
mod fuzzing {
    use std::sync::OnceLock;

    use super::{Target, chosen};

    static CHOSEN: OnceLock<&Target> = OnceLock::new();

    libfuzzer_sys::fuzz_target!(
        init: {
            match chosen() {
                Ok(target) => _ = CHOSEN.set(target),
                Err(_) => std::process::exit(2),
            }
        },
        |bytes: &[u8]| {
            if let Some(target) = CHOSEN.get() {
                (target.run)(bytes);
            }
        }
    );
}

#[cfg(not(fuzzing))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = chosen()?;
    for file in std::env::args_os().skip(1) {
        (target.run)(&std::fs::read(file)?);
    }
    Ok(())
}

//! `labrelay manifest check|schema`: for whoever writes or reviews a manifest.

use std::process::ExitCode;

use labrelay_manifest::Manifest;

use crate::cli::ManifestCommand;
use crate::config::read_text;
use crate::exit::Failure;

/// Runs `labrelay manifest …`.
#[allow(clippy::print_stdout)]
pub(crate) fn manifest(command: &ManifestCommand) -> anyhow::Result<ExitCode> {
    match command {
        ManifestCommand::Schema => {
            println!("{:#}", labrelay_manifest::schema());
            Ok(ExitCode::SUCCESS)
        }
        ManifestCommand::Check { files } => {
            let mut wrong = false;
            for file in files {
                let text = read_text(file)?;
                match Manifest::parse(text.as_bytes()) {
                    Ok(manifest) => println!("{}: ok: {}", file.display(), summary(&manifest)),
                    Err(errors) => {
                        wrong = true;
                        errors.iter().for_each(|error| println!("{}:{error}", file.display()));
                    }
                }
            }
            Ok(if wrong { Failure::Configuration.code() } else { ExitCode::SUCCESS })
        }
    }
}

fn summary(manifest: &Manifest) -> String {
    let fields: usize = manifest.streams().iter().map(|stream| stream.fields.len()).sum();
    let (family, version, sha256) = (manifest.family(), manifest.version(), manifest.sha256());
    format!("{family} {version}, {} streams, {fields} fields, sha256 {sha256}", manifest.streams().len())
}

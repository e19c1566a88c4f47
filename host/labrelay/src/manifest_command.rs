//! `labrelay manifest check|schema|explain|embed`: for whoever writes or reviews a manifest.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use labrelay_manifest::Manifest;

use crate::cli::{ExplainArgs, ManifestCommand};
use crate::config::read_text;
use crate::exit::{FailAs as _, Failure};
use crate::families::read_manifest;

/// Keeps embedded lines below 120 characters.
const BYTES_A_LINE: usize = 20;

/// Runs `labrelay manifest …`.
#[allow(clippy::print_stdout)]
pub(crate) fn manifest(command: &ManifestCommand) -> anyhow::Result<ExitCode> {
    match command {
        ManifestCommand::Schema => {
            println!("{:#}", labrelay_manifest::schema());
            Ok(ExitCode::SUCCESS)
        }
        ManifestCommand::Explain(args) => explain(args),
        ManifestCommand::Embed { manifest } => {
            let text = read_text(manifest).fail_as(Failure::Configuration)?;
            print!("{}", embedded(&read_manifest(manifest)?, text.as_bytes()));
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

#[allow(clippy::print_stdout)]
fn explain(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let manifest = read_manifest(&args.manifest)?;
    let older = args.against.as_deref().map(read_manifest).transpose()?;
    let page = labrelay_explain::explain(&manifest, older.as_ref());
    if let Some(file) = &args.html {
        write(file, &page.to_html())?;
    }
    match &args.out {
        Some(file) => write(file, &page.to_markdown())?,
        None if args.html.is_none() => print!("{}", page.to_markdown()),
        None => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// The manifest's bytes as they are: host and plugin compare their SHA-256.
fn embedded(manifest: &Manifest, text: &[u8]) -> String {
    let (family, version) = (manifest.family(), manifest.version());
    let mut c = format!(
        "/* The manifest of {family} {version}, by `labrelay manifest embed`. */\n\
         #include <stdint.h>\n\
         static const uint8_t labrelay_manifest[] = {{\n"
    );
    for bytes in text.chunks(BYTES_A_LINE) {
        let line: Vec<String> = bytes.iter().map(|byte| format!("{byte},")).collect();
        c += &format!("    {}\n", line.join(" "));
    }
    c + "};\n"
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| format!("can't write {}", file.display()))
}

fn summary(manifest: &Manifest) -> String {
    let fields: usize = manifest.streams().iter().map(|stream| stream.fields.len()).sum();
    let (family, version, sha256) = (manifest.family(), manifest.version(), manifest.sha256());
    format!("{family} {version}, {} streams, {fields} fields, sha256 {sha256}", manifest.streams().len())
}

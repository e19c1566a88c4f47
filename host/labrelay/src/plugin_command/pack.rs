//! `labrelay plugin pack`: a bundle of a plugin's files. The same files always give the same bundle.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use labrelay_abi::Describe;
use labrelay_bundle::{About, Bundle, Part, Platform, sha256};

use super::files::write_new;
use crate::cli::PackArgs;
use crate::exit::{FailAs as _, Failure};
use crate::families::describe;
use crate::origin::{Library, Origin};
use crate::plugin_folder::{manifest_of, read_bounded};

/// Runs `labrelay plugin pack`.
#[allow(clippy::print_stdout)]
pub(super) fn pack(args: &PackArgs) -> anyhow::Result<ExitCode> {
    let describe = ask(args)?;
    let parts = parts(args)?;
    let manifest = parts.get(&Part::Manifest).map(Vec::as_slice).unwrap_or_default();
    manifest_of(manifest, &describe.family).fail_as(Failure::Configuration)?;
    if sha256(manifest).0 != describe.manifest_sha256 {
        bail!("the plugin was built with another manifest than {}; build it again", args.manifest.display());
    }
    let bundle = Bundle::new(about(describe)?, parts)?;
    write_new(&args.out, &bundle.to_bytes())?;
    let index = bundle.index();
    println!("{} {}: bundle {}", index.family(), index.plugin_version(), index.digest());
    Ok(ExitCode::SUCCESS)
}

/// What the library for this system says of itself, in a confined worker as always.
fn ask(args: &PackArgs) -> anyhow::Result<Describe> {
    let platforms = Platform::of_this_program();
    let ours = args.libraries.iter().find(|(platform, _)| platforms.contains(platform));
    let (_, path) = ours.ok_or_else(|| {
        anyhow!("no --library is for this system, so none can be asked for family and version; pack where one runs")
    })?;
    let library = Library { path: std::path::absolute(path)?, sha256: None, origin: Origin::Named };
    Ok(describe(&library, &[]).fail_as(Failure::Plugin)?.0)
}

fn about(describe: Describe) -> anyhow::Result<About> {
    let version = |text: &str| {
        text.parse().with_context(|| format!("the plugin's version is `{}`", text.escape_debug()))
    };
    Ok(About {
        plugin_version: version(&describe.plugin_version)?,
        sdk_version: version(&describe.sdk_version)?,
        family: describe.family,
        state_version: describe.state_version,
        oldest_state_version: describe.oldest_state_version,
    })
}

fn parts(args: &PackArgs) -> anyhow::Result<BTreeMap<Part, Vec<u8>>> {
    let texts = [
        (Part::Manifest, Some(&args.manifest)),
        (Part::Readme, args.readme.as_ref()),
        (Part::License, args.license.as_ref()),
        (Part::Report, args.report.as_ref()),
    ];
    let mut parts = BTreeMap::new();
    for (part, path) in texts {
        let Some(path) = path else { continue };
        let content = content(&part, path)?;
        parts.insert(part, content);
    }
    for (platform, path) in &args.libraries {
        let part = Part::Library(platform.clone());
        let content = content(&part, path)?;
        if parts.insert(part, content).is_some() {
            bail!("two libraries are for {platform}; write PLATFORM=FILE for the other");
        }
    }
    Ok(parts)
}

fn content(part: &Part, path: &Path) -> anyhow::Result<Vec<u8>> {
    read_bounded(path, part.max_bytes())
}

//! `labrelay plugin inspect` and `verify`: what a bundle holds, who signed it, and whether this site trusts it. Loads nothing.

use std::path::Path;
use std::process::ExitCode;

use labrelay_bundle::{Bundle, Distrust, Envelope, Part, TrustList, Trusted, TrustedKey};

use super::files::{read_bundle, read_envelope};
use crate::cli::TrustArgs;
use crate::config::Config;
use crate::exit::{FailAs as _, Failure};
use crate::plugin_folder::{manifest_of, trust_list};

/// Runs `labrelay plugin verify`.
#[allow(clippy::print_stdout)]
pub(super) fn verify(path: &Path, trust: &TrustArgs) -> anyhow::Result<ExitCode> {
    let bundle = read_bundle(path).map_err(|error| error.context("not verified")).fail_as(Failure::Found)?;
    let envelope = read_envelope(path).fail_as(Failure::Found)?;
    manifest_of(bundle.part(&Part::Manifest).unwrap_or_default(), bundle.index().family())
        .fail_as(Failure::Found)?;
    let Trusted { name, key } = judge(&bundle, envelope.as_ref(), trust)?.fail_as(Failure::Found)?;
    let index = bundle.index();
    println!("{} {}: signed by {name} (key {key}), and trusted", index.family(), index.plugin_version());
    Ok(ExitCode::SUCCESS)
}

/// Runs `labrelay plugin inspect`.
#[allow(clippy::print_stdout)]
pub(super) fn inspect(path: &Path, trust: &TrustArgs) -> anyhow::Result<ExitCode> {
    let bundle = read_bundle(path)?;
    let envelope = read_envelope(path)?;
    let index = bundle.index();
    println!("family     {}", index.family());
    println!("version    {}", index.plugin_version());
    println!("bundle     {}", index.digest());
    println!("SDK        {}", index.sdk_version());
    let state = index.state_versions();
    println!("state      writes version {}, reads from version {} on", state.end(), state.start());
    for file in index.files() {
        println!("file       {} {:>9} bytes  {}", file.sha256, file.bytes, file.path);
    }
    print_manifest(&bundle);
    for key in envelope.iter().flat_map(Envelope::claimed_keys) {
        println!("signature  key {key}");
    }
    match judge(&bundle, envelope.as_ref(), trust)? {
        Ok(Trusted { name, key }) => println!("trust      yes: signed by {name} (key {key})"),
        Err(why) => println!("trust      NO: {why}"),
    }
    Ok(ExitCode::SUCCESS)
}

#[allow(clippy::print_stdout)]
fn print_manifest(bundle: &Bundle) {
    let bytes = bundle.part(&Part::Manifest).unwrap_or_default();
    match manifest_of(bytes, bundle.index().family()) {
        Ok(manifest) => {
            println!("manifest   {} ({})", manifest.title().escape_debug(), manifest.version());
            for stream in manifest.streams() {
                println!("stream     {}: {} fields", stream.name, stream.fields.len());
            }
        }
        Err(error) => println!("manifest   WRONG: {error:#}"),
    }
}

/// Whether the site's list, or the one key that was named, vouches for the bundle.
fn judge(
    bundle: &Bundle,
    envelope: Option<&Envelope>,
    args: &TrustArgs,
) -> anyhow::Result<Result<Trusted, Distrust>> {
    let list = list(bundle, args)?;
    Ok(match envelope {
        Some(envelope) => list.judge(bundle.index(), envelope),
        None => Err(Distrust::Unsigned),
    })
}

fn list(bundle: &Bundle, args: &TrustArgs) -> anyhow::Result<TrustList> {
    if let Some(config) = &args.config {
        return trust_list(&Config::read(config).fail_as(Failure::Configuration)?.plugins.folder);
    }
    let families = vec![bundle.index().family().clone()];
    let named =
        args.public_key.map(|public_key| TrustedKey { name: "--public-key".into(), public_key, families });
    Ok(TrustList { keys: named.into_iter().collect(), ..TrustList::default() })
}

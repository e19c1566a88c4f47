//! Everything that comes out when all real files go through a site, searched for every identifying value.

use std::path::Path;
use std::process::Command;

use labrelay_tests::python;
use labrelay_tests::site::{Site, Status, host_program, repository, text_of};

use crate::identifiers::{self, Identifier};
use crate::search::{Trace, found};
use crate::{family_of, name_of, real_files};

/// First bytes of what zstd has packed.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

#[test]
#[ignore = "needs ../shared/data/instruments"]
fn nothing_identifying_comes_out_of_any_real_file() {
    let (site, status) = site_after_all_real_files();
    assert!(status.count("navios", "accepted", None) > 0 && status.count("dxflex", "accepted", None) > 0);
    assert!(site.receiver.rows() > 0);

    let identifiers: Vec<Identifier> = real_files().iter().flat_map(|file| identifiers::of(file)).collect();
    assert!(identifiers.len() > 2 * real_files().len(), "the files hold more than their names");
    let traces = traces_of(&site);
    let leaks = found(&identifiers, &traces);
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));

    // The search must be able to find: each value, planted in either encoding, is found.
    for identifier in &identifiers {
        let text = format!("x{}x", identifier.value);
        let utf16 = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [text.into_bytes(), utf16] {
            let planted =
                found(std::slice::from_ref(identifier), &[Trace { place: "planted".into(), bytes }]);
            assert_eq!(
                planted.len(),
                1,
                "a planted {} of {} is not found",
                identifier.keyword,
                identifier.file
            );
        }
    }
}

fn site_after_all_real_files() -> (Site, Status) {
    let mut site = Site::new();
    let serials = copy_files_and_propose_serials(&site);
    site.enrol(&serials.iter().map(String::as_str).collect::<Vec<_>>());
    site.host.config.inventory =
        Some(format!("{{serials: {}, collect_since: 2000-01-01}}", serde_json::json!(serials)));
    site.host.config.families.iter_mut().for_each(|family| family.qc = "all".into());
    site.start();
    let status = site.wait_for_units(real_files().len() as u64);
    (site, status)
}

fn copy_files_and_propose_serials(site: &Site) -> Vec<String> {
    for file in real_files() {
        site.put(family_of(&file), &file, &name_of(&file));
    }
    let inputs = site.host.input("navios");
    let output = Command::new(host_program())
        .args(["inventory", "propose", "--manifests"])
        .arg(site.host.manifests())
        .arg("--input")
        .arg(inputs.parent().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text_of(&output));
    let yaml = String::from_utf8(output.stdout).unwrap();
    let list = yaml.lines().find_map(|line| line.strip_prefix("serials: ")).unwrap();
    serde_json::from_str(list).unwrap()
}

/// Everything that a person, a program or a thief could see afterwards.
fn traces_of(site: &Site) -> Vec<Trace> {
    let trace = |place: &str, text: String| Trace { place: place.into(), bytes: text.into_bytes() };
    let mut traces = vec![
        trace("status", text_of(&site.host.run(&["status"]))),
        trace("status --json", site.host.status().0.to_string()),
        trace("the host's log", site.host.log()),
        trace("the receiver's log", site.receiver.log()),
        trace("sent export", site.host.sent_text()),
        trace("sent list", text_of(&site.host.run(&["sent", "list"]))),
        trace("spool peek", text_of(&site.host.run(&["spool", "peek"]))),
    ];
    for folder in [&site.host.config.state, &site.receiver.landing(), &site.receiver.lake()] {
        add_files(folder, &mut traces);
    }
    match python::rows(&site.receiver.lake()) {
        Some(rows) => traces.push(trace("rows of the lake", format!("{rows:?}"))),
        None => labrelay_tests::skipped(
            "Python with `deltalake` is not there: packed pages of the lake not searched",
        ),
    }
    traces
}

/// Every file below a folder, with its name, and unpacked where it holds something packed.
fn add_files(folder: &Path, traces: &mut Vec<Trace>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let place = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            add_files(&path, traces);
        } else if path.is_file() && !is_published(&path) {
            let bytes = std::fs::read(&path).unwrap();
            if let Some(at) = bytes.windows(4).position(|window| window == ZSTD_MAGIC) {
                let unpacked = zstd::stream::decode_all(&bytes[at..]).unwrap_or_default();
                traces.push(Trace { place: format!("{place}, unpacked"), bytes: unpacked });
            }
            traces.push(Trace { bytes: [place.as_bytes(), &bytes].concat(), place });
        }
    }
}

/// A copy of one of the project's manifests, which the state folder keeps: whoever has named a sample by a word
/// that stands in it has not made it secret.
fn is_published(path: &Path) -> bool {
    let manifests = ["navios", "dxflex"].map(|family| repository().join(format!("manifests/{family}.yaml")));
    path.extension().is_some_and(|ending| ending == "yaml")
        && manifests.iter().any(|manifest| std::fs::read(manifest).unwrap() == std::fs::read(path).unwrap())
}

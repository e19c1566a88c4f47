//! A site without a network: batches go to the region in a file, and come into the lake once; the receipt frees the spool.

use std::fs;
use std::path::PathBuf;

use labrelay_tests::site::{SOON, Site, fixture, text_of, wait_until};
use serde_json::{Value, json};

/// Files put into the site, of five records each.
const FILES: u64 = 6;
const RECORDS: u64 = FILES * 5;

/// A site that has read all files, reaches no receiver, and knows the receiver's keys.
fn site() -> Site {
    let mut site = Site::new();
    site.receiver.reserve_port();
    site.host.config.url = site.receiver.url();
    site.host.config.offline = Some(site.receiver.offline_keys());
    site.host.start();
    put(&site, 0, FILES);
    site.host.wait_for("all is read", |status| status.units() == FILES);
    site
}

fn put(site: &Site, from: u64, count: u64) {
    for number in from..from + count {
        site.put("navios", &fixture("navios/bead-qc"), &format!("{number}.lmd"));
    }
}

fn file(site: &Site, name: &str) -> PathBuf {
    site.folder().join(name)
}

fn export(site: &Site, name: &str) -> PathBuf {
    let to = file(site, name);
    let output = site.host.run(&["spool", "export", "--to", to.to_str().unwrap()]);
    assert!(output.status.success(), "{}", text_of(&output));
    to
}

fn import_receipt(site: &Site, name: &str) -> (bool, String) {
    let output = site.host.run(&["spool", "import-receipt", file(site, name).to_str().unwrap()]);
    (output.status.success(), text_of(&output))
}

/// What `labrelay-receiver import` says, and whether it took everything.
fn import(site: &Site, export: &str, receipt: &str) -> (bool, Value, String) {
    let output = site.receiver.import(&file(site, export), &file(site, receipt));
    let said = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.success(), said, text_of(&output))
}

fn wait_for_rows(site: &Site, rows: u64) {
    wait_until("the lake has the rows", SOON, || (site.receiver.rows() == rows).then_some(()));
}

#[test]
fn what_a_file_carries_is_in_the_lake_once_and_the_receipt_frees_the_spool() {
    let mut site = site();
    let sealed = fs::read(export(&site, "week-1.export")).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1"));
    let waiting = site.host.status().waiting_batches();
    assert!(waiting > 0, "an export takes nothing from the spool");

    let (whole, said, words) = import(&site, "week-1.export", "week-1.receipt");
    assert!(whole, "{words}");
    assert_eq!((said["landed"].as_u64(), said["before"].as_u64()), (Some(waiting), Some(0)), "{said}");
    let (again, said, _) = import(&site, "week-1.export", "week-1-again.receipt");
    assert!(again && said["landed"] == 0 && said["before"].as_u64() == Some(waiting), "{said}");
    site.receiver.start();
    wait_for_rows(&site, RECORDS);
    site.receiver.stop();

    let (believed, words) = import_receipt(&site, "week-1.receipt");
    assert!(believed, "{words}");
    assert_eq!(site.host.status().waiting_batches(), 0);
    assert_eq!(site.host.sent().len() as u64, RECORDS, "the journal shows what has left");
    let (believed, words) = import_receipt(&site, "week-1-again.receipt");
    assert!(believed && words.contains("had landed before"), "{words}");
    let noted = fs::read_to_string(site.host.config.state.join("audit.log")).unwrap();
    let noted: Vec<Value> = noted.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |command: &str| noted.iter().filter(|line| line["command"] == command).collect::<Vec<_>>();
    assert_eq!(of("spool export")[0]["counts"], json!({"batches": waiting, "records": RECORDS}));
    assert_eq!(of("spool import-receipt").len(), 2);
    let ledger: Value = serde_json::from_slice(&site.host.run(&["ledger", "--json"]).stdout).unwrap();
    assert_eq!(ledger["differences"], json!([]), "{ledger}");
}

#[test]
fn a_network_that_comes_back_meanwhile_doubles_nothing() {
    let mut site = site();
    export(&site, "a.export");
    site.receiver.start();
    site.wait_for_units(FILES);
    let (whole, said, words) = import(&site, "a.export", "a.receipt");
    assert!(whole && said["landed"] == 0, "{words}");
    assert!(import_receipt(&site, "a.receipt").0);
    put(&site, FILES, 1);
    site.wait_for_units(FILES + 1);
    wait_for_rows(&site, RECORDS + 5);
}

#[test]
fn it_works_with_the_service_stopped_and_an_old_receipt_frees_nothing_new() {
    let mut site = site();
    site.host.stop();
    export(&site, "a.export");
    assert!(import(&site, "a.export", "a.receipt").0);
    site.host.start();
    put(&site, FILES, 2);
    site.host.wait_for("the new files are read", |status| status.units() == FILES + 2);
    site.host.stop();
    let (believed, words) = import_receipt(&site, "a.receipt");
    assert!(believed, "{words}");
    export(&site, "b.export");
    let (whole, said, words) = import(&site, "b.export", "b.receipt");
    assert!(whole && said["before"] == 0 && said["landed"].as_u64() > Some(0), "{words}");
    site.receiver.start();
    wait_for_rows(&site, RECORDS + 10);
}

#[test]
fn a_changed_or_cut_file_gives_nothing_that_was_not_exported() {
    let site = site();
    let whole = fs::read(export(&site, "a.export")).unwrap();
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    let harmed = [("changed", changed), ("cut", whole[..whole.len() / 2].to_vec()), ("empty", Vec::new())];
    for (name, bytes) in harmed {
        fs::write(file(&site, name), bytes).unwrap();
        let (taken, _, words) = import(&site, name, &format!("{name}.receipt"));
        assert!(!taken && words.contains("damaged or cut off"), "{name}: {words}");
    }
    let (whole, said, words) = import(&site, "a.export", "a.receipt");
    assert!(whole && said["not_taken"] == json!({}), "{words}");
}

#[test]
fn nobody_else_s_key_file_or_receipt_is_believed() {
    let mut site = site();
    let other = Site::new();
    export(&site, "a.export");
    let stolen = other.receiver.import(&file(&site, "a.export"), &file(&other, "a.receipt"));
    assert!(!stolen.status.success());
    other.receiver.offline_keys();
    let stolen = other.receiver.import(&file(&site, "a.export"), &file(&other, "a.receipt"));
    assert!(text_of(&stolen).contains("not an export for this receiver's key"), "{}", text_of(&stolen));

    // A receiver that does not know the device takes nothing, and says so.
    let unknown = ["device", "remove", "--name", "flow-7"];
    site.receiver.run(&unknown);
    let (taken, said, words) = import(&site, "a.export", "none.receipt");
    assert!(!taken && said["landed"] == 0 && words.contains("unknown device or wrong key"), "{words}");

    site.host.config.offline = Some(other.receiver.offline_keys());
    site.host.stop();
    site.host.start();
    let (believed, words) = import_receipt(&site, "none.receipt");
    assert!(!believed && words.contains("has not signed this receipt"), "{words}");
    assert!(site.host.status().waiting_batches() > 0);
}

#[test]
fn without_the_receiver_s_keys_the_command_says_what_to_do() {
    let mut site = Site::new();
    site.receiver.reserve_port();
    site.host.config.url = site.receiver.url();
    site.host.start();
    let to = file(&site, "a.export");
    let output = site.host.run(&["spool", "export", "--to", to.to_str().unwrap()]);
    let words = text_of(&output);
    assert!(output.status.code() == Some(3) && words.contains("labrelay-receiver keys"), "{words}");
    assert!(!to.exists());
}

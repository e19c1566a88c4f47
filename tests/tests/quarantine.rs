//! Does what was refused come to light for the key alone, and does it leave once the site has declared what was
//! missing? The real host with a real plugin; no receiver is needed to see what would leave.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // all of this is test code

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use labrelay_tests::site::{Certificates, Host, Programs, QC_PANEL, SERIAL, fixture, rows_of, text_of};
use tempfile::TempDir;

/// A host that keeps what it refuses, sealed to the key in `KEY`.
struct Site {
    host: Host,
    folder: TempDir,
}

const KEY: &str = "key.txt";

impl Site {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let authority = Certificates::make(folder.path()).authority;
        let identity = Identity::generate();
        std::fs::write(folder.path().join(KEY), identity.to_string().expose_secret()).unwrap();
        let mut host = Host::install(folder.path(), &authority, &Programs::of_this_system());
        host.config.more = format!("quarantine: {{recipient: {}}}\n", identity.to_public());
        let site = Self { host, folder };
        site.put("bead-qc", "ours.lmd");
        site
    }

    fn put(&self, case: &str, name: &str) {
        std::fs::copy(fixture(&format!("navios/{case}")), self.host.input("navios").join(name)).unwrap();
    }

    /// Declares these serial numbers and starts the service anew.
    fn declare(&mut self, serials: &str) {
        self.host.config.inventory =
            Some(format!("{{serials: [{serials}], qc: [{QC_PANEL}], collect_since: 2020-01-01}}"));
        self.host.start();
    }

    fn succeed(&self, command: &str) -> String {
        let key = self.folder.path().join(KEY);
        let command = command.replace(KEY, key.to_str().unwrap());
        let output = self.host.run(&command.split(' ').collect::<Vec<_>>());
        assert!(output.status.success(), "{command}: {}", text_of(&output));
        String::from_utf8(output.stdout).unwrap()
    }
}

#[test]
fn an_instrument_declared_later_loses_nothing_and_is_named_nowhere() {
    let mut site = Site::new();
    site.declare("AB12345");
    site.host.wait_for("the file is refused", |status| {
        status.count("navios", "quarantined", Some("not_in_inventory")) == 1
    });
    let shown = site.succeed("quarantine list") + &site.succeed("quarantine list --json");
    assert!(shown.contains("not_in_inventory") && shown.contains("inventory.serials"), "{shown}");
    for text in [shown, site.succeed("status"), site.host.log()] {
        assert!(!text.contains(SERIAL), "{text}");
    }
    assert!(site.succeed("quarantine show --key key.txt 1").contains(SERIAL), "for who holds the key");
    let requeue = "quarantine requeue --key key.txt --reason not_in_inventory";
    assert!(site.succeed(requeue).contains("1 units stay"), "it is still not declared");

    site.host.stop();
    site.declare(SERIAL);
    let said = site.succeed(requeue);
    assert!(said.contains("1 units passed") && !said.contains(SERIAL), "{said}");
    let status = site.host.status();
    assert_eq!(status.count("navios", "quarantined", None), 0);
    assert_eq!(status.count("navios", "accepted", None), 1);
    let requeued = rows_of(&site.succeed("spool peek"));
    assert_eq!(requeued.len() as u64, status.accepted_records());
    assert!(requeued.iter().all(|row| row.fields["instrument"] == SERIAL), "{requeued:?}");
    assert_eq!(site.succeed("quarantine list --json"), "");
    assert!(site.succeed(requeue).contains("nothing in the quarantine"), "nothing comes twice");
}

//! What lab IT or the region has not set up yet: shown in words, and delivered once it is.

use labrelay_tests::site::{Certificates, SERIAL, Site};
use tempfile::TempDir;

use crate::{RECORDS_PER_FILE, put_many};

/// Records wait with these words, and arrive once `mend` has been done.
fn is_shown_and_mended(mut site: Site, words: &str, mend: impl FnOnce(&mut Site)) {
    put_many(&site, 0, 2);
    site.host.wait_for(words, |status| status.units() == 2 && status.delivery_trouble().contains(words));
    assert!(site.host.log().contains(words), "the log says it too");
    assert_eq!(site.receiver.rows(), 0);
    mend(&mut site);
    site.wait_for_units(2);
    assert_eq!(site.receiver.rows(), 2 * RECORDS_PER_FILE);
}

#[test]
fn a_wrong_authority() {
    let mut site = Site::new();
    let elsewhere = TempDir::new().unwrap();
    let right = site.host.config.authority.clone();
    site.host.config.authority = Certificates::make(elsewhere.path()).authority;
    site.start();
    is_shown_and_mended(site, "not signed by the configured CA", |site| {
        site.host.stop();
        site.host.config.authority = right;
        site.host.start();
    });
}

#[test]
fn a_device_that_nobody_has_registered() {
    let mut site = Site::new();
    site.host.config.device = "flow-8".into();
    site.start();
    let key = site.host.device_key();
    is_shown_and_mended(site, "labrelay-receiver device add", |site| {
        site.receiver.add_device("flow-8", &key, &[SERIAL]);
    });
}

#[test]
fn a_manifest_that_nobody_has_registered() {
    let mut site = Site::without_manifests();
    site.start();
    is_shown_and_mended(site, "labrelay-receiver manifest add", |site| site.receiver.add_manifests());
}

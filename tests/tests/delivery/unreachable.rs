//! A receiver that is not there yet, or is there and says nothing.

use std::net::TcpListener;

use labrelay_tests::site::Site;

use crate::{RECORDS_PER_FILE, put_many};

#[test]
fn records_wait_for_a_receiver_that_comes_later() {
    let mut site = Site::new();
    site.receiver.reserve_port();
    site.host.config.url = site.receiver.url();
    site.host.start();
    put_many(&site, 0, 3);
    let status = site.host.wait_for("trouble is shown", |status| {
        status.units() == 3 && status.delivery_trouble().contains("nothing listens at the receiver's address")
    });
    assert!(status.waiting_batches() > 0);

    site.receiver.start();
    site.wait_for_units(3);
    assert_eq!(site.receiver.rows(), 3 * RECORDS_PER_FILE);
    assert_eq!(site.host.status().delivery_trouble(), "", "what is over is shown no longer");
}

#[test]
fn a_receiver_that_says_nothing_is_shown_and_holds_up_nothing() {
    let mut site = Site::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    site.host.config.url = format!("https://localhost:{}", silent.local_addr().unwrap().port());
    site.host.start();
    put_many(&site, 0, 3);
    site.host.wait_for("all is read, and the silence is shown", |status| {
        status.units() == 3 && status.delivery_trouble().contains("in time")
    });
    site.host.stop();
    drop(silent);

    site.start();
    site.wait_for_units(3);
    assert_eq!(site.receiver.rows(), 3 * RECORDS_PER_FILE);
}

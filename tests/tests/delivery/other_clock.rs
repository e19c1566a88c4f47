//! A PC whose clock is far off the receiver's collects nothing that has a time, says so, and goes on by itself.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use labrelay_tests::python;
use labrelay_tests::site::{Certificates, Site, repository, text_of};

use crate::put_many;

#[test]
fn collecting_pauses_until_the_clocks_agree() {
    let Some(python) = python::with("ssl") else {
        return labrelay_tests::skipped("Python is not there: no receiver with another clock");
    };
    let mut site = Site::without_manifests();
    let hours = site.folder().join("hours");
    std::fs::write(&hours, "72").unwrap();
    let certificates = Certificates::make(site.folder());
    let receiver = OtherClock::start(&python, &certificates, &hours);
    site.host.config.url = format!("https://localhost:{}", receiver.port);
    site.host.config.authority = certificates.authority.clone();

    site.host.start();
    site.host.wait_for("the wrong clock is shown", |status| status.state("navios") == "clock_wrong");
    put_many(&site, 0, 1);
    let said = text_of(&site.host.run(&["status"]));
    assert!(said.contains("hours behind the receiver's") && said.contains("set the clock"), "{said}");
    assert!(site.host.log().contains("hours behind the receiver's"));
    assert_eq!(site.host.status().units(), 0);

    std::fs::write(&hours, "0").unwrap();
    let status = site.host.wait_for("it goes on", |status| status.units() == 1);
    assert_eq!((status.state("navios"), status.trouble("navios")), ("running", ""));
}

/// Ended with the test.
struct OtherClock {
    process: Child,
    port: u16,
}

impl OtherClock {
    fn start(python: &Path, certificates: &Certificates, hours: &Path) -> Self {
        let mut command = Command::new(python);
        command.arg(repository().join("tests/other_clock.py"));
        command.args([&certificates.server, &certificates.server_key]).arg(hours);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { process, port: port.trim().parse().unwrap() }
    }
}

impl Drop for OtherClock {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

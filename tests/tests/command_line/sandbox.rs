//! How a plugin is held shows in `status`, and in the audit log what the site lets be missing.

use labrelay_tests::site::{Site, text_of};

#[test]
fn status_says_which_parts_hold_each_plugin() {
    let site = Site::running();
    let status = site
        .host
        .wait_for("the plugin was asked", |status| status.0["families"]["navios"]["sandbox"].is_object());
    let sandbox = &status.0["families"]["navios"]["sandbox"];
    assert!(sandbox["in_force"].as_array().is_some_and(|parts| parts.len() > 3), "{sandbox}");
    let said = text_of(&site.host.run(&["status"]));
    assert!(said.contains("sandbox"), "{said}");
}

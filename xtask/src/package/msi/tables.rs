//! What wixl has no words for: whether there is a configuration already, which properties reach the system's part of an
//! installation, and summary information without the time and number of this very run.

use super::super::identity::{Moment, Version};
use super::PROPERTIES;

/// Tables to import, with their names.
pub(super) fn imported(package_code: &str, version: &Version, moment: Moment) -> Vec<(&'static str, String)> {
    let moment = moment.of_table();
    let version = format!("Labrelay {version}");
    let code = format!("{{{package_code}}}");
    // The property CONFIGURATION gets the path of the file, if it is there.
    vec![
        table(
            "Signature",
            &[
                ("Signature", "s72"),
                ("FileName", "s255"),
                ("MinVersion", "S20"),
                ("MaxVersion", "S20"),
                ("MinSize", "I4"),
                ("MaxSize", "I4"),
                ("MinDate", "I4"),
                ("MaxDate", "I4"),
                ("Languages", "S255"),
            ],
            1,
            &[&["Configuration", "labrelay.yaml", "", "", "", "", "", "", ""]],
        ),
        table(
            "DrLocator",
            &[("Signature_", "s72"), ("Parent", "S72"), ("Path", "S255"), ("Depth", "I2")],
            3,
            &[&["Configuration", "", "[CommonAppDataFolder]Labrelay", "0"]],
        ),
        table(
            "AppSearch",
            &[("Property", "s72"), ("Signature_", "s72")],
            2,
            &[&["CONFIGURATION", "Configuration"]],
        ),
        // By number: code page, title, subject, author, keywords, template, package code, made, saved, schema, source,
        // by what, security (read-only recommended).
        table(
            "_SummaryInformation",
            &[("PropertyId", "i2"), ("Value", "l255")],
            1,
            &[
                &["1", "1252"],
                &["2", "Installation Database"],
                &["3", &version],
                &["4", "Labrelay"],
                &["5", "Installer"],
                &["7", "x64;1033"],
                &["9", &code],
                &["12", &moment],
                &["13", &moment],
                &["14", "500"],
                &["15", "2"],
                &["18", "msitools"],
                &["19", "2"],
            ],
        ),
    ]
}

/// Changes to the tables that are there.
pub(super) fn queries() -> Vec<String> {
    let secure = ["WIX_DOWNGRADE_DETECTED", "WIX_UPGRADE_DETECTED"].into_iter().chain(PROPERTIES);
    let secure = secure.collect::<Vec<_>>().join(";");
    vec![
        format!("UPDATE `Property` SET `Value`='{secure}' WHERE `Property`='SecureCustomProperties'"),
        "INSERT INTO `InstallExecuteSequence` (`Action`, `Condition`, `Sequence`) VALUES ('AppSearch', '', 50)".into(),
    ]
}

/// A table as `msibuild` reads it: columns with their types, the name with the keys, rows.
fn table(
    name: &'static str,
    columns: &[(&str, &str)],
    keys: usize,
    rows: &[&[&str]],
) -> (&'static str, String) {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let types: Vec<&str> = columns.iter().map(|(_, kind)| *kind).collect();
    let keys: Vec<&str> = std::iter::once(name).chain(names.iter().copied().take(keys)).collect();
    let lines = [names.as_slice(), &types, &keys].into_iter().chain(rows.iter().copied());
    (name, lines.map(|line| line.join("\t") + "\r\n").collect())
}

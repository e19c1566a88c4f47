//! The part of the installer's source that lists the files: one component each, known for ever by its name.

use std::fmt::Write as _;

use super::super::identity::guid;
use super::super::stage::{SERVICE, Staged};

/// Folders of `labrelay.wxs`, by the folder that a file's name begins with.
const FOLDERS: [(&str, &str); 3] =
    [("", "ProgramFolder"), ("plugins", "PluginFolder"), ("manifests", "ManifestFolder")];

/// All files but the service, which has its own words in `labrelay.wxs`.
pub(super) fn wxs(staged: &[Staged]) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Wix xmlns=\"http://schemas.microsoft.com/wix/2006/wi\">\n  <Fragment>\n",
    );
    let files = || staged.iter().filter(|file| file.name != SERVICE);
    for (folder, id) in FOLDERS {
        let _ = writeln!(text, "    <DirectoryRef Id=\"{id}\">"); // writing to a text can't fail
        for file in files().filter(|file| folder_of(&file.name) == folder) {
            text += &component_of(file);
        }
        text += "    </DirectoryRef>\n";
    }
    text += "    <ComponentGroup Id=\"Files\">\n";
    for file in files() {
        let _ = writeln!(text, "      <ComponentRef Id=\"{}\"/>", component(&file.name)); // likewise
    }
    text + "    </ComponentGroup>\n  </Fragment>\n</Wix>\n"
}

fn component_of(file: &Staged) -> String {
    let name = &file.name;
    let last = name.rsplit('/').next().unwrap_or(name);
    format!(
        "      <Component Id=\"{}\" Guid=\"{}\" Win64=\"yes\"><File Id=\"{}\" Name=\"{}\" Source=\"{}\" \
         KeyPath=\"yes\"/></Component>\n",
        component(name),
        component_guid(name),
        file_id(name),
        escaped(last),
        escaped(name),
    )
}

fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The key of a file in the MSI's tables: letters, digits, `_` and `.` alone.
pub(super) fn file_id(name: &str) -> String {
    format!("F_{}", name.replace(['/', '-'], "_"))
}

/// Likewise of its component.
pub(super) fn component(name: &str) -> String {
    format!("C_{}", name.replace(['/', '-'], "_"))
}

/// What Windows counts installations of a file by, over all versions.
pub(super) fn component_guid(name: &str) -> String {
    guid(&format!("file {name}"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_but_the_service_stands_there_once_in_its_folder() {
        let names = ["labrelay.exe", "labrelay-worker.exe", "plugins/a&b.dll", "manifests/a.yaml"];
        let staged = |name: &&str| Staged { name: (*name).into(), path: format!("/stage/{name}").into() };
        let text = wxs(&names.iter().map(staged).collect::<Vec<_>>());
        assert!(!text.contains("labrelay.exe\""), "{text}");
        assert_eq!(text.matches("<File ").count(), 3);
        assert_eq!(text.matches("<ComponentRef ").count(), 3);
        let plugins = text.split("PluginFolder").nth(1).unwrap().split("</DirectoryRef>").next().unwrap();
        assert!(plugins.contains("Source=\"plugins/a&amp;b.dll\""), "{text}");
        assert!(!plugins.contains("worker") && !plugins.contains("yaml"), "{text}");
    }
}

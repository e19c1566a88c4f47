//! Looks with the rights of this process: run as the service's account, it finds what that account lacks.

use std::fs;
use std::io;
use std::path::Path;

use rustix::fs::{Access, access};

use crate::service::GROUP;

/// Commands that let the service read `folder`, what is in it, and what will be; none where this process can read it, or where
/// rights are not what is missing.
pub fn commands_to_open(folder: &Path) -> Vec<String> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
        _ => return Vec::new(),
    }
    let can_enter = |above: &Path| access(above, Access::EXEC_OK).is_ok();
    let mut commands: Vec<String> = closed_above(folder, can_enter).into_iter().map(enter).collect();
    commands.push(format!("setfacl -R -m g:{GROUP}:rX -m d:g:{GROUP}:rX {}", quoted(folder)));
    commands
}

fn enter(folder: &Path) -> String {
    format!("setfacl -m g:{GROUP}:x {}", quoted(folder))
}

/// The highest folder above `folder` that can't be entered. What is below it can't be seen from here: once it is open, a second
/// look tells.
fn closed_above(folder: &Path, can_enter: impl Fn(&Path) -> bool) -> Option<&Path> {
    folder.ancestors().skip(1).filter(|above| above.is_absolute() && !can_enter(above)).last()
}

/// As one word of a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@' | ':');
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_read_or_is_not_there_needs_no_command() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(commands_to_open(dir.path()), Vec::<String>::new());
        assert_eq!(commands_to_open(&dir.path().join("missing")), Vec::<String>::new());
    }

    #[test]
    fn the_highest_closed_folder_has_to_be_entered_first() {
        let closed =
            |folder| closed_above(Path::new("/data/lab/navios"), move |above| !above.starts_with(folder));
        assert_eq!(closed("/data/lab"), Some(Path::new("/data/lab")));
        assert_eq!(closed("/data"), Some(Path::new("/data")));
        assert_eq!(closed("/data/lab/navios"), None);
    }

    #[test]
    fn a_path_is_one_word_of_a_shell() {
        let spelt = |path: &str| quoted(Path::new(path));
        assert_eq!(spelt("/data/navios-1"), "/data/navios-1");
        assert_eq!(spelt("/data/Kaluza Daten"), "'/data/Kaluza Daten'");
        assert_eq!(spelt("/data/it's; reboot"), r"'/data/it'\''s; reboot'");
    }
}

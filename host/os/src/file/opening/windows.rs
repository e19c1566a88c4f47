//! Looks at the folder's list of rights, since whoever asks is an administrator and may read more than the service.

use std::path::{Component, Path, Prefix};

use windows_sys::Win32::Foundation::{GENERIC_ALL, GENERIC_READ};
use windows_sys::Win32::Storage::FileSystem::{FILE_GENERIC_READ, FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES};

use crate::private::SERVICE_SID;
use crate::service::ACCOUNT;
use crate::windows::access_list::{self, Entry};

/// What the service's account is, by its token: itself, every service with an account of its own, everyone, authenticated, a
/// user, a service, local, of this organization (Microsoft, "Well-known SIDs").
const IDENTITIES: [&str; 8] =
    [SERVICE_SID, "S-1-5-80-0", "S-1-1-0", "S-1-5-11", "S-1-5-32-545", "S-1-5-6", "S-1-2-0", "S-1-5-15"];
/// To list a folder, and to ask for its files' sizes and times.
const WANTED: u32 = FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES;

/// Commands that let the service read `folder`, what is in it, and what will be; none where its account can read it, or where
/// that can't be told: on a share the service is the PC's account, and the server judges. Folders above need no right, since
/// every account may pass through them (`SeChangeNotifyPrivilege`).
pub fn commands_to_open(folder: &Path) -> Vec<String> {
    if is_on_a_share(folder) {
        return Vec::new();
    }
    match access_list::of(folder) {
        Ok(Some(entries)) if !is_open(&entries) => {
            vec![format!("icacls \"{}\" /grant \"{ACCOUNT}:(OI)(CI)(RX)\"", folder.display())]
        }
        _ => Vec::new(),
    }
}

fn is_on_a_share(folder: &Path) -> bool {
    let kind = folder.components().next();
    matches!(kind, Some(Component::Prefix(prefix)) if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)))
}

fn is_open(entries: &[Entry]) -> bool {
    let spelt_out = |entry: &Entry| {
        let is_generic = entry.mask & (GENERIC_READ | GENERIC_ALL) != 0;
        Entry { mask: entry.mask | if is_generic { FILE_GENERIC_READ } else { 0 }, ..entry.clone() }
    };
    access_list::grants(&entries.iter().map(spelt_out).collect::<Vec<_>>(), &IDENTITIES, WANTED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private::{Rights, make_dir_with};
    use crate::windows::access_list::{Effect, Reach};

    #[test]
    fn a_folder_of_one_account_alone_needs_a_command() {
        let entry =
            |mask, who: &str| Entry { effect: Effect::Allows, mask, who: who.into(), reach: Reach::Here };
        assert!(!is_open(&[entry(GENERIC_ALL, "S-1-5-32-544"), entry(GENERIC_ALL, "S-1-5-21-1-2-3-1001")]));
        assert!(is_open(&[entry(GENERIC_ALL, "S-1-5-32-544"), entry(GENERIC_READ, "S-1-5-32-545")]));
        assert!(is_open(&[entry(FILE_GENERIC_READ, SERVICE_SID)]));
        assert!(!is_open(&[entry(FILE_READ_ATTRIBUTES, "S-1-1-0")]));
    }

    #[test]
    fn a_share_is_left_to_its_server_and_what_is_missing_to_who_lists_it() {
        assert!(is_on_a_share(Path::new(r"\\server\share\folder")) && !is_on_a_share(Path::new(r"C:\data")));
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(commands_to_open(&dir.path().join("missing")), Vec::<String>::new());
    }

    #[test]
    fn the_command_names_folder_and_account() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("Kaluza Daten");
        make_dir_with(&folder, &Rights::of(&["SY", "BA"]).unwrap()).unwrap();
        let expected =
            format!("icacls \"{}\" /grant \"NT SERVICE\\Labrelay:(OI)(CI)(RX)\"", folder.display());
        assert_eq!(commands_to_open(&folder), [expected]);

        let open = dir.path().join("open");
        make_dir_with(&open, &Rights::of(&["SY", "BA", "WD"]).unwrap()).unwrap();
        assert_eq!(commands_to_open(&open), Vec::<String>::new());
    }
}

//! The folder in `ProgramData` that holds the configuration and, below it, the service's state: administrators change what lies
//! there, the service reads it and makes its own folder within, and nobody else may enter.
//!
//! Windows alone: a Debian package brings its folders with their rights.

#![allow(unsafe_code)]

use std::fs;
use std::path::Path;

use windows_sys::Win32::Security::Authorization::{SE_FILE_OBJECT, SetNamedSecurityInfoW};
use windows_sys::Win32::Security::{DACL_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION};

pub use crate::private::SERVICE_SID;
use crate::private::{PrivateError, Rights, is_made_by_trusted, make_dir_with};
use crate::windows::{coded, wide_path};

/// Full rights for the system and administrators, handed down.
const ADMINISTRATION: &str = "(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
/// To read and pass through, handed down.
const READ: &str = "0x1200a9";
/// To make folders, in this one alone: the configuration is not the service's to change.
const MAKE_FOLDERS: &str = "0x4";

/// Makes `dir`, or gives it these rights. Refuses one with something in it that another account has made: everybody may make
/// folders in `ProgramData`, and a configuration that was put there is not believed.
pub fn prepare(dir: &Path) -> Result<(), PrivateError> {
    let failed = |source| PrivateError::Io { path: dir.into(), source };
    if dir.exists() && !is_made_by_trusted(dir).map_err(failed)? {
        // Only an empty folder can be removed.
        fs::remove_dir(dir).map_err(|_| PrivateError::NotOurs { path: dir.into() })?;
    }
    let rights = rights().map_err(failed)?;
    if !dir.exists() {
        return make_dir_with(dir, &rights).map_err(failed);
    }
    let path = wide_path(dir).map_err(failed)?;
    // SAFETY: a path that ends with a zero, and a list that lives as long as `rights`; what is not set is null.
    let code = unsafe {
        let (what, none) =
            (DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, std::ptr::null_mut());
        let list = rights.list().map_err(failed)?;
        SetNamedSecurityInfoW(path.as_ptr(), SE_FILE_OBJECT, what, none, none, list, std::ptr::null())
    };
    coded(code).map_err(failed)
}

fn rights() -> std::io::Result<Rights> {
    let service = format!("(A;OICI;{READ};;;{SERVICE_SID})(A;;{MAKE_FOLDERS};;;{SERVICE_SID})");
    Rights::of_list(&(ADMINISTRATION.to_owned() + &service))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_folder_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("Labrelay");
        prepare(&folder).unwrap();
        crate::private::check_dir(&folder).unwrap();
    }

    /// Its rights can't be looked at under Wine, which gives it those of the folder above all the same;
    /// docs/windows-checks.md has a row for them.
    #[test]
    fn what_lies_in_a_folder_of_ours_stays() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("labrelay.yaml"), "labrelay: 1").unwrap();
        prepare(dir.path()).unwrap();
        assert_eq!(fs::read(dir.path().join("labrelay.yaml")).unwrap(), b"labrelay: 1");
    }
}

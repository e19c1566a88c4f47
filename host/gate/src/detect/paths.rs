//! Paths and accounts that name a person or a PC.

use super::facts::{Marks, Needs};
use super::{Detector, Strength};

const SLASHES: Marks = Marks::BACKSLASH.or(Marks::SLASH);

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "windows-user-path",
        what: "Folder of a Windows user",
        strength: Strength::Shape,
        source: "Microsoft, known folders: FOLDERID_Profile, and Documents and Settings before it",
        needs: Needs::NOTHING.letters(5).one_of(SLASHES),
        pattern: r"(?:^|[\\/])(?:users|documents and settings|docume~1|benutzer|utilisateurs|usuarios|utenti)[\\/]+[^\\/\s]",
        validate: None,
        examples: &[
            r"C:\Users\jdoe\export",
            "c:/users/jdoe",
            r"D:\Documents and Settings\erika",
            r"\\pc7\c$\Users\jdoe",
            r"C:\\Users\\jdoe",
        ],
        harmless: &[r"C:\Users\", r"C:\Navios\Export", r"C:\UsersGuide\x"],
    },
    Detector {
        name: "unix-home",
        what: "Home folder of a Unix user",
        strength: Strength::Shape,
        source: "Filesystem Hierarchy Standard 3.0, /home; Apple File System Basics, /Users",
        needs: Needs::NOTHING.letters(1).one_of(Marks::SLASH.or(Marks::TILDE)),
        pattern: r"(?:^|[^a-z0-9])/(?:home|users|export/home|var/home)/+[^/\s]|(?:^|\s)~[a-z]",
        validate: None,
        examples: &["/home/jdoe", "/Users/erika/data", "file:///home/jdoe", "~erika/run", "~jd"],
        harmless: &["/var/home", "/opt/home", "/homepage/x", "a~b/c"],
    },
    Detector {
        name: "network-share",
        what: "Share on a named PC",
        strength: Strength::Shape,
        source: "Microsoft, MS-DTYP 2.2.57, UNC",
        needs: Needs::NOTHING.length(5).one_of(SLASHES),
        pattern: r"(?:^|[^\\a-z0-9:])\\\\[a-z0-9._-]+\\+[a-z0-9._$-]|\b(?:smb|cifs)://[^/\s]",
        validate: None,
        examples: &[
            r"\\LAB-PC7\export",
            r"\\fs01.example.org\data$",
            "smb://lab-pc7/export",
            r"to \\LAB-PC7\export",
            r"\\7\4",
        ],
        harmless: &[r"C:\\Navios\\Data", r"\x\y", r"\\"],
    },
    Detector {
        name: "domain-account",
        what: "Windows account, DOMAIN\\user",
        strength: Strength::Shape,
        source: "Microsoft, MS-ADTS and logon names: NetBIOS domain of up to 15 characters, account of up to 20",
        needs: Needs::NOTHING.letters(2).one_of(Marks::BACKSLASH),
        pattern: r#"(?:^|[\s"'(=:,;])[a-z][a-z0-9._-]{0,14}\\{1,2}[a-z][a-z0-9._$-]{1,19}(?:$|[\s"'),;])"#,
        validate: None,
        examples: &[r"LAB\jdoe", r"user=HOSP-NET\erika.m", r"LAB\\jdoe", r"LAB\PC7$"],
        harmless: &[r"C:\Navios", r"A\1", r"Navios\Data\Export", r"bin\"],
    },
];

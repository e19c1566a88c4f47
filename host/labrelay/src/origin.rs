//! Where a plugin library comes from, and who vouches for it: what `status`, `check` and the audit log say.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use labrelay_bundle::Trusted;
use labrelay_model::{Digest, FamilyName};

use crate::config::{Plugins, Unsigned};

/// A library that may be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Library {
    /// Where it lies.
    pub path: PathBuf,
    /// What its bytes must be, where they are signed.
    pub sha256: Option<Digest>,
    /// Who vouches for it.
    pub origin: Origin,
}

/// Who vouches for a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A key that the site trusts has signed the bundle with this digest.
    Signed {
        /// Whose key.
        by: Trusted,
        /// By what the bundle is known.
        bundle: Digest,
    },
    /// It lies in the plugin folder beside this program: whoever can change it can change the program as well, and both came
    /// in one signed package.
    Release,
    /// Nobody, and the site's configuration accepts that.
    Accepted,
    /// Whoever started this command without a site's configuration, and named the folder or is developing the plugin.
    Named,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Signed { by: Trusted { name, key }, bundle } => {
                write!(f, "signed by {name} (key {key}; bundle {bundle})")
            }
            Origin::Release => f.write_str("part of this release of Labrelay"),
            Origin::Accepted => f.write_str("NOT SIGNED, accepted by the configuration"),
            Origin::Named => f.write_str("not signed"),
        }
    }
}

/// What vouches for libraries that lie unsigned in the site's plugin folder; `None` if nothing does.
pub(crate) fn of_unsigned(plugins: &Plugins) -> Option<Origin> {
    if is_beside_this_program(&plugins.folder) {
        return Some(Origin::Release);
    }
    match plugins.unsigned {
        Unsigned::Accept => Some(Origin::Accepted),
        Unsigned::Refuse => None,
    }
}

fn is_beside_this_program(folder: &Path) -> bool {
    let beside = std::env::current_exe().and_then(|program| program.with_file_name("plugins").canonicalize());
    beside.ok().is_some_and(|beside| folder.canonicalize().is_ok_and(|folder| folder == beside))
}

/// What to do where nothing vouches for them.
pub(crate) fn refuse(family: &FamilyName, plugins: &Path) -> anyhow::Error {
    anyhow!(
        "no signed plugin for {family} is installed, and the libraries in {folder} are signed by nobody, so none is loaded; install a \
         bundle with `labrelay plugin install`, or accept them by `plugins: {{folder: {folder}, unsigned: accept}}` in the \
         configuration (docs/bundles.md)",
        folder = plugins.display()
    )
}

//! Landlock: of all files only the library can be opened, and no signal or abstract socket leads out.

use std::fs::File;
use std::os::fd::AsFd as _;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, PathBeneath, RestrictionStatus,
    Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};

/// All that Landlock can forbid as of Linux 6.12; older kernels forbid what they know.
const ABI_KNOWN: ABI = ABI::V6;

/// Why no file is forbidden.
#[derive(Debug, thiserror::Error)]
pub(super) enum FilesError {
    #[error(transparent)]
    Ruleset(#[from] RulesetError),
    #[error("the kernel has no Landlock")]
    NoLandlock,
}

/// Forbids every file but `library`.
pub(super) fn forbid(library: &File) -> Result<(), FilesError> {
    match restrict(library)?.ruleset {
        RulesetStatus::NotEnforced => Err(FilesError::NoLandlock),
        RulesetStatus::PartiallyEnforced | RulesetStatus::FullyEnforced => Ok(()),
    }
}

fn restrict(library: &File) -> Result<RestrictionStatus, RulesetError> {
    let loading = AccessFs::ReadFile | AccessFs::Execute;
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI_KNOWN))?
        .handle_access(AccessNet::from_all(ABI_KNOWN))?
        .scope(Scope::from_all(ABI_KNOWN))?
        .create()?
        .add_rule(PathBeneath::new(library.as_fd(), loading))?
        .restrict_self()
}

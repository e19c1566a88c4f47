//! Every committed seed is read by its target, so that what fuzzing once found stays found.

use std::path::Path;

use labrelay_fuzz::TARGETS;

#[test]
fn every_target_reads_its_seeds() -> std::io::Result<()> {
    for target in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
        let mut seeds = 0;
        for file in std::fs::read_dir(&folder)? {
            (target.run)(&std::fs::read(file?.path())?);
            seeds += 1;
        }
        assert!(seeds > 0, "{} has no seed", target.name);
    }
    Ok(())
}

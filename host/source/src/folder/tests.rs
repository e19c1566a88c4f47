//! How one call's work and the source's memory are bounded, with bounds small enough to test.

use std::fs;

use super::*;

struct Nothing;

impl SeenInputs for Nothing {
    fn is_seen(&self, _: &SourceName, _: &InputIdentity) -> bool {
        false
    }
}

fn source(folder: &std::path::Path, bounds: Bounds) -> FolderSource {
    let config = FolderConfig {
        source: SourceName::new("listmode").unwrap(),
        folders: vec![folder.to_owned()],
        recursive: true,
        pattern: Pattern::new("*").unwrap(),
        settle: Duration::ZERO,
        format: FileFormat::Other,
    };
    FolderSource { bounds, ..FolderSource::new(config, [1; 32]) }
}

fn folder_of(count: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    (0..count).for_each(|n| fs::write(dir.path().join(n.to_string()), n.to_string()).unwrap());
    dir
}

#[test]
fn a_large_folder_is_walked_part_by_part() {
    let dir = folder_of(100);
    let mut source = source(dir.path(), Bounds { entries: 30, ..BOUNDS });
    let reports: Vec<ScanReport> = (0..4).map(|_| source.scan(SystemTime::now())).collect();
    assert!(reports.iter().all(|report| report.looked_at <= 30));
    assert_eq!(reports.iter().map(|report| report.complete).collect::<Vec<_>>(), [false, false, false, true]);
    assert_eq!(source.waiting(), 100);
}

#[test]
fn the_walk_rests_while_enough_files_wait_and_goes_on_from_there() {
    let dir = folder_of(50);
    let mut source = source(dir.path(), Bounds { ready: 20, ..BOUNDS });
    let mut taken = std::collections::HashSet::new();
    for _ in 0..5 {
        assert!(source.scan(SystemTime::now()).ready <= 20);
        for input in source.open_ready(20, &Nothing) {
            assert!(taken.insert(input.path.clone()), "given out twice");
            source.committed(&input.identity);
        }
    }
    assert_eq!((taken.len(), source.waiting()), (50, 0));
}

#[test]
fn more_files_than_it_keeps_track_of_are_reported_and_the_rest_is_read() {
    let dir = folder_of(20);
    let mut source = source(dir.path(), Bounds { files: 15, ..BOUNDS });
    let report = source.scan(SystemTime::now());
    assert_eq!((report.ready, report.troubles.len()), (15, 5));
    assert!(report.troubles.iter().all(|trouble| trouble.kind == TroubleKind::TooManyFiles));
}

#[test]
fn one_call_opens_a_bounded_number_of_files_that_turn_out_to_be_known() {
    struct Everything;
    impl SeenInputs for Everything {
        fn is_seen(&self, _: &SourceName, _: &InputIdentity) -> bool {
            true
        }
    }
    let dir = folder_of(25);
    let mut source = source(dir.path(), Bounds { opens: 10, ..BOUNDS });
    source.scan(SystemTime::now());
    for left in [15, 5, 0] {
        assert!(source.open_ready(1, &Everything).is_empty());
        assert_eq!(source.waiting(), left);
    }
}

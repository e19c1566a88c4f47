//! What the measurements read: a log with varying values, and a folder of instrument files.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::fixtures::{SERIAL, lmd};

/// Events in a file of 1 MB: each takes 10 bytes in the first data set and 20 in the second.
const EVENTS_A_MEGABYTE: usize = 34_000;

/// Writes a log of `lines` lines, one millisecond apart, up to the present. Every value is another in every line
/// (xorshift), so that nothing compresses better than it would at a site.
pub(super) fn write_log(path: &Path, lines: u64) -> anyhow::Result<()> {
    let mut log = BufWriter::new(File::create(path)?);
    let now_us = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?;
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    for line in 0..lines {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        write_line(&mut log, now_us - (lines - line) * 1000, random)?;
    }
    Ok(log.flush()?)
}

fn write_line(log: &mut impl std::io::Write, at_us: u64, random: u64) -> std::io::Result<()> {
    let part = |from: u32, below: u64| (random >> from) % below;
    let (events, lost) = (part(0, 1_000_000), part(5, 1000));
    let (red, blue, voltage) = (2400 + part(10, 200), 2100 + part(15, 200), 2000 + part(20, 6000));
    let state = one_of(["idle", "running", "cleaning", "error"], part(25, 4));
    let stop = one_of(["time", "events", "user", "other"], part(30, 4));
    // Few of each, as in a laboratory: a field whose values are nearly all new is frozen by the gate.
    let (lot, letter, build) = (part(35, 10), char::from(b'A' + part(40, 2) as u8), 1000 + part(45, 10));
    let (red, blue, voltage) = (red as f64 / 100.0, blue as f64 / 100.0, voltage as f64 / 10.0);
    let aborted = part(50, 10) == 0;
    writeln!(
        log,
        "{SERIAL},{at_us},{events},{lost},{red},{blue},{voltage},{aborted},{state},{stop},LOT-{lot:04}{letter},{build}"
    )
}

fn one_of(words: [&'static str; 4], index: u64) -> &'static str {
    words.into_iter().cycle().nth(index as usize).unwrap_or_default()
}

/// Fills a new folder with `files` LMD files of 1 MB. What is in them is the same: to the host each is another
/// file. Writing them leaves them in the page cache.
pub(super) fn write_files(folder: &Path, files: u64) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let file = lmd(EVENTS_A_MEGABYTE);
    for number in 0..files {
        fs::write(folder.join(format!("{number:06}.lmd")), &file)?;
    }
    Ok(())
}

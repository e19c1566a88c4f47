//! The demo's result for a person: a table per stream, the reasons, and where things lie.

use super::place::Place;
use super::tally::Tally;

/// Prints it.
pub(super) fn print(tally: &Tally, place: &Place) {
    println!();
    println!(
        "{:<28} {:>8} {:>9} {:>12} {:>8} {:>9} {:>12}",
        "stream", "seen", "accepted", "quarantined", "dropped", "records", "in the lake"
    );
    for (family, stream, counts) in tally.streams() {
        println!(
            "{:<28} {:>8} {:>9} {:>12} {:>8} {:>9} {:>12}",
            format!("{family}.{stream}"),
            counts.seen(),
            counts.accepted,
            counts.quarantined,
            counts.dropped,
            counts.records,
            counts.in_lake
        );
    }
    let mut reasons = tally.streams().flat_map(|(family, stream, counts)| {
        counts.reasons.iter().map(move |(reason, units)| format!("  {family}.{stream}: {units} {reason}"))
    });
    if let Some(first) = reasons.next() {
        println!("\nnot accepted, and why:\n{first}");
        reasons.for_each(|line| println!("{line}"));
    }
    println!(
        "\nseen, accepted, quarantined and dropped are units (a file's acquisitions); records become rows."
    );
    println!("everything     {}", place.root().display());
    println!("lake           {} (Delta Lake; <family>/<stream>)", place.lake().display());
    println!("configuration  {}", place.host_config().display());
    println!(
        "logs           {}, {}",
        place.host_log().display(),
        place.receiver().join("receiver.log").display()
    );
    println!("counts         {}", place.summary().display());
}

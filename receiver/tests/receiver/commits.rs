//! Landing to lake: every row exactly once, whatever is killed, repeated, doubled or missing.

use std::sync::Arc;

use labrelay_receiver::limits::Limits;
use labrelay_receiver::service::{Places, Service};

use crate::batches::{batch, id, tombstone};
use crate::device::Device;
use crate::lake::{longs, numbers, position, rows, settles_at};
use crate::program::{Program, Site};

async fn put_all(site: &Site, receiver: &Program, epoch: u8, batches: u64) {
    for seq in 1..=batches {
        let from = u32::from(epoch) * 10_000 + (seq as u32 - 1) * 10;
        assert_eq!(site.device.put(receiver, &id(epoch, seq), batch(from..from + 10)).await.status, 201);
    }
}

pub(crate) fn service(site: &Site) -> Service {
    let place = |name| site.data().join(name).to_str().unwrap().to_owned();
    let places = Places {
        registry: site.data().join("registry.sqlite"),
        landing: place("landing"),
        lake: place("lake"),
    };
    Service::open(&places, Limits::default()).unwrap()
}

#[tokio::test]
async fn landed_rows_come_into_the_lake_once() {
    let site = Site::new();
    let receiver = site.serve();
    put_all(&site, &receiver, 1, 3).await;
    assert_eq!(site.device.put(&receiver, &id(1, 2), batch(10_010..10_020)).await.status, 200);
    settles_at(&site.table(), 10_000..10_030).await;
    assert_eq!(receiver.stop(), Some(0));
}

#[tokio::test]
async fn a_stopped_receiver_has_committed_what_it_acknowledged() {
    let site = Site::new();
    let receiver = site.serve();
    put_all(&site, &receiver, 1, 2).await;
    assert_eq!(receiver.stop(), Some(0));
    assert_eq!(numbers(&site.table()).await, (10_000..10_020).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_kill_at_any_moment_loses_and_doubles_nothing() {
    let site = Site::new();
    for round in 0..6_u64 {
        let receiver = site.serve();
        for seq in 1..=(round + 1) * 2 {
            let from = (seq as u32 - 1) * 10;
            let status = site.device.put(&receiver, &id(1, seq), batch(from..from + 10)).await.status;
            assert_eq!(status, if seq <= round * 2 { 200 } else { 201 });
        }
        // The committer collects for a second: these kills fall before, into and after its commits.
        tokio::time::sleep(std::time::Duration::from_millis(round * 300)).await;
        receiver.kill();
    }
    let _receiver = site.serve();
    settles_at(&site.table(), 0..120).await;
}

#[tokio::test]
async fn a_gap_waits_for_its_batch() {
    let site = Site::new();
    let receiver = site.serve();
    site.device.put(&receiver, &id(1, 1), batch(0..5)).await;
    site.device.put(&receiver, &id(1, 3), batch(10..15)).await;
    assert_eq!(receiver.stop(), Some(0));
    assert_eq!(numbers(&site.table()).await, [0, 1, 2, 3, 4]);
    let (code, text) = site.gaps();
    assert!(
        code == Some(1) && text.starts_with("pc-1\tcyto.bead_qc\t") && text.ends_with("2 to 2\n"),
        "{text}"
    );
    let receiver = site.serve();
    site.device.put(&receiver, &id(1, 2), batch(5..10)).await;
    settles_at(&site.table(), 0..15).await;
    assert_eq!(site.gaps(), (Some(0), String::new()));
}

#[tokio::test]
async fn a_tombstone_fills_its_number_and_gives_no_row() {
    let site = Site::new();
    let receiver = site.serve();
    for (seq, body) in
        [(1, tombstone()), (2, batch(0..5)), (3, tombstone()), (4, batch(5..10)), (5, tombstone())]
    {
        assert_eq!(site.device.put(&receiver, &id(1, seq), body).await.status, 201);
    }
    assert_eq!(receiver.stop(), Some(0));
    assert_eq!(numbers(&site.table()).await, (0..10).collect::<Vec<_>>());
    let app = format!("pc-1/cyto.bead_qc/{}", id(1, 1).epoch);
    assert_eq!(position(&site.table(), &app).await, Some(5));
}

#[tokio::test]
async fn devices_and_epochs_do_not_disturb_each_other() {
    let site = Site::new();
    let other = Device::new("pc-2", 9);
    site.add_device(&other, crate::batches::SERIAL);
    let receiver = site.serve();
    put_all(&site, &receiver, 1, 2).await;
    put_all(&site, &receiver, 2, 2).await;
    assert_eq!(other.put(&receiver, &id(1, 1), batch(0..10)).await.status, 201);
    settles_at(&site.table(), (0..10).chain(10_000..10_020).chain(20_000..20_020)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn committers_that_race_over_one_landing_never_double() {
    let site = Arc::new(Site::new());
    let receiver = site.serve();
    let sender = {
        let site = site.clone();
        tokio::spawn(async move {
            for epoch in 1..=3 {
                put_all(&site, &receiver, epoch, 20).await;
            }
            receiver
        })
    };
    let racers = (0..3).map(|_| {
        let service = service(&site);
        tokio::spawn(async move {
            for _ in 0..15 {
                service.committer().catch_up().await;
            }
        })
    });
    for racer in racers.collect::<Vec<_>>() {
        racer.await.unwrap();
    }
    let receiver = sender.await.unwrap();
    settles_at(&site.table(), (1..=3).flat_map(|epoch| epoch * 10_000..epoch * 10_000 + 200)).await;
    drop(receiver);
}

#[tokio::test]
async fn a_row_tells_where_it_comes_from() {
    let site = Site::new();
    let receiver = site.serve();
    site.device.put(&receiver, &id(1, 1), batch(41..42)).await;
    assert_eq!(receiver.stop(), Some(0));
    let rows = rows(&site.table()).await;
    let [row] = rows.as_slice() else { panic!("one file") };
    assert_eq!((longs(row, "seq"), longs(row, "events")), (vec![1], vec![41]));
    let shown = format!("{:?}", row.columns());
    for part in [
        "pc-1",
        "cyto",
        "AB1234",
        "bead_qc",
        "1.2.3",
        "0.1.0",
        "2026-03-01T08:00:00.500",
        "12.5",
        "61.25",
        "4711",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

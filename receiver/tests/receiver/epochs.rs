//! Rows that a device sends again under a new epoch: in the lake once, whoever commits, and whenever.

use std::sync::Arc;

use crate::batches::{SERIAL, batch, id};
use crate::commits::service;
use crate::device::Device;
use crate::lake::{numbers, position, settles_at};
use crate::program::{Program, Site};

/// Rows 0 to `rows` in batches of ten.
async fn put_from_the_start(site: &Site, receiver: &Program, epoch: u8, rows: u32) {
    for seq in 1..=rows / 10 {
        let from = (seq - 1) * 10;
        let answer = site.device.put(receiver, &id(epoch, seq.into()), batch(from..from + 10)).await;
        assert_eq!(answer.status, 201);
    }
}

#[tokio::test]
async fn rows_that_come_again_under_a_new_epoch_stand_once() {
    let site = Site::new();
    let receiver = site.serve();
    put_from_the_start(&site, &receiver, 1, 30).await;
    settles_at(&site.table(), 0..30).await;
    put_from_the_start(&site, &receiver, 2, 50).await;
    settles_at(&site.table(), 0..50).await;
    assert_eq!(receiver.stop(), Some(0));

    // Another process knows nothing but what landing and lake tell it.
    let receiver = site.serve();
    put_from_the_start(&site, &receiver, 3, 60).await;
    assert_eq!(receiver.stop(), Some(0));
    assert_eq!(numbers(&site.table()).await, (0..60).collect::<Vec<_>>());
    let app = format!("pc-1/cyto.bead_qc/{}", id(3, 1).epoch);
    assert_eq!(position(&site.table(), &app).await, Some(6), "batches without a new row count as well");
}

#[tokio::test]
async fn epochs_that_wait_together_are_told_apart_within_one_commit() {
    let site = Site::new();
    let receiver = site.serve();
    put_from_the_start(&site, &receiver, 1, 30).await;
    put_from_the_start(&site, &receiver, 2, 20).await;
    receiver.stop();
    assert_eq!(numbers(&site.table()).await, (0..30).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_old_epoch_that_goes_on_adds_only_what_the_new_one_has_not_sent() {
    let site = Site::new();
    let receiver = site.serve();
    put_from_the_start(&site, &receiver, 1, 10).await;
    put_from_the_start(&site, &receiver, 2, 20).await;
    settles_at(&site.table(), 0..20).await;
    for (seq, from) in [(2, 10), (3, 20)] {
        site.device.put(&receiver, &id(1, seq), batch(from..from + 10)).await;
    }
    receiver.stop();
    assert_eq!(numbers(&site.table()).await, (0..30).collect::<Vec<_>>());
}

#[tokio::test]
async fn another_device_with_the_same_row_ids_is_not_meant() {
    let site = Site::new();
    let other = Device::new("pc-2", 9);
    site.add_device(&other, SERIAL);
    let receiver = site.serve();
    put_from_the_start(&site, &receiver, 1, 10).await;
    put_from_the_start(&site, &receiver, 2, 10).await;
    other.put(&receiver, &id(1, 1), batch(0..10)).await;
    receiver.stop();
    assert_eq!(numbers(&site.table()).await, (0..10).flat_map(|number| [number; 2]).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn committers_that_race_over_three_epochs_of_the_same_rows_never_double() {
    let site = Arc::new(Site::new());
    let receiver = site.serve();
    let sender = {
        let site = site.clone();
        tokio::spawn(async move {
            for seq in 1..=20 {
                for epoch in 1..=3 {
                    let from = (seq - 1) * 10;
                    site.device.put(&receiver, &id(epoch, seq.into()), batch(from..from + 10)).await;
                }
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
    settles_at(&site.table(), 0..200).await;
    drop(receiver);
}

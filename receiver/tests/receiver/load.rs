//! How fast the receiver takes batches. Not a check: `cargo test -p labrelay-receiver --release -- --ignored
//! --nocapture load`, and read the load of the machine beside it.

use std::time::{Duration, Instant};

use crate::batches::{SERIAL, batch, id};
use crate::device::Device;
use crate::lake::{numbers, position};
use crate::program::Site;

const DEVICES: u8 = 4;
const BATCHES: u64 = 40;
const RECORDS: u32 = 4096;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn load() {
    let site = Site::new();
    let devices: Vec<Device> = (0..DEVICES).map(|n| Device::new(&format!("load-{n}"), 100 + n)).collect();
    devices.iter().for_each(|device| site.add_device(device, SERIAL));
    let receiver = std::sync::Arc::new(site.serve());
    let body = batch(0..RECORDS);
    let began = Instant::now();
    let sending = devices.into_iter().map(|device| {
        let (receiver, body) = (receiver.clone(), body.clone());
        tokio::spawn(async move {
            for seq in 1..=BATCHES {
                assert_eq!(device.put(&receiver, &id(1, seq), body.clone()).await.status, 201);
            }
        })
    });
    for sender in sending.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
    let landed = began.elapsed();
    let records = u64::from(DEVICES) * BATCHES * u64::from(RECORDS);
    for n in 0..DEVICES {
        let app = format!("load-{n}/cyto.bead_qc/{}", id(1, 1).epoch);
        while position(&site.table(), &app).await != Some(BATCHES as i64) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let committed = began.elapsed();
    assert_eq!(numbers(&site.table()).await.len() as u64, records);
    let rate = |time: Duration| records as f64 / time.as_secs_f64();
    eprintln!("{records} records: landed {:.0}/s, in the lake {:.0}/s", rate(landed), rate(committed));
}

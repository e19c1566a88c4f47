//! Manifests change: new fields are new columns, types never change, and one bad table stops no other.

use labrelay_receiver::lake::FIXED_COLUMNS;

use crate::batches::{MANIFEST, batch, fields, header, id, line, pack, record};
use crate::lake::{numbers, rows, settles_at, table};
use crate::program::Site;

#[tokio::test]
async fn a_new_field_is_a_new_column_that_old_rows_lack() {
    let site = Site::new();
    let newer =
        format!("{MANIFEST}      blue:        {{type: int, unit: V, range: [0, 9], optional: true}}\n");
    site.add_manifest(&newer);
    let receiver = site.serve();
    site.device.put(&receiver, &id(1, 1), batch(0..2)).await;
    settles_at(&site.table(), 0..2).await;
    let blue = record(2, &format!("{},\"blue\":7", fields(crate::batches::SERIAL, 2)));
    let body = pack(&header(&newer, 2), [blue, line(3)]);
    assert_eq!(site.device.put(&receiver, &id(1, 2), body).await.status, 201);
    site.device.put(&receiver, &id(1, 3), batch(4..6)).await; // a host that has not been updated yet
    settles_at(&site.table(), 0..6).await;
    let known: usize = rows(&site.table())
        .await
        .iter()
        .filter_map(|batch| batch.column_by_name("blue"))
        .map(|blue| blue.len() - blue.null_count())
        .sum();
    assert_eq!(known, 1);
}

#[tokio::test]
async fn a_changed_type_stops_its_chain_and_no_other() {
    let site = Site::new();
    let changed = MANIFEST.replace(
        "build:       {type: code, pattern: \"[0-9]{3,6}[a-z]?\"}",
        "build:       {type: int, range: [0, 9999]}",
    );
    site.add_manifest(&changed);
    let receiver = site.serve();
    site.device.put(&receiver, &id(1, 1), batch(0..2)).await;
    settles_at(&site.table(), 0..2).await;
    let body = pack(&header(&changed, 1), [line(2).replace("\"4711\"", "4711")]);
    assert_eq!(site.device.put(&receiver, &id(1, 2), body).await.status, 201);
    site.device.put(&receiver, &id(2, 1), batch(10..12)).await;
    settles_at(&site.table(), [0, 1, 10, 11]).await;
    assert_eq!(receiver.stop(), Some(0));
    assert_eq!(numbers(&site.table()).await, [0, 1, 10, 11]);
    assert!(
        site.log().contains("column build is string in the table but long in the manifest"),
        "{}",
        site.log()
    );
}

#[tokio::test]
async fn columns_are_typed_described_and_partitioned() {
    let site = Site::new();
    let receiver = site.serve();
    site.device.put(&receiver, &id(1, 1), batch(0..2)).await;
    assert_eq!(receiver.stop(), Some(0));
    let table = table(&site.table()).await.unwrap();
    let snapshot = table.snapshot().unwrap();
    assert_eq!(snapshot.metadata().partition_columns(), ["received_day"]);
    let schema = snapshot.schema();
    let names: Vec<&String> = schema.fields().map(|field| field.name()).collect();
    assert_eq!(
        names.iter().take(FIXED_COLUMNS.len()).map(|name| name.as_str()).collect::<Vec<_>>(),
        FIXED_COLUMNS.iter().map(|(name, ..)| *name).collect::<Vec<_>>()
    );
    assert_eq!(names.iter().filter(|name| **name == "instrument").count(), 1);
    let kind = |name: &str| schema.field(name).unwrap().data_type().to_string();
    let kinds = ["started_at", "laser", "events", "took", "aborted", "stop_reason", "build", "received_day"]
        .map(kind);
    assert_eq!(kinds, ["timestamp", "double", "long", "double", "boolean", "string", "string", "date"]);
    let laser = schema.field("laser").unwrap();
    let text = |key: &str| laser.metadata().get(key).map(|text| format!("{text:?}")).unwrap_or_default();
    assert!(text("unit").contains("mW") && text("comment").contains("At the start."));
}

#[test]
fn a_manifest_whose_fields_collide_with_fixed_columns_is_not_registered() {
    let site = Site::new();
    let file = site.path("bad.yaml");
    let not_a_serial = MANIFEST.replace("{type: serial}", "{type: version}");
    for bad in [MANIFEST.replace("      build:", "      seq:  "), not_a_serial] {
        std::fs::write(&file, bad).unwrap();
        let refused = site.run(&["manifest", "add", file.to_str().unwrap()]);
        let why = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1));
        assert!(why.contains("bad.yaml") && why.contains("column"), "{why}");
    }
}

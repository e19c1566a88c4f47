//! Every answer that a host can get, and that only a good batch leaves something in landing.

use labrelay_model::wire::ProblemCode;
use labrelay_model::{BatchHeader, Reason};

use crate::batches::{MANIFEST, SERIAL, batch, fields, header, id, line, pack, record, tombstone};
use crate::device::{Answer, Device, Odd};
use crate::program::Site;

fn assert_problem(answer: &Answer, code: ProblemCode) {
    assert_eq!(answer.status, code.status(), "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.problem().code, code, "{}", answer.problem().message);
}

fn landed_objects(site: &Site) -> usize {
    let folder = site.data().join("landing/pc-1/cyto.bead_qc").join(id(1, 1).epoch.to_string());
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_batch_is_landed_once_replayed_and_never_replaced() {
    let site = Site::new();
    let receiver = site.serve();
    let first = site.device.put(&receiver, &id(1, 1), batch(0..3)).await;
    assert_eq!(first.status, 201, "{}", String::from_utf8_lossy(&first.body));
    assert_eq!(first.receipt().landed, id(1, 1));
    assert_eq!(first.receipt().digest, labrelay_receiver::digest::sha256(&batch(0..3)));
    let replay = site.device.put(&receiver, &id(1, 1), batch(0..3)).await;
    assert_eq!((replay.status, replay.receipt()), (200, first.receipt()));
    let other = site.device.put(&receiver, &id(1, 1), batch(3..6)).await;
    assert_problem(&other, ProblemCode::OtherDigest);
    assert_eq!(landed_objects(&site), 1);
    assert_eq!(site.device.put(&receiver, &id(1, 2), tombstone()).await.status, 201);
}

#[tokio::test]
async fn a_landed_object_is_the_body_as_it_was_sent() {
    let site = Site::new();
    let receiver = site.serve();
    site.device.put(&receiver, &id(1, 1), batch(0..3)).await;
    let name = format!("landing/pc-1/cyto.bead_qc/{}/00000000000000000001.ndjson.zst", id(1, 1).epoch);
    assert_eq!(std::fs::read(site.data().join(name)).unwrap(), batch(0..3));
}

#[tokio::test]
async fn a_replay_is_landed_even_if_the_device_lost_the_serial() {
    let site = Site::new();
    let receiver = site.serve();
    assert_eq!(site.device.put(&receiver, &id(1, 1), batch(0..3)).await.status, 201);
    site.add_device(&site.device, "ANOTHER");
    assert_eq!(site.device.put(&receiver, &id(1, 1), batch(0..3)).await.status, 200);
    let next = site.device.put(&receiver, &id(1, 2), batch(3..6)).await;
    assert_problem(&next, ProblemCode::Refused);
    assert_eq!((next.problem().reason, next.problem().line), (Some(Reason::NotInInventory), Some(2)));
}

#[tokio::test]
async fn who_does_not_sign_well_is_not_believed() {
    let site = Site::new();
    let receiver = site.serve();
    let stranger = Device::new("pc-1", 8);
    assert_problem(&stranger.put(&receiver, &id(1, 1), batch(0..3)).await, ProblemCode::NotAuthenticated);
    let unknown = Device::new("nobody", 7);
    assert_problem(&unknown.put(&receiver, &id(1, 1), batch(0..3)).await, ProblemCode::NotAuthenticated);
    let odd = [
        Odd { created_ago_s: 25 * 3600, ..Odd::default() },
        Odd { created_ago_s: -25 * 3600, ..Odd::default() },
        Odd { signed_path: Some("/v1/batches/pc-1/cyto.bead_qc/x/2".into()), ..Odd::default() },
        Odd { uncovered_digest: true, ..Odd::default() },
        Odd { label: Some("other"), ..Odd::default() },
        Odd { keyid: Some("PC 1\\\""), ..Odd::default() },
    ];
    for odd in odd {
        let answer = site.device.put_odd(&receiver, &id(1, 1), batch(0..3), odd).await;
        assert_problem(&answer, ProblemCode::NotAuthenticated);
    }
    let unsigned = receiver.client.put(receiver.url("/v1/batches/pc-1/cyto.bead_qc/x/1")).body("x");
    assert_problem(&Answer::of(unsigned).await, ProblemCode::BadRequest);
    let unsigned = receiver.client.get(receiver.url("/v1/marks/pc-1"));
    assert_problem(&Answer::of(unsigned).await, ProblemCode::NotAuthenticated);
    assert_eq!(landed_objects(&site), 0);
}

#[tokio::test]
async fn a_forgotten_device_is_a_stranger() {
    let site = Site::new();
    let receiver = site.serve();
    assert!(site.run(&["device", "remove", "--name", "pc-1"]).status.success());
    assert_problem(&site.device.put(&receiver, &id(1, 1), batch(0..3)).await, ProblemCode::NotAuthenticated);
}

#[tokio::test]
async fn a_device_delivers_for_itself_only() {
    let site = Site::new();
    let receiver = site.serve();
    let other = Device::new("pc-2", 9);
    site.add_device(&other, SERIAL);
    let as_other = Odd { keyid: Some("pc-2"), ..Odd::default() };
    let forged = site.device.put_odd(&receiver, &id(1, 1), batch(0..3), as_other).await;
    assert_problem(&forged, ProblemCode::NotAuthenticated);
    let path = labrelay_model::wire::batch_path(&site.device.name, &id(1, 1));
    let url = receiver.url(&path);
    let request =
        other.request(&receiver.client, &url, reqwest::Method::PUT, &path, Some(batch(0..3)), Odd::default());
    assert_problem(&Answer::of(request).await, ProblemCode::WrongDevice);
    assert_eq!(landed_objects(&site), 0);
}

#[tokio::test]
async fn what_is_not_of_the_documented_form_is_refused() {
    let site = Site::new();
    let receiver = site.serve();
    let tampered = Odd { digest_of: Some(batch(3..6)), ..Odd::default() };
    let answer = site.device.put_odd(&receiver, &id(1, 1), batch(0..3), tampered).await;
    assert_problem(&answer, ProblemCode::BadRequest);
    for body in [b"no zstd".to_vec(), Vec::new(), pack(&header(MANIFEST, 2), [line(1)])] {
        assert_problem(&site.device.put(&receiver, &id(1, 1), body).await, ProblemCode::BadRequest);
    }
    let mut other_stream = id(1, 1);
    other_stream.stream = "cyto.other".parse().unwrap();
    let answer = site.device.put(&receiver, &other_stream, batch(0..3)).await;
    assert_problem(&answer, ProblemCode::BadRequest);
    let query = receiver.url("/v1/marks/pc-1?x=1");
    let signed = site.device.request(
        &receiver.client,
        &query,
        reqwest::Method::GET,
        "/v1/marks/pc-1",
        None,
        Odd::default(),
    );
    assert_problem(&Answer::of(signed).await, ProblemCode::BadRequest);
    assert_problem(&Answer::of(receiver.client.get(receiver.url("/other"))).await, ProblemCode::BadRequest);
    assert_problem(&Answer::of(receiver.client.post(receiver.url("/health"))).await, ProblemCode::BadRequest);
    assert_eq!(landed_objects(&site), 0);
}

#[tokio::test]
async fn what_the_gate_refuses_is_refused_with_reason_and_line_and_never_shown() {
    let site = Site::new();
    let receiver = site.serve();
    let foreign = record(2, &fields("SECRET99", 2));
    let answer = site.device.put(&receiver, &id(1, 1), pack(&header(MANIFEST, 2), [line(1), foreign])).await;
    assert_problem(&answer, ProblemCode::Refused);
    assert_eq!((answer.problem().reason, answer.problem().line), (Some(Reason::NotInInventory), Some(3)));
    let blank = line(1).replace("\"laser\":", "\"laser\": ");
    let answer = site.device.put(&receiver, &id(1, 1), pack(&header(MANIFEST, 1), [blank])).await;
    assert_problem(&answer, ProblemCode::Refused);
    assert_eq!(landed_objects(&site), 0);
    assert!(!site.log().contains("SECRET99") && !String::from_utf8_lossy(&answer.body).contains("SECRET99"));
}

#[tokio::test]
async fn an_unknown_manifest_is_asked_for_again_and_then_taken() {
    let site = Site::without_manifest();
    let receiver = site.serve();
    let answer = site.device.put(&receiver, &id(1, 1), batch(0..3)).await;
    assert_problem(&answer, ProblemCode::UnknownManifest);
    site.add_manifest(MANIFEST);
    assert_eq!(site.device.put(&receiver, &id(1, 1), batch(0..3)).await.status, 201);
    let foreign = BatchHeader { family: "dxflex".parse().unwrap(), ..header(MANIFEST, 1) };
    let answer = site.device.put(&receiver, &id(1, 2), pack(&foreign, [line(9)])).await;
    assert_problem(&answer, ProblemCode::UnknownManifest);
}

#[tokio::test]
async fn marks_tell_the_last_number_without_a_gap() {
    let site = Site::new();
    let receiver = site.serve();
    assert!(site.device.marks(&receiver).await.marks.is_empty());
    for seq in [1, 2, 4] {
        site.device.put(&receiver, &id(1, seq), batch(0..3)).await;
    }
    site.device.put(&receiver, &id(2, 2), batch(0..3)).await;
    let marks = site.device.marks(&receiver).await.marks;
    let [mark] = marks.as_slice() else { panic!("one chain begins at 1: {marks:?}") };
    assert_eq!((mark.epoch, mark.landed), (id(1, 1).epoch, id(1, 2).seq));
}

#[tokio::test]
async fn health_and_readiness_need_no_signature() {
    let receiver_site = Site::new();
    let receiver = receiver_site.serve();
    for path in ["/health", "/ready"] {
        assert_eq!(Answer::of(receiver.client.get(receiver.url(path))).await.status, 200);
    }
}

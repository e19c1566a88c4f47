//! A device that revokes itself is a stranger from that answer on, whatever happens to the receiver.

use labrelay_model::wire::{ProblemCode, Revocation};
use reqwest::Method;

use crate::batches::{SERIAL, batch, id};
use crate::device::{Answer, Device, Odd};
use crate::program::Site;

fn assert_revoked(answer: &Answer, device: &Device) {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let said: Revocation = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(said.revoked, device.name);
}

#[tokio::test]
async fn after_its_answer_nothing_that_the_device_signs_is_taken_even_if_the_receiver_is_killed() {
    let site = Site::new();
    let receiver = site.serve();
    assert_eq!(site.device.put(&receiver, &id(1, 1), batch(0..3)).await.status, 201);
    assert_revoked(&site.device.revoke(&receiver, &site.device.name).await, &site.device);
    receiver.kill();

    let receiver = site.serve();
    let refused = site.device.put(&receiver, &id(1, 2), batch(3..6)).await;
    assert_eq!(refused.problem().code, ProblemCode::NotAuthenticated);
    assert_revoked(&site.device.revoke(&receiver, &site.device.name).await, &site.device);
    let again = site.run(&[
        "device",
        "add",
        "--name",
        "pc-1",
        "--serial",
        SERIAL,
        "--public-key",
        &site.device.public_key(),
    ]);
    let words = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(!again.status.success() && words.contains("revoked this key"), "{words}");

    let successor = Device::new("pc-1", 11);
    site.add_device(&successor, SERIAL);
    assert_revoked(&site.device.revoke(&receiver, &site.device.name).await, &site.device);
    assert_eq!(successor.put(&receiver, &id(2, 1), batch(0..3)).await.status, 201, "the new key stays");
}

#[tokio::test]
async fn nobody_revokes_another_device() {
    let site = Site::new();
    let receiver = site.serve();
    let other = Device::new("pc-2", 9);
    site.add_device(&other, SERIAL);
    let of_other = other.revoke(&receiver, &site.device.name).await;
    assert_eq!(of_other.problem().code, ProblemCode::WrongDevice);
    let forged = Device::new("pc-1", 9).revoke(&receiver, &site.device.name).await;
    assert_eq!(forged.problem().code, ProblemCode::NotAuthenticated);
    let path = labrelay_model::wire::device_path(&site.device.name);
    let old = Odd { created_ago_s: 25 * 3600, ..Odd::default() };
    let url = receiver.url(&path);
    let stale = site.device.request(&receiver.client, &url, Method::DELETE, &path, None, old);
    assert_eq!(Answer::of(stale).await.problem().code, ProblemCode::NotAuthenticated);
    assert_eq!(site.device.put(&receiver, &id(1, 1), batch(0..3)).await.status, 201);

    assert_revoked(&other.revoke(&receiver, &other.name).await, &other);
    let of_other = other.revoke(&receiver, &site.device.name).await;
    assert_eq!(of_other.problem().code, ProblemCode::WrongDevice, "nor with a revoked key");
}

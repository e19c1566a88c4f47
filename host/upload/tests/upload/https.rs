//! What goes over the line, and what each answer does.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use axum::body::Body;
use axum::http::Version;
use axum::response::Response;
use bytes::Bytes;
use labrelay_model::Reason;
use labrelay_model::wire::{Problem, ProblemCode};
use labrelay_upload::signing::SignatureHeaders;
use labrelay_upload::{
    Cause, EnvelopeCheck, HttpsConfig, HttpsConfigError, HttpsUploader, Sent, Trouble, Uploader,
};

use tokio::time::timeout;

use crate::server::{Server, answer, config, receipt, uploader};
use crate::shelf::{Shelf, batch, start};
use crate::signature::{is_signed, signer};

fn problem(code: ProblemCode) -> (u16, String) {
    let problem = Problem { code, message: "m".into(), reason: Some(Reason::WrongType), line: Some(2) };
    (code.status(), serde_json::to_string(&problem).unwrap())
}

async fn send_to(server: &Server) -> Result<Sent, Trouble> {
    server.uploader().send(&batch("bead_qc", 7, b"the body")).await
}

#[tokio::test]
async fn a_batch_arrives_whole_signed_and_over_http_2() {
    let server = Server::start(|parts, body| answer(receipt(&parts, &body))).await;
    assert_eq!(send_to(&server).await, Ok(Sent::Landed));
    let arrived = server.arrived.lock().unwrap();
    let (parts, body) = &arrived[0];
    let header = |name: &str| parts.headers[name].to_str().unwrap().to_owned();
    let path = format!("/v1/batches/lab-7/navios.bead_qc/{}/7", "01".repeat(16));
    assert_eq!(
        (parts.method.as_str(), parts.uri.path(), body.as_ref()),
        ("PUT", path.as_str(), &b"the body"[..])
    );
    assert_eq!(header("content-type"), "application/vnd.labrelay.batch.v1+ndjson+zstd");
    assert_eq!(parts.version, Version::HTTP_2);
    let signed = SignatureHeaders { input: header("signature-input"), signature: header("signature") };
    let digest = header("content-digest");
    let values = [("@method", "PUT"), ("@path", path.as_str()), ("content-digest", digest.as_str())];
    assert!(is_signed(&signer().public_key(), &signed, &values));
}

#[tokio::test]
async fn marks_are_asked_for_with_a_signature() {
    let server = Server::start(|parts, body| answer(receipt(&parts, &body))).await;
    assert_eq!(server.uploader().marks().await.unwrap().marks, []);
    let arrived = server.arrived.lock().unwrap();
    assert_eq!(arrived[0].0.uri.path(), "/v1/marks/lab-7");
    assert!(arrived[0].0.headers.contains_key("signature"));
}

#[tokio::test]
async fn every_header_was_seen_by_the_second_check_before_it_left() {
    static SEEN: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());
    let server = Server::start(|parts, body| answer(receipt(&parts, &body))).await;
    let envelope: EnvelopeCheck = |path, headers| {
        let mut seen = SEEN.lock().unwrap();
        seen.push(("path".into(), path.into()));
        seen.extend(headers.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        Ok(())
    };
    let config = HttpsConfig { envelope, ..config(server.address, &server.ca.pem) };
    let uploader = HttpsUploader::new(&config, signer()).unwrap();
    assert_eq!(uploader.send(&batch("bead_qc", 7, b"the body")).await, Ok(Sent::Landed));
    let arrived = server.arrived.lock().unwrap();
    let seen = SEEN.lock().unwrap();
    assert_eq!(seen[0].1, arrived[0].0.uri.path());
    for (name, value) in &arrived[0].0.headers {
        let value = value.to_str().unwrap();
        let of_the_body = (name.as_str(), value) == ("content-length", "8");
        assert!(of_the_body || seen.contains(&(name.to_string(), value.to_owned())), "{name}");
    }
}

#[tokio::test]
async fn nothing_is_sent_that_the_second_check_refuses() {
    let server = Server::start(|parts, body| answer(receipt(&parts, &body))).await;
    let config = HttpsConfig { envelope: |_, _| Err("no".into()), ..config(server.address, &server.ca.pem) };
    let uploader = HttpsUploader::new(&config, signer()).unwrap();
    assert_eq!(uploader.send(&batch("bead_qc", 7, b"x")).await, Ok(Sent::Withheld("no".into())));
    let cause = Cause::Withheld("no".into());
    assert_eq!(uploader.marks().await.unwrap_err(), Trouble::Retry { after: None, cause });
    assert!(server.arrived.lock().unwrap().is_empty());
}

#[tokio::test]
async fn each_code_of_the_receiver_has_its_meaning() {
    for code in [ProblemCode::BadRequest, ProblemCode::TooLarge, ProblemCode::Refused] {
        let server = Server::start(move |_, _| answer(problem(code))).await;
        assert!(matches!(send_to(&server).await, Ok(Sent::Refused(why)) if why.code == code), "{code:?}");
    }
    let server = Server::start(|_, _| answer(problem(ProblemCode::OtherDigest))).await;
    assert_eq!(send_to(&server).await, Err(Trouble::NewEpochNeeded));
    for code in [
        ProblemCode::NotAuthenticated,
        ProblemCode::WrongDevice,
        ProblemCode::UnknownManifest,
        ProblemCode::TooMany,
        ProblemCode::Internal,
        ProblemCode::Unavailable,
    ] {
        let server = Server::start(move |_, _| answer(problem(code))).await;
        assert!(matches!(send_to(&server).await, Err(Trouble::Retry { .. })), "{code:?}");
    }
}

#[tokio::test]
async fn retry_after_comes_as_seconds_or_as_a_date() {
    let in_a_minute = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(60));
    for (value, range) in [("17".to_owned(), 17..=17), (in_a_minute, 50..=60), ("junk".to_owned(), 0..=0)] {
        let server = Server::start(move |_, _| {
            let mut response = answer(problem(ProblemCode::TooMany));
            response.headers_mut().insert("retry-after", value.parse().unwrap());
            response
        })
        .await;
        let Err(Trouble::Retry { after, cause }) = send_to(&server).await else { panic!("not retried") };
        assert_eq!(cause, Cause::TooMany);
        assert!(range.contains(&after.map_or(0, |after| after.as_secs())), "{after:?}");
    }
}

#[tokio::test]
async fn a_receiver_s_clock_is_read_where_it_does_not_believe_a_signature() {
    let server = Server::start(|_, _| {
        let problem = r#"{"code":"not_authenticated","message":"set the clock"}"#;
        let response = Response::builder().status(401).header("date", "Fri, 02 Jan 2026 03:04:05 GMT");
        response.body(Body::from(problem)).unwrap()
    })
    .await;
    let Err(Trouble::Retry { cause: Cause::NotAuthenticated { clock, .. }, .. }) = send_to(&server).await
    else {
        panic!("another cause");
    };
    assert_eq!(clock.unwrap().to_string(), "2026-01-02T03:04:05Z");
}

#[tokio::test]
async fn a_captive_portal_that_says_200_to_everything_is_not_believed() {
    let server =
        Server::start(|_, _| answer((200, "<html>Guest network: accept our terms</html>".into()))).await;
    assert_eq!(send_to(&server).await, Err(retry(Cause::NotTheReceiver(200))));
    assert_eq!(server.uploader().marks().await, Err(retry(Cause::NotTheReceiver(200))));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Server::start(|parts, body| answer(receipt(&parts, &body))).await;
    let to = format!("https://localhost:{}/", other.address.port());
    let server = Server::start(move |_, _| {
        Response::builder().status(307).header("location", to.clone()).body(Body::empty()).unwrap()
    })
    .await;
    assert_eq!(send_to(&server).await, Err(retry(Cause::Redirected(307))));
    assert!(other.arrived.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let endless = |_, _| {
        let chunks =
            futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 16384])));
        Response::new(Body::from_stream(chunks))
    };
    let server = Server::start(endless).await;
    assert_eq!(send_to(&server).await, Err(retry(Cause::EndlessAnswer)));
    assert_eq!(server.uploader().marks().await, Err(retry(Cause::EndlessAnswer)));
}

/// Environment variables belong to a process, so the sending happens in a second one.
#[test]
fn no_proxy_is_taken_from_the_environment() {
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "https::a_batch_arrives_whole_signed_and_over_http_2"])
        .envs(["HTTPS_PROXY", "https_proxy", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:1")))
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
    assert!(String::from_utf8_lossy(&status.stdout).contains("1 passed"));
}

#[test]
fn what_is_wrong_with_a_configuration_is_said() {
    let good = config(([127, 0, 0, 1], 443).into(), &[]);
    for address in ["http://x/", "https://x/path", "https://user:pw@x/", "https://x/?q", "ftp://x/"] {
        let config = HttpsConfig { receiver: address.parse().unwrap(), ..good.clone() };
        let error = HttpsUploader::new(&config, signer()).unwrap_err();
        assert!(matches!(error, HttpsConfigError::Address), "{address}");
    }
    for pem in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let config = HttpsConfig { ca_bundle: Some(pem.into()), ..good.clone() };
        HttpsUploader::new(&config, signer()).unwrap_err();
    }
}

#[tokio::test]
async fn one_new_event_is_acknowledged_within_half_a_second_also_on_an_idle_line() {
    let server = Server::start(|parts, body| answer(receipt(&parts, &body))).await;
    let (uploader, shelf) = (Arc::new(uploader(server.address, &server.ca.pem)), Arc::new(Shelf::default()));
    let running = start(&uploader, &shelf, None);
    let mut took = Vec::new();
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let put = Instant::now();
        shelf.put("a", 1, b"x");
        timeout(Duration::from_secs(10), shelf.emptied()).await.expect("delivered");
        took.push(put.elapsed());
    }
    took.sort(); // the median: a busy machine may hold one up, a timer in the way holds up all
    assert!(took[2] < Duration::from_millis(500), "{took:?}");
    running.stop.send(true).unwrap();
    running.task.await.unwrap();
}

fn retry(cause: Cause) -> Trouble {
    Trouble::Retry { after: None, cause }
}

//! When the line fails: each failure has its own words, and delivery goes on once it is back.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use labrelay_upload::{Cause, HttpsConfig, HttpsUploader, Sent, Timeouts, Trouble, Uploader};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::server::{Ca, Server, answer, config, raw, receipt, uploader};
use crate::shelf::{Shelf, batch, start};
use crate::signature::signer;

async fn cause_at(address: SocketAddr, ca: &Ca) -> Cause {
    cause_of(&uploader(address, &ca.pem)).await
}

/// The same by an uploader that has little patience.
async fn cause_soon(address: SocketAddr, ca: &Ca) -> Cause {
    let timeouts = Timeouts { connect: Duration::from_secs(1), request: Duration::from_secs(3) };
    cause_of(&HttpsUploader::new(&HttpsConfig { timeouts, ..config(address, &ca.pem) }, signer()).unwrap())
        .await
}

async fn cause_of(uploader: &HttpsUploader) -> Cause {
    match uploader.send(&batch("a", 1, &[7; 100_000])).await {
        Err(Trouble::Retry { after: None, cause }) => cause,
        other => panic!("{other:?}"),
    }
}

/// An address at which nobody listens.
async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_certificate_of_another_ca_is_not_trusted() {
    let server = Server::start(|parts, body| answer(receipt(&parts, &body))).await;
    assert_eq!(cause_at(server.address, &Ca::new()).await, Cause::UntrustedCertificate);
    assert!(server.arrived.lock().unwrap().is_empty(), "nothing was sent to it");
}

#[tokio::test]
async fn a_certificate_for_another_name_or_out_of_date_is_not_trusted() {
    let ca = Ca::new();
    let wrong_name = raw(ca.acceptor("other.example", |_| ()), async |_| ()).await;
    assert_eq!(cause_at(wrong_name, &ca).await, Cause::WrongCertificateName);
    let expired = ca.acceptor("localhost", |params| params.not_after = rcgen::date_time_ymd(2020, 1, 1));
    assert_eq!(cause_at(raw(expired, async |_| ()).await, &ca).await, Cause::CertificateDates);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told_from_one_that_is_down() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            let _ = tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    assert_eq!(cause_at(address, &Ca::new()).await, Cause::Tls);
    assert_eq!(cause_at(nobody().await, &Ca::new()).await, Cause::ConnectionRefused);
}

#[tokio::test]
async fn an_unknown_name_is_told_as_such() {
    let mut config = config(nobody().await, &Ca::new().pem);
    config.receiver = "https://receiver.invalid/".parse().unwrap();
    assert_eq!(cause_of(&HttpsUploader::new(&config, signer()).unwrap()).await, Cause::UnknownName);
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_told_as_such() {
    let ca = Ca::new();
    let before_answer = raw(ca.acceptor("localhost", |_| ()), async |mut tls| {
        let _ = tls.read(&mut [0; 100]).await; // and then drops it, with the rest unread
    })
    .await;
    assert_eq!(cause_at(before_answer, &ca).await, Cause::BrokenOff);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up_in_time() {
    let ca = Ca::new();
    let silent = raw(ca.acceptor("localhost", |_| ()), async |_tls| std::future::pending().await).await;
    assert_eq!(cause_soon(silent, &ca).await, Cause::AnswerTimeout);
}

#[tokio::test]
async fn a_server_that_never_finishes_tls_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap(); // takes connections, says nothing
    assert_eq!(cause_soon(listener.local_addr().unwrap(), &Ca::new()).await, Cause::ConnectTimeout);
}

#[tokio::test]
async fn a_configured_proxy_is_used_and_sees_only_tls() {
    let server = Server::start(|parts, body| answer(receipt(&parts, &body))).await;
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let through = format!("http://{}", proxy.local_addr().unwrap()).parse().unwrap();
    let config = HttpsConfig { proxy: Some(through), ..config(server.address, &server.ca.pem) };
    let target = server.address;
    let connects = tokio::spawn(async move {
        let (mut client, _) = proxy.accept().await.unwrap();
        let mut asked = vec![0; 1024];
        let length = client.read(&mut asked).await.unwrap();
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        tokio::spawn(async move {
            let mut server = TcpStream::connect(target).await.unwrap();
            let _ = copy_bidirectional(&mut client, &mut server).await;
        });
        String::from_utf8(asked[..length].to_vec()).unwrap()
    });
    let uploader = HttpsUploader::new(&config, signer()).unwrap();
    assert_eq!(uploader.send(&batch("a", 1, b"x")).await, Ok(Sent::Landed));
    assert!(connects.await.unwrap().starts_with("CONNECT localhost:"));
}

#[tokio::test]
async fn delivery_goes_on_when_the_receiver_is_back() {
    let server = Server::start(|parts, body| answer(receipt(&parts, &body))).await;
    let gate = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = gate.local_addr().unwrap();
    drop(gate); // down
    let shelf = Arc::new(Shelf::default());
    let running = start(&Arc::new(uploader(address, &server.ca.pem)), &shelf, None);
    shelf.put("a", 20, b"x");
    shelf.put("b", 20, b"x");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(shelf.delays()[0].0, Cause::ConnectionRefused);
    let gate = TcpListener::bind(address).await.unwrap(); // back
    tokio::spawn(async move {
        while let Ok((mut client, _)) = gate.accept().await {
            let mut server = TcpStream::connect(server.address).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await });
        }
    });
    tokio::time::timeout(Duration::from_secs(10), shelf.emptied()).await.expect("delivered");
    for name in ["a", "b"] {
        assert_eq!(shelf.landed(name), (1..=20).collect::<Vec<_>>());
    }
    running.stop.send(true).unwrap();
    running.task.await.unwrap();
}

//! Clients that send too much, too slowly or nothing at all.

use std::time::Duration;

use labrelay_model::wire::{MAX_BATCH_BYTES, MAX_BODY_BYTES, ProblemCode};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::batches::{batch, id};
use crate::program::Site;

#[tokio::test]
async fn too_large_a_body_is_refused_packed_or_unpacked() {
    let site = Site::new();
    let receiver = site.serve();
    let packed = site.device.put(&receiver, &id(1, 1), vec![7; MAX_BODY_BYTES + 1]).await;
    assert_eq!(packed.problem().code, ProblemCode::TooLarge);
    let bomb = zstd::encode_all(vec![0; 64 * MAX_BATCH_BYTES].as_slice(), 3).unwrap();
    assert!(bomb.len() < MAX_BODY_BYTES);
    let unpacked = site.device.put(&receiver, &id(1, 1), bomb).await;
    assert_eq!((unpacked.status, unpacked.problem().code), (413, ProblemCode::TooLarge));
    assert_eq!(site.device.put(&receiver, &id(1, 1), batch(0..3)).await.status, 201);
}

#[tokio::test]
async fn a_client_that_says_nothing_is_hung_up_on() {
    let short = labrelay_receiver::limits::Limits {
        connections: 1,
        header_time: Duration::from_millis(200),
        ..labrelay_receiver::limits::Limits::default()
    };
    let site = Site::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tls = labrelay_receiver::server::tls(&site.path("cert.pem"), &site.path("key.pem")).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let app = axum::Router::new();
    let serving = tokio::spawn(async move {
        labrelay_receiver::server::serve(listener, tls, app, &short, stopped).await;
    });
    // The only connection is taken by a silent client; a second one gets its turn once that is over.
    for _ in 0..2 {
        let mut silent = TcpStream::connect(address).await.unwrap();
        let read = tokio::time::timeout(Duration::from_secs(20), silent.read(&mut [0; 1])).await;
        assert!(matches!(read, Ok(Ok(0) | Err(_))), "hung up, got {read:?}");
    }
    drop(stop);
    serving.await.unwrap();
}

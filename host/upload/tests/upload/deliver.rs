//! The delivery loop: order, waiting, refusals, new epochs, the cap, stopping. Time is virtual.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use labrelay_model::wire::{Mark, ProblemCode};
use labrelay_model::{Epoch, Seq};
use labrelay_upload::{Cause, Refusal, Sent, Trouble};
use tokio::time::{Instant, sleep, timeout};

use crate::shelf::{NOW, Running, Scripted, Shelf, start, stream};

const HOUR: Duration = Duration::from_secs(3600);

fn retry(cause: Cause, after: Option<Duration>) -> Result<Sent, Trouble> {
    Err(Trouble::Retry { after, cause })
}

fn run(uploader: Scripted, cap: Option<u64>) -> (Arc<Scripted>, Arc<Shelf>, Running) {
    let (uploader, shelf) = (Arc::new(uploader), Arc::new(Shelf::default()));
    let running = start(&uploader, &shelf, cap);
    (uploader, shelf, running)
}

#[tokio::test(start_paused = true)]
async fn every_stream_lands_in_order_one_batch_at_a_time() {
    let (uploader, shelf, _running) = run(Scripted::new(|_| Ok(Sent::Landed)), None);
    ["a", "b", "c"].iter().for_each(|name| shelf.put(name, 20, b"x"));
    shelf.until_empty().await;
    for name in ["a", "b", "c"] {
        assert_eq!(shelf.landed(name), (1..=20).collect::<Vec<_>>());
    }
    assert_eq!(uploader.attempts().len(), 60);
}

#[tokio::test(start_paused = true)]
async fn waits_double_up_to_five_minutes_and_it_never_gives_up() {
    let failures = AtomicUsize::new(0);
    let (_, shelf, _running) = run(
        Scripted::new(move |_| match failures.fetch_add(1, Ordering::Relaxed) {
            0..50 => retry(Cause::ConnectionRefused, None),
            _ => Ok(Sent::Landed),
        }),
        None,
    );
    shelf.put("a", 1, b"x");
    shelf.until_empty().await;
    let waits: Vec<u64> = shelf.delays().iter().map(|(_, wait)| wait.as_secs()).collect();
    assert_eq!(waits[..11], [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    assert_eq!((waits.len(), shelf.landed("a")), (50, vec![1]));
}

#[tokio::test(start_paused = true)]
async fn after_a_success_waits_begin_anew() {
    let calls = AtomicUsize::new(0);
    let (_, shelf, _running) = run(
        Scripted::new(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
            3 | 5.. => Ok(Sent::Landed),
            _ => retry(Cause::ReceiverFailed(500), None),
        }),
        None,
    );
    shelf.put("a", 2, b"x");
    shelf.until_empty().await;
    let waits: Vec<u64> = shelf.delays().iter().map(|(_, wait)| wait.as_secs()).collect();
    assert_eq!(waits, [1, 2, 4, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_receivers_retry_after_is_kept_to() {
    let calls = AtomicUsize::new(0);
    let (uploader, shelf, _running) = run(
        Scripted::new(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
            0 => retry(Cause::TooMany, Some(Duration::from_secs(77))),
            _ => Ok(Sent::Landed),
        }),
        None,
    );
    shelf.put("a", 1, b"x");
    shelf.until_empty().await;
    let at: Vec<Instant> = uploader.attempts().iter().map(|(_, at)| *at).collect();
    assert!(at[1] - at[0] >= Duration::from_secs(77));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_held_back_holds_no_other_back() {
    let (_, shelf, _running) = run(
        Scripted::new(|batch| match batch.id.stream == stream("unregistered") {
            true => retry(Cause::UnknownManifest(Default::default()), None),
            false => Ok(Sent::Landed),
        }),
        None,
    );
    shelf.put("unregistered", 3, b"x");
    shelf.put("b", 100, b"x");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(shelf.landed("b").len(), 100);
    assert_eq!(shelf.landed("unregistered"), Vec::<u64>::new());
}

#[tokio::test(start_paused = true)]
async fn a_refused_or_withheld_batch_becomes_a_tombstone_and_the_rest_goes_on() {
    let refusal = Refusal { code: ProblemCode::Refused, reason: None, line: Some(2) };
    let (_, shelf, _running) = run(
        Scripted::new(move |batch| match (batch.id.seq, batch.records) {
            (Seq(1), 1) => Ok(Sent::Withheld("a header".into())),
            (Seq(2), 1) => Ok(Sent::Refused(refusal)),
            _ => Ok(Sent::Landed),
        }),
        None,
    );
    shelf.put("a", 3, b"x");
    shelf.until_empty().await;
    assert_eq!(shelf.refused(), [1, 2]);
    assert_eq!(shelf.landed("a"), [1, 2, 3], "a tombstone keeps the number");
}

#[tokio::test(start_paused = true)]
async fn another_batch_under_our_number_begins_one_new_epoch_for_all() {
    let (uploader, shelf, _running) = run(
        Scripted::new(|batch| match batch.id.epoch == Epoch([1; 16]) {
            true => Err(Trouble::NewEpochNeeded),
            false => Ok(Sent::Landed),
        }),
        None,
    );
    ["a", "b", "c"].iter().for_each(|name| shelf.put(name, 3, b"x"));
    shelf.until_empty().await;
    assert_eq!(shelf.epochs(), 1);
    for name in ["a", "b", "c"] {
        assert_eq!(shelf.landed(name), [1, 2, 3]);
    }
    assert!(uploader.attempts().len() <= 12);
}

#[tokio::test(start_paused = true)]
async fn numbers_change_only_while_nothing_is_under_way() {
    let mut uploader = Scripted::new(|batch| match &batch.id {
        id if id.epoch != Epoch([1; 16]) => Ok(Sent::Landed),
        id if id.stream == stream("taken") => Err(Trouble::NewEpochNeeded),
        _ => Ok(Sent::Landed), // was under way when "taken" met its 409: must be told of under its old number
    });
    uploader.takes = Duration::from_millis(50);
    let (uploader, shelf, _running) = run(uploader, None);
    ["slow", "taken"].iter().for_each(|name| shelf.put(name, 5, b"x"));
    shelf.until_empty().await;
    let sent: HashSet<_> = uploader.attempts().into_iter().map(|(id, _)| id).collect();
    assert_eq!(shelf.landed("slow").len(), 5);
    assert_eq!(sent.len(), 5 + 5 + 1, "no batch but the refused one went out under two numbers");
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_is_ahead_at_the_start_means_a_new_epoch_before_anything_is_sent() {
    for (landed, epochs) in [(4, 1), (3, 0)] {
        let mut uploader = Scripted::new(|_| Ok(Sent::Landed));
        uploader.marks = vec![Mark { stream: stream("a"), epoch: Epoch([1; 16]), landed: Seq(landed) }];
        let (uploader, shelf) = (Arc::new(uploader), Arc::new(Shelf::default()));
        shelf.put("a", 3, b"x");
        let _running = start(&uploader, &shelf, None);
        shelf.until_empty().await;
        assert_eq!(shelf.epochs(), epochs);
        assert!(uploader.attempts().iter().all(|(id, _)| id.epoch == Epoch([1 + epochs; 16])));
    }
}

#[tokio::test(start_paused = true)]
async fn one_new_batch_is_sent_at_once() {
    let (_, shelf, _running) = run(Scripted::new(|_| Ok(Sent::Landed)), None);
    for _ in 0..5 {
        sleep(HOUR).await;
        let put = Instant::now();
        shelf.put("a", 1, b"x");
        shelf.until_empty().await;
        assert!(put.elapsed() < Duration::from_millis(100));
    }
}

#[tokio::test(start_paused = true)]
async fn when_the_line_is_back_for_one_stream_the_others_wait_no_longer() {
    let begun = Instant::now();
    let (_, shelf, _running) = run(
        Scripted::new(move |_| match begun.elapsed() < HOUR {
            true => retry(Cause::Unreachable, None),
            false => Ok(Sent::Landed),
        }),
        None,
    );
    shelf.put("a", 1, b"x");
    sleep(HOUR + Duration::from_secs(1)).await;
    shelf.put("b", 1, b"x");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(shelf.landed("a"), [1]);
}

#[tokio::test(start_paused = true)]
async fn the_cap_spreads_bytes_over_time() {
    let (_, shelf, _running) = run(Scripted::new(|_| Ok(Sent::Landed)), Some(100_000));
    let begun = Instant::now();
    for name in ["a", "b"] {
        shelf.put(name, 10, &[0; 50_000]);
    }
    shelf.until_empty().await;
    let took = begun.elapsed().as_secs_f64();
    assert!((9.0..11.0).contains(&took), "1 MB at 100 kB/s took {took} s");
    let first_five = shelf.landed_at()[4] - begun;
    assert!(first_five < Duration::from_secs(3), "no saving up: {first_five:?}");
}

#[tokio::test(start_paused = true)]
async fn when_the_outbox_fails_to_note_a_landing_the_batch_is_sent_again() {
    let (uploader, shelf, _running) = run(Scripted::new(|_| Ok(Sent::Landed)), None);
    shelf.fail_landed(2);
    shelf.put("a", 2, b"x");
    shelf.until_empty().await;
    assert_eq!(shelf.landed("a"), [1, 2]);
    assert_eq!(uploader.attempts().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_for_what_is_under_way_but_not_for_ever() {
    for (takes, landed) in [(Duration::from_secs(1), 1), (HOUR, 0)] {
        let mut uploader = Scripted::new(|_| Ok(Sent::Landed));
        uploader.takes = takes;
        let (_, shelf, running) = run(uploader, None);
        shelf.put("a", 10, b"x");
        sleep(Duration::from_millis(100)).await;
        running.stop.send(true).unwrap();
        timeout(Duration::from_secs(3), running.task).await.expect("stops within its bound").unwrap();
        assert_eq!(shelf.landed("a").len(), landed, "nothing more is begun");
    }
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_a_wait_at_once() {
    let (_, shelf, running) = run(Scripted::new(|_| retry(Cause::TooMany, Some(HOUR))), None);
    shelf.put("a", 1, b"x");
    sleep(Duration::from_secs(1)).await;
    let asked = Instant::now();
    drop(running.stop); // its owner is gone: the same as being asked
    running.task.await.unwrap();
    assert!(asked.elapsed() < Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn a_receiver_with_another_clock_is_asked_again_soon_and_otherwise_seldom() {
    let (uploader, shelf, _running) = run(Scripted::new(|_| Ok(Sent::Landed)), None);
    sleep(HOUR / 2).await;
    assert_eq!(shelf.clocks().len(), 2, "at the start, and once more soon after");
    sleep(2 * HOUR).await;
    assert_eq!(shelf.clocks().len(), 4);

    *uploader.clock.lock().unwrap() = "2026-01-09T03:04:05Z";
    sleep(HOUR + HOUR / 2).await;
    let off = shelf.clocks().iter().filter(|(clock, _)| clock.to_string() != NOW).count();
    assert!((80..=200).contains(&off), "every 20 s since it was noticed: {off}");

    *uploader.clock.lock().unwrap() = NOW;
    sleep(Duration::from_secs(61)).await;
    assert_eq!(shelf.clocks().last().unwrap().0.to_string(), NOW);
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_believes_no_signature_still_tells_its_clock() {
    let said = labrelay_model::Timestamp::parse("2026-01-09T03:04:05Z").ok();
    let failures = AtomicUsize::new(0);
    let (_, shelf, _running) = run(
        Scripted::new(move |_| match failures.fetch_add(1, Ordering::Relaxed) {
            0 => retry(Cause::NotAuthenticated { said: Default::default(), clock: said }, None),
            _ => Ok(Sent::Landed),
        }),
        None,
    );
    shelf.put("a", 1, b"x");
    shelf.until_empty().await;
    assert!(shelf.clocks().iter().any(|(clock, _)| Some(*clock) == said));
}

//! Object names and headers: what Labrelay's own uploader sends passes, and nothing else does.

use labrelay_gate::batch::{EnvelopeRefusal, check_envelope};

const PATH: &str = "/v1/batches/flow-7/navios.bead_qc/07070707070707070707070707070707/12";

fn headers() -> Vec<(&'static str, String)> {
    let signed =
        |covered: &str| format!("labrelay=({covered});created=1767225600;alg=\"ed25519\";keyid=\"flow-7\"");
    vec![
        ("accept", "*/*".into()),
        ("user-agent", "labrelay/0.1.0".into()),
        ("content-type", "application/vnd.labrelay.batch.v1+ndjson+zstd".into()),
        ("content-digest", format!("sha-256=:{}=:", "A".repeat(43))),
        ("signature-input", signed("\"@method\" \"@path\" \"content-digest\"")),
        ("signature", format!("labrelay=:{}==:", "b".repeat(86))),
    ]
}

fn check(path: &str, headers: &[(&'static str, String)]) -> Result<(), EnvelopeRefusal> {
    check_envelope(path, headers.iter().map(|(name, value)| (*name, value.as_str())))
}

#[test]
fn what_the_uploader_sends_passes() {
    check(PATH, &headers()).unwrap();
    let mut asking = headers();
    asking.retain(|(name, _)| !name.starts_with("content"));
    for (_, value) in asking.iter_mut().filter(|(name, _)| *name == "signature-input") {
        *value = value.replace(" \"content-digest\"", "");
    }
    for path in ["/v1/marks/flow-7", "/v1/devices/flow-7"] {
        check(path, &asking).unwrap();
    }
}

#[test]
fn a_path_is_that_of_a_batch_a_device_or_its_marks() {
    for path in [
        "",
        "/",
        "/v1/batches/flow-7",
        "/v1/batches/Jane Doe/navios.bead_qc/07070707070707070707070707070707/12",
        "/v1/batches/flow-7/navios.bead_qc/07070707070707070707070707070707/012",
        "/v1/batches/flow-7/navios.bead_qc/0707/12",
        "/v1/batches/flow-7/jane-doe/07070707070707070707070707070707/12",
        "/v1/batches/flow-7/navios.bead_qc/07070707070707070707070707070707/12/jane",
        "/v1/batches/flow-7/navios.bead_qc/07070707070707070707070707070707/12?q=jane",
        "/v1/marks/flow-7/",
        "/v1/devices/flow-7/jane",
        "/v1/devices/Jane Doe",
        "/v2/marks/flow-7",
    ] {
        assert_eq!(check(path, &[]), Err(EnvelopeRefusal::Path), "{path}");
    }
}

#[test]
fn a_header_that_is_not_on_the_list_refuses() {
    for name in ["x-patient", "cookie", "authorization", "content-encoding", ""] {
        let mut headers = headers();
        headers.push((name, "1".into()));
        assert_eq!(check(PATH, &headers), Err(EnvelopeRefusal::UnknownHeader));
    }
    let mut twice = headers();
    twice.push(("Accept", "*/*".into()));
    assert_eq!(check(PATH, &twice), Err(EnvelopeRefusal::RepeatedHeader("accept")));
}

#[test]
fn no_header_holds_a_byte_more_or_less_than_its_form() {
    for (at, (name, value)) in headers().iter().enumerate() {
        let (longer, shorter, changed) =
            (format!("{value}x"), value.get(1..).unwrap().to_owned(), value.replace(['A', 'b', '/'], "~"));
        for wrong in [longer, format!(" {value}"), shorter, changed, String::new()] {
            let mut headers = headers();
            headers[at].1 = wrong.clone();
            if headers[at].1 != *value {
                assert_eq!(check(PATH, &headers), Err(EnvelopeRefusal::HeaderValue(name)), "{wrong}");
            }
        }
    }
}

/// Checks the headers with the value of one of them changed.
fn check_with(name: &str, from: &str, to: &str) -> Result<(), EnvelopeRefusal> {
    let mut headers = headers();
    let (_, value) = headers.iter_mut().find(|(known, _)| *known == name).unwrap();
    assert!(value.contains(from));
    *value = value.replace(from, to);
    check(PATH, &headers)
}

#[test]
fn digests_and_signatures_have_the_length_of_theirs() {
    let digest = format!("{}=", "A".repeat(43));
    for wrong in ["A".repeat(44), "A".repeat(43), "A".repeat(42) + "==", "A".repeat(47) + "=", "=".repeat(44)]
    {
        let found = check_with("content-digest", &digest, &wrong);
        assert_eq!(found, Err(EnvelopeRefusal::HeaderValue("content-digest")), "{wrong}");
    }
}

#[test]
fn a_signature_is_made_at_a_second_of_our_time() {
    for wrong in ["176722560", "17672256000", "0767225600", "176722560x", "+767225600", ""] {
        let found = check_with("signature-input", "1767225600", wrong);
        assert_eq!(found, Err(EnvelopeRefusal::HeaderValue("signature-input")), "{wrong}");
    }
}

#[test]
fn a_signature_names_the_device_of_the_path() {
    let path = PATH.replace("flow-7", "flow-8");
    assert_eq!(check(&path, &headers()), Err(EnvelopeRefusal::HeaderValue("signature-input")));
}

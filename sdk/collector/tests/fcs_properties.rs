//! What holds for every file: what is written is read back, and hostile bytes end in an answer.

use labrelay_collector::fcs::{DataSets, raw_head};
use labrelay_collector::testing::fcs::{FcsMaker, chain};
use proptest::collection::vec;
use proptest::prelude::*;

/// Names without delimiter and blanks around them, as every real writer makes them.
fn name(delimiter: u8) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 1..12).prop_filter_map("a name", move |mut bytes| {
        bytes.retain(|byte| *byte != delimiter);
        let name = bytes.trim_ascii().to_vec();
        (!name.is_empty()).then_some(name)
    })
}

/// Values of any bytes, rich in delimiters.
fn value(delimiter: u8) -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![3 => any::<u8>(), 1 => Just(delimiter)], 0..20)
}

type Keywords = Vec<(Vec<u8>, Vec<u8>)>;

fn keywords() -> impl Strategy<Value = (u8, Keywords)> {
    let delimiter =
        any::<u8>().prop_filter("used in $PAR and offsets", |d| !d.is_ascii_alphanumeric() && *d != b'$');
    delimiter.prop_flat_map(|d| (Just(d), vec((name(d), value(d)), 0..30)))
}

proptest! {
    #[test]
    fn keywords_are_read_back((delimiter, keywords) in keywords(), after in any::<bool>()) {
        let mut maker = FcsMaker::smallest().delimiter(delimiter).events(&[1, 2, 3, 4]);
        for (name, value) in &keywords {
            maker = maker.with_bytes(name, value);
        }
        let file = if after { maker.text_after_data() } else { maker }.build();
        let set = DataSets::of(&mut file.as_slice()).next().unwrap().unwrap();
        let read: Vec<_> = set.text.iter().map(|(name, value)| (name.to_vec(), value.into_owned())).collect();
        prop_assert_eq!(&read[2..], keywords.as_slice());
    }

    #[test]
    fn changed_files_end_in_an_answer(
        changes in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..40),
        cut in any::<proptest::sample::Index>(),
    ) {
        let set = FcsMaker::smallest().with("$TOT", "1").supplement(b"|A|1|").events(&[0; 32]);
        let mut file = chain(&[set.clone(), set.text_after_data()]);
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        file.truncate(cut.index(file.len() + 1));
        read_all(&file);
    }

    #[test]
    fn bytes_behind_a_header_end_in_an_answer(
        offsets in vec(0_u32..400, 4),
        rest in vec(prop_oneof![any::<u8>(), Just(b'|')], 0..400),
    ) {
        let mut file = b"FCS3.0    ".to_vec();
        offsets.iter().for_each(|offset| file.extend(format!("{offset:>8}").bytes()));
        file.extend([b' '; 16]);
        file.extend(rest);
        read_all(&file);
    }
}

/// Reads to the end; every data set takes a part of the file of its own.
fn read_all(mut file: &[u8]) {
    let length = file.len();
    let mut last = None;
    for set in DataSets::of(&mut file).flatten() {
        assert!(set.at < length as u64 && last.is_none_or(|last| set.at > last));
        assert!(set.raw().len() <= 2 * length, "TEXT and its supplement");
        last = Some(set.at);
    }
    assert!(raw_head(&mut file).0.len() <= 2 * length, "HEADER and TEXT");
}

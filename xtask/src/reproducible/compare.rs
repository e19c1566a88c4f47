//! Where two programs differ first, in words that help to find out why.

use object::{Object as _, ObjectSection as _};

/// Bytes of both that are shown.
const SHOWN: usize = 32;

/// The first difference, if there is one.
pub(super) fn difference(first: &[u8], second: &[u8]) -> Option<String> {
    let at = first.iter().zip(second).position(|(one, other)| one != other);
    let at = at.or_else(|| (first.len() != second.len()).then(|| first.len().min(second.len())))?;
    let [one, other] = [first, second].map(|bytes| excerpt(bytes, at));
    let sizes = if first.len() == second.len() {
        String::new()
    } else {
        format!(" ({} and {} bytes)", first.len(), second.len())
    };
    Some(format!("from byte {at:#x} on, in {}{sizes}: {one:?}, {other:?}", section(first, at)))
}

/// The name of the section that holds this byte of the file.
fn section(bytes: &[u8], at: usize) -> String {
    let Ok(file) = object::File::parse(bytes) else { return "no section: it is no program".into() };
    let holds = |section: &object::Section<'_, '_>| {
        section.file_range().is_some_and(|(begin, size)| (begin..begin + size).contains(&(at as u64)))
    };
    let found = file.sections().find(holds).and_then(|section| section.name().map(str::to_owned).ok());
    found.map_or_else(|| "the headers".into(), |name| format!("section {name}"))
}

/// A few bytes around a place, so that a path is recognised.
fn excerpt(bytes: &[u8], at: usize) -> String {
    let shown = bytes.get(at.saturating_sub(SHOWN / 2)..).unwrap_or_default().iter().take(SHOWN);
    shown.map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_and_the_words_around_are_named() {
        let first = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(difference(&first, &first), None);
        let file = object::File::parse(&*first).unwrap();
        let (begin, _) = file.section_by_name(".rodata").and_then(|section| section.file_range()).unwrap();
        let mut second = first.clone();
        second[begin as usize + 7] ^= 1;
        let said = difference(&first, &second).unwrap();
        assert!(said.contains(&format!("{:#x}", begin + 7)) && said.contains("section .rodata"), "{said}");
        assert!(difference(&first, &[&first[..], b"x"].concat()).unwrap().contains("bytes)"));
    }
}

//! Whether every page of the book stands in its summary, and every link between its pages leads to a page and a heading.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context as _, ensure};
use regex::Regex;

const SUMMARY: &str = "SUMMARY.md";
#[expect(clippy::unwrap_used, reason = "a constant that the tests use")]
static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)").unwrap());

/// An error that names the first page which is wrong, and why.
pub(super) fn check(source: &Path) -> anyhow::Result<()> {
    let mut pages = BTreeMap::new();
    for entry in std::fs::read_dir(source).with_context(|| format!("can't list {}", source.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        pages.insert(name, std::fs::read_to_string(&path)?);
    }
    let summary = pages.get(SUMMARY).context("the book has no SUMMARY.md")?;
    for name in pages.keys().filter(|name| *name != SUMMARY) {
        ensure!(summary.contains(&format!("]({name})")), "{name} stands in no line of {SUMMARY}");
    }
    for (name, page) in &pages {
        for (target, heading) in links(page) {
            let of = if target.is_empty() { Some(page) } else { pages.get(target) };
            let of = of.with_context(|| format!("{name} leads to {target}, which is no page of the book"))?;
            let known = heading.is_none_or(|heading| headings(of).any(|known| known == heading));
            ensure!(
                known,
                "{name} leads to {target}#{}, which has no such heading",
                heading.unwrap_or_default()
            );
        }
    }
    Ok(())
}

/// Page and heading of each link within the book.
fn links(page: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let all = LINK.captures_iter(page).map(|link| {
        (link.get(1).map_or("", |target| target.as_str()), link.get(2).map(|heading| heading.as_str()))
    });
    all.filter(|(target, _)| !target.contains("://"))
}

/// Headings as a link names them: small letters and digits, with a dash for each space.
fn headings(page: &str) -> impl Iterator<Item = String> {
    page.lines().filter_map(|line| line.strip_prefix('#')).map(|line| {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(pages: &[(&str, &str)]) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in pages {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        check(folder.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn links_between_pages_lead_somewhere() {
        let one = ("one.md", "# One\n[two](two.md#two-and-a-half)\n[web](https://example.org/x.md)\n");
        let two = ("two.md", "# Two\n## Two, and a half\n[back](one.md) [here](#two)\n");
        let summary = ("SUMMARY.md", "[One](one.md)\n[Two](two.md)\n");
        assert_eq!(checked(&[summary, one, two]), Ok(()));
        let error = checked(&[summary, one, ("two.md", "# Two\n")]).unwrap_err();
        assert!(error.contains("one.md leads to two.md#two-and-a-half"), "{error}");
        let error = checked(&[("SUMMARY.md", "[One](one.md)"), one, two]).unwrap_err();
        assert!(error.contains("two.md stands in no line"), "{error}");
        let error = checked(&[("SUMMARY.md", "[One](one.md)"), one]).unwrap_err();
        assert!(error.contains("one.md leads to two.md, which is no page"), "{error}");
    }
}

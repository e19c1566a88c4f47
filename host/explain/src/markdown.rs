//! A page as Markdown (CommonMark with tables). Whatever a manifest's author wrote stays text: nothing of it becomes
//! a link, a heading or HTML.

use std::fmt::{self, Write as _};

use crate::page::{Block, Cell, Page, Span, Text};

impl Page {
    /// The page as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        let _ = self.write_markdown(&mut out); // writing to a text can't fail
        out
    }

    fn write_markdown(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "# {}", plain(&self.title))?;
        for block in &self.blocks {
            out.push('\n');
            match block {
                Block::Heading(text) => writeln!(out, "## {}", line(text))?,
                Block::Subheading(text) => writeln!(out, "### {}", line(text))?,
                Block::Paragraph(text) => writeln!(out, "{}", line(text))?,
                Block::List(items) => items.iter().try_for_each(|item| writeln!(out, "- {}", line(item)))?,
                Block::Table { head, rows } => {
                    writeln!(out, "| {} |", head.join(" | "))?;
                    writeln!(out, "|{}", "---|".repeat(head.len()))?;
                    for row in rows {
                        let cells: Vec<String> = row.iter().map(cell).collect();
                        writeln!(out, "| {} |", cells.join(" | "))?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn cell(cell: &Cell) -> String {
    // A bar ends a cell even within code.
    cell.0.iter().map(|text| line(text).replace('|', "\\|")).collect::<Vec<_>>().join("<br>")
}

fn line(text: &Text) -> String {
    text.0.iter().map(span).collect()
}

fn span(span: &Span) -> String {
    match span {
        Span::Plain(text) => plain(text),
        Span::Strong(text) => format!("**{}**", plain(text)),
        Span::Code(text) => code(text),
    }
}

/// With every sign that means something to Markdown made plain, except the bar, which `cell` makes plain.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in one_line(text).chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '&' | '~' | '!') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// Between more backticks than the text has in a row.
fn code(text: &str) -> String {
    let text = one_line(text);
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page;

    #[test]
    fn what_an_author_writes_stays_text() {
        let mut page = Page::new("<b>*bold*</b>".into());
        page.paragraph("see [this](http://x)\n# not a heading");
        page.table(&["a", "b"], vec![vec![page::code("x|y").into(), Cell::from("1 | 2").line("two")]]);
        page.paragraph(page::code("a``b"));
        let text = page.to_markdown();
        assert!(text.starts_with("# \\<b\\>\\*bold\\*\\</b\\>\n"), "{text}");
        assert!(text.contains("see \\[this\\](http://x) \\# not a heading\n"), "{text}");
        assert!(text.contains("| `x\\|y` | 1 \\| 2<br>two |\n"), "{text}");
        assert!(text.contains("```a``b```"), "{text}");
    }
}

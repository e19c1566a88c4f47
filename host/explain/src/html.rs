//! A page as one HTML file: no script, nothing fetched from anywhere, good on paper.

use std::fmt::{self, Write as _};

use crate::page::{Block, Cell, Page, Span, Text};

/// Looks, on the screen and on paper.
const STYLE: &str = include_str!("page.css");

impl Page {
    /// The page as a self-contained HTML file.
    pub fn to_html(&self) -> String {
        let mut out = String::new();
        let _ = self.write_html(&mut out); // writing to a text can't fail
        out
    }

    fn write_html(&self, out: &mut String) -> fmt::Result {
        let title = escaped(&self.title);
        // Should anything in it ever look like a script or a link to one, the browser must not follow.
        let policy = "default-src 'none'; style-src 'unsafe-inline'";
        write!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        )?;
        self.blocks.iter().try_for_each(|block| write_block(out, block))?;
        out.write_str("</body>\n</html>\n")
    }
}

fn write_block(out: &mut String, block: &Block) -> fmt::Result {
    match block {
        Block::Heading(text) => writeln!(out, "<h2>{}</h2>", line(text)),
        Block::Subheading(text) => writeln!(out, "<h3>{}</h3>", line(text)),
        Block::Paragraph(text) => writeln!(out, "<p>{}</p>", line(text)),
        Block::List(items) => {
            out.write_str("<ul>\n")?;
            items.iter().try_for_each(|item| writeln!(out, "<li>{}</li>", line(item)))?;
            out.write_str("</ul>\n")
        }
        Block::Table { head, rows } => {
            let head: String = head.iter().map(|name| format!("<th>{}</th>", escaped(name))).collect();
            writeln!(out, "<table>\n<thead><tr>{head}</tr></thead>\n<tbody>")?;
            for row in rows {
                let cells: String = row.iter().map(|each| format!("<td>{}</td>", cell(each))).collect();
                writeln!(out, "<tr>{cells}</tr>")?;
            }
            out.write_str("</tbody>\n</table>\n")
        }
    }
}

fn cell(cell: &Cell) -> String {
    cell.0.iter().map(line).collect::<Vec<_>>().join("<br>")
}

fn line(text: &Text) -> String {
    text.0.iter().map(span).collect()
}

fn span(span: &Span) -> String {
    match span {
        Span::Plain(text) => escaped(text),
        Span::Code(text) => format!("<code>{}</code>", escaped(text)),
        Span::Strong(text) => format!("<strong>{}</strong>", escaped(text)),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page;

    #[test]
    fn what_an_author_writes_stays_text() {
        let hostile = "<script>alert('x')</script>\"&";
        let mut page = Page::new(hostile.into());
        page.heading(hostile);
        page.list(vec![hostile.into()]);
        page.table(&["a"], vec![vec![page::code(hostile).into()]]);
        let html = page.to_html();
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;").count(), 5);
    }

    #[test]
    fn nothing_is_fetched() {
        let html = Page::new("x".into()).to_html();
        for fetching in ["src=", "href=", "url(", "@import", "http:", "https:"] {
            assert!(!html.contains(fetching), "{fetching}");
        }
    }
}

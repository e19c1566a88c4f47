//! The page as such: headings, paragraphs, lists and tables of text. `markdown` and `html` write it out.

/// A readable page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    /// Of a section.
    Heading(Text),
    /// Of a part of a section.
    Subheading(Text),
    Paragraph(Text),
    List(Vec<Text>),
    Table {
        head: &'static [&'static str],
        rows: Vec<Vec<Cell>>,
    },
}

/// What stands in one place of a table: one or several lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cell(pub(crate) Vec<Text>);

/// A line of text, some of it set apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Vec<Span>);

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Span {
    Plain(String),
    /// A name, word or value as it stands in manifests and records.
    Code(String),
    Strong(String),
}

impl Page {
    pub(crate) fn new(title: String) -> Self {
        Self { title, blocks: Vec::new() }
    }

    pub(crate) fn heading(&mut self, text: impl Into<Text>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    pub(crate) fn subheading(&mut self, text: impl Into<Text>) {
        self.blocks.push(Block::Subheading(text.into()));
    }

    pub(crate) fn paragraph(&mut self, text: impl Into<Text>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    pub(crate) fn list(&mut self, items: Vec<Text>) {
        self.blocks.push(Block::List(items));
    }

    pub(crate) fn table(&mut self, head: &'static [&'static str], rows: Vec<Vec<Cell>>) {
        self.blocks.push(Block::Table { head, rows });
    }
}

impl Text {
    pub(crate) fn plain(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Plain(text.into()));
        self
    }

    pub(crate) fn code(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Code(text.into()));
        self
    }

    pub(crate) fn strong(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Strong(text.into()));
        self
    }

    pub(crate) fn then(mut self, more: Text) -> Self {
        self.0.extend(more.0);
        self
    }

    /// Words set apart, with commas between.
    pub(crate) fn words<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        for (index, word) in words.into_iter().enumerate() {
            if index > 0 {
                self = self.plain(", ");
            }
            self = self.code(word);
        }
        self
    }
}

impl Span {
    /// What it says, without how it looks.
    pub(crate) fn text(&self) -> &str {
        match self {
            Span::Plain(text) | Span::Code(text) | Span::Strong(text) => text,
        }
    }
}

impl Cell {
    /// With another line.
    pub(crate) fn line(mut self, text: impl Into<Text>) -> Self {
        self.0.push(text.into());
        self
    }
}

impl<S: Into<String>> From<S> for Text {
    fn from(text: S) -> Self {
        Text::default().plain(text)
    }
}

impl From<Text> for Cell {
    fn from(text: Text) -> Self {
        Cell(vec![text])
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Text::from(text).into()
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Text::from(text).into()
    }
}

/// A line that is a name.
pub(crate) fn code(text: impl Into<String>) -> Text {
    Text::default().code(text)
}

//! FCS and LMD files: HEADER and TEXT of every data set, over any [`Input`](crate::Input), and on demand its events.
//!
//! Bytes go in, keywords come out; what a keyword means is the plugin's business, apart from the clock
//! readings in [`clock`] and how events are stored ([`Layout`]). Events are read by [`ListMode`] and summed up by [`summarize`];
//! [`DataSets`] reads none. Decisions where the standard and real files leave room:
//!
//! - Data sets are followed through `$NEXTDATA`, counted from the start of the data set that holds it, as every
//!   real file does; so the chain can only go forward, and a step into the same data set is refused.
//! - HEADER and TEXT may disagree about where DATA lies. HEADER counts unless it is blank or zero; a
//!   disagreement is a [`Note`] and no error.
//! - DATA that reaches beyond the file's end is an error: a file that is cut off is not to be trusted.
//! - Supplemental TEXT that does not begin with the delimiter of TEXT is something else (one real writer
//!   keeps a ZIP archive there) and is left alone, with a note.

pub mod clock;
mod error;
mod header;
mod histogram;
mod layout;
mod list_mode;
mod moments;
mod reader;
mod statistics;
mod text;

pub use error::{FcsError, Part};
pub use header::Version;
pub use layout::{Layout, MAX_PARAMETERS, Parameter, Scale};
pub use list_mode::{Block, ListMode};
pub use reader::{DataSet, DataSets, MAX_DATA_SETS, MAX_RAW_BYTES, MAX_TEXT_BYTES, Note, raw_head};
pub use statistics::{Figures, MAX_CV_PERCENT, MAX_FIGURES_BYTES, Population, Scatter, Summary, summarize};
pub use text::{MAX_KEYWORDS, Text};

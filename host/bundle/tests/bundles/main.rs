//! Is a bundle one file with one form, is every altered bit found, and does a site believe whom it should?

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // all of this is test code

mod hostile;
mod made;
mod one_form;
mod trust;

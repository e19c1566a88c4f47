//! The detectors from outside: their list for people, and how they do on a corpus.
#![cfg(test)] // so that helpers may unwrap as tests may

mod corpus;
mod document;

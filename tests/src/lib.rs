//! Whole-system tests, hostile plugins and the layering check.

//! The rules: pure decisions over words.

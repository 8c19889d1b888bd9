//! A slotlink store on one SQLite file.

//! A slotlink store on PostgreSQL.

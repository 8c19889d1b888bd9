//! Many processes over one store.

fn main() {}

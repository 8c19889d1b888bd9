//! What the workloads' answers are, and how lists of slots are compared with them.

use serde_json::{Value, json};

/// The start of each slot in Unix seconds, and how many hosts are free then.
pub(crate) type Listed = Vec<(i64, u32)>;

/// FNV-1a, 64 bits, in hexadecimal.
fn fnv(lines: impl Iterator<Item = String>) -> String {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for byte in lines.flat_map(String::into_bytes) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    }
    format!("{hash:016x}")
}

/// What is known of the answers: of a round robin, and of a collective calendar, whose counts do
/// not matter.
pub(crate) fn digest(any: &Listed, all: &Listed) -> Value {
    let start_line = |(start, _): &(i64, u32)| format!("{start}\n");
    json!({
        "rr_slots": any.len(),
        "rr_free_sum": any.iter().map(|(_, free)| free).sum::<u32>(),
        "rr_hash": fnv(any.iter().map(|(start, free)| format!("{start},{free}\n"))),
        "rr_starts_hash": fnv(any.iter().map(start_line)),
        "coll_slots": all.len(),
        "coll_hash": fnv(all.iter().map(start_line)),
    })
}

/// The answers that a brute-force solver in another language has given, and the data's size.
pub(crate) fn expected(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../data/workloads.json")).unwrap();
    all[name].clone()
}

//! Digests in keys and rows.

use sha2::{Digest, Sha256};

/// SHA-256, in hex.
pub(crate) fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    let digest = Sha256::digest(bytes);
    let mut hex = String::with_capacity(digest.len().saturating_mul(2));
    for nibble in digest.iter().flat_map(|byte| [byte >> 4, byte & 0xF]) {
        hex.push(char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }));
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_digest_of_fips_180_4() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex("abc"), abc);
    }
}

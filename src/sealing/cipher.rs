//! XChaCha20-Poly1305 over bytes: nonce, ciphertext and tag one after the other.
//!
//! Source: draft-irtf-cfrg-xchacha-03.

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, Key, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::SealingKey;

/// Bytes of a nonce: random ones never meet.
pub(super) const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

fn cipher(key: &SealingKey) -> XChaCha20Poly1305 {
    let key: &Key = key.bytes().into();
    XChaCha20Poly1305::new(key)
}

/// None if the secret is longer than the cipher allows: 256 GiB.
pub(super) fn encrypt(
    key: &SealingKey,
    nonce: [u8; NONCE_BYTES],
    bound: &[u8],
    secret: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    // Room for all of it, so that it does not move and leave the secret behind.
    let bytes = nonce.len().checked_add(secret.len())?.checked_add(TAG_BYTES)?;
    let mut sealed = Zeroizing::new(Vec::with_capacity(bytes));
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(secret);
    let (_, text) = sealed.split_at_mut_checked(NONCE_BYTES)?;
    let nonce = XNonce::from(nonce);
    let tag = cipher(key).encrypt_inout_detached(&nonce, bound, InOutBuf::from(text)).ok()?;
    sealed.extend_from_slice(&tag);
    Some(sealed)
}

/// None if any of it is not what was sealed. The secret takes the place of the ciphertext.
pub(super) fn decrypt(
    key: &SealingKey,
    bound: &[u8],
    mut sealed: Zeroizing<Vec<u8>>,
) -> Option<Zeroizing<Vec<u8>>> {
    let nonce: [u8; NONCE_BYTES] = *sealed.first_chunk()?;
    sealed.drain(..NONCE_BYTES);
    let tag: [u8; TAG_BYTES] = *sealed.last_chunk()?;
    let length = sealed.len().checked_sub(TAG_BYTES)?;
    sealed.truncate(length);
    let text = InOutBuf::from(sealed.as_mut_slice());
    let (nonce, tag) = (XNonce::from(nonce), Tag::from(tag));
    cipher(key).decrypt_inout_detached(&nonce, bound, text, &tag).ok()?;
    Some(sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<const N: usize>(first: u8) -> [u8; N] {
        std::array::from_fn(|at| first + u8::try_from(at).unwrap())
    }

    /// Source: draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    #[test]
    fn the_published_vector_is_met() {
        let key = SealingKey::from_bytes(&run::<32>(0x80)).unwrap();
        let nonce = run::<24>(0x40);
        let bound = [run::<4>(0x50).as_slice(), &run::<8>(0xC0)].concat();
        let secret =
            b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip \
            for the future, sunscreen would be it.";
        let sealed = encrypt(&key, nonce, &bound, secret).unwrap();
        let hex: String = sealed.iter().skip(24).map(|byte| format!("{byte:02x}")).collect();
        let published = "\
            bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
            731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
            2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
            21f9664c97637da9768812f615c68b13b52e\
            c0875924c1c7987947deafd8780acf49";
        assert_eq!(hex, published);
        assert_eq!(decrypt(&key, &bound, sealed).unwrap().as_slice(), secret);
    }
}

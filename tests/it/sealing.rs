//! `KeyRing` keeps the contract of `Sealer`, and its texts stay readable.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use proptest::prelude::*;
use slotlink::ports::{Entropy, EntropyError, Sealed, Sealer, SealerError};
use slotlink::sealing::{KeyId, KeyRing, SealingKey};
use slotlink::words::Secret;

/// Computed with another implementation of the cipher: the key is the bytes 0x20 to 0x3F, the nonce
/// 0 to 23. What is stored has this form, so that all later versions must open it.
const KNOWN: &str =
    "v1.2026-11.AAECAwQFBgcICQoLDA0ODxAREhMUFRYX0nDO0UFXbDx5zoiB0C_V5vDM6ExdhZQhoJtQMg";
const KNOWN_CONTEXT: &str = "abc/zoom-a/access/1";
const KNOWN_SECRET: &str = "eyJ token ü";

/// Bytes that count on from call to call.
struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        for byte in bytes {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

struct Broken;

impl Entropy for Broken {
    fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError::new("out of noise"))
    }
}

fn id(id: &str) -> KeyId {
    KeyId::new(id).unwrap()
}

fn key(first: u8) -> SealingKey {
    let bytes: Vec<u8> = (first..=u8::MAX).take(32).collect();
    SealingKey::from_bytes(&bytes).unwrap()
}

fn ring(name: &str, first: u8) -> KeyRing {
    KeyRing::with_entropy(id(name), key(first), Arc::new(Counting(AtomicU8::new(0))))
}

fn seal(ring: &KeyRing, context: &str, secret: &str) -> Sealed {
    ring.seal(context, &Secret::new(secret)).unwrap()
}

fn sealed(text: impl Into<String>) -> Sealed {
    Sealed::new(text.into())
}

/// All that an error says.
fn said(error: &SealerError) -> String {
    let mut said = format!("{error:?} {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        said.push_str(&format!(" {error:?} {error}"));
        cause = error.source();
    }
    said
}

#[test]
fn se_1_nothing_of_a_sealed_secret_is_seen_but_its_length() {
    let ring = ring("k", 0x20);
    let (one, other) = (seal(&ring, "c", "canary-token"), seal(&ring, "c", "canary-token"));
    assert_ne!(one, other);
    assert!(!one.as_str().contains("canary"));
    assert_eq!(one.as_str().len(), seal(&ring, "other", "x".repeat(12).as_str()).as_str().len());
    assert!(one.as_str().chars().all(|c| c.is_ascii_graphic()));
}

#[test]
fn se_1_no_bit_of_a_sealed_text_can_be_changed() {
    let ring = ring("k", 0x20).with_former(id("j"), key(0x60)).unwrap();
    let good = seal(&ring, "c", "token");
    for at in 0..good.as_str().len() {
        for bit in 0..7 {
            let mut bytes = good.as_str().as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            let changed = sealed(String::from_utf8(bytes).unwrap());
            assert!(ring.open("c", &changed).is_err(), "{}", changed.as_str());
        }
    }
}

#[test]
fn se_1_what_is_cut_lengthened_or_strange_does_not_open() {
    let ring = ring("k", 0x20);
    let good = seal(&ring, "c", "token").as_str().to_owned();
    for end in 0..good.len() {
        assert!(ring.open("c", &sealed(&good[..end])).is_err(), "{end}");
    }
    let body = good.strip_prefix("v1.k.").unwrap();
    let strange = [
        format!("{good}A"),
        format!("{good}AAAA"),
        format!("{good}="),
        format!("{good}\n"),
        format!(" {good}"),
        format!("v2.k.{body}"),
        format!("v1..k.{body}"),
        format!("v1.k..{body}"),
        format!("v1.k.x.{body}"),
        format!("v1k.{body}"),
        body.to_owned(),
        "v1.k.".to_owned(),
        "v1.k".to_owned(),
        "..".to_owned(),
    ];
    for text in strange {
        assert!(ring.open("c", &sealed(&text)).is_err(), "{text}");
    }
}

#[test]
fn se_1_the_key_id_is_bound_to_the_text() {
    // The same key under two names: only the binding can tell them apart.
    let ring = ring("k", 0x20).with_former(id("j"), key(0x20)).unwrap();
    let renamed = seal(&ring, "c", "token").as_str().replacen("v1.k.", "v1.j.", 1);
    assert!(ring.open("c", &sealed(renamed)).is_err());
}

#[test]
fn se_2_it_opens_with_its_own_context_only() {
    let ring = ring("k", 0x20);
    let token = seal(&ring, "abc/ann/access", "token");
    assert_eq!(ring.open("abc/ann/access", &token).unwrap(), Secret::new("token"));
    for other in ["", "abc/ann/acces", "abc/ann/access ", "abc/ann/refresh", "ABC/ann/access"] {
        assert!(ring.open(other, &token).is_err(), "{other:?}");
    }
}

#[test]
fn se_3_former_keys_open_and_only_the_current_one_seals() {
    let before = seal(&ring("old", 0x20), "c", "token");
    let ring = ring("new", 0x60).with_former(id("old"), key(0x20)).unwrap();
    let ring = ring.with_former(id("older"), key(0x40)).unwrap();
    assert_eq!(ring.open("c", &before).unwrap(), Secret::new("token"));
    let after = seal(&ring, "c", "token");
    assert!(after.as_str().starts_with("v1.new."));
    assert_eq!(ring.open("c", &after).unwrap(), Secret::new("token"));
    assert!(ring.is_current(&after));
    assert!(!ring.is_current(&before));
    assert!(!ring.is_current(&sealed("new")));
}

#[test]
fn se_3_a_key_that_was_taken_off_opens_no_more() {
    let before = seal(&ring("old", 0x20), "c", "canary-token");
    let error = ring("new", 0x60).open("c", &before).unwrap_err();
    assert!(said(&error).contains("key old is not on the ring"), "{}", said(&error));
    // Nor does another key that was given its name.
    assert!(ring("old", 0x60).open("c", &before).is_err());
}

#[test]
fn se_3_what_was_sealed_once_stays_readable() {
    let ring = ring("2026-11", 0x20);
    assert_eq!(ring.open(KNOWN_CONTEXT, &sealed(KNOWN)).unwrap().expose(), KNOWN_SECRET);
    assert_eq!(seal(&ring, KNOWN_CONTEXT, KNOWN_SECRET).as_str(), KNOWN);
}

#[test]
fn each_key_of_a_ring_has_an_id_of_its_own() {
    let taken = ring("k", 0x20).with_former(id("k"), key(0x60)).unwrap_err();
    assert_eq!(taken.to_string(), "there is a key k on the ring already");
    let ring = ring("k", 0x20).with_former(id("j"), key(0x60)).unwrap();
    assert_eq!(ring.with_former(id("j"), key(0x40)).unwrap_err().id, id("j"));
}

#[test]
fn without_randomness_nothing_is_sealed() {
    let ring = KeyRing::with_entropy(id("k"), key(0x20), Arc::new(Broken));
    let error = ring.seal("c", &Secret::new("canary-token")).unwrap_err();
    assert!(said(&error).contains("the entropy source failed"));
    assert!(!said(&error).contains("canary"));
}

#[test]
fn bytes_of_the_system_differ() {
    let ring = KeyRing::new(id("k"), key(0x20));
    let (one, other) = (seal(&ring, "c", "token"), seal(&ring, "c", "token"));
    assert_ne!(one, other);
    assert_eq!(ring.open("c", &one).unwrap(), ring.open("c", &other).unwrap());
}

#[test]
fn nothing_shows_a_key_or_a_secret() {
    let canary = SealingKey::from_bytes(b"canary-canary-canary-canary-cana").unwrap();
    let ring = KeyRing::with_entropy(id("k"), canary, Arc::new(Counting(AtomicU8::new(0))));
    let good = seal(&ring, "canary-context", "canary-token");
    let shown = format!("{ring:?}");
    assert_eq!(shown, r#"KeyRing { current: "k", former: [], .. }"#);
    let texts =
        [good.as_str().to_owned(), "canary".into(), "v1.canary!.x".into(), "v1.k.canary".into()];
    for text in texts {
        let error = ring.open("other", &sealed(text)).unwrap_err();
        assert!(!said(&error).contains("canary"), "{}", said(&error));
    }
}

proptest! {
    #[test]
    fn whatever_is_sealed_opens(context: String, secret: String) {
        let ring = ring("k", 0x20);
        let one = seal(&ring, &context, &secret);
        let other = seal(&ring, &context, &secret);
        prop_assert_ne!(&one, &other);
        prop_assert_eq!(ring.open(&context, &one).unwrap(), Secret::new(&*secret));
        prop_assert_eq!(ring.open(&context, &other).unwrap(), Secret::new(&*secret));
    }

    #[test]
    fn no_other_context_opens_it(context: String, other: String, secret: String) {
        prop_assume!(context != other);
        let ring = ring("k", 0x20);
        prop_assert!(ring.open(&other, &seal(&ring, &context, &secret)).is_err());
    }

    #[test]
    fn no_changed_text_opens(secret: String, at: prop::sample::Index, flip in 1_u8..128) {
        let ring = ring("k", 0x20).with_former(id("j"), key(0x60)).unwrap();
        let mut bytes = seal(&ring, "c", &secret).as_str().as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let changed = sealed(String::from_utf8(bytes).unwrap());
        prop_assert!(ring.open("c", &changed).is_err());
    }

    #[test]
    fn no_text_makes_it_panic(text: String, body in "v1\\.k\\.[A-Za-z0-9_-]{0,120}") {
        let ring = ring("k", 0x20);
        for text in [text, body] {
            let text = sealed(text);
            let _ = ring.is_current(&text);
            prop_assert!(ring.open("c", &text).is_err());
        }
    }
}

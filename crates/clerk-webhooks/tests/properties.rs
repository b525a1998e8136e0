//! What holds of every delivery.

use clerk_core::UnixTime;
use clerk_webhooks::{SigningSecrets, Verifier};
use proptest::prelude::*;

const SENT: i64 = 1_800_000_000;
const SENT_AT: UnixTime = UnixTime::from_secs(SENT);

fn secrets() -> SigningSecrets {
    "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0 YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0"
        .parse()
        .unwrap()
}

fn id() -> impl Strategy<Value = String> {
    "[!-\\-/-~]{1,40}"
}

/// Lengths in header values that a server might let through.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::collection::vec(any::<u8>(), 0..64),
        4 => "[0-9.+-]{0,24}".prop_map(String::into_bytes),
        4 => "(v1a?,[A-Za-z0-9+/]{0,44}=? ?){0,20}".prop_map(String::into_bytes),
        1 => any::<i64>().prop_map(|number| number.to_string().into_bytes()),
        1 => Just(b"-9223372036854775808".to_vec()),
        1 => any::<u8>().prop_map(|byte| vec![byte; 1 << 20]),
    ]
}

proptest! {
    #[test]
    fn what_is_signed_is_accepted(
        id in id(),
        body in prop::collection::vec(any::<u8>(), 0..200),
        late in -300_i64..=300,
    ) {
        let signed = secrets().sign(&id, SENT_AT, &body).unwrap();
        let now = UnixTime::from_secs(SENT + late);
        for headers in [signed.svix(), signed.standard()] {
            let verifier = Verifier::new(secrets());
            let delivery = verifier.verify(&headers, &body, now).unwrap();
            prop_assert_eq!(delivery.id(), &id);
            prop_assert_eq!(delivery.timestamp(), SENT_AT);
            prop_assert_eq!(delivery.body(), &body);
        }
    }

    #[test]
    fn any_other_byte_is_refused(
        id in id(),
        body in prop::collection::vec(any::<u8>(), 1..200),
        part in 0..4_usize,
        position: prop::sample::Index,
        difference in 1..=255_u8,
    ) {
        // One secret: a byte more or less in a list of signatures leaves the other one good.
        let secrets = SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0").unwrap();
        let signed = secrets.sign(&id, SENT_AT, &body).unwrap();
        let [id, timestamp, signature] = signed.svix().map(|(_, value)| value.as_bytes().to_vec());
        let mut parts = [id, timestamp, signature, body];
        let changed = &mut parts[part];
        let position = position.index(changed.len());
        changed[position] ^= difference;

        let [id, timestamp, signature, body] = parts;
        let headers = [("svix-id", id), ("svix-timestamp", timestamp), ("svix-signature", signature)];
        // However far the timestamp has moved: the signature has to notice.
        let verifier = Verifier::new(secrets).tolerance(std::time::Duration::MAX);
        prop_assert!(verifier.verify(&headers, &body, SENT_AT).is_err());
    }

    #[test]
    fn any_header_values_are_an_error_and_no_panic(
        id in value(),
        timestamp in value(),
        signature in value(),
        kept in 0..4_usize,
        now: i64,
        standard: bool,
    ) {
        let signed = secrets().sign("msg_1", SENT_AT, b"{}").unwrap();
        let good = if standard { signed.standard() } else { signed.svix() };
        let mut headers = good.map(|(name, value)| (name, value.as_bytes().to_vec()));
        for (index, value) in [id, timestamp, signature].into_iter().enumerate() {
            if index != kept {
                headers[index].1 = value;
            }
        }
        let verifier = Verifier::new(secrets());
        let error = verifier.verify(&headers, b"{}", UnixTime::from_millis(now)).unwrap_err();
        let names = headers.map(|(name, _)| name);
        prop_assert!(names.contains(&error.header()));
        prop_assert!(!error.to_string().is_empty());
    }

    #[test]
    fn any_secret_is_taken_or_refused(text in "\\PC{0,40}|[A-Za-z0-9+/]{0,40}={0,2}") {
        drop(SigningSecrets::new(&text));
        drop(text.parse::<SigningSecrets>());
    }
}

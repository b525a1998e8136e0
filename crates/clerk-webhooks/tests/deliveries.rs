//! Deliveries good and bad, most of them named after how one might get past a verifier.

use std::time::Duration;

use clerk_core::{Pasted, UnixTime};
use clerk_webhooks::{Error, InvalidSigningSecret, SigningSecrets, Verified, Verifier};

const SECRET: &str = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";
const NEXT_SECRET: &str = "whsec_YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0";
const SENT: UnixTime = UnixTime::from_secs(1_800_000_000);
const BODY: &[u8] = br#"{"type":"user.created"}"#;
/// What other implementations sign `BODY` with, under each of the secrets.
const SIGNATURE: &str = "v1,geIUXOknYiSAYd5Px3lErdeylNvppix19OSLtLqOSpY=";
const NEXT_SIGNATURE: &str = "v1,OMm/1HkjIUq1VrzqlJ3RU7BafA6lwxB+f1e9RLmoSnw=";

type Header<'h> = (&'h str, &'h [u8]);

fn verifier() -> Verifier {
    Verifier::new(SigningSecrets::new(SECRET).unwrap())
}

fn verified<'d>(headers: &'d [Header<'d>], body: &'d [u8]) -> Result<Verified<'d>, Error> {
    verifier().verify(headers, body, SENT)
}

/// The headers of a good delivery of `BODY`, with those of `changed` in place of their namesakes.
fn headers<'h>(changed: &[Header<'h>]) -> Vec<Header<'h>> {
    let good: [Header<'h>; 3] = [
        ("svix-id", b"msg_1"),
        ("svix-timestamp", b"1800000000"),
        ("svix-signature", SIGNATURE.as_bytes()),
    ];
    let kept = |(name, _): &Header<'_>| !changed.iter().any(|(other, _)| other == name);
    let good = good.into_iter().filter(kept);
    good.chain(changed.iter().copied()).collect()
}

fn with(changed: &[Header<'_>]) -> Result<(), Error> {
    verified(&headers(changed), BODY).map(drop)
}

fn invalid(error: Result<(), Error>) -> &'static str {
    match error {
        Err(Error::InvalidHeader { name, .. }) => name,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_good_delivery_is_handed_back_as_it_was_signed() {
    let headers = headers(&[]);
    let delivery = verified(&headers, BODY).unwrap();
    assert_eq!(delivery.id(), "msg_1");
    assert_eq!(delivery.timestamp(), SENT);
    assert_eq!(delivery.body(), BODY);
}

#[test]
fn a_body_need_not_be_text() {
    let signature = b"v1,2grz8lxKH1fs4rIjM7L1qox/VekMwoCK2cDm213DHiM=";
    let headers = headers(&[("svix-signature", signature)]);
    assert!(verified(&headers, &[255, 0, 10]).is_ok());
    // As text, with U+FFFD for the byte that is none, it would be this one.
    let error = verified(&headers, "\u{fffd}\0\n".as_bytes()).unwrap_err();
    assert_eq!(error.reason(), "signature-mismatch");
}

#[test]
fn both_sets_of_names_are_read_in_any_case() {
    for names in [
        ["svix-id", "svix-timestamp", "svix-signature"],
        ["Svix-Id", "SVIX-TIMESTAMP", "Svix-signature"],
        ["webhook-id", "webhook-timestamp", "webhook-signature"],
        ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"],
    ] {
        let values = ["msg_1", "1800000000", SIGNATURE];
        let headers: Vec<_> = names.into_iter().zip(values).collect();
        assert!(verifier().verify(&headers, BODY, SENT).is_ok(), "{names:?}");
    }
}

#[cfg(feature = "http")]
#[test]
fn headers_of_the_http_crate_are_read() {
    let mut map = http::HeaderMap::new();
    for (name, value) in headers(&[]) {
        let name: http::HeaderName = name.parse().unwrap();
        map.append(name, http::HeaderValue::from_bytes(value).unwrap());
    }
    assert!(verifier().verify(&map, BODY, SENT).is_ok());
    map.append("svix-id", http::HeaderValue::from_static("msg_2"));
    let error = verifier().verify(&map, BODY, SENT).unwrap_err();
    assert_eq!(error, Error::RepeatedHeader { name: "svix-id" });
}

#[test]
fn a_header_that_is_missing_empty_or_there_twice_is_named() {
    for name in ["svix-id", "svix-timestamp", "svix-signature"] {
        for empty in [b"".as_slice(), b" ", b"\t \t"] {
            let missing = Err(Error::MissingHeader { name });
            assert_eq!(with(&[(name, empty)]), missing);
        }
        let all = headers(&[]);
        let rest: Vec<_> = all
            .iter()
            .copied()
            .filter(|(other, _)| *other != name)
            .collect();
        let error = verified(&rest, BODY).unwrap_err();
        assert_eq!(error, Error::MissingHeader { name });
        assert!(error.to_string().contains(name));

        // Even twice the same: which of two counts depends on who reads them.
        let same = all.iter().filter(|(other, _)| *other == name);
        let twice: Vec<_> = all.iter().chain(same).copied().collect();
        let error = verified(&twice, BODY).unwrap_err();
        assert_eq!(error, Error::RepeatedHeader { name });
    }
    assert_eq!(
        verified(&[], BODY).unwrap_err(),
        Error::MissingHeader { name: "svix-id" }
    );
}

#[test]
fn one_set_of_names_does_not_complete_the_other() {
    let webhook: [Header<'_>; 3] = [
        ("webhook-id", b"msg_1"),
        ("webhook-timestamp", b"1800000000"),
        ("webhook-signature", SIGNATURE.as_bytes()),
    ];
    assert!(verified(&webhook, BODY).is_ok());
    let mut mixed = webhook.to_vec();
    mixed.push(("svix-id", b"msg_1"));
    let error = verified(&mixed, BODY).unwrap_err();
    assert_eq!(
        error,
        Error::MissingHeader {
            name: "svix-timestamp"
        }
    );
    // The set that counts is judged alone: here its signature is somebody else's.
    let mut both = headers(&[("svix-signature", b"v1,AAAA")]);
    both.extend(webhook);
    assert_eq!(
        verified(&both, BODY).unwrap_err().header(),
        "svix-signature"
    );
    assert_eq!(
        verified(&webhook[..2], BODY).unwrap_err(),
        Error::MissingHeader {
            name: "webhook-signature"
        }
    );
}

#[test]
fn ids_that_could_move_the_parts_apart_anew_are_refused() {
    for id in [
        b"msg.1".as_slice(),
        b".",
        b"msg_1.1800000000",
        b"msg 1",
        b"msg\n1",
        b"msg\0",
        b"msg_\xff",
        "msg_\u{e9}".as_bytes(),
        &[b'a'; 257],
        &[b'a'; 1 << 20],
    ] {
        assert_eq!(invalid(with(&[("svix-id", id)])), "svix-id");
    }

    // A delivery that is signed, cut at another full stop: the same bytes are hashed.
    let secrets = SigningSecrets::new(SECRET).unwrap();
    let signed = secrets.sign("a", SENT, b"1800000000.{}").unwrap();
    let [_, _, (_, signature)] = signed.svix();
    let cut = [
        ("svix-id", "a.1800000000"),
        ("svix-timestamp", "1800000000"),
        ("svix-signature", signature),
    ];
    let error = verifier().verify(&cut, b"{}", SENT).unwrap_err();
    assert_eq!(
        (error.reason(), error.header()),
        ("header-invalid", "svix-id")
    );
}

#[test]
fn timestamps_have_one_form() {
    for timestamp in [
        "1800000000.5",
        "1800000000abc",
        "01800000000",
        "+1800000000",
        "-1",
        "-9223372036854775808",
        "9223372036854775808",
        "99999999999999999999999999",
        "1.8e9",
        "0x6b49d200",
        "1_800_000_000",
        "１８００００００００",
        "NaN",
        "1800000000\u{0}",
    ] {
        let refused = with(&[("svix-timestamp", timestamp.as_bytes())]);
        assert_eq!(invalid(refused), "svix-timestamp", "{timestamp}");
    }
    assert_eq!(
        invalid(with(&[("svix-timestamp", b"\xff\xfe")])),
        "svix-timestamp"
    );
    assert_eq!(
        invalid(with(&[("svix-timestamp", &[b'1'; 1 << 20])])),
        "svix-timestamp"
    );
    assert_eq!(with(&[("svix-timestamp", b" 1800000000\t")]), Ok(()));
}

#[test]
fn recordings_and_dates_to_come_are_refused_beyond_the_tolerance() {
    let old = Err(Error::TooOld {
        name: "svix-timestamp",
    });
    let new = Err(Error::TooNew {
        name: "svix-timestamp",
    });
    let minutes = Duration::from_secs(300);
    for (tolerance, now_millis, expected) in [
        (minutes, 1_800_000_300_000, Ok(())),
        // Whole seconds, as the timestamp is in.
        (minutes, 1_800_000_300_999, Ok(())),
        (minutes, 1_800_000_301_000, old),
        (minutes, 1_799_999_700_000, Ok(())),
        (minutes, 1_799_999_699_999, new),
        (Duration::ZERO, 1_800_000_000_999, Ok(())),
        (Duration::ZERO, 1_800_000_001_000, old),
        (Duration::ZERO, 1_799_999_999_999, new),
        (Duration::MAX, i64::MAX, Ok(())),
        (Duration::MAX, i64::MIN, Ok(())),
        (minutes, i64::MAX, old),
        (minutes, i64::MIN, new),
    ] {
        let verifier = verifier().tolerance(tolerance);
        let headers = headers(&[]);
        let delivery = verifier.verify(&headers, BODY, UnixTime::from_millis(now_millis));
        assert_eq!(delivery.map(drop), expected, "{tolerance:?} {now_millis}");
    }
    let last = i64::MAX.to_string();
    let refused = with(&[("svix-timestamp", last.as_bytes())]);
    assert_eq!(refused, new);
}

#[test]
fn a_signature_that_is_not_one_matches_nothing() {
    let unpadded = SIGNATURE.trim_end_matches('=');
    let (_, bare) = SIGNATURE.split_once(',').unwrap();
    for signature in [
        bare.to_owned(),
        format!("v2,{bare}"),
        format!("v1a,{bare}"),
        format!("V1,{bare}"),
        format!("v1={bare}"),
        format!("v1,v1,{bare}"),
        format!("v1,{bare}, "),
        format!("v1,{bare},v1,{bare}"),
        unpadded.to_owned(),
        SIGNATURE.replace("pY=", "pZ="), // the same bytes, with bits set that are not read
        SIGNATURE.replace('+', "-"),
        SIGNATURE.to_lowercase(),
        "v1,".to_owned(),
        "v1".to_owned(),
        ",".to_owned(),
        "v1,geIUXOknYiSAYd5Px3lErdeylNvppix19OSLtLqO".to_owned(), // its beginning
        format!("{SIGNATURE}AAAA"),
        format!("v1,{}", "A".repeat(1 << 20)),
    ] {
        if signature == SIGNATURE {
            continue;
        }
        let refused = with(&[("svix-signature", signature.as_bytes())]);
        let expected = Err(Error::NoMatchingSignature {
            name: "svix-signature",
        });
        assert_eq!(
            refused,
            expected,
            "{}",
            &signature[..signature.len().min(80)]
        );
    }
}

#[test]
fn one_good_signature_among_others_is_enough() {
    for signatures in [
        format!("v1,AAAA {SIGNATURE}"),
        format!("{SIGNATURE} {NEXT_SIGNATURE}"),
        format!("{NEXT_SIGNATURE}   {SIGNATURE} v2,later"),
        format!("v1a,other {SIGNATURE} , v1"),
        format!("{}{SIGNATURE}", "v1,AAAA ".repeat(15)),
    ] {
        assert_eq!(
            with(&[("svix-signature", signatures.as_bytes())]),
            Ok(()),
            "{signatures}"
        );
    }
}

#[test]
fn more_signatures_than_anybody_sends_are_not_looked_at() {
    let too_many = Err(Error::TooManySignatures {
        name: "svix-signature",
    });
    for signatures in [
        format!("{SIGNATURE} {}", "v1,AAAA ".repeat(16)),
        format!("{}{SIGNATURE}", "v2,AAAA ".repeat(16)),
        "v1,AAAA ".repeat(1 << 17),
    ] {
        assert_eq!(with(&[("svix-signature", signatures.as_bytes())]), too_many);
    }
}

#[test]
fn a_secret_is_replaced_without_a_gap() {
    let both = SigningSecrets::new(SECRET)
        .unwrap()
        .also(NEXT_SECRET)
        .unwrap();
    let signed = both.sign("msg_1", SENT, BODY).unwrap();
    assert_eq!(
        signed.svix()[2].1,
        format!("{SIGNATURE} {NEXT_SIGNATURE}"),
        "the sender uses both"
    );
    let verifiers = [
        Verifier::new(both),
        Verifier::new(SigningSecrets::new(SECRET).unwrap()),
        Verifier::new(SigningSecrets::new(NEXT_SECRET).unwrap()),
    ];
    let accepts = |verifier: &Verifier, signature: &str| {
        let headers = headers(&[("svix-signature", signature.as_bytes())]);
        verifier.verify(&headers, BODY, SENT).is_ok()
    };
    for (signature, expected) in [
        (SIGNATURE, [true, true, false]),
        (NEXT_SIGNATURE, [true, false, true]),
        (signed.svix()[2].1, [true, true, true]),
    ] {
        assert_eq!(
            verifiers.each_ref().map(|one| accepts(one, signature)),
            expected
        );
    }
}

#[test]
fn secrets_in_the_forms_they_are_kept_in() {
    let (_, bare) = SECRET.split_once('_').unwrap();
    let bytes = b"only an example of a secret";
    let all = [
        SigningSecrets::new(SECRET),
        SigningSecrets::new(bare),
        SigningSecrets::new(format!("  {SECRET}\r\n")),
        SigningSecrets::from_bytes(bytes),
        SECRET.parse(),
        format!("{NEXT_SECRET},\n{SECRET}").parse(),
    ];
    for secrets in all {
        let headers = headers(&[]);
        let verifier = Verifier::new(secrets.unwrap());
        assert!(verifier.verify(&headers, BODY, SENT).is_ok());
    }
}

/// svix and standardwebhooks take them, in Node and in Python.
#[test]
fn the_padding_may_be_left_out() {
    let padded = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmU=";
    let bytes = b"only an example of a secre";
    let unpadded = padded.trim_end_matches('=');
    let signed = SigningSecrets::from_bytes(bytes).unwrap();
    let signed = signed.sign("msg_1", SENT, BODY).unwrap();
    for text in [
        padded.to_owned(),
        unpadded.to_owned(),
        unpadded.replace("whsec_", ""),
        format!("v1,{unpadded}"),
        format!("CLERK_WEBHOOK_SIGNING_SECRET=\"v1,{padded}\""),
    ] {
        let one = SigningSecrets::new(&text).unwrap();
        let several: SigningSecrets = format!("{text}, {NEXT_SECRET}").parse().unwrap();
        for secrets in [one, several] {
            let verifier = Verifier::new(secrets);
            let headers = signed.svix();
            let delivery = verifier.verify(&headers, BODY, SENT);
            assert!(delivery.is_ok(), "{text}");
        }
    }
}

/// A text that decodes to the same bytes as another is refused, though decoders that are not strict
/// take it: nobody has it from Clerk, so it is a damaged one.
#[test]
fn two_texts_that_differ_are_not_one_secret() {
    use InvalidSigningSecret::Encoding;
    for (text, error) in [
        // Bits that count for nothing.
        ("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV", Encoding),
        ("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2Vjcn", Encoding),
        // Half of the padding, and more of it than there is.
        ("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2Vjcg=", Encoding),
        ("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmU==", Encoding),
    ] {
        assert_eq!(SigningSecrets::new(text).unwrap_err(), error, "{text}");
    }
}

/// Words of four letters, of eight and of twelve are base64, and everybody can sign with one.
#[test]
fn no_word_and_no_part_of_a_secret_is_one() {
    use InvalidSigningSecret::{Other, Short};
    let placeholder = Other(Pasted::Placeholder);
    for (text, error) in [
        ("changeme", placeholder),
        ("whsec_changeme", placeholder),
        ("whsec_CHANGEME", placeholder),
        ("whsec_none", placeholder),
        ("whsec_null", placeholder),
        ("whsec_todo", placeholder),
        ("whsec_password", placeholder),
        ("v1,whsec_undefined", placeholder),
        ("whsec_abcd", Short),
        ("whsec_test", Short),
        ("secretsecret", Short),
        ("test", Short),
        // 8, 17 and 18 bytes, and the most that is too few: 23.
        ("whsec_AAAAAAAAAAA=", Short),
        ("whsec_b25seSBhbiBleGFtcGxlIG8", Short),
        ("b25seSBhbiBleGFtcGxlIG9m", Short),
        ("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2U=", Short),
    ] {
        assert_eq!(SigningSecrets::new(text).unwrap_err(), error, "{text}");
        assert_eq!(text.parse::<SigningSecrets>().unwrap_err(), error, "{text}");
    }
    assert!(SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2Vj").is_ok());
    // Whoever says bytes means them.
    assert!(SigningSecrets::from_bytes(b"short").is_ok());
}

#[test]
fn empty_and_damaged_secrets_are_refused() {
    use InvalidSigningSecret::{Empty, Encoding, Other};
    for (text, error) in [
        ("", Empty),
        (" \n", Empty),
        ("whsec_", Empty),
        ("whsec_c", Encoding),
        ("whsec_b25seSBhbiBleGFtcGxl-_", Encoding),
        ("whsec_b25s eSBh", Encoding),
        ("sk_test_abc", Other(Pasted::SecretKey)),
        ("whsec_ü", Encoding),
    ] {
        assert_eq!(SigningSecrets::new(text).unwrap_err(), error, "{text}");
    }
    assert_eq!("".parse::<SigningSecrets>().unwrap_err(), Empty);
    assert_eq!(" , ".parse::<SigningSecrets>().unwrap_err(), Empty);
    assert_eq!(SigningSecrets::from_bytes([]).unwrap_err(), Empty);
    // A `main` that fails with it shows what to do, and not a name alone.
    let shown = format!("{:?}", InvalidSigningSecret::Empty);
    assert!(
        shown.contains("set CLERK_WEBHOOK_SIGNING_SECRET"),
        "{shown}"
    );
}

#[test]
fn what_nobody_would_accept_is_not_signed() {
    let secrets = SigningSecrets::new(SECRET).unwrap();
    let header = |id: &str, now| secrets.sign(id, now, BODY).unwrap_err().header();
    assert_eq!(header("", SENT), "svix-id");
    assert_eq!(header("a.b", SENT), "svix-id");
    assert_eq!(header("a", UnixTime::from_millis(-1)), "svix-timestamp");
}

#[test]
fn no_text_shows_a_secret_a_body_or_a_header() {
    let secrets = SigningSecrets::new("whsec_cGxhbnRlZCwgdG8gYmUgc2VlbiBub3doZXJl").unwrap();
    let signed = secrets.sign("msg_1", SENT, b"private").unwrap();
    let headers = signed.svix();
    let verifier = Verifier::new(secrets.clone());
    let delivery = verifier.verify(&headers, b"private", SENT).unwrap();
    let refused = with(&[("svix-timestamp", b"planted")]).unwrap_err();
    let invalid = SigningSecrets::new("whsec_planted").unwrap_err();
    let shown = format!(
        "{secrets:?} {verifier:?} {delivery:?} {refused} {refused:?} {invalid} {invalid:?}"
    );
    for word in ["planted", "cGxhbnRlZ", "112, 108", "private", "112, 114"] {
        assert!(!shown.contains(word), "{shown}");
    }
}

use std::{format, string::ToString};

use proptest::prelude::*;

use super::*;

#[test]
fn what_surrounds_a_key_is_taken_off() {
    for text in [
        "sk_test_abc",
        "  sk_test_abc\r\n",
        "\u{feff}sk_test_abc\u{a0}\u{200b}",
        "\"sk_test_abc\"",
        "'sk_test_abc'",
        "`sk_test_abc`",
        "\u{201c}sk_test_abc\u{201d}",
        "\"sk_test_abc\",",
        "sk_test_abc;",
        "CLERK_SECRET_KEY=sk_test_abc\n",
        "CLERK_SECRET_KEY = \"sk_test_abc\"",
        "export CLERK_SECRET_KEY='sk_test_abc'",
        "\"CLERK_SECRET_KEY=sk_test_abc\"",
        "NEXT_PUBLIC_CLERK_2=sk_test_abc",
    ] {
        assert_eq!(Pasted::strip(text), "sk_test_abc", "{text:?}");
    }
}

/// A name in front is told from the padding behind: the underscore is no letter of base64, and
/// prefixes are in small letters.
#[test]
fn nothing_of_a_key_is_taken_off() {
    for text in [
        "whsec_AAAA==",
        "QUJDREVG=",
        "sk_test_A=B",
        "pk_test_Y2xlcmsuY2xlcmsuZGV2JA==",
        "a_b=c",
    ] {
        assert_eq!(Pasted::strip(text), text);
    }
}

#[test]
fn what_is_something_else_is_called_what_it_is() {
    for (text, found) in [
        ("sk_test_...", Some(Pasted::Placeholder)),
        ("sk_test_\u{2026}", Some(Pasted::Placeholder)),
        (
            "sk_live_\u{2022}\u{2022}\u{2022}",
            Some(Pasted::Placeholder),
        ),
        ("pk_test_***", Some(Pasted::Placeholder)),
        ("sk_test_xxxxxxxx", Some(Pasted::Placeholder)),
        ("whsec_XXXXXXXX", Some(Pasted::Placeholder)),
        ("<your key>", Some(Pasted::Placeholder)),
        ("YOUR_SECRET_KEY", Some(Pasted::Placeholder)),
        ("sk_test_your_key", Some(Pasted::Placeholder)),
        ("your-publishable-key", Some(Pasted::Placeholder)),
        ("${CLERK_SECRET_KEY}", Some(Pasted::Placeholder)),
        ("$CLERK_SECRET_KEY", Some(Pasted::Placeholder)),
        ("{{ clerk.secret }}", Some(Pasted::Placeholder)),
        ("%CLERK_SECRET_KEY%", Some(Pasted::Placeholder)),
        ("undefined", Some(Pasted::Placeholder)),
        ("changeme", Some(Pasted::Placeholder)),
        ("sk_test_changeme", Some(Pasted::Placeholder)),
        ("sk_live_undefined", Some(Pasted::Placeholder)),
        ("sk_test_NULL", Some(Pasted::Placeholder)),
        ("pk_test_none", Some(Pasted::Placeholder)),
        ("ak_todo", Some(Pasted::Placeholder)),
        ("mch_null", Some(Pasted::Placeholder)),
        ("whsec_password", Some(Pasted::Placeholder)),
        ("whsec_change_me", Some(Pasted::Placeholder)),
        ("whsec_placeholder", Some(Pasted::Placeholder)),
        ("sk_test_secret", Some(Pasted::Placeholder)),
        ("pk_live_abc", Some(Pasted::PublishableKey)),
        ("sk_live_abc", Some(Pasted::SecretKey)),
        ("ak_abc", Some(Pasted::MachineSecretKey)),
        ("mch_abc", Some(Pasted::MachineId)),
        ("whsec_abc", Some(Pasted::SigningSecret)),
        ("eyJhbGciOi.eyJpc3Mi.c2ln", Some(Pasted::Token)),
        ("mt_abc", Some(Pasted::Token)),
        ("oat_abc", Some(Pasted::Token)),
        ("-----BEGIN PUBLIC KEY-----", Some(Pasted::PublicKey)),
        ("-----BEGIN CERTIFICATE-----", Some(Pasted::Certificate)),
        ("-----BEGIN RSA PUBLIC KEY-----", None),
        ("-----BEGIN PRIVATE KEY-----", Some(Pasted::PrivateKey)),
        ("-----BEGIN RSA PRIVATE KEY-----", Some(Pasted::PrivateKey)),
        (
            "-----BEGIN PUBLIC KEY-----\nMII\n-----END PUBLIC KEY-----\n-----BEGIN PRIVATE KEY-----",
            Some(Pasted::PrivateKey),
        ),
        (r#"{"keys":[{"kty":"RSA"}]}"#, Some(Pasted::JwkSet)),
        (r#"{\"keys\":[]}"#, Some(Pasted::JwkSet)),
        (r#"{"kty":"RSA","n":"d0","e":"AQAB"}"#, Some(Pasted::Jwk)),
        (r#"{"kty":"RSA", "d" : "AQAB"}"#, Some(Pasted::PrivateKey)),
        (
            r#"{"keys":[{"kty":"oct","k":"AQAB"}]}"#,
            Some(Pasted::PrivateKey),
        ),
        ("{}", None),
        (
            "https://clerk.example.com/.well-known/jwks.json",
            Some(Pasted::Url),
        ),
        ("c2tfdGVzdF9hYmM=", Some(Pasted::Encoded)),
        ("LS0tLS1CRUdJTiBQVUJMSUM=", Some(Pasted::Encoded)),
        ("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", None),
        ("sk_test_x", Some(Pasted::SecretKey)),
        ("sk_test_yourAbc123", Some(Pasted::SecretKey)),
        ("sk_test_nullAbc123", Some(Pasted::SecretKey)),
        ("test_abc", None),
        ("", None),
    ] {
        assert_eq!(Pasted::of(text), found, "{text}");
    }
}

#[test]
fn a_private_key_is_said_to_be_rotated() {
    assert!(Pasted::PrivateKey.to_string().contains("rotate it"));
}

proptest! {
    /// Reading leniently makes no two keys of one, and none of nothing.
    #[test]
    fn a_key_is_found_as_it_is_in_all_that_may_surround_it(
        key in "(sk|pk)_(test|live)_[A-Za-z0-9+/_-]{1,60}={0,2}",
        before in "[ \n\"'`]{0,4}",
        name in "|export CLERK_SECRET_KEY=|A_1 = ",
        after in "[ \n\"'`,;]{0,4}",
    ) {
        prop_assert_eq!(Pasted::strip(&key), &key);
        let pasted = format!("{before}{name}{before}{key}{after}");
        prop_assert_eq!(Pasted::strip(&pasted), &key);
    }

    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let stripped = Pasted::strip(&text);
        prop_assert!(text.contains(stripped));
        let _ = Pasted::of(stripped);
    }
}

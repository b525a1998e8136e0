//! What people paste where a key belongs: as what it is taken, and what is said of the rest.

#![cfg(feature = "async")]

use std::fmt::Display;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clerk::{Clerk, MachineSecretKey, PublishableKey, SecretKey, jwt::VerifyingKey};
use clerk_webhooks::SigningSecrets;

const PUBLIC: &str = include_str!("../../clerk-jwt/tests/keys/a.public.pem");
const PRIVATE: &str = include_str!("../../clerk-jwt/tests/keys/a.private.pem");
const JWKS: &str = r#"{"keys":[{"kty":"RSA","kid":"ins_1","n":"AQAB","e":"AQAB"}]}"#;
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJwbGFudGVkIn0.cGxhbnRlZA";
const PUBLISHABLE: &str = "pk_test_Y2xlcmsuY2xlcmsuZGV2JA";
const SIGNING: &str = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";

/// What things are called that are something else.
const PLACEHOLDER: &str = "a placeholder for one";
const PUBLISHABLE_KEY: &str = "a publishable key (pk_…), which CLERK_PUBLISHABLE_KEY takes";
const SECRET_KEY: &str = "an instance's secret key (sk_…), which CLERK_SECRET_KEY takes";
const MACHINE_SECRET_KEY: &str = "an API key or a machine's secret key (ak_…), of which \
                                  CLERK_MACHINE_SECRET_KEY takes the latter";
const SIGNING_SECRET: &str =
    "a webhook's signing secret (whsec_…), which CLERK_WEBHOOK_SIGNING_SECRET takes";
const PRIVATE_KEY: &str =
    "a private key, which no setting takes (rotate it: it may have been read)";
const A_TOKEN: &str = "a token, which no setting takes";
const ENCODED: &str = "one in base64 once more, to be decoded first";

#[derive(Clone, Copy, Debug)]
enum Setting {
    Secret,
    Machine,
    Publishable,
    Jwt,
    Webhook,
}

impl Setting {
    const fn variable(self) -> &'static str {
        match self {
            Self::Secret => "CLERK_SECRET_KEY",
            Self::Machine => "CLERK_MACHINE_SECRET_KEY",
            Self::Publishable => "CLERK_PUBLISHABLE_KEY",
            Self::Jwt => "CLERK_JWT_KEY",
            Self::Webhook => "CLERK_WEBHOOK_SIGNING_SECRET",
        }
    }

    /// What errors call the key, and where they say the right one is.
    const fn name_and_advice(self) -> (&'static str, &'static str) {
        match self {
            Self::Secret => (
                "secret key",
                "copy the secret key (sk_test_… or sk_live_…) from the API keys page of the Clerk \
                 dashboard",
            ),
            Self::Machine => (
                "machine's secret key",
                "copy CLERK_MACHINE_SECRET_KEY (ak_…) from the machine's page of the Clerk \
                 dashboard",
            ),
            Self::Publishable => (
                "publishable key",
                "copy the publishable key (pk_test_… or pk_live_…) from the API keys page of the \
                 Clerk dashboard",
            ),
            Self::Jwt => (
                "public key in PEM",
                "copy the PEM that the API keys page of the Clerk dashboard calls `JWKS Public Key`, \
                 which begins with BEGIN PUBLIC KEY, or unset this and set CLERK_PUBLISHABLE_KEY, \
                 with which keys are fetched",
            ),
            Self::Webhook => (
                "signing secret",
                "set CLERK_WEBHOOK_SIGNING_SECRET to the one on the endpoint's page under \
                 Webhooks in the Clerk dashboard",
            ),
        }
    }

    /// As what the text is taken, by the key's own parser and as a variable of the environment.
    fn read(self, text: &str) -> Result<String, String> {
        let read = match self {
            Self::Secret => taken(text.parse::<SecretKey>(), |key| key.expose().to_owned()),
            Self::Machine => taken(text.parse::<MachineSecretKey>(), |key| {
                key.expose().to_owned()
            }),
            Self::Publishable => taken(text.parse::<PublishableKey>(), |key| key.to_string()),
            Self::Jwt => taken(VerifyingKey::from_pem(text), |_| "a key".to_owned()),
            Self::Webhook => {
                let several = taken(text.parse::<SigningSecrets>(), signature);
                assert_eq!(taken(SigningSecrets::new(text), signature), several);
                return several;
            }
        };
        let variable = |name: &str| (name == self.variable()).then(|| text.to_owned());
        let built = Clerk::builder().variables(variable).build();
        match (&read, built) {
            (Ok(_), Ok(_)) => {}
            (Err(one), Err(other)) => assert!(other.to_string().ends_with(one), "{other}"),
            (one, other) => panic!("{text:?}: {one:?}, but {other:?} from the environment"),
        }
        read
    }
}

fn taken<K, E: Display>(
    key: Result<K, E>,
    show: impl FnOnce(K) -> String,
) -> Result<String, String> {
    key.map(show).map_err(|error| error.to_string())
}

/// Secrets show themselves by what they sign alone.
#[expect(clippy::needless_pass_by_value, reason = "it is handed to `taken`")]
fn signature(secrets: SigningSecrets) -> String {
    let signed = secrets.sign("msg_1", clerk::UnixTime::from_secs(1_800_000_000), b"{}");
    let signed = signed.unwrap();
    signed.svix()[2].1.to_owned()
}

#[test]
fn what_is_unambiguous_is_taken() {
    use Setting::{Jwt, Machine, Publishable, Secret, Webhook};
    let signed = signature(SigningSecrets::new(SIGNING).unwrap());
    for (setting, key, expected) in [
        (Secret, "sk_test_abc", "sk_test_abc"),
        (Machine, "ak_abc", "ak_abc"),
        (Publishable, PUBLISHABLE, PUBLISHABLE),
        (Webhook, SIGNING, signed.as_str()),
        (Jwt, &PUBLIC.replace('\n', "\\n"), "a key"),
    ] {
        let name = setting.variable();
        for pasted in [
            key.to_owned(),
            format!(" {key}\r\n"),
            format!("\"{key}\""),
            format!("'{key}'\n"),
            format!("`{key}`"),
            format!("\u{201c}{key}\u{201d}"),
            format!("\"{key}\","),
            format!("{name}={key}\n"),
            format!("{name} = \"{key}\""),
            format!("export {name}='{key}'"),
        ] {
            assert_eq!(setting.read(&pasted), Ok(expected.to_owned()), "{pasted}");
        }
    }
    assert_eq!(Webhook.read(&format!("v1,{SIGNING}")), Ok(signed));
    for pasted in [
        PUBLIC.replace('\n', " "),
        PUBLIC.replace('\n', ""),
        PUBLIC.replace('\n', "\\\\n"),
        PUBLIC.replace('\n', "\\\\\\\\n"),
        format!("\\\"{}\\\"", PUBLIC.replace('\n', "\\n")),
        PUBLIC.replace('\n', "\\\n"),
        STANDARD.encode(PUBLIC),
        STANDARD.encode(PUBLIC).trim_end_matches('=').to_owned(),
        STANDARD.encode(PUBLIC.replace('\n', "\\n")),
        format!("\"{}\"\n", STANDARD.encode(PUBLIC)),
    ] {
        assert_eq!(Jwt.read(&pasted), Ok("a key".to_owned()), "{pasted}");
    }
}

#[test]
fn what_is_not_is_called_what_it_is_and_never_shown() {
    use Setting::{Jwt, Machine, Publishable, Secret, Webhook};
    let jwk = r#"{"kty":"RSA","n":"planted","e":"AQAB"}"#;
    let blank = "-----BEGIN PUBLIC KEY-----\\n...\\n-----END PUBLIC KEY-----";
    let two = "CLERK_SECRET_KEY=sk_test_planted\nCLERK_PUBLISHABLE_KEY=pk_test_planted";
    for (setting, pasted, said) in [
        (Secret, "pk_test_planted", PUBLISHABLE_KEY),
        (Secret, "\"pk_test_planted\"", PUBLISHABLE_KEY),
        (Secret, "whsec_planted", SIGNING_SECRET),
        (Secret, "ak_planted", MACHINE_SECRET_KEY),
        (Secret, "sk_test_...", PLACEHOLDER),
        (Secret, "<your key>", PLACEHOLDER),
        (Secret, "sk_test_changeme", PLACEHOLDER),
        (Secret, "sk_live_undefined", PLACEHOLDER),
        (Secret, "sk_test_null", PLACEHOLDER),
        (Machine, "ak_todo", PLACEHOLDER),
        (Publishable, "pk_test_none", PLACEHOLDER),
        (Secret, "c2tfdGVzdF9wbGFudGVk", ENCODED),
        (Secret, TOKEN, A_TOKEN),
        (
            Secret,
            PUBLIC,
            "a public key in PEM, which CLERK_JWT_KEY takes",
        ),
        (Secret, PRIVATE, PRIVATE_KEY),
        (Machine, "sk_test_planted", SECRET_KEY),
        (Machine, "pk_test_planted", PUBLISHABLE_KEY),
        (
            Machine,
            "mch_planted",
            "a machine's id (mch_…), which CLERK_MACHINE_ID takes",
        ),
        (Machine, "ak_...", PLACEHOLDER),
        (Publishable, "pk_test_...", PLACEHOLDER),
        (Publishable, "https://clerk.planted.example", "a URL"),
        (
            Jwt,
            JWKS,
            "a JWK Set in JSON, which the builder's `jwks` takes",
        ),
        (Jwt, jwk, "a JSON Web Key, which no setting takes"),
        (
            Jwt,
            "https://clerk.planted.example/.well-known/jwks.json",
            "a URL",
        ),
        (Jwt, "sk_test_planted", SECRET_KEY),
        (Jwt, PUBLISHABLE, PUBLISHABLE_KEY),
        (Jwt, TOKEN, A_TOKEN),
        (Jwt, blank, PLACEHOLDER),
        (Webhook, "sk_test_planted", SECRET_KEY),
        (Webhook, "https://planted.example/webhooks", "a URL"),
        (Webhook, "whsec_...", PLACEHOLDER),
        (Webhook, "changeme", PLACEHOLDER),
        (Webhook, "whsec_changeme", PLACEHOLDER),
        (Webhook, "whsec_password", PLACEHOLDER),
        (Webhook, "whsec_null", PLACEHOLDER),
    ] {
        let found = setting.read(pasted).unwrap_err();
        let (name, advice) = setting.name_and_advice();
        let expected = format!("this is no {name}, but {said}; {advice}");
        assert_eq!(found, expected, "{setting:?}: {pasted}");
    }
    for (setting, pasted, said) in [
        (
            Secret,
            two,
            "the secret key has white space or other characters in it that no key has",
        ),
        (
            Secret,
            "\"planted\"",
            "a secret key starts with sk_test_ or sk_live_",
        ),
        (Webhook, "planted!", "a signing secret is whsec_ and base64"),
        (
            Webhook,
            "cGxhbnRlZA==",
            "a signing secret has 24 bytes or more, and this is a word or a part of one",
        ),
        (
            Webhook,
            "whsec_cGxhbnRlZA==",
            "a signing secret has 24 bytes or more, and this is a word or a part of one",
        ),
        (Webhook, "\"\"", "there is no signing secret"),
        (Webhook, "whsec_", "there is no signing secret"),
        (
            Publishable,
            "sk_test_planted",
            "this is no publishable key, but an instance's secret key (sk_…), which \
             CLERK_SECRET_KEY takes; replace that one if a browser may have seen it",
        ),
    ] {
        let (_, advice) = setting.name_and_advice();
        let found = setting.read(pasted).unwrap_err();
        assert_eq!(found, format!("{said}; {advice}"), "{setting:?}: {pasted}");
    }
    let certificate = "-----BEGIN CERTIFICATE-----\nplanted\n-----END CERTIFICATE-----";
    assert_eq!(
        Jwt.read(certificate).unwrap_err(),
        "this is PEM of a certificate, not of a public key; it should begin with BEGIN PUBLIC KEY, \
         as the JWKS public key on the API keys page of the Clerk dashboard does"
    );
}

#[test]
fn a_private_key_is_refused_however_it_was_pasted_and_to_be_rotated() {
    let bare: String = PRIVATE.lines().filter(|it| !it.starts_with('-')).collect();
    for pasted in [
        PRIVATE.to_owned(),
        PRIVATE.replace('\n', "\\n"),
        PRIVATE.replace("PRIVATE", "RSA PRIVATE"),
        format!("CLERK_JWT_KEY=\"{PRIVATE}\""),
        format!("{PUBLIC}{PRIVATE}"),
        STANDARD.encode(PRIVATE),
        bare,
        r#"{"kty":"RSA","n":"planted","e":"AQAB","d":"planted"}"#.to_owned(),
    ] {
        assert_eq!(
            Setting::Jwt.read(&pasted).unwrap_err(),
            "this is a private key; only the public key is needed. Rotate the private one: \
             whoever has read it here can sign with it"
        );
    }
}

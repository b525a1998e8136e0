//! Options, and what is no configuration at all.

use serde_json::json;

use crate::authenticate::{
    api::{REFUSED, UNREADABLE, WITHOUT_KEYS},
    draft::Draft,
    instance::Instance,
    token::{Mint, Token},
};

type Configure = fn(&mut Draft);

pub(in crate::authenticate) const CONFIGURATIONS: &[(&str, Configure)] = &[
    ("no secret key", |draft| draft.options.secret_key = None),
    ("empty secret key", |draft| {
        draft.options.secret_key = Some(String::new());
    }),
    ("a secret key in the older form", |draft| {
        let key = draft.options.secret_key.take();
        draft.options.secret_key = key.map(|key| key.trim_start_matches("sk_").to_owned());
    }),
    ("another instance's secret key in the older form", |draft| {
        let key = match draft.instance {
            Instance::Development => "live_good",
            Instance::Production => "test_good",
        };
        draft.options.secret_key = Some(key.to_owned());
    }),
    ("a secret key in no form", |draft| {
        draft.options.secret_key = Some("good".to_owned());
    }),
    ("no publishable key", |draft| {
        draft.options.publishable_key = None;
    }),
    ("empty publishable key", |draft| {
        draft.options.publishable_key = Some(String::new());
    }),
    ("a secret as publishable key", |draft| {
        draft.options.publishable_key = draft.options.secret_key.clone();
    }),
    ("a key without dollar", |draft| {
        key(draft, "pk_test_Y2xlcmsuZXhhbXBsZS5jb20");
    }),
    ("a key with two dollars", |draft| {
        key(draft, "pk_test_Y2xlcmsuY2xlcmsuZGV2JCQ");
    }),
    ("a key with text after it", |draft| {
        key(draft, "pk_live_Y2xlcmsuY2xlcmsuZGV2JGV4dHJh");
    }),
    ("a key without dot", |draft| {
        key(draft, "pk_test_aW52YWxpZGtleSQ");
    }),
    ("a key with padding", |draft| {
        key(draft, "pk_test_Y2xlcmsuY2xlcmsuZGV2JA==");
    }),
    ("a key of nothing", |draft| key(draft, "pk_test_")),
    ("a key of four parts", |draft| {
        key(draft, "pk_test_Y2xlcmsuY2xlcmsuZGV2JA_x");
    }),
    ("a key of another kind", |draft| {
        key(draft, "pk_prod_Y2xlcmsuY2xlcmsuZGV2JA");
    }),
    ("neither domain nor proxy", |draft| {
        draft.satellite();
        draft.options.domain = None;
    }),
    ("no sign-in address", |draft| {
        draft.satellite();
        draft.options.sign_in_url = None;
    }),
    ("relative sign-in address", |draft| {
        draft.satellite();
        draft.options.sign_in_url = Some("/sign-in".to_owned());
    }),
    ("relative sign-in address and origin", |draft| {
        draft.satellite();
        draft.options.sign_in_url = Some("/sign-in".to_owned());
        draft.header("origin", "https://satellite.example.net");
    }),
    ("sign-in address of this origin", |draft| {
        draft.satellite();
        draft.options.sign_in_url = Some("https://satellite.example.net/sign-in".to_owned());
        draft.header("origin", "https://satellite.example.net");
    }),
    ("sign-in address of another origin", |draft| {
        draft.satellite();
        draft.header("origin", "https://satellite.example.net");
    }),
    ("sign-in address with a query", |draft| {
        draft.satellite();
        draft.options.sign_in_url = Some("https://example.com/sign-in?a=%20b#top".to_owned());
    }),
    ("satellite with both", |draft| {
        draft.satellite();
        draft.options.proxy_url = Some("https://satellite.example.net/__clerk".to_owned());
    }),
    ("relative proxy", |draft| {
        draft.options.proxy_url = Some("/__clerk".to_owned());
    }),
    ("proxy", |draft| {
        draft.options.proxy_url = Some("https://example.com/__clerk".to_owned());
    }),
    ("proxy with slashes", |draft| {
        draft.options.proxy_url = Some("https://example.com/__clerk//".to_owned());
    }),
    ("proxy without scheme", |draft| {
        draft.options.proxy_url = Some("example.com/__clerk".to_owned());
    }),
    ("relative proxy, forwarded", |draft| {
        draft.options.proxy_url = Some("/__clerk".to_owned());
        draft.header("x-forwarded-host", "app.example.com");
    }),
    ("domain without satellite", |draft| {
        draft.options.domain = Some("example.org".to_owned());
    }),
    ("a pattern that is none", |draft| {
        draft.organizations(&["/orgs/:"], &[]);
    }),
    ("an open group", |draft| {
        draft.organizations(&["/orgs/(.*"], &[]);
    }),
    ("a nameless repetition", |draft| {
        draft.organizations(&[], &["/a/*"]);
    }),
    ("no patterns", |draft| draft.organizations(&[], &[])),
    ("no personal patterns", |draft| {
        let patterns = json!({ "organization_patterns": [], "personal_account_patterns": [] });
        draft.options.organization_sync_options = Some(patterns);
    }),
    ("authorized party", |draft| {
        parties(draft, json!(["https://example.com"]));
    }),
    ("other party", |draft| {
        parties(draft, json!(["https://other.example"]));
    }),
    ("an hour of skew", |draft| {
        draft.options.clock_skew_ms = Some(3_600_000);
    }),
    ("no skew", |draft| draft.options.clock_skew_ms = Some(0)),
    ("keys from the API", Draft::keys_from_api),
    ("a PEM that is none", |draft| {
        draft.options.jwt_key = Some("nonsense".to_owned());
    }),
    ("pending counts", |draft| {
        draft.treat_pending_as_signed_out = Some(false);
    }),
    ("a machine secret key", |draft| {
        draft.options.machine_secret_key = Some("ak_machine_1".to_owned());
    }),
    ("no secret key but a machine's", |draft| {
        draft.options.secret_key = None;
        draft.options.machine_secret_key = Some("ak_machine_1".to_owned());
    }),
    ("not a satellite", |draft| {
        draft.options.is_satellite = Some(false);
    }),
    ("a sign-up address", |draft| {
        draft.options.sign_up_url = Some("https://example.com/sign-up".to_owned());
    }),
];

fn key(draft: &mut Draft, key: &str) {
    draft.options.publishable_key = Some(key.to_owned());
}

fn parties(draft: &mut Draft, parties: serde_json::Value) {
    draft.options.authorized_parties = Some(parties);
}

pub(super) fn all(mint: &Mint, drafts: &mut Vec<Draft>) {
    for instance in Instance::BOTH {
        for (name, configure) in CONFIGURATIONS {
            let mut plain = vec![
                Draft::visit(instance, mint),
                Draft::navigation(instance),
                Draft::call(instance, &Token::session(instance).sign(mint)),
                Draft::call(instance, &Token::m2m().sign(mint)),
                Draft::call(instance, &Token::oauth().sign(mint)),
                Draft::call(instance, "ak_1"),
            ];
            for (draft, accepted) in
                plain[3..]
                    .iter_mut()
                    .zip(["m2m_token", "oauth_token", "api_key"])
            {
                draft.accepts(accepted.into());
            }
            for mut draft in plain {
                configure(&mut draft);
                draft.tell(name);
                drafts.push(draft);
            }
        }
    }
    unreachable_keys(mint, drafts);
}

/// Few: the reference asks five times, and waits in between.
fn unreachable_keys(mint: &Mint, drafts: &mut Vec<Draft>) {
    for name in [REFUSED, UNREADABLE, WITHOUT_KEYS] {
        let mut draft = Draft::visit(Instance::Production, mint);
        draft.keys_from_api();
        draft.options.secret_key = Some(Instance::Production.secret_key(name));
        draft.tell("keys out of reach");
        draft.tell(name);
        drafts.push(draft);
    }
    let mut draft = Draft::call(Instance::Production, &Token::m2m().sign(mint));
    draft.keys_from_api();
    draft.accepts("m2m_token".into());
    draft.options.secret_key = Some(Instance::Production.secret_key(REFUSED));
    draft.tell("keys out of reach");
    drafts.push(draft);
}

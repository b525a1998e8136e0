//! Every variable: what it sets, what is said of one that cannot be used, and what takes its place.

use std::error::Error as _;

use clerk_auth::{AcceptedTokens, MachineTokenType, TokenType};
use clerk_core::{ManualClock, UnixTime};

use super::*;

type Setter = fn(Builder<Clerk>) -> Builder<Clerk>;

/// A variable, a good text and what it stands for, and texts that cannot be used with what is said.
struct Row {
    variable: Variable,
    good: &'static str,
    /// The same by hand.
    same: Setter,
    /// Another value by hand.
    other: Setter,
    bad: &'static [(&'static str, &'static str)],
}

const OTHER_PUBLISHABLE: &str = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k";
const URL_OR_PATH: &str = "it looks like https://example.com/sign-in or /sign-in";

fn rows() -> Vec<Row> {
    vec![
        Row {
            variable: Variable::SecretKey,
            good: "sk_test_planted",
            same: |it| it.secret_key("sk_test_planted"),
            other: |it| it.secret_key("sk_test_other"),
            bad: &[("planted", "sk_"), ("pk_test_planted", "publishable")],
        },
        Row {
            variable: Variable::MachineSecretKey,
            good: "ak_planted",
            same: |it| it.machine_secret_key("ak_planted"),
            other: |it| it.machine_secret_key("ak_other"),
            bad: &[("sk_test_planted", "instance")],
        },
        Row {
            variable: Variable::MachineId,
            good: " mch_1\n",
            same: |it| it.machine_id("mch_1"),
            other: Builder::ignore_machine_scopes,
            bad: &[("ak_planted", "mch_")],
        },
        Row {
            variable: Variable::PublishableKey,
            good: OTHER_PUBLISHABLE,
            same: |it| it.publishable_key(OTHER_PUBLISHABLE),
            other: |it| it.publishable_key(PUBLISHABLE),
            bad: &[("planted", "pk_")],
        },
        Row {
            variable: Variable::JwtKey,
            good: PEM,
            same: |it| it.jwt_key(PEM),
            other: |it| it.jwks(JwkSet::default()),
            bad: &[("planted", "the JWT key cannot be used: ")],
        },
        Row {
            variable: Variable::ApiUrl,
            good: "https://api.example.com\n",
            same: |it| it.api_url("https://api.example.com"),
            other: |it| it.api_url("https://other.example.com"),
            bad: &[
                ("planted", "write it as https://api.clerk.com"),
                (
                    "http://clerk:4010/planted",
                    "use https, or a loopback address",
                ),
            ],
        },
        Row {
            variable: Variable::ApiVersion,
            good: "v2",
            same: |it| it.api_version("v2"),
            other: |it| it.api_version("v3"),
            bad: &[("planted/v1", "it looks like v1")],
        },
        Row {
            variable: Variable::AuthorizedParties,
            good: "https://a.example.com, http://localhost:3000,",
            same: |it| it.authorized_parties(["https://a.example.com", "http://localhost:3000"]),
            other: |it| {
                it.authorized_parties(AuthorizedParties::match_if_present(["https://b.example"]))
            },
            bad: &[
                (
                    "https://a.example.com/planted",
                    "entry 1 is not an origin; one looks like https://",
                ),
                ("https://a.example.com,planted", "entry 2 is not an origin"),
                ("https://A.example.com", "entry 1 is not an origin"),
                ("https://a.example.com:443", "without :443 or another port"),
                (",", "there is nothing between its commas"),
                ("''", "there is nothing between its commas"),
                (
                    "[\"https://planted.example\"]",
                    "in small letters, without quotes, brackets",
                ),
                (
                    "https://a.example.com\",\"https://planted.example",
                    "entry 1 is not an origin",
                ),
                ("[https://planted.example]", "entry 1 is not an origin"),
                ("https://planted.example]", "entry 1 is not an origin"),
                ("https://*.planted.example", "entry 1 is not an origin"),
                ("https://pl\u{e4}nted.example", "entry 1 is not an origin"),
            ],
        },
        Row {
            variable: Variable::AcceptsToken,
            good: "session_token, api_key",
            same: |it| {
                it.accepts(AcceptedTokens::OneOf(vec![
                    TokenType::Session,
                    TokenType::ApiKey,
                ]))
            },
            other: |it| it.accepts(TokenType::OAuth),
            bad: &[
                (
                    "api_key,planted",
                    "entry 2 is no type of token; write session_token",
                ),
                ("api_key,any", "entry 2 is no type of token"),
                (" , ", "there is nothing between its commas"),
            ],
        },
        Row {
            variable: Variable::ClockSkew,
            good: "0",
            same: |it| it.clock_skew(Duration::ZERO),
            other: |it| it.clock_skew(Duration::from_secs(1)),
            bad: &[
                ("5s", "5 seconds are written 5000"),
                ("-1", "5 seconds are written 5000"),
                ("2.5", "5 seconds are written 5000"),
            ],
        },
        Row {
            variable: Variable::Domain,
            good: "satellite.example",
            same: |it| it.domain("satellite.example"),
            other: |it| it.domain("other.example"),
            bad: &[
                (
                    "https://planted.example",
                    "one looks like satellite.example",
                ),
                ("planted.example/x", "one looks like satellite.example"),
            ],
        },
        Row {
            variable: Variable::IsSatellite,
            good: "true",
            same: |it| it.satellite(true),
            other: |it| it.satellite(false),
            bad: &[("planted", "it is neither `true` nor `false`")],
        },
        Row {
            variable: Variable::ProxyUrl,
            good: "/__clerk",
            same: |it| it.proxy_url("/__clerk"),
            other: |it| it.proxy_url("https://other.example/__clerk"),
            bad: &[(
                "javascript:planted",
                "it looks like https://example.com/__clerk",
            )],
        },
        Row {
            variable: Variable::PublicUrl,
            good: "https://example.com/app",
            same: |it| it.public_url("https://example.com/app"),
            other: |it| it.public_url("https://other.example"),
            bad: &[("planted.example", "it looks like https://example.com")],
        },
        Row {
            variable: Variable::ForwardedHeaders,
            good: "false",
            same: |it| it.forwarded_headers(false),
            other: |it| it.forwarded_headers(true),
            bad: &[("nope", "it is neither `true` nor `false`")],
        },
        Row {
            variable: Variable::SignInUrl,
            good: "/sign-in",
            same: |it| it.sign_in_url("/sign-in"),
            other: |it| it.sign_in_url("/other"),
            bad: &[
                ("planted", URL_OR_PATH),
                ("javascript:planted", URL_OR_PATH),
                ("//planted", URL_OR_PATH),
            ],
        },
        Row {
            variable: Variable::SignUpUrl,
            good: "https://example.com/sign-up",
            same: |it| it.sign_up_url("https://example.com/sign-up"),
            other: |it| it.sign_up_url("/other"),
            bad: &[("planted", URL_OR_PATH)],
        },
    ]
}

/// With what is needed for anything to be built at all.
fn builder() -> Builder<Clerk> {
    Builder::new()
        .secret_key(SECRET)
        .publishable_key(PUBLISHABLE)
        .domain("primary.example")
        .sign_in_url("/first")
}

fn with(variable: Variable, text: &str) -> Builder<Clerk> {
    builder().variables(|name| (name == variable.name()).then(|| text.to_owned()))
}

/// Everything that a plan says of itself, and the secrets, which it does not say.
fn decided(mut builder: Builder<Clerk>) -> String {
    let (secret, machine) = (
        builder.secret_key.clone(),
        builder.machine_secret_key.clone(),
    );
    let problem = mem::take(&mut builder.variables).problem();
    assert!(problem.is_none(), "{problem:?}");
    let clock = ManualClock::at(UnixTime::from_secs(0));
    let gathered = format!("{:?}", builder.authentication);
    let plan = builder.clock(clock).plan().unwrap();
    let secret = secret.map(|key| key.expose().to_owned());
    let machine = machine.map(|key| key.expose().to_owned());
    format!("{gathered} {plan:?} {secret:?} {machine:?}")
}

#[test]
fn every_variable_is_the_setting_of_its_name() {
    let rows = rows();
    let all: Vec<_> = rows.iter().map(|row| row.variable).collect();
    assert_eq!(all, Variable::ALL);
    for row in rows {
        let (name, default) = (row.variable.name(), decided(builder()));
        let by_hand = decided((row.same)(builder()));
        assert_ne!(by_hand, default, "{name}: the row shows nothing");
        assert_eq!(decided(with(row.variable, row.good)), by_hand, "{name}");
        if GUARDS.contains(&row.variable) {
            continue;
        }
        for empty in ["", " \n"] {
            assert_eq!(decided(with(row.variable, empty)), default, "{name}");
        }
    }
}

/// Those that say whom or what to believe.
const GUARDS: [Variable; 4] = [
    Variable::MachineId,
    Variable::AuthorizedParties,
    Variable::AcceptsToken,
    Variable::ForwardedHeaders,
];

/// As from `CLERK_AUTHORIZED_PARTIES=${PARTIES}`, where nobody has set `PARTIES`.
#[test]
fn an_empty_variable_switches_no_check_off() {
    for variable in GUARDS {
        let name = variable.name();
        for empty in ["", " \n"] {
            let error = with(variable, empty).build().expect_err(name);
            let said = error.to_string();
            assert!(
                said.starts_with(name) && said.contains("it is empty; write a value, or unset it"),
                "{said}"
            );
            assert!(matches!(error, BuildError::Variable(_)), "{error:?}");
        }
    }
    let by_hand = |it: Builder<Clerk>| it.authorized_parties(["https://a.example.com"]);
    assert_eq!(
        decided(by_hand(with(Variable::AuthorizedParties, ""))),
        decided(by_hand(builder()))
    );
}

/// Files of variables keep the quotes, or lose them, by who reads them.
#[test]
fn quotes_around_all_origins_are_no_part_of_one() {
    let bare = "https://a.example.com,http://[::1]:3000,tauri://localhost";
    let expected = decided(with(Variable::AuthorizedParties, bare));
    for quoted in [
        format!("'{bare}'"),
        format!("\"{bare}\""),
        format!("CLERK_AUTHORIZED_PARTIES='{bare}'\n"),
    ] {
        let read = with(Variable::AuthorizedParties, &quoted);
        assert_eq!(decided(read), expected, "{quoted}");
    }
}

#[test]
fn what_is_set_after_the_environment_takes_its_place() {
    for row in rows() {
        let (name, other) = (row.variable.name(), decided((row.other)(builder())));
        let after = (row.other)(with(row.variable, row.good));
        assert_eq!(decided(after), other, "{name}");
        for (bad, _) in row.bad {
            let after = (row.other)(with(row.variable, bad));
            assert_eq!(decided(after), other, "{name}");
        }
        let before =
            |it: Builder<Clerk>| it.variables(|asked| (asked == name).then(|| row.good.to_owned()));
        let before = before((row.other)(builder()));
        assert_eq!(decided(before), decided((row.same)(builder())), "{name}");
    }
}

#[test]
fn a_variable_that_cannot_be_used_is_named_and_its_text_is_not_repeated() {
    for row in rows() {
        let name = row.variable.name();
        assert!(!row.bad.is_empty(), "{name}");
        for (bad, advice) in row.bad {
            let built = with(row.variable, bad).retry(Retry::none()).build();
            let error = built.expect_err(name);
            let said = error.to_string();
            assert!(
                said.starts_with(name) && said.contains(advice),
                "{name}: {said}"
            );
            let mut chain = format!("{said} {error:?}");
            let mut cause = error.source();
            while let Some(one) = cause {
                chain.push_str(&one.to_string());
                assert_ne!(one.to_string(), said);
                cause = one.source();
            }
            assert!(!chain.contains("planted"), "{name}: {chain}");
            let BuildError::Variable(variable) = error else {
                panic!("{name}: {error:?}");
            };
            assert_eq!(variable.name(), name);
        }
    }
}

/// A setter that is wrong stays wrong, whatever the environment says.
#[test]
fn a_wrong_setting_is_not_put_down_to_a_variable() {
    let error = builder()
        .api_version("v2")
        .jwt_key("planted")
        .variables(|name| (name == "CLERK_CLOCK_SKEW_IN_MS").then(|| "nope".to_owned()))
        .plan()
        .unwrap_err();
    assert!(matches!(error, BuildError::JwtKey(_)), "{error}");
    let error = with(Variable::ApiUrl, "https://api.example.com")
        .api_url("by hand")
        .build()
        .unwrap_err();
    assert!(matches!(error, BuildError::Settings(_)), "{error}");
}

#[test]
fn one_type_of_token_alone_is_no_list() {
    for (text, expected) in [
        ("session_token", AcceptedTokens::Session),
        (
            "api_key,",
            AcceptedTokens::Machine(MachineTokenType::ApiKey),
        ),
        ("any", AcceptedTokens::Any),
    ] {
        let builder = with(Variable::AcceptsToken, text).ignore_machine_scopes();
        let settings = builder.plan().unwrap().authentication.unwrap();
        assert_eq!(*settings.accepts(), expected, "{text}");
    }
}

/// What a page says in its table, in order.
fn listed(page: &str) -> Vec<&str> {
    let rows = page.lines().filter_map(|line| {
        let line = line.trim_start().trim_start_matches("///").trim_start();
        line.strip_prefix("| `CLERK_")
    });
    rows.filter_map(|rest| rest.split_once('`').map(|(name, _)| name))
        .collect()
}

#[test]
fn the_documents_list_every_variable() {
    let names = Variable::ALL.map(|variable| &variable.name()["CLERK_".len()..]);
    for page in [
        include_str!("../variables.rs"),
        include_str!("../../../../../docs/guides/verify-tokens.md"),
    ] {
        assert_eq!(listed(page), names);
    }
}

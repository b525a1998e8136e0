//! What happens, what a program does of it, and what is recorded.

use std::time::Duration;

use clerk::{
    Claims, M2mClaims, OAuthClaims, TemplateClaims, UserClaims,
    auth::{RequestHead, Requirement},
    webhooks::Rejection,
};
use clerk_emulator::{Defect, Fault};

use crate::world::{NOW, World, secrets};

pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) acts: fn(&World),
    /// The metrics that the row is about, by how their names begin.
    pub(crate) about: &'static [&'static str],
    /// Those of them that are not zero.
    pub(crate) recorded: &'static [&'static str],
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        what: "a token comes twice, and then another",
        acts: |world| {
            let token = world.emulator.token().user("ada@example.com").sign(NOW);
            world.verify(&token);
            world.verify(&token);
            world.verify(&world.emulator.token().user("bob@example.com").sign(NOW));
        },
        about: &["clerk_"],
        recorded: &[
            "clerk_api_call_duration_seconds{operation=GetJWKS} 0",
            "clerk_api_calls_total{operation=GetJWKS,outcome=success} 1",
            "clerk_key_fetches_total{cause=age,outcome=success,reason=none} 1",
            "clerk_keys_fetched_timestamp_seconds{} 1800000000",
            "clerk_keys_usable_until_timestamp_seconds{} 1800003900",
            "clerk_token_cache_capacity_tokens{} 8",
            "clerk_token_cache_lookups_total{result=hit} 1",
            "clerk_token_cache_lookups_total{result=miss} 2",
            "clerk_token_cache_tokens{} 2",
            "clerk_tokens_verified_total{outcome=accepted,reason=none,token_type=session_token} 3",
        ],
    },
    Row {
        what: "tokens that are not good",
        acts: |world| {
            let token = || world.emulator.token().user("ada@example.com");
            for defect in [Defect::Expired, Defect::ForeignKey, Defect::UnknownKeyId] {
                world.verify(&token().defect(defect).sign(NOW));
            }
            world.verify("not a token");
        },
        about: &["clerk_key_fetches", "clerk_tokens"],
        recorded: &[
            "clerk_key_fetches_total{cause=age,outcome=success,reason=none} 1",
            "clerk_key_fetches_total{cause=unknown-key,outcome=success,reason=none} 1",
            "clerk_tokens_verified_total{outcome=refused,reason=jwk-kid-mismatch,token_type=session_token} 1",
            "clerk_tokens_verified_total{outcome=refused,reason=token-expired,token_type=session_token} 1",
            "clerk_tokens_verified_total{outcome=refused,reason=token-invalid,token_type=session_token} 1",
            "clerk_tokens_verified_total{outcome=refused,reason=token-invalid-signature,token_type=session_token} 1",
        ],
    },
    Row {
        what: "tokens of all kinds are asked for",
        acts: |world| {
            let token = world.emulator.token().user("ada@example.com").sign(NOW);
            world.verify_as::<Claims>(&token);
            world.verify_as::<UserClaims>(&token);
            world.verify_as::<TemplateClaims>(&token);
            world.verify_as::<M2mClaims>(&token);
            world.verify_as::<OAuthClaims>(&token);
        },
        about: &["clerk_tokens"],
        recorded: &[
            "clerk_tokens_verified_total{outcome=accepted,reason=none,token_type=any_token} 1",
            "clerk_tokens_verified_total{outcome=accepted,reason=none,token_type=user_token} 1",
            "clerk_tokens_verified_total{outcome=refused,reason=token-invalid,token_type=oauth_token} 1",
            "clerk_tokens_verified_total{outcome=refused,reason=token-type-mismatch,token_type=m2m_token} 1",
            "clerk_tokens_verified_total{outcome=refused,reason=token-type-mismatch,token_type=template_token} 1",
        ],
    },
    Row {
        what: "more tokens than there is room for",
        acts: |world| {
            for at in 0..9 {
                let token = world.emulator.token().user("ada@example.com");
                world.verify(&token.claim("at", at).sign(NOW));
            }
        },
        about: &["clerk_token_cache"],
        recorded: &[
            "clerk_token_cache_capacity_tokens{} 8",
            "clerk_token_cache_evictions_total{} 1",
            "clerk_token_cache_lookups_total{result=miss} 9",
            "clerk_token_cache_tokens{} 8",
        ],
    },
    Row {
        what: "Clerk is away, from the start",
        acts: |world| {
            world.in_process.pause();
            world.verify(&world.emulator.token().user("ada@example.com").sign(NOW));
        },
        about: &["clerk_api", "clerk_key", "clerk_tokens"],
        recorded: &[
            "clerk_api_call_duration_seconds{operation=GetJWKS} 4.029062544",
            "clerk_api_calls_total{operation=GetJWKS,outcome=unreachable} 1",
            "clerk_api_retries_total{cause=unreachable,operation=GetJWKS} 2",
            "clerk_key_fetches_total{cause=age,outcome=failure,reason=jwk-remote-failed-to-load} 1",
            "clerk_tokens_verified_total{outcome=undecided,reason=jwk-remote-failed-to-load,token_type=session_token} 1",
        ],
    },
    Row {
        what: "keys are fetched anew, and an hour later",
        acts: |world| {
            let token = || world.emulator.token().user("ada@example.com");
            world.verify(&token().sign(NOW));
            world.clock.advance(Duration::from_secs(3600));
            world.verify(&token().sign(NOW));
        },
        about: &["clerk_key"],
        recorded: &[
            "clerk_key_fetches_total{cause=age,outcome=success,reason=none} 2",
            "clerk_keys_fetched_timestamp_seconds{} 1800003600",
            "clerk_keys_usable_until_timestamp_seconds{} 1800007500",
        ],
    },
    Row {
        what: "requests of all sorts",
        acts: |world| {
            let token = || world.emulator.token().user("ada@example.com");
            world.admit_bearer(&token().sign(NOW), |auth| assert!(auth.session().is_ok()));
            world.admit_bearer(&token().defect(Defect::ForeignKey).sign(NOW), |_| ());
            world.admit_bearer("ak_unknown", |_| ());
            let page = RequestHead::new("GET", "http://localhost:3000/")
                .header("host", b"localhost:3000")
                .header("sec-fetch-dest", b"document");
            world.admit(&page, |_| ());
            let again = page.clone().header("cookie", b"__clerk_redirect_count=3");
            world.admit(&again, |_| ());
            world.admit(&RequestHead::new("POST", "http://localhost:3000/"), |_| ());
        },
        about: &["clerk_requests", "clerk_tokens"],
        recorded: &[
            "clerk_requests_authenticated_total{reason=dev-browser-missing,status=handshake,token_type=session_token} 1",
            "clerk_requests_authenticated_total{reason=dev-browser-missing,status=redirect-circle,token_type=session_token} 1",
            "clerk_requests_authenticated_total{reason=dev-browser-missing,status=signed-out,token_type=session_token} 1",
            "clerk_requests_authenticated_total{reason=none,status=signed-in,token_type=session_token} 1",
            "clerk_requests_authenticated_total{reason=token-invalid,status=signed-out,token_type=api_key} 1",
            "clerk_requests_authenticated_total{reason=token-invalid-signature,status=signed-out,token_type=session_token} 1",
        ],
    },
    Row {
        what: "handlers ask for more than there is",
        acts: |world| {
            let token = || world.emulator.token().user("ada@example.com");
            let owner = Requirement::new().role("org:owner");
            world.admit_bearer(&token().sign(NOW), |auth| {
                assert!(auth.require(&owner).is_err());
                assert!(auth.machine().is_err());
            });
            let pending = token().claim("sts", "pending").sign(NOW);
            world.admit_bearer(&pending, |auth| assert!(auth.session().is_err()));
        },
        about: &["clerk_requests"],
        recorded: &[
            "clerk_requests_authenticated_total{reason=none,status=signed-in,token_type=session_token} 2",
            "clerk_requests_denied_total{reason=role_missing} 1",
            "clerk_requests_denied_total{reason=session-pending} 1",
            "clerk_requests_denied_total{reason=token-type-mismatch} 1",
        ],
    },
    Row {
        what: "a call that is sent again, one that is refused, one that makes no request, and one that is given up",
        acts: |world| {
            world
                .emulator
                .add_fault(Fault::status(429).path("/v1/users/{user_id}").times(1));
            world.get_user(
                &world
                    .emulator
                    .user_id("ada@example.com")
                    .unwrap_or_default(),
            );
            world.get_user("user_nobody");
            world.get_user("..");
            world.give_up();
        },
        about: &["clerk_api"],
        recorded: &[
            "clerk_api_call_duration_seconds{operation=GetUser} 0.320820196 0",
            "clerk_api_calls_total{operation=GetUser,outcome=abandoned} 1",
            "clerk_api_calls_total{operation=GetUser,outcome=not-sent} 1",
            "clerk_api_calls_total{operation=GetUser,outcome=refused} 1",
            "clerk_api_calls_total{operation=GetUser,outcome=success} 1",
            "clerk_api_retries_total{cause=rate-limited,operation=GetUser} 1",
        ],
    },
    Row {
        what: "deliveries of all sorts",
        acts: |world| {
            let signed = |id: &str| secrets().sign(id, NOW, b"{}").unwrap();
            world.receive(&signed("msg_1").svix(), b"{}", Ok(()));
            world.receive(&signed("msg_1").svix(), b"{}", Ok(()));
            world.receive(&signed("msg_2").svix(), b"{}", Err("no".into()));
            world.receive(&signed("msg_3").svix(), b"[]", Ok(()));
        },
        about: &["clerk_webhooks"],
        recorded: &[
            "clerk_webhooks_handled_total{outcome=done,reason=none} 1",
            "clerk_webhooks_handled_total{outcome=failed,reason=handler-failed} 1",
            "clerk_webhooks_handled_total{outcome=repeated,reason=none} 1",
            "clerk_webhooks_received_total{outcome=refused,reason=signature-mismatch} 1",
            "clerk_webhooks_received_total{outcome=verified,reason=none} 3",
        ],
    },
    Row {
        what: "Clerk is away, and a request comes",
        acts: |world| {
            world.in_process.pause();
            let token = world.emulator.token().user("ada@example.com").sign(NOW);
            world.admit_bearer(&token, |auth| {
                assert_eq!(auth.session().unwrap_err().status(), 503);
            });
        },
        about: &["clerk_requests"],
        recorded: &[
            "clerk_requests_authenticated_total{reason=jwk-remote-failed-to-load,status=undecided,token_type=session_token} 1",
        ],
    },
    Row {
        what: "Clerk answers without keys, and then is away when those at hand are old",
        acts: |world| {
            let token = || world.emulator.token().user("ada@example.com");
            let nothing = http::Response::new(r#"{"keys":[]}"#.into());
            world
                .emulator
                .add_fault(Fault::answer(nothing).path("/v1/jwks").times(1));
            world.verify(&token().sign(NOW));
            world.clock.advance(Duration::from_secs(100));
            world.verify(&token().sign(NOW));
            world.in_process.pause();
            world.clock.advance(Duration::from_secs(3600));
            world.verify(&token().sign(NOW));
        },
        about: &["clerk_key"],
        recorded: &[
            "clerk_key_fetches_total{cause=age,outcome=failure,reason=jwk-remote-failed-to-load} 2",
            "clerk_key_fetches_total{cause=age,outcome=success,reason=none} 1",
            "clerk_keys_fetched_timestamp_seconds{} 1800000100",
            "clerk_keys_usable_until_timestamp_seconds{} 1800004000",
        ],
    },
    Row {
        what: "machines come beside people, a user comes again, and then Clerk is away",
        acts: |world| {
            let token = world.emulator.token().user("ada@example.com").sign(NOW);
            let key = world.emulator.token().user("ada@example.com");
            let key = key.api_key().sign(NOW);
            world.admit_bearer(&token, |auth| assert!(auth.session().is_ok()));
            world.admit_bearer(&key, |auth| assert!(auth.machine().is_ok()));
            world.admit_bearer(&token, |auth| assert!(auth.session().is_ok()));
            world.in_process.pause();
            world.admit_bearer(&key, |_| ());
        },
        about: &["clerk_requests", "clerk_token_cache_lookups"],
        recorded: &[
            "clerk_requests_authenticated_total{reason=none,status=signed-in,token_type=api_key} 1",
            "clerk_requests_authenticated_total{reason=none,status=signed-in,token_type=session_token} 2",
            "clerk_requests_authenticated_total{reason=unexpected-error,status=undecided,token_type=api_key} 1",
            "clerk_token_cache_lookups_total{result=hit} 1",
            "clerk_token_cache_lookups_total{result=miss} 1",
        ],
    },
    Row {
        what: "calls fail in every way that is not their own fault",
        acts: |world| {
            let no_user = http::Response::new("no user".into());
            for fault in [
                Fault::status(503),
                Fault::delay(Duration::from_secs(3600)),
                Fault::drop_connection(),
                Fault::answer(no_user),
            ] {
                world.emulator.add_fault(fault);
                world.get_user("user_1");
                world.emulator.clear_faults();
            }
        },
        about: &["clerk_api_calls", "clerk_api_retries"],
        recorded: &[
            "clerk_api_calls_total{operation=GetUser,outcome=broken} 1",
            "clerk_api_calls_total{operation=GetUser,outcome=server-error} 1",
            "clerk_api_calls_total{operation=GetUser,outcome=timed-out} 1",
            "clerk_api_calls_total{operation=GetUser,outcome=unreadable} 1",
            "clerk_api_retries_total{cause=broken,operation=GetUser} 2",
            "clerk_api_retries_total{cause=server-error,operation=GetUser} 2",
            "clerk_api_retries_total{cause=timed-out,operation=GetUser} 2",
        ],
    },
    Row {
        what: "a delivery comes while it is acted on, one breaks off, and nobody is there to judge one",
        acts: |world| {
            world.receive_while_received(
                &secrets().sign("msg_1", NOW, b"{}").unwrap().svix(),
                b"{}",
            );
            let _ = Rejection::incomplete();
            let _ = Rejection::not_configured();
        },
        about: &["clerk_webhooks"],
        recorded: &[
            "clerk_webhooks_handled_total{outcome=done,reason=none} 1",
            "clerk_webhooks_handled_total{outcome=postponed,reason=delivery-in-progress} 1",
            "clerk_webhooks_received_total{outcome=refused,reason=body-incomplete} 1",
            "clerk_webhooks_received_total{outcome=undecided,reason=receiver-missing} 1",
            "clerk_webhooks_received_total{outcome=verified,reason=none} 2",
        ],
    },
];

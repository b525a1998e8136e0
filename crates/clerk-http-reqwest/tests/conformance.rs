//! The transport against the suite that defines what a transport is, and the runtime.

use std::{sync::Arc, time::Duration};

use clerk_http::{Runtime, conformance};
use clerk_http_reqwest::{ReqwestTransport, TokioRuntime};

#[tokio::test]
async fn keeps_the_transport_contract() -> Result<(), conformance::Violations> {
    conformance::check(|| ReqwestTransport::new().expect("TLS is part of the build")).await
}

#[tokio::test]
async fn a_client_that_follows_redirects_breaks_the_contract() {
    let make = || {
        let client = reqwest::Client::builder().no_proxy();
        let tls = rustls::ClientConfig::builder_with_provider(
            rustls::crypto::ring::default_provider().into(),
        );
        let tls = tls.with_safe_default_protocol_versions().unwrap();
        let tls = tls.with_root_certificates(rustls::RootCertStore::empty());
        let client = client.tls_backend_preconfigured(tls.with_no_client_auth());
        ReqwestTransport::from_client(client.build().unwrap())
    };
    let violations = conformance::check(make).await.unwrap_err().to_string();
    assert!(
        violations.contains("redirects are not followed"),
        "{violations}"
    );
    assert_eq!(violations.lines().count(), 2, "{violations}");
}

#[tokio::test(start_paused = true)]
async fn sleeps_for_as_long_as_it_is_told() {
    let sleep = || TokioRuntime.sleep(Duration::from_secs(90));
    let within = |seconds| tokio::time::timeout(Duration::from_secs(seconds), sleep());
    assert!(within(89).await.is_err());
    assert!(within(91).await.is_ok());
}

#[tokio::test]
async fn runs_tasks_beside_the_caller() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    TokioRuntime.spawn(Box::pin(async move { sender.send(7).unwrap() }));
    assert_eq!(receiver.await, Ok(7));
}

#[test]
fn drops_tasks_where_there_is_no_runtime() {
    let task = Arc::new(());
    let inside = Arc::clone(&task);
    TokioRuntime.spawn(Box::pin(async move { drop(inside) }));
    assert_eq!(Arc::strong_count(&task), 1);
}

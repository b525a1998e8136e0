//! The same answers over TLS, for browsers that take this machine for a host of Clerk's.

use std::{io, sync::Arc, time::Duration};

use clerk_core::UnixTime;
use rustls::{
    RootCertStore, ServerConfig,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::{CryptoProvider, ring},
    pki_types::ServerName,
};
use tokio_rustls::TlsAcceptor;

use crate::authority::{Authority, Identity};

/// Shows who a host is, by the word of an authority that may give it.
pub(super) fn acceptor(
    host: &str,
    authority: &Authority,
    now: UnixTime,
) -> io::Result<TlsAcceptor> {
    let Identity { chain, key } = authority.identify(host, now).map_err(io::Error::other)?;
    let provider = Arc::new(ring::default_provider());
    let identity = Identity { chain, key };
    check(host, &identity, authority, (now, &provider)).map_err(|why| {
        let why = format!("the authority cannot vouch for {host}: {why}");
        io::Error::new(io::ErrorKind::InvalidInput, why)
    })?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(identity.chain, identity.key.into())
        })
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config).into())
}

/// Believes it as whoever trusts the authority would: one that was made for another host is found out
/// here, and not by somebody before a browser's warning.
fn check(
    host: &str,
    identity: &Identity,
    authority: &Authority,
    (now, provider): (UnixTime, &Arc<CryptoProvider>),
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut trusted = RootCertStore::empty();
    trusted.add(authority.certificate().clone())?;
    let verifier =
        WebPkiServerVerifier::builder_with_provider(trusted.into(), Arc::clone(provider))
            .build()?;
    let own = identity.chain.first().ok_or("there is no certificate")?;
    let seconds = u64::try_from(now.as_secs())?;
    let now = rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    verifier.verify_server_cert(own, &[], &ServerName::try_from(host)?, &[], now)?;
    Ok(())
}

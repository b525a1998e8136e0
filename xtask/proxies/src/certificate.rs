//! A certificate that nobody but our browsers trusts.

use std::{fs, io, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer};

use crate::application::HOST;

#[derive(Debug)]
pub(crate) struct Certificate {
    pem: String,
    key: String,
    der: CertificateDer<'static>,
}

impl Certificate {
    pub(crate) fn new() -> Result<Self, rcgen::Error> {
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed([HOST.to_owned()])?;
        Ok(Self {
            pem: pem("CERTIFICATE", cert.der()),
            key: pem("PRIVATE KEY", &signing_key.serialize_der()),
            der: cert.der().clone(),
        })
    }

    /// Writes the key, and the certificate with the key, which is what HAProxy wants.
    pub(crate) fn write(&self, certificate: &Path, key: &Path) -> io::Result<()> {
        fs::write(key, &self.key)?;
        fs::write(certificate, format!("{}{}", self.pem, self.key))
    }

    /// What a browser trusts and offers.
    pub(crate) fn client(&self, protocol: &[u8]) -> Result<ClientConfig, rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone())?;
        let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![protocol.to_vec()];
        Ok(tls)
    }
}

/// Textual encoding (RFC 7468 §2).
fn pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let lines = encoded.as_bytes().chunks(64);
    let lines: String = lines
        .map(|line| format!("{}\n", String::from_utf8_lossy(line)))
        .collect();
    format!("-----BEGIN {label}-----\n{lines}-----END {label}-----\n")
}

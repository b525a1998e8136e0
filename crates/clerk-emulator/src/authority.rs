//! Who vouches for a development host that is this machine.

mod der;

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clerk_core::UnixTime;
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject};

use crate::pem;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const SERVER: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x1e];
const OWN_KEY: &[u8] = &[0x55, 0x1d, 0x0e];
const AUTHORITYS_KEY: &[u8] = &[0x55, 0x1d, 0x23];
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// The tags of names in certificates: of hosts, and of addresses.
const DNS: u8 = 2;
const ADDRESS: u8 = 7;

const NAME: &str = "Clerk emulator on this machine";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const TEN_YEARS: Duration = Duration::from_secs(3650 * 24 * 60 * 60);
/// Apple's systems believe in no certificate that is good for longer than 825 days.
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A certificate authority of one's own, for one host: browsers that trust it believe that a
/// [`Server`](crate::Server) is that [development host](crate::Builder::development_host).
///
/// Whoever has its private key can pass for that host before whoever trusts it, and for no other: its
/// certificate says so.
///
/// ```
/// use clerk_core::{Clock, SystemClock};
/// use clerk_emulator::{Authority, DEVELOPMENT_HOST, Emulator, Server};
///
/// let server = Server::start(Emulator::builder().development_host(DEVELOPMENT_HOST))?;
/// let authority = Authority::new(DEVELOPMENT_HOST, SystemClock::new().now())?;
/// let any_port = ([127, 0, 0, 1], 0).into();
/// let address = server.serve_tls(any_port, &authority)?;
/// assert!(address.ip().is_loopback());
/// // For `NODE_EXTRA_CA_CERTS`, and for `--ignore-certificate-errors-spki-list`.
/// assert!(authority.certificate_pem().starts_with("-----BEGIN CERTIFICATE-----"));
/// assert_eq!(authority.key_hash().len(), 44);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Authority {
    certificate: CertificateDer<'static>,
    pkcs8: Vec<u8>,
    key: EcdsaKeyPair,
}

/// What a host shows who it is with: the chain of certificates, its own first, and its private key.
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivatePkcs8KeyDer<'static>,
}

/// What is different in a certificate of one's own and in one that is given.
struct Draft<'a> {
    subject: &'a str,
    key: &'a EcdsaKeyPair,
    not_before: UnixTime,
    not_after: UnixTime,
    extensions: Vec<Vec<u8>>,
}

impl Authority {
    /// Makes one for this host, good for ten years from `now` on.
    ///
    /// # Errors
    ///
    /// The operating system gives no random numbers.
    pub fn new(host: &str, now: UnixTime) -> Result<Self, InvalidAuthority> {
        let (pkcs8, key) = new_key()?;
        let no_address = [[0; 8].as_slice(), &[0; 32]].map(|nothing| {
            let every = der::instead(ADDRESS, nothing);
            der::sequence(&[every])
        });
        let only = der::sequence(&[der::instead(DNS, host.as_bytes())]);
        let constraints = der::sequence(&[der::around(0, &[only]), der::around(1, &no_address)]);
        let draft = Draft {
            subject: NAME,
            key: &key,
            not_before: now.saturating_sub(DAY),
            not_after: now.saturating_add(TEN_YEARS),
            extensions: vec![
                critical(
                    BASIC_CONSTRAINTS,
                    &der::sequence(&[der::yes(), der::integer(&[0])]),
                ),
                critical(KEY_USAGE, &der::bits(&[0b0000_0100], 2)),
                critical(NAME_CONSTRAINTS, &constraints),
                extension(OWN_KEY, &der::octets(&key_id(&key))),
            ],
        };
        let certificate = draft.sign(&key)?;
        Ok(Self {
            certificate,
            pkcs8,
            key,
        })
    }

    /// One that was made before: its certificate, and the private key.
    ///
    /// # Errors
    ///
    /// They are no PEM of what [`certificate_pem`](Self::certificate_pem) and
    /// [`private_key_pem`](Self::private_key_pem) write.
    pub fn from_pem(certificate: &str, private_key: &str) -> Result<Self, InvalidAuthority> {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes())
            .map_err(|_| InvalidAuthority::Certificate)?;
        let pkcs8 = PrivatePkcs8KeyDer::from_pem_slice(private_key.as_bytes())
            .map_err(|_| InvalidAuthority::PrivateKey)?;
        let pkcs8 = pkcs8.secret_pkcs8_der().to_vec();
        let key = read_key(&pkcs8)?;
        Ok(Self {
            certificate,
            pkcs8,
            key,
        })
    }

    /// What is to be trusted: for a browser's settings, `NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE` and the like.
    pub fn certificate_pem(&self) -> String {
        pem::write("CERTIFICATE", &self.certificate)
    }

    /// What [`from_pem`](Self::from_pem) makes the same authority from: nobody else has to have it.
    pub fn private_key_pem(&self) -> String {
        pem::write("PRIVATE KEY", &self.pkcs8)
    }

    /// SHA-256 of the public key, in base64: what Chromium's option
    /// `--ignore-certificate-errors-spki-list` takes, with `--user-data-dir`.
    pub fn key_hash(&self) -> String {
        STANDARD.encode(digest(&SHA256, &public_key_info(&self.key)))
    }

    /// Vouches for a host from `now` on.
    pub(crate) fn identify(&self, host: &str, now: UnixTime) -> Result<Identity, InvalidAuthority> {
        let (pkcs8, key) = new_key()?;
        let names = der::sequence(&[der::instead(DNS, host.as_bytes())]);
        let issuers_key = der::sequence(&[der::instead(0, &key_id(&self.key))]);
        let draft = Draft {
            subject: host,
            key: &key,
            not_before: now.saturating_sub(DAY),
            not_after: now.saturating_add(A_YEAR),
            extensions: vec![
                critical(BASIC_CONSTRAINTS, &der::sequence(&[])),
                critical(KEY_USAGE, &der::bits(&[0b1000_0000], 7)),
                extension(EXTENDED_KEY_USAGE, &der::sequence(&[der::object(SERVER)])),
                extension(ALTERNATIVE_NAMES, &names),
                extension(OWN_KEY, &der::octets(&key_id(&key))),
                extension(AUTHORITYS_KEY, &issuers_key),
            ],
        };
        Ok(Identity {
            chain: vec![draft.sign(&self.key)?, self.certificate.clone()],
            key: PrivatePkcs8KeyDer::from(pkcs8),
        })
    }

    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority")
            .field("key_hash", &self.key_hash())
            .finish_non_exhaustive()
    }
}

impl Draft<'_> {
    /// The certificate, as the authority with this key gives it (RFC 5280 §4.1).
    fn sign(self, authority: &EcdsaKeyPair) -> Result<CertificateDer<'static>, InvalidAuthority> {
        let random = SystemRandom::new();
        let mut serial = [0; 16];
        random
            .fill(&mut serial)
            .map_err(|_| InvalidAuthority::Randomness)?;
        // Neither negative nor with zeros that say nothing.
        serial[0] = serial[0] & 0x7f | 0x40;
        let algorithm = der::sequence(&[der::object(ECDSA_WITH_SHA256)]);
        let signed = der::sequence(&[
            der::around(0, &[der::integer(&[2])]),
            der::integer(&serial),
            algorithm.clone(),
            name(NAME),
            der::sequence(&[der::time(self.not_before), der::time(self.not_after)]),
            name(self.subject),
            public_key_info(self.key),
            der::around(3, &[der::sequence(&self.extensions)]),
        ]);
        let signature = authority
            .sign(&random, &signed)
            .map_err(|_| InvalidAuthority::Randomness)?;
        let certificate = der::sequence(&[signed, algorithm, der::bits(signature.as_ref(), 0)]);
        Ok(certificate.into())
    }
}

fn new_key() -> Result<(Vec<u8>, EcdsaKeyPair), InvalidAuthority> {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random)
        .map_err(|_| InvalidAuthority::Randomness)?;
    let key = read_key(pkcs8.as_ref())?;
    Ok((pkcs8.as_ref().to_vec(), key))
}

fn read_key(pkcs8: &[u8]) -> Result<EcdsaKeyPair, InvalidAuthority> {
    let random = SystemRandom::new();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8, &random)
        .map_err(|_| InvalidAuthority::PrivateKey)
}

fn name(common: &str) -> Vec<u8> {
    let attribute = der::sequence(&[der::object(COMMON_NAME), der::text(common)]);
    der::sequence(&[der::set(&[attribute])])
}

fn public_key_info(key: &EcdsaKeyPair) -> Vec<u8> {
    let algorithm = der::sequence(&[der::object(EC_PUBLIC_KEY), der::object(P256)]);
    der::sequence(&[algorithm, der::bits(key.public_key().as_ref(), 0)])
}

/// What a key is known by (RFC 7093 §2).
fn key_id(key: &EcdsaKeyPair) -> Vec<u8> {
    let digest = digest(&SHA256, key.public_key().as_ref());
    digest.as_ref().iter().take(20).copied().collect()
}

fn extension(id: &[u8], value: &[u8]) -> Vec<u8> {
    der::sequence(&[der::object(id), der::octets(value)])
}

/// One that nobody may overlook.
fn critical(id: &[u8], value: &[u8]) -> Vec<u8> {
    der::sequence(&[der::object(id), der::yes(), der::octets(value)])
}

/// Why there is no such authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAuthority {
    /// The certificate cannot be read.
    #[error("there is no certificate in PEM")]
    Certificate,
    /// The private key cannot be read.
    #[error("there is no private key for ECDSA with P-256 (PKCS#8) in PEM")]
    PrivateKey,
    /// Keys and signatures need what the operating system does not give.
    #[error("the operating system gives no random numbers")]
    Randomness,
}

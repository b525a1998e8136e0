//! The emulator as a development host of Clerk's, over TLS.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use clap::Args;
use clerk::{Clock as _, SystemClock};
use clerk_emulator::{Authority, DEVELOPMENT_HOST, Server};
use serde::Serialize;

use crate::outcome::Failure;

#[derive(Debug, Args)]
pub(super) struct Tls {
    /// Serve over TLS, too, as this development host of Clerk's, which the publishable key then names; without a
    /// value, as emulator.lcl.dev
    #[arg(long, value_name = "HOST", num_args = 0..=1, default_missing_value = DEVELOPMENT_HOST, conflicts_with = "proxy_url")]
    pub(super) tls: Option<String>,
    /// The port for that; browsers come to 443, unless they are told another, and 0 is any free one
    #[arg(long, value_name = "PORT", default_value_t = 443, requires = "tls")]
    tls_port: u16,
    /// The certificate that browsers are to trust, in PEM: made if it is not there, and used again if it is, with the
    /// private key in the file of the same name that ends in .key
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca_file: Option<PathBuf>,
}

/// As whom browsers know the emulator.
#[derive(Debug, Serialize)]
pub(super) struct Host {
    name: String,
    address: SocketAddr,
    /// SHA-256 of the authority's key.
    key_hash: String,
    certificate: String,
}

impl Tls {
    /// Serves over TLS, if anybody said so.
    pub(super) fn serve(&self, server: &Server) -> Result<Option<Host>, Failure> {
        let Some(name) = &self.tls else {
            return Ok(None);
        };
        let authority = self.authority(name)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.tls_port));
        let address = server.serve_tls(address, &authority).map_err(|error| {
            let port = self.tls_port;
            match error.kind() {
                io::ErrorKind::PermissionDenied => Failure::Setup(format!(
                    "only administrators may listen on port {port}; on Linux, `sudo sysctl \
                     net.ipv4.ip_unprivileged_port_start={port}` lets everybody, and --tls-port chooses another"
                )),
                io::ErrorKind::AddrInUse => Failure::Setup(format!(
                    "port {port} is taken; choose another with --tls-port"
                )),
                _ => Failure::setup("the emulator cannot serve over TLS", &error),
            }
        })?;
        Ok(Some(Host {
            name: name.clone(),
            address,
            key_hash: authority.key_hash(),
            certificate: authority.certificate_pem(),
        }))
    }

    fn authority(&self, host: &str) -> Result<Authority, Failure> {
        let made = || {
            Authority::new(host, SystemClock::new().now())
                .map_err(|error| Failure::setup("no certificate can be made", &error))
        };
        let Some(certificate) = &self.ca_file else {
            return made();
        };
        let key = certificate.with_extension("key");
        if key == *certificate {
            let why = "--ca-file is for the certificate: its name cannot end in .key";
            return Err(Failure::Setup(why.to_owned()));
        }
        let failed = |path: &Path, error: &dyn std::error::Error| {
            Failure::setup(&format!("cannot use {}", path.display()), error)
        };
        if !certificate.exists() && !key.exists() {
            let authority = made()?;
            write_secret(&key, &authority.private_key_pem())
                .map_err(|error| failed(&key, &error))?;
            fs::write(certificate, authority.certificate_pem())
                .map_err(|error| failed(certificate, &error))?;
            return Ok(authority);
        }
        let read = |path: &Path| fs::read_to_string(path).map_err(|error| failed(path, &error));
        Authority::from_pem(&read(certificate)?, &read(&key)?)
            .map_err(|error| failed(certificate, &error))
    }
}

/// A file that nobody else reads.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}

impl Host {
    /// What has to be done before browsers come here.
    pub(super) fn advice(&self) -> String {
        let Self {
            name,
            address,
            key_hash,
            ..
        } = self;
        format!(
            "pages with Clerk's script come to https://{name}, which is {address}; browsers have to be told:
in the file hosts:  127.0.0.1 {name}
certificate:        what --ca-file wrote; for Node, NODE_EXTRA_CA_CERTS names that file
or to Chromium:     --user-data-dir=DIRECTORY --host-resolver-rules='MAP {name} {address}' \\
                    --ignore-certificate-errors-spki-list={key_hash}

"
        )
    }
}

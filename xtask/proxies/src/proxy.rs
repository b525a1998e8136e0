//! The proxies, and what their settings need beside the guide's lines to run here.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use tokio::runtime::Handle;

use crate::{
    guide::{Guide, Lines},
    process::{Running, find, free_port},
};

/// A reverse proxy that the guide has lines for.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) name: &'static str,
    program: &'static str,
    /// What has it say which one it is.
    version: &'static str,
    heading: &'static str,
    /// Of the guide's block of code.
    language: &'static str,
    /// Where the guide's lines say that the proxy listens, and what says the same of an address.
    listens: (&'static str, fn(u16) -> String),
    settings: &'static str,
    arguments: &'static [&'static str],
    /// The whole file, around the guide's lines.
    around: fn(&str, u16) -> String,
}

pub(crate) const PROXIES: &[Proxy] = &[NGINX, HAPROXY, CADDY, APACHE];

pub(crate) const NGINX: Proxy = Proxy {
    name: "nginx",
    program: "nginx",
    version: "-v",
    heading: "## nginx",
    language: "nginx",
    listens: ("listen 443", |port| format!("listen 127.0.0.1:{port}")),
    settings: "nginx.conf",
    arguments: &["-p", ".", "-e", "stderr", "-c", "nginx.conf"],
    around: nginx,
};

pub(crate) const HAPROXY: Proxy = Proxy {
    name: "HAProxy",
    program: "haproxy",
    version: "-v",
    heading: "## HAProxy",
    language: "haproxy",
    listens: ("bind :443", |port| format!("bind 127.0.0.1:{port}")),
    settings: "haproxy.cfg",
    arguments: &["-db", "-f", "haproxy.cfg"],
    around: haproxy,
};

pub(crate) const CADDY: Proxy = Proxy {
    name: "Caddy",
    program: "caddy",
    version: "version",
    heading: "## Caddy",
    language: "caddy",
    listens: ("app.example.com {", |port| {
        format!("https://app.example.com:{port} {{")
    }),
    settings: "Caddyfile",
    arguments: &["run", "--config", "Caddyfile", "--adapter", "caddyfile"],
    around: caddy,
};

pub(crate) const APACHE: Proxy = Proxy {
    name: "Apache",
    program: "apache2",
    version: "-v",
    heading: "## Apache",
    language: "apache",
    listens: ("<VirtualHost *:443>", |port| {
        format!("<VirtualHost 127.0.0.1:{port}>")
    }),
    settings: "apache2.conf",
    arguments: &["-D", "FOREGROUND", "-d", ".", "-f", "apache2.conf"],
    around: apache,
};

/// What the guide's lines stand for on a reader's machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site<'s> {
    pub(crate) runtime: &'s Handle,
    /// A directory that is the run's own, with `certificate.pem` and `key.pem`.
    pub(crate) directory: &'s Path,
    /// The port of the application.
    pub(crate) application: u16,
}

impl Proxy {
    pub(crate) fn lines(&self, guide: &Guide) -> Result<Lines, String> {
        guide.block(self.heading, self.language)
    }

    /// Why it cannot be run on this machine, if it cannot.
    pub(crate) fn missing(&self) -> Option<String> {
        match find(self.program) {
            Some(_) => None,
            None => Some(format!("there is no `{}` here; install it", self.program)),
        }
    }

    pub(crate) fn version(&self) -> String {
        let Some(program) = find(self.program) else {
            return String::new();
        };
        let output = Command::new(program).arg(self.version).output();
        let said = output.map(|output| [output.stdout, output.stderr].concat());
        let said = said.unwrap_or_default();
        let first = said.split(|byte| *byte == b'\n').next();
        String::from_utf8_lossy(first.unwrap_or_default()).into_owned()
    }

    /// Starts it with these lines, and says on which port.
    pub(crate) fn start(&self, site: Site<'_>, lines: &Lines) -> Result<(Running, u16), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.name);
        let port = free_port().map_err(failed)?;
        let directory = site.directory.join(format!("{}-{port}", self.program));
        fs::create_dir_all(&directory).map_err(failed)?;
        for file in ["certificate.pem", "key.pem"] {
            fs::copy(site.directory.join(file), directory.join(file)).map_err(failed)?;
        }
        let (here, listens) = self.listens;
        let lines = lines
            .with(here, &listens(port))?
            .with("127.0.0.1:3000", &format!("127.0.0.1:{}", site.application))?;
        // Without TLS, neither is there.
        let lines = lines
            .as_str()
            .replace("/etc/ssl/app.example.com.pem", "certificate.pem")
            .replace("/etc/ssl/app.example.com.key", "key.pem");
        let settings = (self.around)(&lines, port);
        fs::write(directory.join(self.settings), settings).map_err(failed)?;
        let program = find(self.program).ok_or("the program is gone")?;
        let arguments: Vec<String> = self.arguments.iter().copied().map(Into::into).collect();
        let running = Running::start(site.runtime, &program, &arguments, (&directory, port))?;
        Ok((running, port))
    }
}

/// Whatever nginx writes stays in its directory, and it has one process that answers.
fn nginx(lines: &str, _: u16) -> String {
    let mut text = "daemon off;\nworker_processes 1;\npid pid;\nevents {}\nhttp {\n".to_owned();
    text.push_str("access_log off;\n");
    for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        writeln!(text, "{kind}_temp_path {kind};").unwrap_or_default();
    }
    format!("{text}{lines}}}\n")
}

fn haproxy(lines: &str, _: u16) -> String {
    let timeouts = "timeout connect 5s\ntimeout client 30s\ntimeout server 30s\n";
    format!(
        "global\nlog stderr format raw local0\ndefaults\nlog global\noption httplog\n{timeouts}{lines}"
    )
}

/// No port 80, no control plane, no other addresses than loopback.
fn caddy(lines: &str, _: u16) -> String {
    let options = "admin off\nauto_https disable_redirects\ndefault_bind 127.0.0.1\n";
    format!("{{\n{options}}}\n{lines}")
}

/// The modules that Debian's packages switch on, and those that the guide asks for.
fn apache(lines: &str, port: u16) -> String {
    let mut text = format!("Listen 127.0.0.1:{port}\nPidFile pid\nDefaultRuntimeDir .\n");
    text.push_str("ErrorLog /dev/stderr\nUser www-data\nGroup www-data\nServerName localhost\n");
    text.push_str("StartServers 1\nServerLimit 1\n");
    for module in [
        "mpm_event",
        "authz_core",
        "ssl",
        "http2",
        "headers",
        "proxy",
        "proxy_http",
    ] {
        let file = format!("/usr/lib/apache2/modules/mod_{module}.so");
        writeln!(text, "LoadModule {module}_module {file}").unwrap_or_default();
    }
    text + lines
}

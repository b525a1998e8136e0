//! What the guide says of other lines than its own. A claim that has become untrue fails here.

use crate::{
    application::AROUND_NGINX_BUFFERS,
    checks::FORGED,
    guide::Lines,
    network::{
        NO_ANSWER,
        Protocol::{self, Http1, Http2},
    },
    visit::{Outcome, Visit, expect},
};

/// The guide's lines, changed; and what comes of it.
pub(crate) struct Control {
    proxy: &'static str,
    pub(crate) claim: &'static str,
    /// Of the proxy's own address.
    pub(crate) scheme: &'static str,
    pub(crate) change: fn(&Lines) -> Result<Lines, String>,
    pub(crate) check: fn(&Visit<'_>) -> Outcome,
}

pub(crate) fn of(proxy: &str) -> impl Iterator<Item = &'static Control> {
    CONTROLS
        .iter()
        .filter(move |control| control.proxy == proxy)
}

const CONTROLS: &[Control] = &[
    Control {
        proxy: "nginx",
        claim: "its own buffers end sign-ins in 502 where a token passes about 3 KB",
        scheme: "https",
        change: |lines| lines.without("proxy_buffer"),
        check: |visit| {
            let [small, large] = AROUND_NGINX_BUFFERS;
            visit.sign_in(Http2, small)?;
            fails_with("502 Bad Gateway", visit.sign_in(Http2, large))
        },
    },
    Control {
        proxy: "nginx",
        claim: "`proxy_buffers` alone changes nothing",
        scheme: "https",
        change: |lines| lines.without("proxy_buffer_size"),
        check: |visit| fails_with("502 Bad Gateway", visit.sign_in(Http2, 3_900)),
    },
    Control {
        proxy: "nginx",
        claim: "its own lines name the upstream to the application",
        scheme: "https",
        change: |lines| lines.without("proxy_set_header"),
        check: |visit| visit.leads_back(Http2, "/me", &[], "http://app/me"),
    },
    Control {
        proxy: "nginx",
        claim: "its own lines pass on what clients claim",
        scheme: "https",
        change: |lines| lines.without("proxy_set_header"),
        check: |visit| visit.leads_back(Http2, "/me", &FORGED, "http://evil.example/me"),
    },
    Control {
        proxy: "nginx",
        claim: "`$host` loses the port",
        scheme: "https",
        change: |lines| lines.with("X-Forwarded-Host $http_host", "X-Forwarded-Host $host"),
        check: |visit| visit.leads_back(Http2, "/me", &[], "https://app.example.com/me"),
    },
    Control {
        proxy: "nginx",
        claim: "a location inherits none of another's lines",
        scheme: "https",
        change: |lines| {
            let other = "location = /me { proxy_pass http://app; }\n    location / {";
            lines.with("location / {", other)
        },
        check: |visit| visit.leads_back(Http2, "/me", &[], "http://app/me"),
    },
    Control {
        proxy: "nginx",
        claim: "a line in a location does away with all of the server's",
        scheme: "https",
        change: |lines| {
            let moved = "proxy_set_header X-Forwarded-Proto $scheme;\n    location / {";
            let proto = "        proxy_set_header X-Forwarded-Proto $scheme;\n";
            lines.with(proto, "")?.with("location / {", moved)
        },
        check: |visit| {
            let origin = visit.origin().replace("https://", "http://");
            visit.leads_back(Http2, "/me", &[], &format!("{origin}/me"))
        },
    },
    Control {
        proxy: "nginx",
        claim: "`$scheme` is wrong behind another that has ended TLS",
        scheme: "http",
        change: nginx_without_tls,
        check: |visit| visit.leads_back(Http1, "/me", &TERMINATED, &outside("http")),
    },
    Control {
        proxy: "nginx",
        claim: "behind another that has ended TLS, `https` is right",
        scheme: "http",
        change: |lines| nginx_without_tls(lines)?.with("$scheme", "https"),
        check: |visit| visit.leads_back(Http1, "/me", &TERMINATED, &outside("https")),
    },
    Control {
        proxy: "nginx",
        claim: "a prefix that it takes off is lost",
        scheme: "https",
        change: |lines| {
            let lines = lines.with("location / {", "location /app/ {")?;
            lines.with("proxy_pass http://app;", "proxy_pass http://app/;")
        },
        check: |visit| {
            let seen = visit.origin() + "/me";
            visit.leads_back(Http2, "/app/me", &[], &seen)
        },
    },
    Control {
        proxy: "nginx",
        claim: "a prefix that it leaves on is kept",
        scheme: "https",
        change: |lines| lines.with("location / {", "location /app/ {"),
        check: |visit| {
            let seen = visit.origin() + "/app/me";
            visit.leads_back(Http2, "/app/me", &[], &seen)
        },
    },
    Control {
        proxy: "nginx",
        claim: "its own limits refuse large cookies over HTTP/1.1, and later over HTTP/2",
        scheme: "https",
        change: |lines| lines.without("large_client_header_buffers"),
        check: |visit| {
            answers(400, visit, Http1)?;
            answers(200, visit, Http2)?;
            answers_cookie(NO_ANSWER, visit, Http2, 9_000)
        },
    },
    Control {
        proxy: "HAProxy",
        claim: "without lines it names the host, and not the scheme",
        scheme: "https",
        change: |lines| lines.without("http-request"),
        check: |visit| {
            let origin = visit.origin().replace("https://", "http://");
            visit.leads_back(Http2, "/me", &[], &format!("{origin}/me"))
        },
    },
    Control {
        proxy: "HAProxy",
        claim: "without lines it passes on what clients claim",
        scheme: "https",
        change: |lines| lines.without("http-request"),
        check: |visit| visit.leads_back(Http2, "/me", &FORGED, "http://evil.example/me"),
    },
    Control {
        proxy: "HAProxy",
        claim: "`option forwardfor` leaves the client's first",
        scheme: "https",
        change: |lines| {
            let line = "http-request set-header X-Forwarded-For %[src]";
            lines.with(line, "option forwardfor")
        },
        check: |visit| {
            let both = "x-forwarded-for: 203.0.113.66\nx-forwarded-for: 127.0.0.1\n";
            gets(visit, &[both])
        },
    },
    Control {
        proxy: "HAProxy",
        claim: "behind another that has ended TLS, `https` is right",
        scheme: "http",
        change: |lines| {
            let certificate = " ssl crt /etc/ssl/app.example.com.pem alpn h2,http/1.1";
            let lines = lines.with(certificate, "")?.without("!{ ssl_fc }")?;
            lines.with(" if { ssl_fc }", "")
        },
        check: |visit| visit.leads_back(Http1, "/me", &TERMINATED, &outside("https")),
    },
    Control {
        proxy: "HAProxy",
        claim: "the application may be spoken to over HTTP/2",
        scheme: "https",
        change: |lines| {
            lines.with(
                "server app1 127.0.0.1:3000",
                "server app1 127.0.0.1:3000 proto h2",
            )
        },
        check: |visit| visit.sign_in(Http2, 3_900),
    },
    Control {
        proxy: "Caddy",
        claim: "without lines people sign in, and clients claim no host",
        scheme: "https",
        change: |lines| lines.without("header_up"),
        check: |visit| {
            let page = visit.origin() + "/me";
            visit.leads_back(Http2, "/me", &FORGED, &page)?;
            visit.sign_in(Http2, 3_900)
        },
    },
    Control {
        proxy: "HAProxy",
        claim: "headers over 15 KB are refused",
        scheme: "https",
        change: |lines| Ok(lines.clone()),
        check: |visit| {
            answers_cookie(200, visit, Http1, 14_000)?;
            answers_cookie(400, visit, Http1, 16_000)
        },
    },
    Control {
        proxy: "Caddy",
        claim: "large cookies are let through",
        scheme: "https",
        change: |lines| Ok(lines.clone()),
        check: |visit| answers_cookie(200, visit, Http1, 60_000),
    },
    Control {
        proxy: "Caddy",
        claim: "without lines clients claim addresses",
        scheme: "https",
        change: |lines| lines.without("header_up"),
        check: |visit| {
            let claimed = ["cf-connecting-ip: 203.0.113.66", "x-real-ip: 203.0.113.66"];
            gets(visit, &claimed)
        },
    },
    Control {
        proxy: "Apache",
        claim: "its own lines append the host to what clients claim",
        scheme: "https",
        change: |lines| lines.without("RequestHeader")?.without("ProxyAddHeaders"),
        check: |visit| {
            let port = visit.port;
            let both = format!("x-forwarded-host: evil.example, app.example.com:{port}");
            gets(visit, &[&both])?;
            visit.leads_back(Http2, "/me", &FORGED, "http://evil.example/me")
        },
    },
    Control {
        proxy: "Apache",
        claim: "clients can take the headers off that it has set",
        scheme: "https",
        change: |lines| lines.without("RequestHeader unset Connection"),
        check: |visit| {
            let connection = ("connection", "x-forwarded-proto");
            let page = visit.origin().replace("https://", "http://") + "/me";
            visit.leads_back(Http1, "/me", &[connection], &page)
        },
    },
    Control {
        proxy: "Apache",
        claim: "behind another that has ended TLS, `https` is right",
        scheme: "http",
        change: |lines| {
            lines
                .without("SSL")?
                .with("expr=%{REQUEST_SCHEME}", "https")
        },
        check: |visit| visit.leads_back(Http1, "/me", &TERMINATED, &outside("https")),
    },
    Control {
        proxy: "Apache",
        claim: "its own limit refuses large cookies",
        scheme: "https",
        change: |lines| lines.without("LimitRequestFieldSize"),
        check: |visit| {
            answers(400, visit, Http1)?;
            answers(431, visit, Http2)
        },
    },
];

/// What a proxy in front of this one makes of a request for `https://app.example.com`.
const TERMINATED: [(&str, &str); 2] = [("host", "app.example.com"), ("x-forwarded-proto", "https")];

fn outside(scheme: &str) -> String {
    format!("{scheme}://app.example.com/me")
}

fn nginx_without_tls(lines: &Lines) -> Result<Lines, String> {
    lines.without("ssl_certificate")?.with(" ssl http2;", ";")
}

/// What a browser is answered that is signed in, with the largest token there is.
fn answers(status: u16, visit: &Visit<'_>, protocol: Protocol) -> Outcome {
    let page = visit.open_signed_in(protocol, 3_900);
    expect(protocol.name(), &page, &[status], None)
}

/// The application gets these, of somebody who claims a lot.
fn gets(visit: &Visit<'_>, expected: &[&str]) -> Outcome {
    let seen = visit.seen(Http2, &FORGED)?;
    if expected.iter().all(|text| seen.contains(text)) {
        return Ok(());
    }
    Err(format!(
        "{expected:?} was expected, and the application gets\n{seen}"
    ))
}

fn answers_cookie(status: u16, visit: &Visit<'_>, protocol: Protocol, size: usize) -> Outcome {
    let answered = visit.status_with_cookie(protocol, size)?;
    if answered == status {
        return Ok(());
    }
    Err(format!(
        "a cookie of {size} bytes is answered {answered}, not {status}"
    ))
}

fn fails_with(expected: &str, outcome: Outcome) -> Outcome {
    match outcome {
        Err(problem) if problem.contains(expected) => Ok(()),
        Err(problem) => Err(problem),
        Ok(()) => Err(format!("`{expected}` was expected, and all went well")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{guide::Guide, proxy::PROXIES};

    #[test]
    fn the_guide_has_what_each_control_changes() {
        let guide = Guide::read().unwrap();
        for control in CONTROLS {
            let mut proxies = PROXIES.iter();
            let proxy = proxies.find(|proxy| proxy.name == control.proxy).unwrap();
            let changed = (control.change)(&proxy.lines(&guide).unwrap());
            assert!(changed.is_ok(), "{}: {changed:?}", control.claim);
        }
    }
}

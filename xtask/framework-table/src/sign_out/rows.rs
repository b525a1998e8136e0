use super::APPLICATION;

/// What stands behind the application.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Clerk {
    There,
    Away,
    RefusesTheSecretKey,
    HasForgottenTheSession,
}

#[derive(Clone, Copy)]
pub(super) enum Instance {
    Production,
    Development,
    Satellite,
}

/// What the browser brings.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Brings {
    Session,
    ExpiredSession,
    /// Somebody has signed in elsewhere on the site since.
    SessionFromBefore,
    /// `__client_uat` is not there.
    SessionAlone,
    /// As [`SessionAlone`](Self::SessionAlone), signed by somebody else than Clerk.
    ForgedSessionAlone,
    /// The development browser's cookie is not there.
    SessionWithoutDevBrowser,
    /// Another application of the site says that nobody is signed in.
    SessionOfNobody,
    /// As Clerk's frontend sets them in frames.
    PartitionedSession,
    Nothing,
    Bearer,
    ExpiredBearer,
}

/// What the layer accepts.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Accepts {
    Sessions,
    MachinesAlone,
}

/// Who the next request comes from.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    SignedIn,
    Nobody,
    /// The browser is sent to Clerk to ask.
    Handshake,
}

pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    pub(super) origin: Option<&'static str>,
    pub(super) instance: Instance,
    pub(super) clerk: Clerk,
    pub(super) brings: Brings,
    pub(super) has_layer: bool,
    pub(super) accepts: Accepts,
    pub(super) status: u16,
    pub(super) has_ended: bool,
    pub(super) next: Next,
}

impl Row {
    pub(super) fn brings_cookies(&self) -> bool {
        use Brings::{Bearer, ExpiredBearer, Nothing};
        !matches!(self.brings, Bearer | ExpiredBearer | Nothing)
    }
}

const SIGN_OUT: Row = Row {
    name: "signing out",
    method: "POST",
    origin: Some(APPLICATION),
    instance: Instance::Production,
    clerk: Clerk::There,
    brings: Brings::Session,
    has_layer: true,
    accepts: Accepts::Sessions,
    status: 303,
    has_ended: true,
    next: Next::Nobody,
};

/// As [`SIGN_OUT`], and the browser stays what it is.
const REFUSED: Row = Row {
    has_ended: false,
    next: Next::SignedIn,
    ..SIGN_OUT
};

pub(super) const ROWS: &[Row] = &[
    SIGN_OUT,
    Row {
        name: "of a development instance",
        instance: Instance::Development,
        ..SIGN_OUT
    },
    Row {
        name: "of a satellite",
        instance: Instance::Satellite,
        ..SIGN_OUT
    },
    Row {
        name: "from a page that has been open for longer than its token lives",
        brings: Brings::ExpiredSession,
        ..SIGN_OUT
    },
    Row {
        name: "in a frame",
        brings: Brings::PartitionedSession,
        ..SIGN_OUT
    },
    Row {
        name: "by a program, which names no origin",
        origin: None,
        ..SIGN_OUT
    },
    Row {
        name: "by a script of another origin, with a token of its own",
        origin: Some("https://elsewhere.example"),
        brings: Brings::Bearer,
        ..SIGN_OUT
    },
    Row {
        name: "with a token in the header that has expired nobody looks signed out who is not",
        brings: Brings::ExpiredBearer,
        status: 401,
        ..REFUSED
    },
    Row {
        name: "of a session that Clerk no longer has",
        clerk: Clerk::HasForgottenTheSession,
        has_ended: false,
        ..SIGN_OUT
    },
    Row {
        name: "of nobody",
        brings: Brings::Nothing,
        has_ended: false,
        ..SIGN_OUT
    },
    Row {
        name: "of who has signed in elsewhere since",
        brings: Brings::SessionFromBefore,
        next: Next::Handshake,
        ..SIGN_OUT
    },
    Row {
        name: "without the cookie that says somebody is signed in, the session ends",
        brings: Brings::SessionAlone,
        ..SIGN_OUT
    },
    Row {
        name: "with another application's word that nobody is signed in, the session ends",
        brings: Brings::SessionOfNobody,
        ..SIGN_OUT
    },
    Row {
        name: "with a made-up token nobody ends somebody else's session",
        brings: Brings::ForgedSessionAlone,
        has_ended: false,
        ..SIGN_OUT
    },
    Row {
        name: "while Clerk is away, also without that cookie nobody looks signed out who is not",
        brings: Brings::SessionAlone,
        clerk: Clerk::Away,
        status: 503,
        next: Next::Handshake,
        ..REFUSED
    },
    Row {
        name: "of a development instance, without its browser's token, the session ends",
        brings: Brings::SessionWithoutDevBrowser,
        instance: Instance::Development,
        next: Next::Handshake,
        ..SIGN_OUT
    },
    Row {
        name: "where no sessions are accepted nobody looks signed out who is not",
        accepts: Accepts::MachinesAlone,
        status: 500,
        next: Next::Nobody,
        ..REFUSED
    },
    Row {
        name: "a link or an image signs nobody out",
        method: "GET",
        origin: None,
        status: 405,
        ..REFUSED
    },
    Row {
        name: "a form on another site's page signs nobody out",
        origin: Some("https://evil.example"),
        status: 403,
        ..REFUSED
    },
    Row {
        name: "a form on a page of the same site signs nobody out",
        origin: Some("https://other.example.com"),
        status: 403,
        ..REFUSED
    },
    Row {
        name: "a form on another site's page, without the cookies that it cannot send, clears none",
        origin: Some("https://evil.example"),
        brings: Brings::Nothing,
        status: 403,
        ..REFUSED
    },
    Row {
        name: "while Clerk is away nobody looks signed out who is not",
        clerk: Clerk::Away,
        status: 503,
        ..REFUSED
    },
    Row {
        name: "with a secret key that Clerk refuses nobody looks signed out who is not",
        clerk: Clerk::RefusesTheSecretKey,
        status: 500,
        ..REFUSED
    },
    Row {
        name: "without the layer nobody looks signed out who is not",
        has_layer: false,
        status: 500,
        ..REFUSED
    },
];

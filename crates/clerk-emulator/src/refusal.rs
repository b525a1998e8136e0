use std::{io, time::Duration};

use http::{HeaderName, StatusCode, header};
use serde_json::{Value, json};

use crate::answer::Reply;

/// An error answer, in Clerk's shape and with Clerk's codes.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: Box<str>,
    message: Box<str>,
    long_message: Box<str>,
    /// The input that is to blame.
    param: Option<Box<str>>,
    header: Option<Box<(HeaderName, String)>>,
    /// How long it is worth waiting for the cause to go away.
    patience: Duration,
}

impl Refusal {
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<Box<str>>,
        message: impl Into<Box<str>>,
        long_message: impl Into<Box<str>>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            long_message: long_message.into(),
            param: None,
            header: None,
            patience: Duration::ZERO,
        }
    }

    /// The same as a plain 400 `bad_request`, where it blames an input.
    pub(crate) fn into_bad_request(self) -> Self {
        if self.status != StatusCode::UNPROCESSABLE_ENTITY {
            return self;
        }
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "bad_request".into(),
            ..self
        }
    }

    /// What the emulator holds cannot be written into its state file. Clerk has no such error.
    pub(crate) fn state_not_kept(problem: &io::Error) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "state_not_kept",
            "State not kept",
            format!(
                "The emulator's state file cannot be written ({problem}). What was asked for is done, and is written \
                 before the next request is answered; until that succeeds, every request gets this answer."
            ),
        )
    }

    /// Names the input that is to blame, as `meta.param_name`.
    pub(crate) fn param(mut self, name: &str) -> Self {
        self.param = Some(name.into());
        self
    }

    /// Sets `Retry-After`.
    pub(crate) fn after(mut self, seconds: Option<u64>) -> Self {
        self.header = seconds.map(|seconds| Box::new((header::RETRY_AFTER, seconds.to_string())));
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// What is wrong, for people.
    pub(crate) fn long_message(&self) -> &str {
        &self.long_message
    }

    /// The input that is to blame, where one is.
    pub(crate) fn blamed(&self) -> Option<&str> {
        self.param.as_deref()
    }

    /// The API's error object.
    pub(crate) fn to_json(&self) -> Value {
        let mut error = json!({
            "message": self.message,
            "long_message": self.long_message,
            "code": self.code,
        });
        if let Some(name) = &self.param {
            error["meta"] = json!({ "param_name": name });
        }
        error
    }

    pub(crate) fn into_reply(self, trace_id: &str) -> Reply {
        let body = json!({ "errors": [self.to_json()], "clerk_trace_id": trace_id });
        let reply = Reply::with(self.status, body).unless_changed(self.patience);
        match self.header {
            Some(header) => reply.header(header.0, &header.1),
            None => reply,
        }
    }

    /// What somebody waits for has not happened `within` that time.
    pub(crate) fn wait_timed_out(why: &str, within: Duration) -> Self {
        let refusal = Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "wait_timed_out",
            "nothing of the kind has happened",
            format!("Within {} ms: {why}.", within.as_millis()),
        );
        Self {
            patience: within,
            ..refusal
        }
    }

    pub(crate) fn authorization_header_format_invalid() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "authorization_header_format_invalid",
            "the Authorization header is missing or malformed",
            "Send the secret key as `Authorization: Bearer sk_test_…`.",
        )
    }

    pub(crate) fn clerk_key_invalid() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "clerk_key_invalid",
            "the secret key is invalid",
            "The bearer token is not this instance's secret key.",
        )
    }

    pub(crate) fn api_version_invalid() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "api_version_invalid",
            "the API version is invalid",
            "Clerk-API-Version is a date, for instance 2026-05-12.",
        )
    }

    pub(crate) fn request_body_invalid(why: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "request_body_invalid",
            "the request body is invalid",
            format!("The request body could not be read: {why}."),
        )
    }

    /// It came by a name that may be anybody's (RFC 9110 §15.5.20).
    pub(crate) fn misdirected(host: &str) -> Self {
        Self::new(
            StatusCode::MISDIRECTED_REQUEST,
            "misdirected_request",
            "the host is not this machine",
            format!(
                "The emulator answers to localhost and loopback addresses, not to `{host}`: a web page \
                 could have made that name stand for this machine. If it is yours, allow it, with \
                 `clerk-dev emulator --allow-host NAME` or `Builder::allow_host`."
            ),
        )
    }

    pub(crate) fn origin_not_allowed(origin: &str) -> Self {
        Self::forbidden(
            "origin_not_allowed",
            format!(
                "The control plane takes nothing from web pages of `{origin}`, only from those of \
                 this machine and of hosts that were allowed, with `clerk-dev emulator --allow-host \
                 NAME` or `Builder::allow_host`."
            ),
        )
    }

    pub(crate) fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "the body is not said to be JSON",
            "Send bodies to the control plane with `content-type: application/json`, which web pages \
             from elsewhere cannot; with curl, `-H 'content-type: application/json'`.",
        )
    }

    pub(crate) fn request_too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "request_body_too_large",
            "the request body is too large",
            format!("The emulator reads request bodies of up to {limit} bytes."),
        )
    }

    pub(crate) fn operation_not_emulated(method: &str, path: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "operation_not_emulated",
            "the emulator does not have this operation",
            format!(
                "The Clerk emulator has no {method} {path}. Its SUPPORTED.md lists what it has."
            ),
        )
    }

    /// It would have been answered by its description alone, and nobody was to trust that.
    pub(crate) fn operation_only_described(operation: &str) -> Self {
        Self::new(
            StatusCode::NOT_IMPLEMENTED,
            "operation_not_emulated",
            "the emulator does not know what this operation does",
            format!(
                "Of {operation} the emulator knows what Clerk's description says, and it was told to be strict. \
                 Without that, it makes up an answer of the right shape."
            ),
        )
    }

    pub(crate) fn method_not_allowed(allowed: &str) -> Self {
        let mut refusal = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "the method is not allowed",
            format!("Browsers come here with {allowed} alone."),
        );
        refusal.header = Some(Box::new((header::ALLOW, allowed.to_owned())));
        refusal
    }

    /// What was sent with an authentic key is no proof of anything.
    pub(crate) fn unauthorized(code: &str, long_message: &str) -> Self {
        let status = StatusCode::UNAUTHORIZED;
        Self::new(status, code, "not authenticated", long_message)
    }

    pub(crate) fn resource_not_found(what: &str, id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "resource_not_found",
            "not found",
            format!("No {what} was found with id {id}."),
        )
    }

    /// What was sent to be verified is in nobody's hands rightfully. Not repeated: it may be a
    /// secret.
    pub(crate) fn token_not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "resource_not_found",
            "not found",
            format!("This is no {what}, or one that was revoked or has expired."),
        )
    }

    pub(crate) fn form_param_missing(name: &str) -> Self {
        Self::unprocessable(
            "form_param_missing",
            "is missing",
            format!("{name} must be included."),
        )
        .param(name)
    }

    pub(crate) fn form_param_unknown(name: &str) -> Self {
        Self::unprocessable(
            "form_param_unknown",
            "is unknown",
            format!("{name} is not an input of this operation."),
        )
        .param(name)
    }

    /// Clerk would take it, and the emulator does not know what it does.
    pub(crate) fn input_not_emulated(name: &str) -> Self {
        Self::unprocessable(
            "input_not_emulated",
            "is not emulated",
            format!("{name} is an input at Clerk, and one that the emulator does not have."),
        )
        .param(name)
    }

    pub(crate) fn form_param_value_invalid(name: &str, expected: &str) -> Self {
        Self::unprocessable(
            "form_param_value_invalid",
            "is invalid",
            format!("{name} must be {expected}."),
        )
        .param(name)
    }

    pub(crate) fn form_param_format_invalid(name: &str, expected: &str) -> Self {
        Self::unprocessable(
            "form_param_format_invalid",
            "is invalid",
            format!("{name} must be {expected}."),
        )
        .param(name)
    }

    pub(crate) fn form_identifier_exists(name: &str) -> Self {
        Self::unprocessable(
            "form_identifier_exists",
            "is taken",
            format!("That {name} is taken. Please try another."),
        )
        .param(name)
    }

    pub(crate) fn form_already_exists(name: &str) -> Self {
        Self::unprocessable(
            "form_already_exists",
            "already exists",
            format!("There is one with that {name} already."),
        )
        .param(name)
    }

    pub(crate) fn form_resource_not_found(name: &str, what: &str) -> Self {
        Self::unprocessable(
            "form_resource_not_found",
            "was not found",
            format!("{name} must be the id of {what}."),
        )
        .param(name)
    }

    pub(crate) fn form_param_exceeds_allowed_size(name: &str, limit: usize) -> Self {
        Self::unprocessable(
            "form_param_exceeds_allowed_size",
            "is too large",
            format!("{name} must take at most {limit} bytes as JSON."),
        )
        .param(name)
    }

    pub(crate) fn bulk_size_exceeded(limit: usize) -> Self {
        let long_message = format!("One request takes at most {limit} of them.");
        Self::bad_request("bulk_size_exceeded", long_message)
    }

    pub(crate) fn form_data_missing() -> Self {
        Self::unprocessable(
            "form_data_missing",
            "data is missing",
            "A user needs an email_address, a phone_number, a web3_wallet or a username."
                .to_owned(),
        )
    }

    pub(crate) fn form_password_length_too_short() -> Self {
        Self::unprocessable(
            "form_password_length_too_short",
            "is too short",
            "Passwords must be 8 characters or more.".to_owned(),
        )
        .param("password")
    }

    pub(crate) fn form_password_pwned() -> Self {
        Self::unprocessable(
            "form_password_pwned",
            "was found in a data breach",
            "The password is one that everybody tries first. Please use another.".to_owned(),
        )
        .param("password")
    }

    pub(crate) fn form_password_digest_invalid() -> Self {
        Self::unprocessable(
            "form_password_digest_invalid_code",
            "is invalid",
            "password_digest is not one that the password_hasher makes.".to_owned(),
        )
        .param("password_digest")
    }

    pub(crate) fn invalid_totp_secret() -> Self {
        Self::unprocessable(
            "invalid_totp_secret_code",
            "is invalid",
            "totp_secret must be in base 32.".to_owned(),
        )
        .param("totp_secret")
    }

    /// Two lists run side by side.
    pub(crate) fn form_param_array_length_mismatch(name: &str, other: &str) -> Self {
        Self::unprocessable(
            "form_param_array_length_mismatch",
            "has another length",
            format!("{name} must have as many items as {other}."),
        )
        .param(name)
    }

    pub(crate) fn form_verification_needed(name: &str) -> Self {
        Self::unprocessable(
            "form_verification_needed",
            "is not verified",
            format!("{name} must stand for what is verified."),
        )
        .param(name)
    }

    pub(crate) fn image_missing() -> Self {
        Self::bad_request(
            "form_param_missing",
            "The request has no picture: send it as the field `file` of a form.",
        )
        .param("file")
    }

    pub(crate) fn image_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "image_not_found",
            "not found",
            "There is no such picture.",
        )
    }

    pub(crate) fn bad_request(code: &str, long_message: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, "not possible", long_message)
    }

    pub(crate) fn forbidden(code: &str, long_message: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, "not allowed", long_message)
    }

    pub(crate) fn unprocessable(
        code: &str,
        message: &str,
        long_message: impl Into<Box<str>>,
    ) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            code,
            message,
            long_message,
        )
    }
}

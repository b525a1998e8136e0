/// Why settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSettings {
    /// The base URL is not one.
    #[error(
        "the API's base URL (`api_url`) cannot be used: {problem}; write it as https://api.clerk.com"
    )]
    BaseUrl {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Credentials would travel unencrypted.
    #[error(
        "credentials are not sent to {host} over plain http, where others could read them; \
         use https, or a loopback address"
    )]
    PlainHttp {
        /// The host of the base URL.
        host: String,
    },
    /// The version segment is not one path segment.
    #[error("the version segment is not one path segment; it looks like v1")]
    VersionSegment,
    /// The user agent is not a header value.
    #[error("the user agent contains characters that no header may have")]
    UserAgent,
    /// The secret key is not a header value.
    #[error("the secret key contains characters that no header may have")]
    SecretKey,
}

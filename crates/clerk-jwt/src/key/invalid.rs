use clerk_core::Pasted;

/// Why a text is not a key that signatures can be verified with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// Nothing was given.
    #[error(
        "the key is empty; copy the PEM that the API keys page of the Clerk dashboard calls `JWKS \
         Public Key`"
    )]
    Empty,
    /// It is a private key. It must not be here.
    #[error(
        "this is a private key; only the public key is needed. Rotate the private one: whoever has \
         read it here can sign with it"
    )]
    Private,
    /// It is something else, which was pasted in its place.
    #[error(
        "this is no public key in PEM, but {0}; copy the PEM that the API keys page of the Clerk \
         dashboard calls `JWKS Public Key`, which begins with BEGIN PUBLIC KEY, or unset this and \
         set CLERK_PUBLISHABLE_KEY, with which keys are fetched"
    )]
    Other(Pasted),
    /// It is PEM of something else.
    #[error(
        "this is PEM of {0}, not of a public key; it should begin with BEGIN PUBLIC KEY, as the \
         JWKS public key on the API keys page of the Clerk dashboard does"
    )]
    Label(&'static str),
    /// The text between the PEM lines is not base64.
    #[error(
        "the PEM is damaged: its content is not base64; set all of its text, with line breaks or with \\n \
         in place of them, and not the name of a file"
    )]
    Base64,
    /// The content is not a SubjectPublicKeyInfo with an RSA key in it.
    #[error("the PEM is damaged, or of a key that is not RSA")]
    NotRsaSpki,
    /// It is not a JWK: not an object, or a member is missing, repeated or of the wrong type.
    #[error("not a JSON Web Key: {0}")]
    Jwk(&'static str),
    /// The JWK is of a key type that Clerk's tokens are not signed with.
    #[error("keys of this type (kty) are not used to sign Clerk's tokens")]
    KeyType,
    /// The JWK says that it is for another use (`use`, `key_ops`; RFC 7517 §4.2, §4.3).
    #[error("the key is not meant for verifying signatures ({0})")]
    Use(&'static str),
    /// The JWK is for an algorithm that is not accepted (`alg`, RFC 7517 §4.4).
    #[error("the key is for an algorithm other than RS256, RS384 and RS512")]
    Algorithm,
    /// The modulus is shorter than 2048 bits or longer than 8192.
    #[error("the key has {0} bits; RSA keys must have 2048 to 8192")]
    Size(usize),
    /// The public exponent is even, 1, or larger than 33 bits.
    #[error("the key's public exponent is not acceptable")]
    Exponent,
    /// The key is good, and the library in use cannot verify with it.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The key was made by a generator whose keys can be factored (CVE-2017-15361, "ROCA").
    #[error("the key was made by a faulty generator (ROCA) and can be factored; replace it")]
    Roca,
}

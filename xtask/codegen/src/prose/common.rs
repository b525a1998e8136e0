//! Names that mean the same wherever they stand, or that no rule could spell out.

/// What a wire name means wherever it stands. Sorted.
pub(super) const MEANINGS: &[(&str, &str)] = &[
    ("active_at", "When it became active."),
    (
        "admin_delete_enabled",
        "Whether admins may delete the organization.",
    ),
    ("alg", "The algorithm the key is for (RFC 7517)."),
    (
        "allow_idp_initiated",
        "Whether a sign-in may begin at the identity provider.",
    ),
    ("allowlist", "Whether the allowlist is on."),
    (
        "allowlist_blocklist_disabled_on_sign_in",
        "Whether the lists count for sign-ups alone.",
    ),
    (
        "amount_formatted",
        "The amount as text, without the currency.",
    ),
    (
        "approved_scopes",
        "The scopes that were granted, with spaces between them.",
    ),
    ("attempts", "How often it was attempted."),
    (
        "attribute_mapping",
        "Which attribute of the identity provider each field is taken from.",
    ),
    ("authenticatable", "Whether people can sign in with it."),
    ("available_actions", "What can be done with it now."),
    ("blocklist", "Whether the blocklist is on."),
    (
        "bypass_client_trust",
        "Whether devices nobody has seen yet are trusted like others.",
    ),
    ("claims", "The claims that are added to tokens."),
    (
        "client_id_metadata_documents_advertised",
        "Whether the discovery document says that metadata documents can be client ids.",
    ),
    (
        "client_id_metadata_documents_block_implicitly_allowed_clients",
        "Whether clients are refused that were let in only because nothing spoke against them.",
    ),
    (
        "client_id_metadata_documents_only_allow_pre_registered_clients",
        "Whether clients have to be registered before their metadata documents count.",
    ),
    ("code", "The code."),
    (
        "cookieless_dev",
        "Whether a development instance does without cookies.",
    ),
    (
        "create_organization_enabled",
        "Whether the user may create organizations.",
    ),
    ("created_by", "Who created it."),
    ("crv", "The curve of the key (RFC 7518)."),
    ("currency_symbol", "The sign of the currency, such as `$`."),
    (
        "custom_signing_key",
        "Whether tokens are signed with a key of your own.",
    ),
    ("d", "The private value of the key (RFC 7518)."),
    (
        "default_second_factor",
        "Whether it is the one that a second factor is asked of first.",
    ),
    (
        "delete_self_enabled",
        "Whether the user may delete their own account.",
    ),
    (
        "delivered_by_clerk",
        "Whether Clerk delivers it, rather than your backend.",
    ),
    ("dp", "A private value of an RSA key (RFC 7518)."),
    ("dq", "A private value of an RSA key (RFC 7518)."),
    (
        "dynamic_oauth_client_registration",
        "Whether OAuth clients may register themselves.",
    ),
    (
        "dynamically_registered",
        "Whether the client registered itself.",
    ),
    ("e", "The public exponent of an RSA key (RFC 7518)."),
    ("effective_at", "When it takes effect."),
    ("expiration", "When it expires; none if never."),
    ("external_id", "What another system calls it."),
    (
        "force_authn",
        "Whether people have to sign in to the identity provider again each time.",
    ),
    (
        "has_image",
        "Whether there is a picture other than a generated one.",
    ),
    (
        "hibp",
        "Whether passwords are refused that are known to have leaked.",
    ),
    ("id", "The id."),
    (
        "ignore_existing",
        "Whether to go on where there is one already.",
    ),
    (
        "include_in_initial_role_set",
        "Whether to add it to the initial role set.",
    ),
    ("is_default", "Whether it is the default."),
    ("k", "The value of a symmetric key (RFC 7518)."),
    ("kid", "The id of the key."),
    ("kty", "The type of the key (RFC 7517)."),
    ("last_used_at", "When it was last used."),
    ("legal_accepted_at", "When the terms were accepted."),
    ("limit", "How many to answer with at most."),
    (
        "matches_sso_connection",
        "Whether an enterprise connection is responsible for its domain.",
    ),
    ("meta", "What else there is to say of it."),
    (
        "missing_member_with_elevated_permissions",
        "Whether nobody in it may manage it.",
    ),
    ("multi_valued", "Whether it has several values."),
    ("n", "The modulus of an RSA key (RFC 7518)."),
    ("notify", "Whether to tell people by email."),
    (
        "notify_primary_email_address_changed",
        "Whether to tell the user by email that the primary address has changed.",
    ),
    ("oauth_jwt_access_tokens", "Whether access tokens are JWTs."),
    ("object", "What Clerk calls this kind of object."),
    ("offset", "How many to skip."),
    ("order_by", "What to sort by."),
    ("p", "A private prime of an RSA key (RFC 7518)."),
    ("past_due_at", "When a payment became overdue."),
    (
        "private_metadata",
        "Readable and writable by your backend alone.",
    ),
    (
        "progressive_sign_up",
        "Whether a sign-up may be completed step by step.",
    ),
    (
        "public_metadata",
        "Readable by the frontend, writable by your backend alone.",
    ),
    ("publicly_visible", "Whether visitors see it."),
    ("q", "A private prime of an RSA key (RFC 7518)."),
    ("qi", "A private value of an RSA key (RFC 7518)."),
    ("query", "What to search for."),
    ("removable", "Whether it can be removed."),
    (
        "reserved_for_second_factor",
        "Whether it serves as a second factor alone.",
    ),
    (
        "restricted_to_allowlist",
        "Whether only those on the allowlist may sign up.",
    ),
    ("revocation_reason", "Why it was revoked."),
    ("scim", "What the directory says of the user."),
    ("scopes", "What it is good for."),
    ("strategy", "The way of verifying."),
    ("subject", "Whom it stands for."),
    (
        "test_mode",
        "Whether addresses and numbers made for tests are accepted.",
    ),
    ("total_count", "How many there are in all."),
    (
        "unsafe_metadata",
        "Writable by the user, so believe nothing in it.",
    ),
    (
        "url_based_session_syncing",
        "Whether a development instance hands sessions over in URLs.",
    ),
    ("use", "What the key is for (RFC 7517)."),
    (
        "verified_at_client",
        "The id of the client it was verified on.",
    ),
    ("x", "A coordinate of an elliptic curve key (RFC 7518)."),
    ("x5c", "The chain of certificates of the key (RFC 7517)."),
    (
        "x5t",
        "The SHA-1 thumbprint of the key's certificate (RFC 7517).",
    ),
    (
        "x5t#S256",
        "The SHA-256 thumbprint of the key's certificate (RFC 7517).",
    ),
    ("x5u", "Where the certificate of the key is (RFC 7517)."),
    ("y", "A coordinate of an elliptic curve key (RFC 7518)."),
];

/// Words that are written otherwise in a sentence.
pub(super) const SPELLINGS: &[(&str, &str)] = &[
    ("api", "API"),
    ("authn", "authentication"),
    ("clerk", "Clerk"),
    ("dns", "DNS"),
    ("gmail", "Gmail"),
    ("id", "ID"),
    ("idp", "IdP"),
    ("ids", "IDs"),
    ("ip", "IP"),
    ("jit", "just-in-time"),
    ("jwks", "JWKS"),
    ("jwt", "JWT"),
    ("m2m", "M2M"),
    ("mfa", "MFA"),
    ("oauth", "OAuth"),
    ("pkce", "PKCE"),
    ("saml", "SAML"),
    ("scim", "SCIM"),
    ("sms", "SMS"),
    ("sso", "SSO"),
    ("totp", "TOTP"),
    ("ttl", "lifetime"),
    ("uri", "URI"),
    ("uris", "URIs"),
    ("url", "URL"),
    ("urls", "URLs"),
    ("web3", "Web3"),
];

/// Words that a flag begins with if it says what to do.
pub(super) const VERBS: &[&str] = &[
    "allow", "block", "bypass", "disable", "enable", "force", "ignore", "include", "notify",
    "restrict", "revoke", "sign", "skip", "sync",
];

/// Words that a flag ends with if it says what something is.
pub(super) const STATES: &[&str] = &[
    "advertised",
    "allowed",
    "bypassed",
    "disabled",
    "enabled",
    "registered",
    "required",
    "reserved",
    "verified",
    "visible",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_name_nothing_twice() {
        for table in [MEANINGS, SPELLINGS] {
            assert!(table.is_sorted_by(|one, other| one.0 < other.0));
        }
        for words in [VERBS, STATES] {
            assert!(words.is_sorted_by(|one, other| one < other));
        }
    }

    #[test]
    fn meanings_are_sentences() {
        for (name, meaning) in MEANINGS {
            assert!(meaning.ends_with('.'), "{name}");
        }
    }
}

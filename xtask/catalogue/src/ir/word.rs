//! Wire names as Rust identifiers.

/// Wire names that Rust does not allow, or that would say too little.
const RENAMED: &[(&str, &str)] = &[("type", "kind"), ("use", "key_use")];

/// `adminPortalLinkTokenID` and `x5t#S256` as `admin_portal_link_token_id` and `x5t_s256`.
pub(crate) fn snake(wire: &str) -> String {
    if let Some((_, ident)) = RENAMED.iter().find(|(name, _)| *name == wire) {
        return (*ident).to_owned();
    }
    let mut ident = String::new();
    let mut previous = '_';
    for character in wire.chars() {
        if !character.is_ascii_alphanumeric() {
            if !ident.ends_with('_') {
                ident.push('_');
            }
        } else if character.is_ascii_uppercase() {
            let word_begins = previous.is_ascii_lowercase() || previous.is_ascii_digit();
            if word_begins && !ident.ends_with('_') {
                ident.push('_');
            }
            ident.push(character.to_ascii_lowercase());
        } else {
            ident.push(character);
        }
        previous = character;
    }
    ident
}

/// `past_due`, `payer-credits` and `email` as `PastDue`, `PayerCredits` and `Email`.
pub(crate) fn upper_camel(wire: &str) -> String {
    let words = wire.split(|character: char| !character.is_ascii_alphanumeric());
    words
        .filter_map(|word| {
            let first = word.chars().next()?.to_ascii_uppercase();
            Some(format!("{first}{}", word.get(1..)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_become_identifiers() {
        for (wire, ident) in [
            ("user_id", "user_id"),
            ("adminPortalLinkTokenID", "admin_portal_link_token_id"),
            ("apiKeyID", "api_key_id"),
            ("x5t#S256", "x5t_s256"),
            ("web3_wallet", "web3_wallet"),
            ("type", "kind"),
            ("use", "key_use"),
        ] {
            assert_eq!(snake(wire), ident);
        }
    }

    #[test]
    fn wire_values_become_variants() {
        for (wire, ident) in [
            ("past_due", "PastDue"),
            ("payer-credits", "PayerCredits"),
            ("jwt", "Jwt"),
        ] {
            assert_eq!(upper_camel(wire), ident);
        }
    }
}

//! What is said where a seed cannot be read, or does not fit together.

use clerk_emulator::{Emulator, OrganizationSeed, Seed, UserSeed};

fn error(text: &str) -> String {
    let seed = match Seed::from_json(text) {
        Ok(seed) => seed,
        Err(error) => return error.to_string(),
    };
    let error = Emulator::builder().seed(seed).build().unwrap_err();
    error.to_string()
}

#[test]
fn what_cannot_be_read_says_its_line_and_its_place() {
    for (text, expected) in [
        ("", "line 1 of the seed: EOF while parsing a value"),
        (
            "{ \"users\": [] }\n{}",
            "line 2 of the seed: there is more behind the end of the seed: take it away",
        ),
        (
            "{\n  \"users\": [,]\n}",
            "line 2 of the seed, users[0]: expected value",
        ),
        (
            "{\n  \"user\": []\n}",
            "line 2 of the seed, user: unknown field `user`, expected one of `instance`, `roles`, `users`, \
             `organizations`, `invitations`, `machines`, `api_keys`, `oauth_applications`, `plans`, `allowlist`, \
             `blocklist`, `waitlist`, `redirect_urls`, `jwt_templates`, `webhooks`",
        ),
        (
            "{ \"users\": [\n  { \"email\": \"ada@example.com\" },\n  { \"email\": 7 }\n] }",
            "line 3 of the seed, users[1].email: invalid type: integer `7`, expected a string",
        ),
        (
            "{ \"users\": [{\n  \"phone_numbers\": [\n    { \"adress\": \"+15555550100\" }\n] }] }",
            "line 3 of the seed, users[0].phone_numbers[0].adress: unknown field `adress`, expected one of \
             `address`, `id`, `status`, `primary`, `second_factor`, `from`, `created_at`, `updated_at`",
        ),
        (
            "{ \"users\": [{ \"phone_numbers\": [\n  7\n] }] }",
            "line 2 of the seed, users[0].phone_numbers[0]: invalid type: integer `7`, expected a string or an \
             object",
        ),
        (
            "{ \"organizations\": [\n  { \"name\": \"Acme\" }\n] }",
            "line 2 of the seed, organizations[0]: missing field `slug`",
        ),
        (
            "{ \"organizations\": [{ \"slug\": \"acme\", \"members\": {\n  \"ada@example.com\":\n    { \"roles\": [] }\n} }] }",
            "line 3 of the seed, organizations[0].members[\"ada@example.com\"].roles: unknown field `roles`, expected one \
             of `role`, `id`, `public_metadata`, `private_metadata`, `created_at`, `updated_at`",
        ),
        (
            "{ \"users\": [{\n  \"created_at\": \"yesterday\"\n}] }",
            "line 2 of the seed, users[0].created_at: `yesterday` is not a time as RFC 3339 writes it, such as \
             2025-01-01T00:00:00Z",
        ),
    ] {
        assert_eq!(error(text), expected);
    }
}

#[test]
fn what_does_not_fit_together_says_its_line_its_place_and_what_to_do() {
    let user = |member: &str| {
        format!(
            "{{\n  \"users\": [\n    {{ \"email\": \"ada@example.com\",\n      {member} }}\n  ]\n}}"
        )
    };
    let two = |second: &str| {
        format!(
            "{{ \"users\": [\n  {{ \"email\": \"ada@example.com\", \"username\": \"ada\", \"external_id\": \"1\",\n    \
             \"id\": \"user_0adaLovelaceExample00000000\" }},\n  {{\n    {second}\n  }}\n] }}"
        )
    };
    let acme = |members: &str| {
        format!(
            "{{ \"users\": [{{ \"email\": \"ada@example.com\" }}],\n  \"organizations\": [\n  {{ \"slug\": \"acme\",\n    \
             {members} }}\n] }}"
        )
    };
    let whole = |member: &str| format!("{{\n\n{member}\n}}");
    for (text, expected) in [
        (
            user("\"email_addresses\": [\"ada\"]"),
            "line 4 of the seed, users[0].email_addresses[0]: `ada`: email_address must be a valid email address.",
        ),
        (
            user("\"phone_numbers\": [\"555\"]"),
            "line 4 of the seed, users[0].phone_numbers[0]: `555`: phone_number must be a phone number as E.164 has \
             them, such as +15555550100.",
        ),
        (
            user(
                "\"phone_numbers\": [{ \"address\": \"+15555550100\", \"status\": \"unverified\", \"second_factor\": true }]",
            ),
            "line 4 of the seed, users[0].phone_numbers[0].second_factor: only phone numbers that are verified are \
             second factors: leave it out",
        ),
        (
            user("\"id\": \"user_1\""),
            "line 4 of the seed, users[0].id: `user_1` must be user_ and 27 letters and digits",
        ),
        (
            user("\"features\": [\"a,b\"]"),
            "line 4 of the seed, users[0].features[0]: `a,b` must be of lower-case letters, digits, - and _",
        ),
        (
            user("\"totp_secret\": \"1\""),
            "line 4 of the seed, users[0].totp_secret: totp_secret must be in base 32.",
        ),
        (
            user("\"password_digest\": \"$2a$10$abc\""),
            "line 3 of the seed, users[0].password_hasher: password_hasher must be included.",
        ),
        (
            two("\"email\": \"Ada@Example.com\""),
            "line 5 of the seed, users[1].email: `Ada@Example.com`: That email_address is taken. Please try another.",
        ),
        (
            two("\"username\": \"ada\""),
            "line 5 of the seed, users[1].username: That username is taken. Please try another.",
        ),
        (
            two("\"external_id\": \"1\""),
            "line 5 of the seed, users[1].external_id: That external_id is taken. Please try another.",
        ),
        (
            two("\"id\": \"user_0adaLovelaceExample00000000\""),
            "line 5 of the seed, users[1].id: `user_0adaLovelaceExample00000000` is the id of another one: pin each \
             id once",
        ),
        (
            acme("\"members\": { \"bob@example.com\": \"org:admin\" }"),
            "line 4 of the seed, organizations[0].members[\"bob@example.com\"]: `bob@example.com` is no user of the \
             seed: add one, or name one by e-mail address, phone number, username or id",
        ),
        (
            acme("\"members\": { \"ada@example.com\": \"admin\" }"),
            "line 4 of the seed, organizations[0].members[\"ada@example.com\"]: `admin` is no role of the seed: add it \
             to `roles`, or name org:admin or org:member",
        ),
        (
            acme(
                "\"members\": { \"ada@example.com\": \"org:admin\",\n \"ADA@example.com\": \"org:admin\" }",
            ),
            "line 5 of the seed, organizations[0].members[\"ADA@example.com\"]: `ADA@example.com` is a member already: \
             say it once",
        ),
        (
            acme("\"domains\": [\"nowhere\"]"),
            "line 4 of the seed, organizations[0].domains[0]: `nowhere`: name must be a domain such as example.com.",
        ),
        (
            acme("\"invitations\": [{ \"email\": \"bob@example.com\", \"role\": \"boss\" }]"),
            "line 4 of the seed, organizations[0].invitations[0].role: `boss` is no role of the seed: add it to \
             `roles`, or name org:admin or org:member",
        ),
        (
            acme(
                "\"members\": { \"ada@example.com\": \"org:admin\" }, \"invitations\": [\"ada@example.com\"]",
            ),
            "line 4 of the seed, organizations[0].invitations[0]: `ada@example.com`: The email address is that of a \
             member of the organization.",
        ),
        (
            whole("\"organizations\": [{ \"slug\": \"Acme Ltd\" }]"),
            "line 3 of the seed, organizations[0].slug: `Acme Ltd`: slug must be of lower-case letters, digits and \
             hyphens.",
        ),
        (
            whole("\"organizations\": [{ \"slug\": \"acme\" },\n{ \"slug\": \"acme\" }]"),
            "line 4 of the seed, organizations[1].slug: `acme`: That slug is taken. Please try another.",
        ),
        (
            whole("\"instance\": { \"organizations\": { \"creator_role\": \"org:boss\" } }"),
            "line 3 of the seed, instance.organizations.creator_role: `org:boss` is no role of the seed: add it to \
             `roles`",
        ),
        (
            whole("\"roles\": [{ \"key\": \"billing\" }]"),
            "line 3 of the seed, roles[0]: `billing`: key must be org: and lower-case letters, digits or underscores.",
        ),
        (
            whole(
                "\"roles\": [{ \"key\": \"org:billing\", \"permissions\":\n [\"invoices:read\"] }]",
            ),
            "line 4 of the seed, roles[0].permissions[0]: `invoices:read`: key must be like org:feature:action, of \
             lower-case letters, digits or underscores, and not begin with org:sys_.",
        ),
        (
            whole("\"invitations\": [{ \"email\": \"bob@example.com\", \"role\": \"org:admin\" }]"),
            "line 3 of the seed, invitations[0].role: only invitations to an organization have it: put this one \
             there, or leave it out",
        ),
        (
            whole("\"machines\": [{ \"name\": \"a\", \"scopes\": [\"b\"] }]"),
            "line 3 of the seed, machines[0].scopes[0]: `b` is no machine of the seed: add it to `machines`",
        ),
        (
            whole("\"machines\": [{ \"name\": \"a\", \"secret_key\": \"secret\" }]"),
            "line 3 of the seed, machines[0].secret_key: must be ak_ and 8 characters or more",
        ),
        (
            whole("\"api_keys\": [{ \"name\": \"key\", \"subject\": \"nobody\" }]"),
            "line 3 of the seed, api_keys[0].subject: `nobody` is neither a user nor an organization of the seed: name \
             a user by e-mail address, an organization by slug, or either by id",
        ),
        (
            whole("\"oauth_applications\": [{ \"name\": \"Wiki\", \"scopes\": \"all\" }]"),
            "line 3 of the seed, oauth_applications[0].scopes: scopes must be of openid, profile, email, \
             public_metadata, private_metadata, offline_access, with spaces between them.",
        ),
        (
            whole("\"jwt_templates\": [{ \"name\": \"api\", \"claims\": { \"sub\": \"me\" } }]"),
            "line 3 of the seed, jwt_templates[0]: The claim sub is set by Clerk: leave it out of the template.",
        ),
        (
            whole("\"jwt_templates\": [{ \"name\": \"api\", \"lifetime\": 29 }]"),
            "line 3 of the seed, jwt_templates[0].lifetime: lifetime must be from 30 to 315360000.",
        ),
        (
            whole("\"allowlist\": [\"example.com\"]"),
            "line 3 of the seed, allowlist[0]: `example.com`: identifier must be an e-mail address, *@ and a domain, a \
             phone number, or a web3 wallet.",
        ),
        (
            whole("\"redirect_urls\": [\"javascript:alert(1)\"]"),
            "line 3 of the seed, redirect_urls[0]: `javascript:alert(1)`: url must be a URL with https:// or a scheme \
             of the application's own.",
        ),
    ] {
        assert_eq!(error(&text), expected, "{text}");
    }
}

#[test]
fn a_seed_that_was_never_text_has_no_lines() {
    let ada = || UserSeed::new("ada@example.com");
    let seed = Seed::empty().user(ada()).user(ada());
    let message = Emulator::builder().seed(seed).build().unwrap_err();
    assert_eq!(
        message.to_string(),
        "the seed's users[1].email: `ada@example.com`: That email_address is taken. Please try another."
    );
    // Nor has what was added to one that was.
    let seed = Seed::from_json("{}").unwrap();
    let seed =
        seed.organization(OrganizationSeed::new("acme").member("ada@example.com", "org:admin"));
    let message = Emulator::builder().seed(seed).build().unwrap_err();
    assert!(
        message
            .to_string()
            .starts_with("the seed's organizations[0]")
    );
}

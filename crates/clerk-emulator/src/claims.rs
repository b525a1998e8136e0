//! The claims of the tokens Clerk issues, as functions of what the instance knows.

use std::time::Duration;

use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use crate::{
    clock::EmulatorClock,
    directory::{ActiveOrganization, Identification, IdentificationKind, Session, Template, User},
};

/// The protected header `cat`, by which Clerk's SDKs tell the classes of its tokens apart.
pub(crate) const SESSION_CATEGORY: &str = "cl_B7d4PD111AAA";
pub(crate) const TEMPLATE_CATEGORY: &str = "cl_B7d4PD222AAA";
pub(crate) const MACHINE_CATEGORY: &str = "cl_B7d4PD333AAA";

/// How long tokens are valid unless somebody asks otherwise.
pub(crate) const SESSION_LIFETIME: Duration = Duration::from_secs(60);
pub(crate) const MACHINE_LIFETIME: Duration = Duration::from_secs(60 * 60);
pub(crate) const OAUTH_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Clerk dates `nbf` of session tokens back by this, for servers whose clock is behind.
const SESSION_SKEW: Duration = Duration::from_secs(10);

/// The version of session tokens: how they write the active organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TokenVersion {
    /// `org_id`, `org_role`, `org_slug`, `org_permissions`; no `v`.
    V1,
    /// `v: 2`, the object `o`, and `fea` and `pla`.
    #[default]
    V2,
}

/// When a token is issued, and how long it is valid.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validity {
    issued: UnixTime,
    /// The same, as whoever reads the token counts.
    dated: UnixTime,
    lifetime: Duration,
}

impl Validity {
    pub(crate) fn new(issued: UnixTime, lifetime: Duration, clock: &EmulatorClock) -> Self {
        Self {
            issued,
            dated: clock.in_tokens(issued),
            lifetime,
        }
    }

    fn write(self, claims: &mut Map<String, Value>, skew: Duration) {
        let seconds = |time: UnixTime| json!(time.as_secs());
        claims.insert("iat".into(), seconds(self.dated));
        claims.insert("nbf".into(), seconds(self.dated.saturating_sub(skew)));
        claims.insert(
            "exp".into(),
            seconds(self.dated.saturating_add(self.lifetime)),
        );
    }
}

/// What all tokens of one instance have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Issuer<'i> {
    pub(crate) url: &'i str,
    /// The origin of the application whose page asked for the token.
    pub(crate) authorized_party: Option<&'i str>,
}

impl Issuer<'_> {
    fn write(self, claims: &mut Map<String, Value>) {
        claims.insert("iss".into(), json!(self.url));
        if let Some(origin) = self.authorized_party {
            claims.insert("azp".into(), json!(origin));
        }
    }
}

/// Whom a token of a session speaks of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder<'h> {
    pub(crate) user: &'h User,
    pub(crate) session: &'h Session,
    pub(crate) organization: Option<ActiveOrganization<'h>>,
    /// Whether the user has something left to do before they count as signed in.
    pub(crate) is_pending: bool,
}

/// The claims of a session token.
pub(crate) fn session(
    version: TokenVersion,
    issuer: Issuer<'_>,
    holder: Holder<'_>,
    validity: Validity,
) -> Map<String, Value> {
    let Holder {
        user,
        session,
        organization,
        is_pending,
    } = holder;
    let mut claims = Map::new();
    issuer.write(&mut claims);
    validity.write(&mut claims, SESSION_SKEW);
    claims.insert("sub".into(), json!(user.id));
    claims.insert("sid".into(), json!(session.id));
    let status = if is_pending { "pending" } else { "active" };
    claims.insert("sts".into(), json!(status));
    if let Some(actor) = &session.actor {
        claims.insert("act".into(), json!(actor));
    }
    claims.insert("fva".into(), json!(session.factor_ages(validity.issued)));
    match version {
        TokenVersion::V1 => write_version_1(&mut claims, organization),
        TokenVersion::V2 => write_version_2(&mut claims, user, organization),
    }
    claims
}

fn write_version_1(claims: &mut Map<String, Value>, organization: Option<ActiveOrganization<'_>>) {
    let Some(active) = organization else { return };
    claims.insert("org_id".into(), json!(active.organization.id));
    claims.insert("org_slug".into(), json!(active.organization.slug));
    claims.insert("org_role".into(), json!(active.role));
    claims.insert("org_permissions".into(), json!(active.permissions()));
}

fn write_version_2(
    claims: &mut Map<String, Value>,
    user: &User,
    organization: Option<ActiveOrganization<'_>>,
) {
    claims.insert("v".into(), json!(2));
    let mut plans: Vec<String> = user.plan.iter().map(|plan| format!("u:{plan}")).collect();
    let mut features = Vec::new();
    let mut shared: &[String] = &[];
    if let Some(active) = organization {
        let mut o = json!({
            "id": active.organization.id,
            "slg": active.organization.slug,
            "rol": active.role.strip_prefix("org:").unwrap_or(active.role),
        });
        if let Some(mask) = active.permission_mask() {
            o["per"] = json!(mask.actions);
            o["fpm"] = json!(mask.features);
        }
        claims.insert("o".into(), o);
        plans.extend(
            active
                .organization
                .plan
                .iter()
                .map(|plan| format!("o:{plan}")),
        );
        shared = &active.organization.features;
        features.extend(shared.iter().map(|feature| {
            let scope = if user.features.contains(feature) {
                "uo"
            } else {
                "o"
            };
            format!("{scope}:{feature}")
        }));
    }
    let own = user.features.iter().filter(|own| !shared.contains(own));
    features.extend(own.map(|feature| format!("u:{feature}")));
    for (name, entries) in [("pla", plans), ("fea", features)] {
        if !entries.is_empty() {
            claims.insert(name.into(), json!(entries.join(",")));
        }
    }
}

/// The claims of a token made from a JWT template: no session, no version, no plans or features.
pub(crate) fn template(
    template: &Template,
    issuer: Issuer<'_>,
    holder: Holder<'_>,
    validity: Validity,
) -> Map<String, Value> {
    let context = json!({
        "user": user_context(holder.user),
        "org": holder.organization.map(|active| json!({
            "id": active.organization.id,
            "name": active.organization.name,
            "slug": active.organization.slug,
            "role": active.role,
        })),
        "session": { "id": holder.session.id },
    });
    let mut claims = template.fill(&context);
    issuer.write(&mut claims);
    let skew = Duration::from_secs(template.allowed_clock_skew);
    validity.write(&mut claims, skew);
    claims.insert("sub".into(), json!(holder.user.id));
    claims
}

/// What shortcodes may say about a user: the user object without what only the server may know,
/// and a few names for what has to be looked up in it.
fn user_context(user: &User) -> Value {
    let mut context = user.to_json();
    if let Some(members) = context.as_object_mut() {
        members.remove("private_metadata");
        members.insert("full_name".into(), json!(user.full_name()));
        for (kind, flag) in [
            (IdentificationKind::EmailAddress, Some("email_verified")),
            (
                IdentificationKind::PhoneNumber,
                Some("phone_number_verified"),
            ),
            (IdentificationKind::Web3Wallet, None),
        ] {
            let primary = user.primary(kind);
            let address = primary.map(|primary| &primary.address);
            members.insert(format!("primary_{}", kind.as_str()), json!(address));
            if let Some(flag) = flag {
                let is_verified = primary.is_some_and(Identification::is_verified);
                members.insert(flag.into(), json!(is_verified));
            }
        }
    }
    context
}

/// The claims of a machine-to-machine token.
pub(crate) fn machine(issuer: Issuer<'_>, machine: &str, validity: Validity) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("iss".into(), json!(issuer.url));
    validity.write(&mut claims, Duration::ZERO);
    claims.insert("sub".into(), json!(machine));
    claims
}

/// The claims of an OAuth access token (RFC 9068).
pub(crate) fn oauth(
    issuer: Issuer<'_>,
    user: &User,
    client: &str,
    validity: Validity,
) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("iss".into(), json!(issuer.url));
    validity.write(&mut claims, Duration::ZERO);
    claims.insert("sub".into(), json!(user.id));
    claims.insert("client_id".into(), json!(client));
    claims.insert("scope".into(), json!("profile email"));
    claims
}

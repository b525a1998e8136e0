//! Tokens that say nothing themselves: the instance keeps what they stand for.

use clerk_core::UnixTime;
use serde_json::{Map, Value};

use super::{Kind, MintError, TokenSpec};
use crate::{
    claims,
    directory::{ApiKey, MachineToken, OAuthToken},
    state::State,
};

impl TokenSpec {
    pub(super) fn is_opaque(&self) -> bool {
        let kind = &self.kind;
        matches!(kind, Kind::ApiKey | Kind::OpaqueMachine | Kind::OpaqueOAuth)
    }

    pub(super) fn opaque_token(
        &self,
        state: &mut State,
        issued: UnixTime,
    ) -> Result<String, MintError> {
        if self.defect.is_some() || !self.header.is_empty() {
            return Err(MintError::NoJwt);
        }
        match self.kind {
            Kind::OpaqueMachine => Ok(self.opaque_machine_token(state, issued)),
            Kind::OpaqueOAuth => self.opaque_oauth_token(state, issued),
            _ => self.api_key(state, issued),
        }
    }

    /// What was claimed; nothing if nothing was.
    fn custom_claims(&self) -> Value {
        let claims = self.claims.iter();
        let claims: Map<String, Value> = claims
            .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
            .collect();
        if claims.is_empty() {
            Value::Null
        } else {
            Value::Object(claims)
        }
    }

    fn opaque_machine_token(&self, state: &mut State, issued: UnixTime) -> String {
        let ids = &mut state.ids;
        let token = ids.object("mt_");
        let lifetime = self.lifetime.unwrap_or(claims::MACHINE_LIFETIME);
        state.directory.machine_tokens.put(MachineToken {
            id: ids.machine("mt_"),
            token: token.clone(),
            subject: ids.object("mch_"),
            claims: self.custom_claims(),
            scopes: self.scopes.clone(),
            expires_at: issued.saturating_add(lifetime),
            revoked: false,
            revocation_reason: None,
            last_used_at: None,
            created_at: issued,
            updated_at: issued,
        });
        token
    }

    fn opaque_oauth_token(&self, state: &mut State, issued: UnixTime) -> Result<String, MintError> {
        let subject = self.user(state)?.id;
        let ids = &mut state.ids;
        let token = ids.object("oat_");
        let lifetime = self.lifetime.unwrap_or(claims::OAUTH_LIFETIME);
        state.directory.oauth_tokens.put(OAuthToken {
            id: ids.machine("oat_"),
            token: token.clone(),
            refresh_token: None,
            client_id: ids.object("client_"),
            subject,
            scopes: self.scopes.clone(),
            audience: self.claims.get("aud").cloned().flatten(),
            revoked: false,
            created_at: issued,
            updated_at: issued,
            expires_at: issued.saturating_add(lifetime),
        });
        Ok(token)
    }

    fn api_key(&self, state: &mut State, issued: UnixTime) -> Result<String, MintError> {
        let user = self.user(state)?;
        let organization = self.organization(state, &user)?;
        let subject = organization.unwrap_or_else(|| user.id.clone());
        let ids = &mut state.ids;
        let (id, secret) = (ids.machine("ak_"), ids.object("ak_"));
        let owner = ("emulated".to_owned(), subject);
        let mut key = ApiKey::new(id, secret.clone(), owner, issued);
        key.claims = self.custom_claims();
        key.scopes = self.scopes.clone();
        key.created_by = Some(user.id);
        key.expires_at = self
            .lifetime
            .map(|lifetime| issued.saturating_add(lifetime));
        state.directory.api_keys.put(key);
        Ok(secret)
    }
}

//! Answers the token table's questions: each with the keys and at the time that it names.

use axum::{Json, Router, extract::State, routing::post};
use clerk_core::ManualClock;
use clerk_jwks::{Layered, RemoteKeys, StaticKeys, Verifier};
use clerk_jwt::{JwkSet, Provider, UserClaims};
use clerk_token_table::{CONFIGURATION, Keys, Question, Said, on_one_line};

#[derive(Clone)]
struct Door {
    published: RemoteKeys,
    provider: &'static dyn Provider,
}

pub(crate) fn application(published: RemoteKeys, provider: &'static dyn Provider) -> Router {
    let door = Door {
        published,
        provider,
    };
    Router::new()
        .route("/verdict", post(verdict))
        .with_state(door)
}

async fn verdict(State(door): State<Door>, Json(question): Json<Question>) -> Json<Said> {
    Json(door.said(&question).await)
}

impl Door {
    async fn said(&self, question: &Question) -> Said {
        let verifier = self.verifier(question)?;
        let verified = verifier.verify::<UserClaims>(&question.token).await;
        verified
            .map(|verified| on_one_line(verified.claims().all().as_json()))
            .map_err(|error| error.reason().to_string())
    }

    fn verifier(&self, question: &Question) -> Result<Verifier, String> {
        let (policy, clock) = (question.policy(), ManualClock::at(question.now()));
        let keys = match &question.keys {
            Keys::Published => return Ok(Verifier::new(self.published.clone(), policy, clock)),
            Keys::None => return Ok(Verifier::new(Layered::new(), policy, clock)),
            Keys::Pem(pem) => StaticKeys::from_pem_with(pem, self.provider).map_err(configuration),
            Keys::Set(json) => JwkSet::from_json(json, self.provider)
                .map(StaticKeys::from)
                .map_err(configuration),
        };
        Ok(Verifier::new(keys?, policy, clock))
    }
}

fn configuration<E>(_: E) -> String {
    CONFIGURATION.to_owned()
}

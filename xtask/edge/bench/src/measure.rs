//! What is measured without HTTP, repeated.

use clerk_auth::{Error, RequestState};
use clerk_jwt::SessionClaims;
use wasm_bindgen::prelude::*;
use web_sys::{Request, Response};

use crate::{
    authenticate::{HeadText, authenticator},
    exchange::{answer, bearer},
    settings,
    verify::verifier,
};

/// Does `/what/times`, and says how often it went well.
///
/// # Errors
///
/// The Worker is not set up, or the request says something else.
#[wasm_bindgen]
pub async fn measure(request: Request, env: JsValue) -> Result<Response, JsValue> {
    let url = request.url();
    let mut words = url.rsplit('/');
    let times = words.next().and_then(|times| times.parse().ok());
    let times: u32 = times.ok_or("say how often")?;
    let authorization = request.headers().get("authorization")?.unwrap_or_default();
    let token = bearer(&authorization).unwrap_or_default();
    let verifier = verifier(&env).map_err(settings::failed)?;
    let authenticator = authenticator(&env).map_err(settings::failed)?;
    let mut went_well = 0;
    match words.next() {
        Some("verify") => {
            for _ in 0..times {
                let verified = verifier.verify::<SessionClaims>(token).await;
                went_well += u32::from(verified.is_ok());
            }
        }
        Some("authenticate") => {
            for _ in 0..times {
                let text = HeadText::of(&request);
                let state = authenticator.authenticate(&text.head()).await;
                went_well += u32::from(is_signed_in(&state));
            }
        }
        Some("authenticate-head") => {
            let text = HeadText::of(&request);
            let head = text.head();
            for _ in 0..times {
                let state = authenticator.authenticate(&head).await;
                went_well += u32::from(is_signed_in(&state));
            }
        }
        _ => return Err("say what".into()),
    }
    answer(200, &went_well.to_string())
}

const fn is_signed_in(state: &Result<RequestState, Error>) -> bool {
    matches!(state, Ok(RequestState::SignedIn(_)))
}

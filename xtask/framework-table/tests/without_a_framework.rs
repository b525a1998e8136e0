//! The table holds for what is below every framework, so whoever differs from it has a bug of its
//! own.

use std::collections::BTreeSet;

use bytes::Bytes;
use clerk_auth::{
    Admission, Authenticator, Guard, MachineAuth, MachineTokenType, Rejection, RequestAuth,
    RequestHead, SessionAuth,
};
use clerk_framework_table::{
    Admin, CACHED, Fresh, LOGGED_OUT, NOBODY, PUBLIC, SECRET_PATH, TeamManager, missing_layer,
    rows, run, shown,
};
use http::{HeaderValue, Request, Response, StatusCode};

const REMEDY: &str = "add the layer";

#[tokio::test]
async fn the_table_holds_without_a_framework() {
    run(application).await;
}

#[tokio::test]
async fn operators_are_told_of_a_missing_layer() {
    missing_layer::run(None, REMEDY, application).await;
}

#[tokio::test]
#[should_panic(expected = "/me without the layer: ")]
async fn an_application_that_says_nothing_of_a_missing_layer_is_found() {
    missing_layer::run(None, REMEDY, async |_, _| {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
    .await;
}

#[tokio::test]
#[should_panic(expected = "nobody is signed in (Direct): the status is 200 and should be 401")]
async fn an_application_that_lets_everybody_in_is_found() {
    run(async |_, _| Response::new(Bytes::from(PUBLIC))).await;
}

#[test]
fn every_row_has_a_name_of_its_own() {
    let names: Vec<String> = rows().into_iter().map(|row| row.name).collect();
    let unique: BTreeSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
    assert!(names.len() > 100);
}

async fn application(
    authenticator: Option<Authenticator>,
    request: Request<Bytes>,
) -> Response<Bytes> {
    let auth = match &authenticator {
        None => None,
        Some(authenticator) => match authenticator.admit(&RequestHead::from(&request)).await {
            Admission::Proceed(auth) => Some(auth),
            Admission::Redirect(headers) => {
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = Admission::REDIRECT_STATUS;
                *response.headers_mut() = headers;
                return response;
            }
        },
    };
    let answered = handler(request.uri().path(), auth.as_ref());
    let mut response = match answered {
        Ok(Some(body)) => Response::new(Bytes::from(body)),
        Ok(None) => {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        }
        Err(rejection) => rejection.into_response(),
    };
    for (path, (name, value)) in [("/cached", CACHED), ("/log-out", LOGGED_OUT)] {
        if request.uri().path() == path {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
    }
    match auth {
        Some(auth) => auth.applied_to(response),
        None => response,
    }
}

fn handler(path: &str, auth: Option<&RequestAuth>) -> Result<Option<String>, Rejection> {
    let auth = || auth.ok_or_else(|| Rejection::not_authenticated(REMEDY, None));
    let session = |session: SessionAuth| Ok(Some(shown(session)));
    let machine = |machine: MachineAuth| Ok(Some(shown(machine)));
    match path {
        "/public" | "/cached" | "/log-out" => Ok(Some(PUBLIC.to_owned())),
        "/auth" => Ok(Some(shown(auth()?.auth()?))),
        "/me" | SECRET_PATH => session(auth()?.session()?),
        "/optional" => Ok(Some(match auth()?.auth()?.as_session() {
            Some(session) => shown(session.clone()),
            None => NOBODY.to_owned(),
        })),
        "/machine" => machine(auth()?.machine()?),
        "/api-key" => machine(auth()?.machine_of(MachineTokenType::ApiKey)?),
        "/m2m" => machine(auth()?.machine_of(MachineTokenType::M2m)?),
        "/oauth" => machine(auth()?.machine_of(MachineTokenType::OAuth)?),
        "/admin" => session(auth()?.require(&Admin::requirement())?),
        "/teams" => session(auth()?.require(&TeamManager::requirement())?),
        "/fresh" => session(auth()?.require(&Fresh::requirement())?),
        _ => Ok(None),
    }
}

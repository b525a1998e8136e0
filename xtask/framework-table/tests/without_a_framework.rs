//! The table holds for what is below every framework, so whoever differs from it has a bug of its
//! own.

use std::collections::BTreeSet;

use bytes::Bytes;
use clerk_auth::{
    Admission, Authenticator, Guard, MachineAuth, MachineTokenType, Rejection, RequestAuth,
    RequestHead, SessionAuth, SignOutResponse,
};
use clerk_framework_table::{
    Admin, CACHED, Fresh, LOGGED_OUT, NOBODY, PUBLIC, SECRET_PATH, TeamManager, missing_layer,
    rows, run, shown,
    sign_out::{self, GOODBYE, Stage},
};
use http::{HeaderValue, Request, Response, StatusCode, header::LOCATION};

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

#[tokio::test]
async fn signing_out_without_a_framework() {
    sign_out::run(application).await;
}

#[tokio::test]
async fn signing_out_without_a_runtime() {
    sign_out::run_on(async |stage, request| blocking_application(stage, &request)).await;
}

#[tokio::test]
#[should_panic(expected = "signing out: the next request is SignedIn and should be Nobody")]
async fn an_application_that_takes_one_of_the_two_cookies_away_is_found() {
    sign_out::run(async |authenticator, request| {
        let response = application(authenticator, request).await;
        if response.status() != SignOutResponse::STATUS {
            return response;
        }
        let (name, value) = LOGGED_OUT;
        let (mut parts, body) = response.into_parts();
        let value = HeaderValue::from_static(value);
        parts.headers.insert(name, value);
        Response::from_parts(parts, body)
    })
    .await;
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
    if request.uri().path() == "/sign-out" {
        let missing = || Rejection::not_authenticated(REMEDY, None);
        let asked = auth.as_ref().ok_or_else(missing);
        let asked = asked.and_then(RequestAuth::sign_out);
        let answer = match asked {
            Ok(asked) => asked.to(GOODBYE).await,
            Err(rejection) => Err(rejection),
        };
        return signed_out(answer, auth.as_ref());
    }
    if let ("/sign-in-first", Some(auth)) = (request.uri().path(), &auth) {
        let url = auth
            .redirects()
            .and_then(|redirects| redirects.to_sign_in());
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::SEE_OTHER;
        let location = HeaderValue::from_str(&url.expect("there is one")).expect("it is a value");
        response.headers_mut().insert(LOCATION, location);
        return auth.applied_to(response);
    }
    answered(&request, auth.as_ref())
}

/// The same for a program whose threads wait.
fn blocking_application(stage: Option<&Stage>, request: &Request<Bytes>) -> Response<Bytes> {
    let Some(authenticator) = stage.map(Stage::blocking_authenticator) else {
        return Rejection::not_authenticated(REMEDY, None).into_response();
    };
    let auth = match authenticator.admit(&RequestHead::from(request)) {
        Admission::Proceed(auth) => auth,
        Admission::Redirect(headers) => {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = Admission::REDIRECT_STATUS;
            *response.headers_mut() = headers;
            return response;
        }
    };
    if request.uri().path() == "/sign-out" {
        let asked = auth.sign_out();
        let answer = asked.and_then(|asked| authenticator.sign_out(&asked, GOODBYE));
        return signed_out(answer, Some(&auth));
    }
    answered(request, Some(&auth))
}

fn signed_out(
    answer: Result<SignOutResponse, Rejection>,
    auth: Option<&RequestAuth>,
) -> Response<Bytes> {
    let response = match answer {
        Ok(response) => response.into_response(),
        Err(rejection) => rejection.into_response(),
    };
    match auth {
        Some(auth) => auth.applied_to(response),
        None => response,
    }
}

fn answered(request: &Request<Bytes>, auth: Option<&RequestAuth>) -> Response<Bytes> {
    let answered = handler(request.uri().path(), auth);
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

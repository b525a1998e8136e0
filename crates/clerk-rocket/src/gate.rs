use clerk_auth::Admission;
use rocket::{
    Data, Request, Response, Route, async_trait,
    http::{Method, Status},
    route::{Handler, Outcome},
};

use crate::{admission::admission, headers};

/// Sends browsers away that have to go elsewhere first, and forwards everybody else.
#[derive(Clone)]
struct Gate;

#[async_trait]
impl Handler for Gate {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let Some(Admission::Redirect(headers)) = admission(request) else {
            return Outcome::forward(data, Status::NotFound);
        };
        let mut response = Response::new();
        response.set_status(Status::new(Admission::REDIRECT_STATUS.as_u16()));
        headers::append(headers, &mut response);
        Outcome::Success(response)
    }
}

/// One for each method, on every path, and before every other route.
pub(crate) fn gates() -> Vec<Route> {
    let methods = [
        Method::Get,
        Method::Put,
        Method::Post,
        Method::Delete,
        Method::Options,
        Method::Head,
        Method::Trace,
        Method::Connect,
        Method::Patch,
    ];
    methods
        .map(|method| {
            let mut route = Route::ranked(isize::MIN, method, "/<_..>", Gate);
            route.name = Some("clerk".into());
            route
        })
        .into()
}

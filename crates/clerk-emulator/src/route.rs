//! An operation and its place. Which ones there are stands in [`routing`](crate::routing).

use http::Method;

use crate::{answer::Reply, call::Call, description::Access, refusal::Refusal};

/// What carries an operation out.
pub(crate) type Handler = fn(&mut Call<'_>) -> Result<Reply, Refusal>;

/// One operation: its name, where it is, who may call it and what carries it out.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    /// Segments in braces are parameters.
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) handler: Handler,
}

/// What carries out the operation of the Backend API with this `operationId`; where it is and who may call it,
/// Clerk's description says.
pub(crate) type Handled = (&'static str, Handler);

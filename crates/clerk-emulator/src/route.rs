//! An operation and its place. Which ones there are stands in [`routing`](crate::routing).

use http::Method;

use crate::{answer::Reply, call::Call, refusal::Refusal};

/// What carries an operation out.
pub(crate) type Handler = fn(&mut Call<'_>) -> Result<Reply, Refusal>;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Whoever has the secret key.
    SecretKey,
    /// Whoever has the secret key, or that of a machine.
    Machine,
    /// Everybody.
    Public,
    /// Everybody, and neither faults nor the log know of it: the control plane.
    Control,
}

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

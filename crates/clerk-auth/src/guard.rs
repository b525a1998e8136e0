use crate::Requirement;

/// A requirement with a name, for handlers to state in their signature.
///
/// Every framework's `Allowed<G>` extractor asks it, so the compiler keeps the requirement and the
/// handler together: who moves the handler to another path moves the protection along.
///
/// ```
/// use clerk_auth::{Guard, Requirement};
///
/// /// Whoever may pay invoices.
/// struct Payer;
///
/// impl Guard for Payer {
///     fn requirement() -> Requirement {
///         Requirement::new().permission("org:invoices:pay")
///     }
/// }
/// ```
pub trait Guard {
    /// What the session has to have. Asked for each request.
    fn requirement() -> Requirement;
}

use std::{error::Error as StdError, fmt};

/// Why work on a delivery failed: what `?` makes of any error inside of
/// [`Delivery::once`](crate::Delivery::once).
///
/// It is made of errors that are `Send + Sync`, of `anyhow::Error` and its like, of
/// `Box<dyn Error + Send + Sync>`, and of text. Several of them may fail in one piece of work:
///
/// ```
/// use clerk_webhooks::{Delivery, Rejection, WorkError};
///
/// async fn handle(delivery: &Delivery) -> Result<(), Rejection> {
///     delivery.once(async || {
///         let text = std::str::from_utf8(delivery.body())?;
///         if text.is_empty() {
///             return Err("nothing to do".into());
///         }
///         store(text).await?;
///         Ok(())
///     }).await?;
///     Ok(())
/// }
///
/// /// It can be what a function of the application fails with, too.
/// async fn store(text: &str) -> Result<(), WorkError> {
///     let count: u32 = text.parse()?;
///     std::fs::write("count", count.to_string())?;
///     Ok(())
/// }
/// # let _ = handle;
/// ```
///
/// It is no [`Error`](StdError) itself, because then nothing could be made of any error.
/// [`Rejection::Failed`](crate::Rejection::Failed) has the error that it was made of.
pub struct WorkError(Box<dyn StdError + Send + Sync>);

impl WorkError {
    /// Of an error that may stay on this thread alone. What it says is kept, and what its causes
    /// say; its type is not.
    ///
    /// ```
    /// # use clerk_webhooks::{Delivery, Rejection, WorkError};
    /// # fn load() -> Result<(), Box<dyn std::error::Error>> { Ok(()) }
    /// # async fn handle(delivery: &Delivery) -> Result<(), Rejection> {
    /// delivery.once(async || {
    ///     load().map_err(WorkError::boxed)?; // which fails with a `Box<dyn Error>`
    ///     Ok(())
    /// }).await?;
    /// # Ok(())
    /// # }
    /// # let _ = handle;
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
    pub fn boxed(error: Box<dyn StdError>) -> Self {
        Self(Box::new(Told::of(&*error)))
    }

    pub(crate) fn into_cause(self) -> Box<dyn StdError + Send + Sync> {
        self.0
    }
}

/// What a [`WorkError`] can be made of: whatever a `Box<dyn Error + Send + Sync>` can.
#[diagnostic::on_unimplemented(
    label = "fail with an error that is `Send + Sync`, such as `Box<dyn Error + Send + Sync>`; of a `Box<dyn Error>`, write `.map_err(WorkError::boxed)?`"
)]
pub trait IntoWorkError {
    /// The reason why work failed.
    fn into_work_error(self) -> WorkError;
}

// What is missing for `Box<dyn Error>` is advice, and not the way down to `dyn Error: Send`.
#[diagnostic::do_not_recommend]
impl<E: Into<Box<dyn StdError + Send + Sync>>> IntoWorkError for E {
    fn into_work_error(self) -> WorkError {
        WorkError(self.into())
    }
}

impl<E: IntoWorkError> From<E> for WorkError {
    fn from(error: E) -> Self {
        error.into_work_error()
    }
}

impl fmt::Debug for WorkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for WorkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an error said, and what its causes did.
struct Told {
    text: String,
    debug: String,
    cause: Option<Box<Told>>,
}

impl Told {
    fn of(error: &(dyn StdError + 'static)) -> Self {
        Self {
            text: error.to_string(),
            debug: format!("{error:?}"),
            cause: error.source().map(|cause| Box::new(Self::of(cause))),
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.debug)
    }
}

impl StdError for Told {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let cause = self.cause.as_deref();
        cause.map(|cause| cause as _)
    }
}

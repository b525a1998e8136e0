//! Work as people write it: that it compiles without saying what it fails with, whatever that is, and
//! that nothing of an error is lost.

use std::{
    error::Error,
    fmt,
    future::Future,
    io,
    pin::pin,
    str::Utf8Error,
    task::{Context, Poll, Waker},
};

use clerk_core::{ManualClock, UnixTime};
use clerk_webhooks::{
    Delivery, Receiver, Rejection, SigningSecrets, Verifier, WorkError, blocking,
};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// One delivery, which nobody has acted on, for each driver.
fn deliveries() -> (Delivery, blocking::Delivery) {
    let secrets = SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0").unwrap();
    let signed = secrets.sign("msg_1", NOW, b"{}").unwrap();
    let (verifier, clock) = (Verifier::new(secrets), ManualClock::at(NOW));
    let one = Receiver::new(verifier.clone()).clock(clock);
    let other = blocking::Receiver::new(verifier).clock(ManualClock::at(NOW));
    let one = one.receive(&signed.svix(), *b"{}").unwrap();
    (one, other.receive(&signed.svix(), *b"{}").unwrap())
}

/// No work here waits. Servers move handlers between threads.
fn done<T>(work: impl Future<Output = T> + Send) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

/// An application's own.
#[derive(Debug)]
enum Own {
    Database(io::Error),
}

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the user was not stored")
    }
}

impl Error for Own {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let Self::Database(cause) = self;
        Some(cause)
    }
}

/// As `anyhow::Error` and `eyre::Report` are: no error, and made into one.
struct Report(Own);

impl From<Report> for Box<dyn Error + Send + Sync> {
    fn from(report: Report) -> Self {
        report.0.into()
    }
}

fn own() -> Own {
    Own::Database(io::Error::other("connection refused"))
}

fn fails_with_own() -> Result<(), Own> {
    Err(own())
}

fn fails_with_a_report() -> Result<(), Report> {
    Err(Report(own()))
}

fn fails_with_a_box() -> Result<(), Box<dyn Error + Send + Sync>> {
    Err(own().into())
}

/// As handlers of `main` are, at first.
fn fails_with_a_box_of_this_thread() -> Result<(), Box<dyn Error>> {
    Err(own().into())
}

fn fails_with_text() -> Result<(), String> {
    Err("the user was not stored".to_owned())
}

fn fails_with_nothing() -> Result<(), ()> {
    Err(())
}

fn goes_well() -> Result<u8, Utf8Error> {
    std::str::from_utf8(b"7").map(|text| text.len() as u8)
}

async fn fails_later() -> Result<(), WorkError> {
    fails_with_own()?;
    Ok(())
}

#[test]
fn nothing_has_to_be_said_of_errors_that_there_are_none_of() {
    let (one, other) = deliveries();
    assert_eq!(done(one.once(async || Ok(()))).unwrap(), Some(()));
    assert_eq!(other.once(|| Ok(())).unwrap(), Some(()));
    let (one, other) = deliveries();
    assert_eq!(done(one.once(|| async { Ok(7) })).unwrap(), Some(7));
    assert_eq!(other.once(|| Ok(7)).unwrap(), Some(7));
    let (one, _) = deliveries();
    let work = async || {
        goes_well()?;
        Ok(())
    };
    assert_eq!(done(one.once(work)).unwrap(), Some(()));
}

#[test]
fn errors_of_every_type_stand_beside_each_other() {
    let work = |fails: usize| -> Result<u8, WorkError> {
        let fine = goes_well()?;
        match fails {
            0 => fails_with_own()?,
            1 => fails_with_a_report()?,
            2 => fails_with_a_box()?,
            3 => fails_with_a_box_of_this_thread().map_err(WorkError::boxed)?,
            4 => fails_with_text()?,
            5 => Err("the user was not stored")?,
            6 => return Err("the user was not stored".into()),
            7 => fails_with_nothing().map_err(|()| "the user was not stored")?,
            _ => {}
        }
        Ok(fine)
    };
    for fails in 0..=8 {
        let (one, other) = deliveries();
        let outcomes = [
            done(one.once(async || {
                goes_well()?;
                work(fails)
            })),
            other.once(|| work(fails)),
        ];
        for outcome in outcomes {
            match (fails, outcome) {
                (8, outcome) => assert_eq!(outcome.unwrap(), Some(1)),
                (_, Err(Rejection::Failed(cause))) => {
                    assert_eq!(cause.to_string(), "the user was not stored", "{fails}");
                }
                (_, outcome) => panic!("{fails}: {outcome:?}"),
            }
        }
    }
}

/// In blocks of their own, as handlers are written, and with `Send` futures.
#[test]
fn asynchronous_work_fails_with_any_of_them_too() {
    let failed = |outcome: Result<Option<()>, Rejection>| match outcome {
        Err(Rejection::Failed(cause)) => assert_eq!(cause.to_string(), "the user was not stored"),
        outcome => panic!("{outcome:?}"),
    };
    let delivery = || deliveries().0;
    failed(done(delivery().once(async || {
        goes_well()?;
        fails_with_own()?;
        fails_with_a_report()?;
        fails_with_a_box()?;
        fails_with_text()?;
        fails_later().await?;
        Ok(())
    })));
    failed(done(delivery().once(async || {
        fails_with_a_box_of_this_thread().map_err(WorkError::boxed)?;
        Ok(())
    })));
    failed(done(delivery().once(async || Ok(fails_with_own()?))));
    failed(done(delivery().once(fails_later)));
    failed(done(delivery().once(async || {
        if goes_well()? == 1 {
            return Err("the user was not stored".into());
        }
        Ok(())
    })));
}

/// Who matches on `Rejection::Failed` finds the error itself, and logs find every cause.
#[test]
fn neither_the_type_nor_a_cause_is_lost() {
    let cause = |work: fn() -> Result<(), WorkError>| match deliveries().1.once(work) {
        Err(Rejection::Failed(cause)) => cause,
        outcome => panic!("{outcome:?}"),
    };
    for work in [
        || Ok(fails_with_own()?),
        || Ok(fails_with_a_report()?),
        || Ok(fails_with_a_box()?),
    ] as [fn() -> Result<(), WorkError>; 3]
    {
        assert!(cause(work).downcast_ref::<Own>().is_some());
    }
    let works: [fn() -> Result<(), WorkError>; 2] = [
        || Ok(fails_with_own()?),
        || fails_with_a_box_of_this_thread().map_err(WorkError::boxed),
    ];
    for work in works {
        let error = cause(work);
        let root = error.source().map(ToString::to_string);
        assert_eq!(root.as_deref(), Some("connection refused"));
        assert!(format!("{error:?}").starts_with("Database("), "{error:?}");
    }
}

#[test]
fn it_is_shown_as_the_error_that_it_is_made_of() {
    let error = fails_with_own().map_err(WorkError::from).unwrap_err();
    assert_eq!(
        format!("{error} {error:?}"),
        format!("{} {:?}", own(), own())
    );
}

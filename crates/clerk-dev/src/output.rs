use std::{
    fmt,
    io::{self, BufWriter, Write},
};

/// Standard output, until whoever reads it goes away.
///
/// A reader that has seen enough, such as `head`, ends neither the command nor its verdict; what
/// it does not read any more is dropped.
pub(crate) struct Output {
    inner: BufWriter<Box<dyn Write>>,
    closed: bool,
}

impl Output {
    pub(crate) fn stdout() -> Self {
        Self::to(Box::new(io::stdout().lock()))
    }

    pub(crate) fn to(inner: Box<dyn Write>) -> Self {
        Self {
            inner: BufWriter::new(inner),
            closed: false,
        }
    }

    /// Whether there is nobody left to read.
    pub(crate) const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Writes out what is still held back, and writes nothing more.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()
    }

    fn unless_closed<T>(
        &mut self,
        otherwise: T,
        write: impl FnOnce(&mut BufWriter<Box<dyn Write>>) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.closed {
            return Ok(otherwise);
        }
        match write(&mut self.inner) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(otherwise)
            }
            result => result,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_closed(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_closed((), BufWriter::flush)
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_has_gone_is_no_error() -> io::Result<()> {
        let mut output = Output::to(Box::new(Gone));
        writeln!(output, "one")?;
        output.flush()?;
        assert!(output.is_closed());
        writeln!(output, "two")?;
        output.finish()
    }
}

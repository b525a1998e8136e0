//! JSON Lines in, JSON Lines out: one answer for each line, in order, as soon as it is known.

use std::{
    borrow::Cow,
    fmt,
    io::{self, BufRead as _, BufReader, Read, Write as _},
    marker::PhantomData,
};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;

use crate::{json, output::Output};

/// The answer to a line, beside its id.
#[derive(Serialize)]
struct Answer<'l, B> {
    id: Option<&'l RawValue>,
    #[serde(flatten)]
    body: B,
}

/// What a line that asks nothing sensible is answered with.
#[derive(Serialize)]
struct Mistake {
    error: String,
}

/// The one member that every line has.
#[derive(Deserialize)]
struct Identified<'l> {
    #[serde(borrow)]
    id: Option<&'l RawValue>,
}

/// A JSON object, read as `T`. Alone, `T` would accept an array of its members' values as well.
#[derive(Debug, Default)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }
        let visitor = ObjectVisitor(PhantomData);
        deserializer.deserialize_map(visitor).map(Self)
    }
}

/// Answers each line of `input` that is not blank with what `answer` says of it.
///
/// A line that is no question is answered with what is wrong with it, and the rest goes on. The
/// answers are passed on whenever no further line has arrived, so a program may ask one question,
/// read the answer and go on from there.
///
/// # Errors
///
/// Reading or writing failed. That nobody reads the answers any more is no error.
pub(crate) fn answer_lines<Q: DeserializeOwned, B: Serialize>(
    input: impl Read,
    output: &mut Output,
    mut answer: impl FnMut(Q) -> Result<B, String>,
) -> io::Result<()> {
    let mut input = BufReader::with_capacity(64 * 1024, input);
    let mut line = Vec::new();
    while !output.is_closed() {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let question = line.trim_ascii_end();
        if !question.is_empty() {
            answer_line(question, output, &mut answer)?;
        }
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
    }
    output.flush()
}

fn answer_line<Q: DeserializeOwned, B: Serialize>(
    line: &[u8],
    output: &mut Output,
    answer: &mut impl FnMut(Q) -> Result<B, String>,
) -> io::Result<()> {
    let text = String::from_utf8_lossy(line);
    // A line of which nothing else can be used may still say who is asking.
    let (id, asked) = match read::<Identified<'_>>(&text) {
        Ok(Identified { id }) => (id, Ok(())),
        Err(problem) => (None, Err(problem)),
    };
    let body = match &text {
        Cow::Borrowed(text) => asked.and_then(|()| read(text)).and_then(answer),
        Cow::Owned(_) => Err("the line is not UTF-8".to_owned()),
    };
    let id = id.map(json::one_line);
    let id = id.as_deref();
    match body {
        Ok(body) => serde_json::to_writer(&mut *output, &Answer { id, body })?,
        Err(error) => {
            let body = Mistake { error };
            serde_json::to_writer(&mut *output, &Answer { id, body })?;
        }
    }
    output.write_all(b"\n")
}

/// Reads a line as an object; the error says where in it something is wrong.
pub(crate) fn read<'l, Q: Deserialize<'l>>(line: &'l str) -> Result<Q, String> {
    let mut reader = serde_json::Deserializer::from_str(line);
    let Object(question) = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, problem) = (error.path().to_string(), problem(error.inner()));
        if error.inner().is_data() && path != "." {
            format!("{path}: {problem}")
        } else {
            problem
        }
    })?;
    reader.end().map_err(|error| problem(&error))?;
    Ok(question)
}

/// serde_json's text without what need not be repeated: the line, which is always the first, and
/// the value, which may be long or nobody's business.
fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let Some((problem, column)) = text.rsplit_once(" at line 1 column ") else {
        return text;
    };
    match problem.rsplit_once(", expected ") {
        Some((found, expected)) if found.starts_with("invalid ") => format!("expected {expected}"),
        _ if error.is_data() => problem.to_owned(),
        _ => format!("{problem} at column {column}"),
    }
}

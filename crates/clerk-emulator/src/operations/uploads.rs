//! Files that come with a request (RFC 7578).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::header;

use crate::{call::Call, directory::Picture, refusal::Refusal};

/// The picture in the field `file`.
pub(super) fn picture(call: &mut Call<'_>) -> Result<Picture, Refusal> {
    let content_type = call.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let content = match content_type {
        Some("application/octet-stream") => from_text(&call.body),
        _ => {
            let boundary = content_type.and_then(boundary);
            let boundary =
                boundary.ok_or_else(|| Refusal::request_body_invalid("it is no form of parts"))?;
            field(&call.body, boundary, "file")
        }
    };
    let content = content.ok_or_else(Refusal::image_missing)?;
    if Picture::media_type_of(&content).is_none() {
        let problem = "the file is no picture in PNG, JPEG, GIF or WebP";
        return Err(Refusal::request_body_invalid(problem));
    }
    Ok(Picture {
        id: call.state.ids.object("img_"),
        content,
    })
}

/// Keeps the picture that came with the request in the place of an older one, and returns its id.
pub(crate) fn replace(call: &mut Call<'_>, old: Option<String>) -> Result<String, Refusal> {
    let picture = picture(call)?;
    let id = picture.id.clone();
    let pictures = &mut call.state.directory.pictures;
    if let Some(old) = old {
        pictures.remove(&old);
    }
    pictures.put(picture);
    Ok(id)
}

/// How clerk-js sends a picture that a page has as a text: in base64, with what data URLs begin with or without.
fn from_text(body: &Bytes) -> Option<Bytes> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let text = match text.strip_prefix("data:") {
        Some(rest) => rest.split_once(";base64,")?.1,
        None => text,
    };
    STANDARD.decode(text).ok().map(Bytes::from)
}

fn boundary(content_type: &str) -> Option<&str> {
    let (media_type, parameters) = content_type.split_once(';')?;
    if !media_type
        .trim()
        .eq_ignore_ascii_case("multipart/form-data")
    {
        return None;
    }
    parameter(parameters, "boundary")
}

/// A parameter of a field's value, with its quotes or without.
fn parameter<'t>(parameters: &'t str, name: &str) -> Option<&'t str> {
    let pairs = parameters
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs
        .into_iter()
        .find(|(known, _)| known.trim().eq_ignore_ascii_case(name))?;
    Some(value.trim().trim_matches('"')).filter(|value| !value.is_empty())
}

/// What the part of this name holds, if it is a file.
fn field(body: &Bytes, boundary: &str, name: &str) -> Option<Bytes> {
    let delimiter = format!("--{boundary}");
    let between = format!("\r\n{delimiter}");
    let mut at = find(body, delimiter.as_bytes())?.checked_add(delimiter.len())?;
    loop {
        let rest = body.get(at..)?;
        if rest.starts_with(b"--") {
            return None;
        }
        let head = at.checked_add(find(rest, b"\r\n")?)?;
        let content = head
            .checked_add(find(body.get(head..)?, b"\r\n\r\n")?)?
            .checked_add(4)?;
        let length = find(body.get(content..)?, between.as_bytes())?;
        let end = content.checked_add(length)?;
        if is_file(body.get(head..content)?, name) {
            return Some(body.slice(content..end)).filter(|content| !content.is_empty());
        }
        at = end.checked_add(between.len())?;
    }
}

/// Whether a part's header says that it is this file.
fn is_file(head: &[u8], name: &str) -> bool {
    let head = String::from_utf8_lossy(head);
    head.lines().any(|line| {
        line.split_once(':').is_some_and(|(field, value)| {
            field.trim().eq_ignore_ascii_case("content-disposition")
                && parameter(value, "name") == Some(name)
                && parameter(value, "filename").is_some()
        })
    })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_stands_between_its_head_and_the_next_boundary() {
        let part = |head: &str, content: &str| format!("--b\r\n{head}\r\n\r\n{content}\r\n");
        let disposition = "Content-Disposition: form-data; name=\"file\"; filename=\"a; b.png\"";
        let other = part("content-disposition: form-data; name=file", "text");
        for (body, expected) in [
            (
                part(disposition, "one\r\ntwo") + "--b--\r\n",
                Some("one\r\ntwo"),
            ),
            (other.clone() + &part(disposition, "x") + "--b--", Some("x")),
            (other + "--b--", None),
            (part(disposition, "") + "--b--", None),
            // Nothing says where it ends.
            ("--b\r\n".to_owned() + disposition + "\r\n\r\nx", None),
            ("--b".to_owned(), None),
            (String::new(), None),
        ] {
            let found = field(&Bytes::from(body.clone()), "b", "file");
            assert_eq!(found.as_deref(), expected.map(str::as_bytes), "{body}");
        }
        assert_eq!(boundary("multipart/form-data; boundary=\"b\""), Some("b"));
        assert_eq!(
            boundary("Multipart/Form-Data;charset=x; Boundary=b"),
            Some("b")
        );
        for none in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "text/plain; boundary=b",
        ] {
            assert_eq!(boundary(none), None, "{none}");
        }
    }
}

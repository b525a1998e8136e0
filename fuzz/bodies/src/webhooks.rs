//! Webhooks, written as the time in seconds, a line for each header, an empty line, and the body.

use clerk_core::UnixTime;
use clerk_webhooks::{SigningSecrets, Verifier, events::Event};

const SECRETS: &str =
    "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0 whsec_YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0";
const TOLERANCE: i64 = 300;

/// What is accepted is what these secrets sign, and lately; what they sign is accepted, and with
/// another body, id or time it is not.
pub fn webhook(data: &[u8]) {
    let secrets: SigningSecrets = SECRETS.parse().expect("two secrets");
    let verifier = Verifier::new(secrets.clone());
    let (now, headers, body) = read(data);

    if let Ok(delivery) = verifier.verify(&headers, body, now) {
        let signed_at = delivery.timestamp();
        assert!((now.as_secs() - signed_at.as_secs()).abs() <= TOLERANCE);
        let again = secrets.sign(delivery.id(), signed_at, delivery.body());
        let again = again.expect("what was accepted can be signed");
        let one = again.svix()[2].1.split(' ').any(|ours| {
            let signatures = headers
                .iter()
                .filter(|(name, _)| name.to_ascii_lowercase().ends_with("-signature"));
            signatures
                .flat_map(|(_, value)| value.split(|&b| b == b' '))
                .any(|came| came.trim_ascii() == ours.as_bytes())
        });
        assert!(one, "none of the signatures is ours");
    }

    let id = headers.first().map_or("", |(_, value)| {
        std::str::from_utf8(value).unwrap_or_default()
    });
    let Ok(signed) = secrets.sign(id, now, body) else {
        return;
    };
    for headers in [signed.svix(), signed.standard()] {
        let delivery = verifier.verify(&headers, body, now);
        let delivery = delivery.expect("what was signed is accepted");
        assert_eq!((delivery.id(), delivery.body()), (id, body));

        let longer = [body, b"."].concat();
        assert!(verifier.verify(&headers, &longer, now).is_err());
        let [(id_name, _), (time_name, time), signature] = headers;
        let other_id = format!("{id}0");
        let moved = [(id_name, other_id.as_str()), (time_name, time), signature];
        assert!(verifier.verify(&moved, body, now).is_err());
        let other_time = format!("{time}0");
        let moved = [(id_name, id), (time_name, other_time.as_str()), signature];
        assert!(verifier.verify(&moved, body, now).is_err());
    }
}

/// A secret is taken or refused, and not shown either way.
pub fn signing_secret(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let shown = match text.parse::<SigningSecrets>() {
        Ok(secrets) => format!("{secrets:?}"),
        Err(error) => format!("{error} {error:?}"),
    };
    let secret = text.trim();
    assert!(secret.len() < 24 || !shown.contains(secret));
}

/// What is an event is JSON with a type, and nothing of it is lost; what is none is not repeated.
pub fn event(data: &[u8]) {
    let event = match Event::from_slice(data) {
        Ok(event) => event,
        Err(error) => {
            let shown = error.to_string();
            assert!(shown.len() < 200 && shown.is_ascii(), "{shown}");
            return;
        }
    };
    let text = std::str::from_utf8(data).expect("JSON is UTF-8");
    // A number that no number of Rust's can be is left as it came.
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
        assert_eq!(value["type"].as_str(), Some(event.event_type()));
    }
    assert_eq!(event.as_json().as_str(), text.trim_ascii());
    let again = serde_json::to_string(&event).expect("an event is JSON");
    assert_eq!(again, text.trim_ascii());
    let shown = format!("{event:?}");
    assert!(shown.starts_with("Event {"), "{shown}");
}

type Header<'d> = (&'d str, &'d [u8]);

fn read(data: &[u8]) -> (UnixTime, Vec<Header<'_>>, &[u8]) {
    let mut rest = data;
    let now = std::str::from_utf8(line(&mut rest))
        .ok()
        .and_then(|text| text.parse().ok())
        .map_or(UnixTime::EPOCH, UnixTime::from_secs);
    let mut headers = Vec::new();
    loop {
        let header = line(&mut rest);
        if header.is_empty() {
            return (now, headers, rest);
        }
        let colon = header.iter().position(|&b| b == b':').unwrap_or(0);
        let (name, value) = header.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or(value);
        headers.push((std::str::from_utf8(name).unwrap_or_default(), value));
    }
}

/// Takes a line, without its end, off `rest`.
fn line<'d>(rest: &mut &'d [u8]) -> &'d [u8] {
    let whole = *rest;
    let end = whole.iter().position(|&b| b == b'\n');
    let (line, after) = whole.split_at(end.unwrap_or(whole.len()));
    *rest = after.strip_prefix(b"\n").unwrap_or(after);
    line
}

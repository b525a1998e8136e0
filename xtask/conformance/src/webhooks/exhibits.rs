//! One delivery at least for each entry of `docs/divergences.md` that this suite holds.

use clerk::{UnixTime, webhooks::SigningSecrets};

use super::delivery::{Delivery, Message, NOW};
use crate::outcome::Stopped;

/// A delivery, and whether Clerk's SDK and we accept it.
pub(super) struct Exhibit {
    pub(super) id: &'static str,
    pub(super) delivery: Delivery,
    pub(super) reference: bool,
    pub(super) ours: bool,
}

fn exhibit(id: &'static str, reference: bool, delivery: Delivery) -> Exhibit {
    Exhibit {
        id,
        delivery,
        reference,
        ours: !reference,
    }
}

/// Signs under the parts as they are, also those that [`SigningSecrets::sign`] refuses: as the hash
/// goes over one run of bytes, a message that is cut elsewhere has the same one.
fn signature(message: &Message, content: &[u8]) -> Result<String, Stopped> {
    let secrets = SigningSecrets::new(&message.secret)?;
    // `{id}.{timestamp}.` must be sound; what follows is free.
    let text = |end: usize| String::from_utf8_lossy(&content[..end]).into_owned();
    let mut stops = (0..content.len()).filter(|&index| content[index] == b'.');
    let (Some(first), Some(second)) = (stops.next(), stops.next()) else {
        return Err(Stopped::Failed("an exhibit has no parts".to_owned()));
    };
    let seconds: i64 = text(second)[first + 1..].parse()?;
    let time = UnixTime::from_secs(seconds);
    let signed = secrets.sign(&text(first), time, &content[second + 1..])?;
    Ok(signed.svix()[2].1.to_owned())
}

pub(super) fn all() -> Result<Vec<Exhibit>, Stopped> {
    let message = Message::of("msg_1", NOW, "{}");
    let good = signature(&message, format!("msg_1.{NOW}.{{}}").as_bytes())?;
    let with = |change: &dyn Fn(&mut Delivery)| {
        let mut delivery = message.delivered(&good);
        change(&mut delivery);
        delivery
    };
    let mut exhibits = vec![
        exhibit(
            "webhook-standard-names",
            false,
            with(&|delivery| {
                for (name, _) in &mut delivery.headers {
                    *name = name.replace("svix-", "webhook-");
                }
            }),
        ),
        exhibit(
            "webhook-repeated-header",
            true,
            with(&|delivery| {
                let again = delivery.headers[2].clone();
                delivery.headers.push(again);
            }),
        ),
        exhibit(
            "webhook-many-signatures",
            true,
            with(&|delivery| {
                delivery.headers[2].1.insert_str(0, &"v1,AAAA ".repeat(16));
            }),
        ),
    ];
    for timestamp in [
        "1800000000.5",
        "1800000000abc",
        "01800000000",
        "+1800000000",
    ] {
        let delivery = with(&|delivery| delivery.headers[1].1 = timestamp.to_owned());
        exhibits.push(exhibit("webhook-timestamp-form", true, delivery));
    }

    // Signed with the id `a`, read with the id `a.1800000000`.
    let content = format!("a.{NOW}.{NOW}.{{}}");
    let stopped = Message::of(&format!("a.{NOW}"), NOW, "{}");
    let cut = stopped.delivered(&signature(&stopped, content.as_bytes())?);
    exhibits.push(exhibit("webhook-id-form", true, cut));

    let mut bytes = message.delivered("");
    bytes.body = b"\"\xff\"".to_vec();
    let content = [format!("msg_1.{NOW}.").as_bytes(), &bytes.body].concat();
    bytes.headers[2].1 = signature(&message, &content)?;
    exhibits.push(exhibit("webhook-body-bytes", false, bytes));
    // The other way around: signed as the text that those bytes become.
    let text = Message::of("msg_1", NOW, "\"\u{fffd}\"");
    let content = format!("msg_1.{NOW}.\"\u{fffd}\"");
    let mut swapped = text.delivered(&signature(&text, content.as_bytes())?);
    swapped.body = b"\"\xff\"".to_vec();
    exhibits.push(exhibit("webhook-body-bytes", true, swapped));

    let plain = Message::of("msg_1", NOW, "not JSON");
    let content = format!("msg_1.{NOW}.not JSON");
    let plain = plain.delivered(&signature(&plain, content.as_bytes())?);
    exhibits.push(exhibit("webhook-not-json", false, plain));
    Ok(exhibits)
}

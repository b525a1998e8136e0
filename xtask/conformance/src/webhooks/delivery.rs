//! Deliveries, made up and by hand.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::{Value, json};

use crate::random::Random;

pub(super) const NOW: i64 = 1_800_000_000;

/// What a sender signs.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Message {
    pub(super) secret: String,
    pub(super) id: String,
    pub(super) timestamp: i64,
    pub(super) body: String,
}

/// What a receiver gets.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) story: &'static str,
    pub(super) secret: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Whether everybody should accept it.
    pub(super) good: bool,
}

impl Message {
    pub(super) fn made_up(random: &mut Random) -> Self {
        let characters: Vec<char> = ('a'..='z').chain('0'..='9').chain(['_', '-']).collect();
        let id: String = (0..=random.below(40))
            .map(|_| random.pick(&characters))
            .collect();
        let text = [
            "",
            "é",
            "😀",
            r"\u0000",
            r"\n",
            "</script>",
            "ünï",
            "\u{feff}",
        ];
        let away = [0, 0, 0, 1, -1, 299, -299, 300, -300];
        Self {
            secret: secret(random),
            id,
            timestamp: NOW + random.pick(&away),
            body: format!(
                r#"{{"data": {{"id":"user_{}","name":"{}"}},"type":"user.created"}}"#,
                random.number(),
                random.pick(&text)
            ),
        }
    }

    /// A message whose parts are given, for deliveries made by hand.
    pub(super) fn of(id: &str, timestamp: i64, body: &str) -> Self {
        Self {
            secret: "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0".to_owned(),
            id: id.to_owned(),
            timestamp,
            body: body.to_owned(),
        }
    }

    pub(super) fn delivered(&self, signature: &str) -> Delivery {
        let headers = [
            ("svix-id", self.id.clone()),
            ("svix-timestamp", self.timestamp.to_string()),
            ("svix-signature", signature.to_owned()),
        ];
        Delivery {
            story: "as it was signed",
            secret: self.secret.clone(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value))
                .to_vec(),
            body: self.body.clone().into_bytes(),
            good: true,
        }
    }
}

/// In every form that all receivers take: `whsec_` and the padding may be left out.
fn secret(random: &mut Random) -> String {
    let bytes: Vec<u8> = (0..24 + random.below(41))
        .map(|_| random.below(256) as u8)
        .collect();
    let encoded = STANDARD.encode(&bytes);
    let prefix = random.pick(&["whsec_", "whsec_", "whsec_", ""]);
    if random.one_in(2) {
        format!("{prefix}{encoded}")
    } else {
        format!("{prefix}{}", encoded.trim_end_matches('='))
    }
}

/// What is left of a secret's text when all is taken off that may be.
fn bare(secret: &str) -> &str {
    secret.trim_start_matches("whsec_").trim_end_matches('=')
}

/// A way for a delivery to be another one.
type Change = fn(&mut Delivery, &mut Random);

/// What makes a delivery bad. Everybody has to notice.
const DAMAGES: &[(&str, Change)] = &[
    ("another id", |delivery, _| delivery.headers[0].1.push('0')),
    ("another time", |delivery, _| {
        // Towards now, so that it is not too far away as well.
        let time = &mut delivery.headers[1].1;
        let seconds = time.parse::<i64>().unwrap_or(NOW);
        *time = (if seconds > NOW {
            seconds - 1
        } else {
            seconds + 1
        })
        .to_string();
    }),
    ("another body", |delivery, random| {
        let index = random.below(delivery.body.len());
        delivery.body.insert(index, b' ');
    }),
    ("another signature", |delivery, random| {
        let signature = &mut delivery.headers[2].1;
        let index = 3 + random.below(42);
        let other = if signature[index..].starts_with('A') {
            "B"
        } else {
            "A"
        };
        signature.replace_range(index..=index, other);
    }),
    ("another secret", |delivery, random| {
        let before = delivery.secret.clone();
        while bare(&delivery.secret) == bare(&before) {
            delivery.secret = secret(random);
        }
    }),
    ("a header less", |delivery, random| {
        delivery.headers.remove(random.below(3));
    }),
    ("an empty header", |delivery, random| {
        delivery.headers[random.below(3)].1.clear();
    }),
    ("another version", |delivery, random| {
        let version = random.pick(&["v1a", "v2", "V1", ""]);
        delivery.headers[2].1.replace_range(..2, version);
    }),
    ("a time that is none", |delivery, random| {
        let times = [
            "now",
            "NaN",
            "-",
            "-9223372036854775808",
            "99999999999999999999",
        ];
        delivery.headers[1].1 = random.pick(&times).to_owned();
    }),
];

/// What leaves a delivery good.
const VARIANTS: &[(&str, Change)] = &[
    ("as it was signed", |_, _| {}),
    ("other signatures first", |delivery, random| {
        let others = ["v1,AAAA", "v1a,AAAA", "v2,x"].map(|other| format!("{other} "));
        let before: String = (0..random.below(10))
            .map(|_| random.pick(&others))
            .collect();
        delivery.headers[2].1.insert_str(0, &before);
    }),
    ("other signatures after it", |delivery, _| {
        delivery.headers[2].1.push_str(" v1,AAAA");
    }),
    ("names in capitals", |delivery, _| {
        for (name, _) in &mut delivery.headers {
            *name = name.to_uppercase();
        }
    }),
    ("another order", |delivery, _| delivery.headers.reverse()),
    ("a secret without its padding", |delivery, _| {
        let unpadded = bare(&delivery.secret);
        delivery.secret = format!("whsec_{unpadded}");
    }),
];

impl Delivery {
    pub(super) fn varied(mut self, random: &mut Random) -> Self {
        self.good = !random.one_in(2);
        let changes = if self.good { VARIANTS } else { DAMAGES };
        let (story, change) = random.pick(changes);
        self.story = story;
        change(&mut self, random);
        self
    }

    pub(super) fn question(&self, id: usize) -> Value {
        json!({
            "id": id,
            "now": NOW,
            "secret": self.secret,
            "headers": self.headers,
            "body_base64": STANDARD.encode(&self.body),
        })
    }
}

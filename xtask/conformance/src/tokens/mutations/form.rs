//! What is done to JSON, base64 and the compact form.

use super::{Mutation, mutation};
use crate::tokens::{
    draft::{Draft, Part},
    random::Random,
    signer::Signers,
};

pub(super) const MUTATIONS: &[Mutation] = &[
    mutation("JSON with white space", 3, white_space),
    mutation("no JSON object", 4, no_object),
    mutation("JSON damaged before signing", 3, damaged),
    mutation("signed base64 odd", 4, segment),
    mutation("a character changed", 8, changed),
    mutation("a bit flipped", 6, flipped),
    mutation("cut or grown", 4, length),
    mutation("parts moved", 4, parts),
    mutation("signature odd", 5, signature),
    mutation("large", 1, large),
];

fn part(random: &mut Random) -> Part {
    random.pick(&[Part::Header, Part::Payload, Part::Payload])
}

fn white_space(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.bytes.push((part(random), |random, bytes| {
        const SPACES: [&str; 6] = [" ", "\t\r\n", "\n\n", "\u{c}", "\u{a0}", "\u{2028}"];
        let space = random.pick(&SPACES);
        let at = random
            .pick(&[0, 1, bytes.len().saturating_sub(1), bytes.len()])
            .min(bytes.len());
        bytes.splice(at..at, space.bytes());
    }));
}

fn no_object(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.bytes.push((part(random), |random, bytes| {
        const OTHERS: [&str; 8] = ["5", "\"x\"", "true", "[]", "{}", "", " ", "[{}]"];
        *bytes = random.pick(&OTHERS).as_bytes().to_vec();
    }));
}

fn damaged(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft
        .bytes
        .push((part(random), |random, bytes| match random.below(7) {
            0 => bytes.truncate(random.below(bytes.len())),
            1 => bytes.extend(b"{}"),
            2 => bytes.extend(b"\0"),
            3 => bytes.insert(1.min(bytes.len()), b','),
            4 => bytes.insert(2.min(bytes.len()), b'\n'),
            5 => bytes.insert(2.min(bytes.len()), b'\\'),
            _ => {
                let at = random.below(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.below(7);
                }
            }
        }));
}

/// Odd base64 that the signature is made over, so that only the form is wrong.
fn segment(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft
        .segments
        .push((part(random), |random, text| match random.below(4) {
            0 => stray_bits(text),
            1 => text.insert(text.len() / 2, random.pick(&['\n', ' ', '+', '/', 'é'])),
            2 => text.push('A'),
            _ => text.clear(),
        }));
}

/// Sets a bit of the last character that stands for nothing, where there is one.
fn stray_bits(text: &mut String) {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if text.len() % 4 == 0 {
        return;
    }
    let last = text.pop().and_then(|last| ALPHABET.find(last));
    text.extend(last.and_then(|index| ALPHABET.chars().nth(index | 1)));
}

fn changed(_: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.text.push(|random, token| {
        let at = random.below(token.len());
        let with = random.pick(&["A", "b", "9", "-", "_", ".", "+", " ", "é", "\0"]);
        if token.is_char_boundary(at) && token.is_char_boundary(at + 1) {
            token.replace_range(at..=at, with);
        }
    });
}

/// A bit of what the token says, not of how it is written.
fn flipped(_: &mut Random, draft: &mut Draft, _: &Signers) {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    draft.text.push(|random, token| {
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let which = random.below(parts.len());
        let Some(part) = parts.get_mut(which) else {
            return;
        };
        let Ok(mut bytes) = URL_SAFE_NO_PAD.decode(&*part) else {
            return;
        };
        let at = random.below(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << random.below(8);
        }
        *part = URL_SAFE_NO_PAD.encode(bytes);
        *token = parts.join(".");
    });
}

fn length(_: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.text.push(|random, token| match random.below(6) {
        0 => {
            let keep = random.below(token.len());
            if token.is_char_boundary(keep) {
                token.truncate(keep);
            }
        }
        1 => {
            token.pop();
        }
        2 => token.push('A'),
        3 => token.push_str("AAAA"),
        4 => token.insert_str(0, random.pick(&[" ", "\n", "Bearer ", ".", "A"])),
        _ => token.push_str(random.pick(&[" ", "\n", "\r\n", ".", "\0", ";"])),
    });
}

fn parts(_: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.text.push(|random, token| {
        let mut parts: Vec<&str> = token.split('.').collect();
        let last = parts.len().saturating_sub(1);
        match random.below(6) {
            0 => drop(parts.pop()),
            1 => parts.push("e30"),
            2 => parts.insert(0, "e30"),
            3 => parts.swap(0, last),
            4 => parts.swap(0, 1.min(last)),
            _ => parts.clear(),
        }
        *token = parts.join(".");
    });
}

fn signature(_: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.text.push(|random, token| {
        let Some((signed, signature)) = token.rsplit_once('.') else {
            return;
        };
        let mut odd = signature.to_owned();
        match random.below(7) {
            0 => odd.clear(),
            1 => stray_bits(&mut odd),
            2 => odd = odd.replace('-', "+").replace('_', "/"),
            3 => odd.insert_str(0, "AAAA"),
            4 => odd = "A".repeat(342),
            5 => odd = "A".repeat(1_400),
            _ => odd = odd.chars().rev().collect(),
        }
        *token = format!("{signed}.{odd}");
    });
}

/// Near the limit of what is looked at at all.
fn large(random: &mut Random, draft: &mut Draft, _: &Signers) {
    let length = random.pick(&[10_000, 11_000]);
    draft
        .payload
        .set("x", format!("\"{}\"", "x".repeat(length)));
}

//! The claims that are always judged: `sub`, `exp`, `nbf`, `iat`. And those that never are.

use serde_json::{Value, json};

use crate::row::{EARLY, EXPIRED, FAILED, FUTURE, NOW, NOW_SECS, OK, Table};

pub(crate) fn rows(table: &mut Table) {
    subject(table);
    types_of_dates(table);
    expiry(table);
    beginning(table, "nbf", EARLY);
    beginning(table, "iat", FUTURE);
    dates_together(table);
    not_judged(table);
}

fn subject(table: &mut Table) {
    let token = table.token().without("sub").sign(NOW);
    table.row("sub missing", token, FAILED);
    for value in [
        json!(null),
        json!(5),
        json!(true),
        json!(["user_1"]),
        json!({ "id": 1 }),
    ] {
        let token = table.claim("sub", value.clone());
        table.row(format!("sub {value}"), token, FAILED);
    }
    for value in ["", "user_1", "mch_0machine", "a \" b \u{1f980} \\"] {
        let token = table.claim("sub", json!(value));
        table.row(format!("sub {value:?}"), token, OK);
    }
    let token = table.payload(format!("{{\"sub\":\"\\u0075ser\",\"exp\":{NOW_SECS}}}"));
    table.row("sub written with escapes", token, OK);
}

fn types_of_dates(table: &mut Table) {
    for name in ["exp", "nbf", "iat"] {
        let token = table.token().without(name).sign(NOW);
        let expected = if name == "exp" { FAILED } else { OK };
        table.row(format!("{name} missing"), token, expected);
        for value in [
            json!(null),
            json!(NOW_SECS.to_string()),
            json!(""),
            json!(true),
            json!([NOW_SECS]),
            json!({}),
        ] {
            let token = table.claim(name, value.clone());
            table.row(format!("{name} {value}"), token, FAILED);
        }
    }
}

/// A token with this text as its `exp`, and no other date.
fn expiring(table: &Table, exp: &str) -> String {
    table.payload(format!("{{\"sub\":\"user_1\",\"exp\":{exp}}}"))
}

fn expiry(table: &mut Table) {
    for (seconds, later_ms, skew_ms, expected) in [
        (-5, 0, None, EXPIRED),
        (-5, -1, None, OK),
        (-4, 0, None, OK),
        (-4, 999, None, OK),
        (-4, 1000, None, EXPIRED),
        (0, 0, Some(0), EXPIRED),
        (0, -1, Some(0), OK),
        (1, 0, Some(0), OK),
        (1, 999, Some(0), OK),
        (0, 0, Some(1), OK),
        (0, 1, Some(1), EXPIRED),
        (-60, 0, Some(60_000), EXPIRED),
        (-60, -1, Some(60_000), OK),
        (-59, 0, Some(60_000), OK),
    ] {
        let token = expiring(table, &(NOW_SECS + seconds).to_string());
        let name = format!("exp {seconds:+} s, judged {later_ms:+} ms, skew {skew_ms:?}");
        let row = table.row(name, token, expected).later_ms(later_ms);
        if let Some(millis) = skew_ms {
            row.skew_ms(millis);
        }
    }
    for (text, expected) in [
        ("1799999995.999", EXPIRED),
        ("1799999996.001", OK),
        ("18e8", OK),
        ("1.8E+9", OK),
        ("1799999995.0", EXPIRED),
        ("0", EXPIRED),
        ("-0", EXPIRED),
        ("-1", EXPIRED),
        ("-1.5", EXPIRED),
        ("8640000000000", OK),
        ("-8640000000000", EXPIRED),
        ("1e-400", EXPIRED),
    ] {
        let token = expiring(table, text);
        table.row(format!("exp {text}"), token, expected);
    }
}

/// `nbf` and `iat` differ in nothing but the reason.
fn beginning(table: &mut Table, name: &str, early: &'static str) {
    let beginning = |table: &Table, date: &str| {
        table.payload(format!(
            "{{\"sub\":\"user_1\",\"exp\":1900000000,\"{name}\":{date}}}"
        ))
    };
    for (seconds, later_ms, skew_ms, expected) in [
        (5, 0, None, OK),
        (5, -1, None, early),
        (6, 0, None, early),
        (6, 999, None, early),
        (6, 1000, None, OK),
        (0, 0, Some(0), OK),
        (0, -1, Some(0), early),
        (1, 0, Some(0), early),
        (1, 999, Some(0), early),
        (60, 0, Some(60_000), OK),
        (61, 0, Some(60_000), early),
        (61, 999, Some(60_000), early),
    ] {
        let token = beginning(table, &(NOW_SECS + seconds).to_string());
        let row_name = format!("{name} {seconds:+} s, judged {later_ms:+} ms, skew {skew_ms:?}");
        let row = table.row(row_name, token, expected).later_ms(later_ms);
        if let Some(millis) = skew_ms {
            row.skew_ms(millis);
        }
    }
    for (text, expected) in [
        ("1800000005.999", OK),
        ("1800000006.0", early),
        ("1.8e9", OK),
        ("0", OK),
        ("-1", OK),
        ("-8640000000000", OK),
        ("8640000000000", early),
    ] {
        let token = beginning(table, text);
        table.row(format!("{name} {text}"), token, expected);
    }
}

fn dates_together(table: &mut Table) {
    let with = |table: &Table, exp: i64, nbf: i64, iat: i64| {
        let claims = json!({
            "sub": "user_1",
            "exp": NOW_SECS + exp,
            "nbf": NOW_SECS + nbf,
            "iat": NOW_SECS + iat,
        });
        table.payload(claims.to_string())
    };
    for (name, (exp, nbf, iat), expected) in [
        ("expired before it begins", (-60, 60, 60), EXPIRED),
        ("begins and is issued ahead", (90, 60, 60), EARLY),
        ("issued ahead and valid already", (90, -10, 60), FUTURE),
        (
            "issued after it expires, all within the leeway",
            (-4, 4, 5),
            OK,
        ),
        ("valid for a hundred years", (3_153_600_000, -10, 0), OK),
    ] {
        let token = with(table, exp, nbf, iat);
        table.row(name, token, expected);
    }
}

/// What `verifyToken` leaves to others.
fn not_judged(table: &mut Table) {
    let odd: [(&str, Value); 18] = [
        ("sid", json!(null)),
        ("sid", json!(5)),
        ("sts", json!("pending")),
        ("sts", json!(5)),
        ("v", json!(3)),
        ("v", json!("2")),
        ("fea", json!("no scope")),
        ("pla", json!(["u:free"])),
        ("o", json!("org_1")),
        ("org_permissions", json!("all")),
        ("fva", json!("now")),
        ("act", json!([])),
        ("jti", json!(5)),
        ("aud", json!(5)),
        ("azp", json!(["https://example.com"])),
        ("iss", json!(null)),
        ("scp", json!({})),
        (
            "https://example.com/claims",
            json!({ "a": [1, { "b": null }] }),
        ),
    ];
    for (name, value) in odd {
        let token = table.claim(name, value.clone());
        table.row(format!("{name} {value} is not judged"), token, OK);
    }
    for name in ["sid", "iss", "azp", "aud", "jti", "fva", "v", "o"] {
        let token = table.token().without(name).sign(NOW);
        table.row(format!("{name} missing is not judged"), token, OK);
    }
}

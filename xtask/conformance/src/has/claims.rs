//! What tokens say about their bearers, in all versions, and in forms that Clerk does not write.

use serde_json::{Value, json};

use crate::{
    authenticate::{Instance, Mint, Token},
    random::Random,
};

const LISTS: [&str; 9] = [
    "o:one,u:two,uo:three",
    "o:one,o:two,o:three",
    "u:one,u:two",
    "ou:one",
    " o:one , u:two ",
    "o:one:more,o:two",
    "x:one,o:two",
    "O:one",
    "",
];

/// In JSON.
const FACTORS: [&str; 21] = [
    "[0,-1]",
    "[0,0]",
    "[5,10]",
    "[10,5]",
    "[9,9]",
    "[59,60]",
    "[1439,1440]",
    "[-1,-1]",
    "[-1,0]",
    "[-1,100]",
    "[100,-1]",
    "[1]",
    "[1,2,3]",
    "[]",
    "[-2,1]",
    "[1.5,4.5]",
    r#"["1",2]"#,
    "[null,1]",
    "null",
    "5",
    r#""x""#,
];

/// Organizations of the first version: id, role and permissions, in JSON.
const FIRST: [[&str; 3]; 9] = [
    [
        r#""org_1""#,
        r#""org:admin""#,
        r#"["org:one:read","org:two:manage"]"#,
    ],
    [r#""org_1""#, r#""admin""#, r#"["org:one:read"]"#],
    [r#""org_1""#, r#""org:org:admin""#, r#"["one:read"]"#],
    [r#""org_1""#, r#""org:member""#, "[]"],
    [r#""org_1""#, "", ""],
    [r#""org_1""#, r#""""#, r#"["org:org:one:read"]"#],
    [r#""""#, r#""org:admin""#, r#"["org:one:read"]"#],
    ["", r#""org:admin""#, r#"["org:one:read"]"#],
    ["", "", ""],
];

/// Organizations of the second version: role, permissions and their mask.
const SECOND: [[&str; 3]; 10] = [
    ["admin", "read,manage", "3,2,1"],
    ["admin", "read,manage", "1,2"],
    ["member", "read", "1,1,1"],
    ["admin", " read , manage ", " 3 , 3 "],
    ["org:admin", "read", "1"],
    ["", "read", "1"],
    ["admin", "", "1"],
    ["admin", "read", ""],
    ["admin", "read,manage", "x,3"],
    [
        "admin",
        "read,manage",
        "18446744073709551617,9007199254740993",
    ],
];

/// A token about somebody.
pub(super) fn token(random: &mut Random) -> Token {
    let mut token = Token::session(Instance::Production);
    match random.below(5) {
        0 | 1 => {
            token.without("v");
            first(&mut token, random.pick(&FIRST));
        }
        2 => {
            token.without("v");
            second(&mut token, random.pick(&SECOND));
        }
        3 => second(&mut token, random.pick(&SECOND)),
        _ => {
            second(&mut token, random.pick(&SECOND));
            token.claim("v", random.pick(&[2, 2, 2, 2, 1, 3]));
        }
    }
    if random.one_in(8) {
        token.without("o");
    }
    for claim in ["fea", "pla"] {
        if !random.one_in(6) {
            token.claim(claim, random.pick(&LISTS));
        }
    }
    // The last ones are broken, and then nothing is granted.
    let sound = if random.one_in(4) { FACTORS.len() } else { 11 };
    if random.one_in(8) {
        token.without("fva");
    } else {
        token.claim("fva", read(random.pick(&FACTORS[..sound])));
    }
    if random.one_in(10) {
        token.claim("sts", "pending");
    }
    if random.one_in(30) {
        token.claim("sub", "");
    }
    token
}

/// Every odd value on its own.
pub(super) fn odd(mint: &Mint) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut add = |change: &dyn Fn(&mut Token)| {
        let mut token = Token::session(Instance::Production);
        token.claim("fea", LISTS[0]);
        token.claim("pla", LISTS[1]);
        second(&mut token, SECOND[0]);
        change(&mut token);
        tokens.push(token.sign(mint));
    };
    add(&|_| {});
    for list in LISTS {
        add(&|token| token.claim("fea", list));
        add(&|token| token.claim("pla", list));
        add(&|token| {
            token.claim("fea", list);
            token.without("o");
        });
    }
    for factors in FACTORS {
        add(&|token| token.claim("fva", read(factors)));
    }
    for organization in SECOND {
        add(&|token| second(token, organization));
    }
    for organization in FIRST {
        add(&|token| {
            token.without("v");
            token.without("o");
            first(token, organization);
        });
    }
    add(&|token| token.without("fea"));
    add(&|token| token.without("pla"));
    add(&|token| token.claim("sub", ""));
    add(&|token| token.claim("sts", "pending"));
    tokens
}

fn first(token: &mut Token, [id, role, permissions]: [&str; 3]) {
    for (claim, value) in [
        ("org_id", id),
        ("org_role", role),
        ("org_permissions", permissions),
    ] {
        if !value.is_empty() {
            token.claim(claim, read(value));
        }
    }
}

fn second(token: &mut Token, [role, permissions, masks]: [&str; 3]) {
    token.claim(
        "o",
        json!({ "id": "org_1", "slg": "acme", "rol": role, "per": permissions, "fpm": masks }),
    );
}

fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}

use super::{lexer::tokens, *};

/// What is found in a crate of these files, which stand below its `src`.
fn found(files: &[(&str, &str)]) -> Vec<Finding> {
    let files: Vec<(String, &str)> = files
        .iter()
        .map(|(path, text)| (format!("crates/fake/src/{path}"), *text))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
    of_modules(&Repository::of_files(&files))
}

/// `error.rs` needs `response.rs`, which `text` is of.
fn closes_a_circle(text: &str) -> bool {
    let root = "mod error; mod response; pub use error::Error; pub use response::{json, text};";
    let error = "use crate::response::text;\npub struct Error;";
    !found(&[("lib.rs", root), ("error.rs", error), ("response.rs", text)]).is_empty()
}

#[test]
fn a_circle_is_told_import_by_import() {
    let findings = found(&[
        ("lib.rs", "mod a; mod b; mod c;\npub use c::C;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "\nuse std::fmt;\nuse crate::C;"),
        ("c.rs", "fn c() {\n    crate::a::a()\n}"),
    ]);
    let advice = "this closes a circle of modules: a.rs names `crate::b::B` (line 1), b.rs names `crate::C` (line 3), \
        c.rs names `crate::a::a` (line 2); move the type that one of them names, or the function that names it, to a \
        module that does not need the other";
    assert_eq!(findings, [Finding::new("crates/fake/src/c.rs:2", advice)]);
}

#[test]
fn a_module_is_needed_however_it_is_named() {
    for text in [
        "use crate::Error;",
        "use crate::{Error};",
        "use crate::error::Error as Failure;",
        "use crate::{self, error::{self, Error}};",
        "use super::error;",
        "use super::{Error};",
        "fn json() -> crate::Error {}",
        "fn json() -> Result<(), super::error::Error> {}",
        "#[error(\"{}\", crate::error::shown(.0))]\nstruct Unreadable;",
        "macro_rules! failed { () => { $crate::Error } }",
        "mod sealed {\n    use super::super::Error;\n}",
        "mod sealed {}\nuse super::Error;",
        "use crate as root;\nfn json() -> root::Error {}",
        "impl<'e> From<&'e str> for T { fn from(_: &'e str) -> Self { crate::Error } }",
        "const OPEN: char = '\"'; use crate::Error; const CLOSE: char = '\"';",
        "const DIRECTORY: &str = \"\\\\\"; use crate::Error;",
        "#[cfg(not(test))]\nuse crate::Error;",
        "#[cfg(any(test, feature = \"x\"))]\nuse crate::Error;",
        "#[cfg(test)]\nuse crate::text;\nuse crate::Error;",
        "#[cfg(test)]\nmod tests {\n    use super::*;\n}\nuse crate::Error;",
        "#[cfg(doc)]\nuse crate::Error;",
    ] {
        assert!(closes_a_circle(text), "{text}");
    }
}

#[test]
fn what_only_looks_like_a_need_is_none() {
    for text in [
        "",
        "use std::error::Error;",
        "use ::error::Error;",
        "use error::Error;",
        "// use crate::Error;",
        "/// [`Error`](crate::Error)\nstruct Json; // of crate::Error",
        "/* /* */ use crate::Error; */",
        "const TEXT: &str = \"use crate::Error;\";",
        "const TEXT: &str = \"\\\"use crate::Error;\";",
        "const TEXT: &[u8] = br##\"\"# use crate::Error;\"##;",
        "pub use crate::Error;",
        "pub(crate) use super::error::Error;",
        "mod sealed {\n    use super::Error;\n}",
        "#[cfg(test)]\nuse crate::Error;",
        "#[cfg(test)]\nmod tests {\n    use crate::Error;\n}",
        "#[cfg(all(test, feature = \"x\"))]\n#[expect(dead_code)]\nmod tests { fn a() { crate::Error } }",
        "#[cfg(test)]\nfn made() -> [crate::Error; 2] {}",
        "fn json() -> impl Sized + use<'_> {}\nfn text() {}",
    ] {
        assert!(!closes_a_circle(text), "{text}");
    }
}

#[test]
fn what_is_re_exported_belongs_to_the_file_that_defines_it() {
    // `http.rs` needs what `headers.rs` defines, and not `http.rs` what `http.rs` passes on.
    let http = (
        "http.rs",
        "pub(crate) use crate::body::Body;\nuse crate::names;",
    );
    let body = ("body.rs", "pub struct Body;");
    let names = |text| [("lib.rs", ""), http, body, ("names.rs", text)];
    assert_eq!(found(&names("use crate::http::Body;")), []);
    assert_eq!(found(&names("use crate::http::Request;")).len(), 1);
    assert_eq!(
        found(&names("use crate::http;\nfn a() -> http::Body {}")).len(),
        1
    );
    // By `*` nothing tells whose it is.
    let all = ("http.rs", "pub use crate::body::*;");
    let names = ("names.rs", "use crate::http::Body;");
    let needs_names = ("body.rs", "use crate::names;");
    assert_eq!(found(&[all, names, needs_names]), []);
    // Through several, under another name, and round in a circle of re-exports.
    let passed_on = |name| {
        found(&[
            ("a.rs", "pub use crate::b::Middle as Outer;"),
            (
                "b.rs",
                "pub use crate::c::Inner as Middle;\npub use crate::a::Lost;",
            ),
            ("c.rs", "use crate::user;"),
            ("user.rs", name),
        ])
    };
    assert_eq!(passed_on("use crate::a::Outer;").len(), 1);
    assert_eq!(passed_on("use crate::a::Other;"), []);
    let round = [
        ("a.rs", "pub use crate::b::Lost;"),
        ("b.rs", "pub use crate::a::Lost;"),
        ("c.rs", "use crate::a::Lost;"),
    ];
    assert_eq!(found(&round), []);
}

#[test]
fn a_module_and_those_inside_of_it_are_one() {
    let findings = found(&[
        ("lib.rs", "mod key;\nuse key::Key;\nstruct Root;"),
        ("key.rs", "mod jwk;\nuse self::jwk::Jwk;\nuse crate::Root;"),
        ("key/jwk.rs", "use super::Key;\nuse crate::key::Other;"),
    ]);
    assert_eq!(findings, []);
    // Two of them are not.
    let findings = found(&[
        ("key.rs", ""),
        ("key/jwk.rs", "use super::pem::Pem;"),
        ("key/pem/mod.rs", "use super::jwk::Jwk;"),
    ]);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].place, "crates/fake/src/key/pem/mod.rs:1");
}

#[test]
fn the_shortest_circle_is_told_and_others_that_share_no_module_with_it() {
    let findings = found(&[
        ("a.rs", "use crate::{b, c};"),
        ("b.rs", "use crate::c;"),
        ("c.rs", "use crate::a;"),
        ("d.rs", "use crate::{a, e};"),
        ("e.rs", "use crate::d;"),
    ]);
    let places: Vec<&str> = findings.iter().map(|finding| &*finding.place).collect();
    assert_eq!(places, ["crates/fake/src/c.rs:1", "crates/fake/src/e.rs:1"]);
}

#[test]
fn files_of_tests_and_other_crates_are_left_out() {
    let tests = found(&[
        ("a.rs", "#[cfg(test)]\nmod specimens;\nuse crate::b;"),
        ("a/specimens.rs", "use crate::c;"),
        ("b.rs", ""),
        ("c.rs", "use crate::a::specimens;"),
    ]);
    assert_eq!(tests, []);
    let program = found(&[
        ("lib.rs", ""),
        ("a.rs", "use crate::bin::a;"),
        ("bin/a.rs", "use crate::a;"),
    ]);
    assert_eq!(program, []);
    let apart = Repository::of_files(&[
        ("crates/one/src/a.rs", "use crate::b;"),
        ("crates/one/src/b.rs", ""),
        ("crates/two/src/a.rs", ""),
        ("crates/two/src/b.rs", "use crate::a;"),
        ("crates/two/tests/a.rs", "use crate::b;"),
    ]);
    assert_eq!(of_modules(&apart), []);
}

#[test]
fn words_and_signs_are_told_from_comments_and_literals() {
    let words = |text| tokens(text).into_iter().map(|t| t.text).collect::<Vec<_>>();
    for (text, expected) in [
        ("a::b", vec!["a", "::", "b"]),
        ("a:::b", vec!["a", "::", ":", "b"]),
        ("r#type r\"x\" r##\"\"#\"## c", vec!["r", "#", "type", "c"]),
        ("'a 'x' '\\'' '\\u{1}' b'\\n' c", vec!["'", "a", "b", "c"]),
        ("\"a\\\"b\" b\"c\" c\"d\" e", vec!["e"]),
        ("a/*/**/*/b//c\nd /", vec!["a", "b", "d", "/"]),
        ("über 'ü' \"ü\" /*ü*/ _1", vec!["über", "_1"]),
        ("\"open", vec![]),
        ("/* open", vec![]),
        ("r#\"open", vec![]),
        ("'", vec!["'"]),
    ] {
        assert_eq!(words(text), expected, "{text}");
    }
    let lines: Vec<usize> = tokens("a\n/*\n*/ b \"\n\" c")
        .iter()
        .map(|t| t.line)
        .collect();
    assert_eq!(lines, [1, 3, 4]);
}

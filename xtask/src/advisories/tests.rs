use super::*;

fn version(text: &str) -> Version {
    Version::parse(text).expect(text)
}

fn list(text: &str) -> Advisories {
    Advisories::parse(text).expect("a list")
}

const RAND: &str = r#"
    [[minimum]]
    package = "rand"
    fixed = ["0.8.6", "0.9.3", "1.2.0"]
    advisories = ["RUSTSEC-0000-0001"]
    [[awaited]]
    package = "rand"
    fixed = ["1.4.0"]
    advisories = ["RUSTSEC-0000-0002"]
    reason = "it is not there yet"
"#;

#[test]
fn each_line_of_versions_has_a_fix_of_its_own() {
    let fixed = ["0.8.6", "0.9.3", "1.2.0"].map(version);
    for (text, is_good) in [
        ("0.8.5", false),
        ("0.8.6", true),
        ("0.8.7", true),
        ("0.9.2", false),
        ("0.9.3", true),
        ("1.1.9", false),
        ("1.2.0", true),
        ("1.30.0", true),
        ("2.0.0", true),
        // A line that nobody mended, between those that are listed, and one before them.
        ("0.10.0", false),
        ("0.7.9", false),
    ] {
        assert_eq!(is_fixed(&fixed, version(text)), is_good, "{text}");
    }
}

#[test]
fn what_is_older_than_the_fault_has_it_not() {
    let text = RAND.replacen("fixed", "introduced = \"0.8.2\"\n    fixed", 1);
    for (text_of, is_concerned) in [("0.7.0", false), ("0.8.1", false), ("0.8.2", true)] {
        let below = list(&text).below([("rand", version(text_of))]);
        assert_eq!(!below.is_empty(), is_concerned, "{text_of}");
    }
}

#[test]
fn versions_are_ordered_by_their_numbers() {
    assert!(version("0.103.9") < version("0.103.13"));
    assert_eq!(version("1.2.3-rc.1+meta"), version("1.2.3"));
    assert_eq!(version("1.2").to_string(), "1.2.0");
    for text in ["", "1.x", "*", "1.2.3.4", "v1"] {
        assert_eq!(Version::parse(text), None, "{text}");
    }
}

#[test]
fn a_requirement_has_a_lowest_version() {
    for (requirement, least) in [
        ("^1.2.3", Some("1.2.3")),
        ("^1", Some("1.0.0")),
        ("~3.5.1", Some("3.5.1")),
        ("=0.4.2", Some("0.4.2")),
        (">=1.2, <3", Some("1.2.0")),
        ("<3, >=1.2", Some("1.2.0")),
        ("1.2", Some("1.2.0")),
        ("*", None),
        ("<2", None),
        (">1.2", None),
    ] {
        assert_eq!(
            Version::least(requirement),
            least.map(version),
            "{requirement}"
        );
    }
}

#[test]
fn a_lock_file_is_read_and_judged() {
    let lock = "version = 4\n\n\
                [[package]]\nname = \"rand\"\nversion = \"0.8.5\"\nsource = \"registry\"\n\n\
                [[package]]\nname = \"ring\"\nversion = \"0.17.14\"\n\n\
                [[package]]\nname = \"rand\"\nversion = \"1.4.0\"\n";
    let packages: Vec<_> = locked(lock).collect();
    assert_eq!(
        packages,
        [
            ("rand", version("0.8.5")),
            ("ring", version("0.17.14")),
            ("rand", version("1.4.0"))
        ]
    );
    let list = list(RAND);
    assert_eq!(
        list.below(locked(lock)),
        ["rand 0.8.5 has RUSTSEC-0000-0001; it takes 0.8.6 or 0.9.3 or 1.2.0"]
    );
    let arrived = list.arrived(locked(lock));
    assert_eq!(arrived.len(), 1);
    assert!(arrived[0].starts_with("rand 1.4.0 can be had, which"));
}

#[test]
fn a_list_that_says_more_than_it_can_is_refused() {
    for text in [
        "[[minimum]]\npackage = \"rand\"\nfixed = [\"new\"]\nadvisories = []",
        "[[minimum]]\npackage = \"rand\"\nfixed = []\nadvisories = []\nignore = true",
        "[[minimums]]",
    ] {
        assert!(Advisories::parse(text).is_err(), "{text}");
    }
}

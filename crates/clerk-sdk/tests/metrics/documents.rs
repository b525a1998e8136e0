//! The guide lists what there is, and the dashboard shows what the guide lists.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    rows::ROWS,
    world::{Mode, recorded},
};

const GUIDE: &str = include_str!("../../../../docs/guides/metrics.md");
const DASHBOARD: &str = include_str!("../../../../docs/guides/metrics-dashboard.json");

/// Type and labels of each metric, by name.
type Metrics = BTreeMap<String, (String, BTreeSet<String>)>;

fn in_backticks(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn listed() -> Metrics {
    let rows = GUIDE.lines().filter(|line| line.starts_with("| `clerk_"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let name = in_backticks(cells[1]).next().unwrap().to_owned();
        let labels = in_backticks(cells[3]).map(str::to_owned).collect();
        (name, (cells[2].to_owned(), labels))
    })
    .collect()
}

/// The names of metrics in `text`, as they are counted and not as a histogram is written.
fn named(text: &str) -> BTreeSet<String> {
    let is_of_name = |character: char| character.is_ascii_lowercase() || character == '_';
    let words = text.split(|character| !is_of_name(character));
    let names = words.filter(|word| word.starts_with("clerk_") && *word != "clerk_");
    names
        .map(|name| name.strip_suffix("_bucket").unwrap_or(name).to_owned())
        .collect()
}

#[test]
fn the_guide_lists_what_is_recorded_and_nothing_else() {
    for mode in [Mode::Async, Mode::Blocking] {
        let mut all = Metrics::new();
        for row in ROWS {
            for one in recorded(mode, row.acts) {
                assert!(one.is_described, "{} has no description", one.name);
                let labels: BTreeSet<_> = one.labels.into_iter().map(|(label, _)| label).collect();
                let known = all
                    .entry(one.name.clone())
                    .or_insert_with(|| (one.kind.to_owned(), labels.clone()));
                assert_eq!(known.1, labels, "{} has two sets of labels", one.name);
            }
        }
        assert_eq!(all, listed(), "{mode:?}");
    }
}

#[test]
fn the_guide_says_what_labels_may_be() {
    let (_, values) = GUIDE.split_once("What the labels say:").unwrap();
    let values: BTreeSet<_> = values
        .lines()
        .take_while(|line| !line.starts_with("**"))
        .flat_map(in_backticks)
        .collect();
    for row in ROWS {
        for one in recorded(Mode::Async, row.acts) {
            for (label, value) in &one.labels {
                assert!(
                    values.contains(&**label),
                    "{label} of {} is not explained",
                    one.name
                );
                let is_listed =
                    label == "reason" || label == "operation" || values.contains(&**value);
                assert!(is_listed, "{label}={value} of {} is not listed", one.name);
            }
        }
    }
}

#[test]
fn the_dashboard_and_the_alerts_ask_for_what_there_is() {
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    let all: BTreeSet<_> = listed().into_keys().collect();
    let mut shown = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let asked = named(target["expr"].as_str().unwrap());
            assert!(!asked.is_empty(), "{panel}");
            shown.extend(asked);
        }
    }
    assert_eq!(shown, all);
    let alerts: Vec<_> = GUIDE.split("```promql").skip(1).collect();
    assert_eq!(alerts.len(), 5);
    for alert in alerts {
        let query = alert.split("```").next().unwrap();
        let asked = named(query);
        assert!(!asked.is_empty() && asked.is_subset(&all), "{query}");
    }
}

/// What Grafana asks of a file: ids that differ, panels that do not overlap, and a data source that is chosen.
#[test]
fn the_dashboard_can_be_imported() {
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let (mut ids, mut places) = (BTreeSet::new(), BTreeSet::new());
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        let place = |side: &str| panel["gridPos"][side].as_u64().unwrap();
        for x in place("x")..place("x") + place("w") {
            for y in place("y")..place("y") + place("h") {
                assert!(x < 24 && places.insert((x, y)), "{panel}");
            }
        }
        if panel["type"] != "row" {
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel}");
        }
    }
    assert!(dashboard["id"].is_null() && dashboard["uid"].is_null());
}

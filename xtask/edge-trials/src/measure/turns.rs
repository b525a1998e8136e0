//! Contenders take turns, so that whatever else the machine does meets all of them.

use std::time::Duration;

use serde_json::{Value, json};

/// What a contender takes for one run, in nanoseconds.
pub(crate) type Turn<'t> = Box<dyn FnMut() -> Result<Duration, String> + 't>;

/// Until code is compiled, and keys are fetched.
const WARM_UP: usize = 2;

/// Rows, with the ratio to the first contender. The median ratio is that of ratios within a round.
pub(crate) fn rows(
    rounds: usize,
    contenders: &mut [(&str, Turn<'_>)],
) -> Result<Vec<Value>, String> {
    let mut times = vec![Vec::new(); contenders.len()];
    for round in 0..WARM_UP + rounds {
        for at in 0..contenders.len() {
            let at = (at + round) % contenders.len();
            let (Some((name, turn)), Some(times)) = (contenders.get_mut(at), times.get_mut(at))
            else {
                continue;
            };
            let time = turn().map_err(|problem| format!("{name}: {problem}"))?;
            if round >= WARM_UP {
                times.push(time.as_nanos() as f64);
            }
        }
    }
    let reference = times.first().cloned().unwrap_or_default();
    let rows = contenders.iter().zip(times).map(|((name, _), times)| {
        let ratios = times.iter().zip(&reference).map(|(time, of)| time / of);
        let ratios = sorted(ratios.collect());
        json!({
            "name": name,
            "median_ns": quantile(&sorted(times.clone()), 2),
            "ratio": quantile(&ratios, 2),
            "ratio_low": quantile(&ratios, 1),
            "ratio_high": quantile(&ratios, 3),
        })
    });
    Ok(rows.collect())
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// Of quarters: 2 is the median.
fn quantile(sorted: &[f64], quarters: usize) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get(last * quarters / 4).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_of_what_ran_in_one_round() {
        // The machine is slower in every round.
        let taking = |nanos: u64| {
            let mut load = 0;
            move || {
                load += 1;
                Ok(Duration::from_nanos(nanos * load))
            }
        };
        let mut contenders: [(&str, Turn<'_>); 2] = [
            ("reference", Box::new(taking(100))),
            ("ours", Box::new(taking(50))),
        ];
        let rows = rows(5, &mut contenders).unwrap();
        let number = |row: usize, key: &str| rows[row][key].as_f64().unwrap();
        assert_eq!(number(0, "median_ns"), 500.0);
        assert_eq!(number(1, "median_ns"), 250.0);
        assert_eq!(number(1, "ratio"), 0.5);
        assert_eq!(number(1, "ratio_low"), number(1, "ratio_high"));
    }
}

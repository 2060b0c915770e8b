//! What others reach on the same problems.

use super::judge::{OBJECTIVE, reference};
use super::record::Record;
use crate::bench::published::Published;
use crate::grid::{Grid, percent};
use serde::Deserialize;

/// Half a unit of the last printed decimal.
const PRINTED: f64 = 0.005;

/// Totals of IPOPT on the KKT form.
#[derive(Clone, Debug, Deserialize)]
pub struct Baselines {
    pub ipopt: Vec<Ipopt>,
    pub ipopt_failures_not_lower_level_optimal: usize,
    pub ipopt_uncertified_points_called_solved: usize,
}

/// One way of running IPOPT.
#[derive(Clone, Debug, Deserialize)]
pub struct Ipopt {
    pub starts: usize,
    pub reached: usize,
    pub problems: usize,
    pub milliseconds: f64,
}

impl Baselines {
    /// Reads `tests/data/bilevel_baselines.json`.
    pub fn read() -> crate::Result<Self> {
        let path = crate::root().join("tests/data/bilevel_baselines.json");
        Ok(serde_json::from_str(&crate::read(&path)?)?)
    }
}

/// Problems for which some printed F of Table 1 or of the supplement is within the tolerance of the
/// reference: the best row, chosen with knowledge of the answer, whether or not it is lower-level optimal.
pub fn published(records: &[&Record], published: &Published) -> usize {
    let has_row = |r: &&&Record| {
        let (Some(value), Some(of)) = (reference(r.problem), published.problem(r.problem.name))
        else {
            return false;
        };
        let near = |f: f64| (f - value).abs() <= OBJECTIVE * value.abs().max(1.0) + PRINTED;
        let lambdas = [1.0 / 9.0, 1.0 / 3.0, 1.0, 3.0, 9.0];
        of.not_comparable.is_none() && lambdas.iter().any(|&lambda| of.values(lambda).any(near))
    };
    records.iter().filter(has_row).count()
}

/// The comparison.
pub fn grid(records: &[&Record], baselines: &Baselines, paper: usize, milliseconds: f64) -> Grid {
    let header = ["method", "reached", "of", "share", "proved", "ms (median)"];
    let mut grid = Grid::new(1, header);
    let mut row = |name: String, reached: usize, of: usize, proved: String, ms: String| {
        let share = percent(reached as f64 / of.max(1) as f64);
        grid.push(vec![
            name,
            reached.to_string(),
            of.to_string(),
            share,
            proved,
            ms,
        ]);
    };
    let ours = records.iter().filter(|r| r.has_reached());
    let proved = ours.clone().filter(|r| r.is_proved()).count();
    let (reached, of) = (ours.count(), records.len());
    let ms = format!("{milliseconds:.1}");
    row(
        "bilevel driver, default options".into(),
        reached,
        of,
        proved.to_string(),
        ms,
    );
    let best = "published penalty method, best row by hindsight";
    row(best.into(), paper, of, "0".into(), "–".into());
    for run in &baselines.ipopt {
        let name = format!("IPOPT on the KKT form, starts: {}", run.starts);
        let ms = format!("{:.0}", run.milliseconds);
        row(name, run.reached, run.problems, "0".into(), ms);
    }
    grid
}

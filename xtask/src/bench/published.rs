//! The published results: detailed runs of the supplement, Table 1 and Table 2 of the paper.

use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// The published results of one problem.
#[derive(Clone, Debug, Deserialize)]
pub struct PublishedProblem {
    /// Name in the catalogue.
    pub name: String,
    /// Why no run of this problem can be compared.
    pub not_comparable: Option<String>,
    /// A reservation about all its runs.
    pub caution: Option<String>,
    /// Its row of Table 1.
    pub table1: Vec<PublishedEntry>,
    /// Its runs in the supplement.
    pub runs: Vec<PublishedRun>,
}

/// An entry of Table 1.
#[derive(Clone, Debug, Deserialize)]
pub struct PublishedEntry {
    /// λ = 3^exponent.
    pub exponent: i32,
    /// F with two decimals.
    #[serde(rename = "F")]
    pub objective: f64,
}

/// A run of the supplement.
#[derive(Clone, Debug, Deserialize)]
pub struct PublishedRun {
    /// λ = 3^exponent.
    pub exponent: i32,
    /// Number of the start, from 0.
    pub start: usize,
    /// F with two decimals.
    #[serde(rename = "F")]
    pub objective: f64,
    /// Iterations.
    pub iter: usize,
    /// ‖Φ‖ at the end, divided by 1 + ‖ζ‖ when ‖ζ‖ > 100.
    pub error: f64,
    /// Relative distance of y and ξ.
    pub err_yxi: Option<f64>,
    /// Why this run cannot be compared.
    pub not_comparable: Option<String>,
}

impl PublishedRun {
    /// The run reached the tolerance 1e-6 of the paper.
    pub fn has_converged(&self) -> bool {
        self.error <= 1e-6
    }
}

/// All published results, by the name of the problem.
#[derive(Debug)]
pub struct Published {
    problems: HashMap<String, PublishedProblem>,
}

#[derive(Deserialize)]
struct Document {
    problems: Vec<PublishedProblem>,
}

impl Published {
    /// Reads `tests/data/bolib_published.json` below `root`.
    pub fn read(root: &Path) -> crate::Result<Self> {
        Self::parse(&crate::read(&root.join("tests/data/bolib_published.json"))?)
    }

    /// Reads the document of published results.
    pub fn parse(text: &str) -> crate::Result<Self> {
        let document: Document = serde_json::from_str(text)?;
        let problems = document.problems.into_iter();
        Ok(Published {
            problems: problems.map(|p| (p.name.clone(), p)).collect(),
        })
    }

    /// The results of a problem.
    pub fn problem(&self, name: &str) -> Option<&PublishedProblem> {
        self.problems.get(name)
    }

    /// All runs of the supplement with their problems, in no particular order.
    pub fn runs(&self) -> impl Iterator<Item = (&PublishedProblem, &PublishedRun)> {
        self.problems
            .values()
            .flat_map(|p| p.runs.iter().map(move |r| (p, r)))
    }
}

impl PublishedProblem {
    /// The run from this start with this λ. Among runs with other values of a problem's own parameter
    /// the one that can be compared is meant.
    pub fn run(&self, start: usize, lambda: f64) -> Option<&PublishedRun> {
        let exponent = exponent(lambda)?;
        self.runs
            .iter()
            .filter(|r| r.start == start && r.exponent == exponent)
            .min_by_key(|r| r.not_comparable.is_some())
    }

    /// All published F for this λ: the entry of Table 1 and the runs that can be compared.
    pub fn values(&self, lambda: f64) -> impl Iterator<Item = f64> {
        let exponent = exponent(lambda);
        let entries = self.table1.iter().map(|e| (e.exponent, e.objective));
        let runs = self.runs.iter().filter(|r| r.not_comparable.is_none());
        entries
            .chain(runs.map(|r| (r.exponent, r.objective)))
            .filter(move |(k, _)| Some(*k) == exponent)
            .map(|(_, objective)| objective)
    }

    /// Why this run of the problem cannot be compared, if so.
    pub fn obstacle<'a>(&'a self, run: &'a PublishedRun) -> Option<&'a str> {
        let whole = self.not_comparable.as_deref();
        whole.or(run.not_comparable.as_deref())
    }
}

/// k when λ = 3^k up to rounding.
fn exponent(lambda: f64) -> Option<i32> {
    let k = lambda.ln() / 3f64.ln();
    ((k - k.round()).abs() < 1e-9).then(|| k.round() as i32)
}

/// Table 2 of the paper: numbers of problems out of 124 for λ = 1/9, 1/3, 1, 3, 9, one start each.
#[derive(Debug)]
pub struct Table2 {
    pub within_200_iterations: [u32; 5],
    pub within_300_iterations: [u32; 5],
    pub within_half_a_second: [u32; 5],
    pub within_a_second: [u32; 5],
    pub full_steps: [u32; 5],
    pub y_near_xi: [u32; 5],
}

/// The printed numbers. The tolerance behind the last line is lost in the source at hand.
pub const TABLE2: Table2 = Table2 {
    within_200_iterations: [111, 110, 109, 98, 97],
    within_300_iterations: [117, 119, 118, 115, 112],
    within_half_a_second: [110, 112, 112, 115, 109],
    within_a_second: [119, 119, 120, 121, 119],
    full_steps: [106, 108, 101, 100, 99],
    y_near_xi: [38, 38, 53, 65, 84],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_powers_of_three_have_an_exponent() {
        assert_eq!(exponent(1.0 / 9.0), Some(-2));
        assert_eq!(exponent(3.0), Some(1));
        assert_eq!(exponent(0.1), None);
    }

    #[test]
    fn the_fixture_holds_the_whole_supplement() {
        let published = Published::read(&crate::root()).unwrap();
        assert_eq!(published.runs().count(), 1245);
        let comparable = published
            .runs()
            .filter(|(p, r)| p.obstacle(r).is_none())
            .count();
        assert_eq!(comparable, 1205);
        let bard = published.problem("Bard1988Ex1").unwrap();
        assert_eq!(bard.run(0, 9.0).unwrap().objective, 48.42);
        assert_eq!(bard.values(1.0).collect::<Vec<_>>(), [17.0, 17.0, 17.0]);
        assert!(bard.run(0, 0.2).is_none());
    }

    #[test]
    fn among_several_parameter_values_the_coded_one_is_compared() {
        let published = Published::read(&crate::root()).unwrap();
        let problem = published.problem("CalamaiVicente1994a").unwrap();
        let run = problem.run(0, 1.0).unwrap();
        assert_eq!(problem.obstacle(run), None);
        assert_eq!(run.objective, 0.0);
    }
}

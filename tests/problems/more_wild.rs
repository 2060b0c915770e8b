//! The 53 problems of (MoreWild2009) with what other derivative-free codes reach.

use std::collections::BTreeMap;

use super::least_squares::LeastSquares;
use super::more_garbow_hillstrom::Function;
use super::{number, numbers, size, text};

/// A problem of the collection.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Number in the collection, from 1.
    pub number: usize,
    /// The problem, from `factor` times the standard start.
    pub least_squares: LeastSquares,
    /// f at the start.
    pub f0: f64,
    /// The least value that any stored solver found with 100 (n + 1) evaluations.
    pub least: f64,
    /// The least value near the start that a least-squares solver found.
    pub least_squares_value: f64,
    /// Bounds of the variant in a box, and the least value found there.
    pub bounds: Bounds,
    /// Stored runs by solver.
    pub baselines: BTreeMap<String, Baseline>,
}

/// The variant in a box.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Lower bounds (n).
    pub lower: Vec<f64>,
    /// Upper bounds (n).
    pub upper: Vec<f64>,
    /// The least value found.
    pub least: f64,
}

/// A stored run.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// Evaluations until f ≤ least + τ (f₀ − least), for τ = 1e-1, 1e-3, 1e-5, 1e-7; NaN for never.
    pub evaluations_to: [f64; 4],
    /// The least value.
    pub best: f64,
    /// All evaluations.
    pub evaluations: f64,
}

/// The accuracies τ of the stored runs, as in (MoreWild2009, Section 3).
pub const TAUS: [f64; 4] = [1e-1, 1e-3, 1e-5, 1e-7];

impl Problem {
    /// Name, number of variables, and the factor of the start where it is not 1.
    pub fn name(&self) -> &str {
        &self.least_squares.name
    }
}

/// All problems, in the order of the collection.
pub fn problems() -> Vec<Problem> {
    let (data, runs) = (
        crate::data("more_wild.json"),
        crate::data("dfo_baselines.json"),
    );
    let list = data["problems"].as_array().expect("a list of problems");
    let runs = runs["problems"].as_array().expect("a list of problems");
    let pairs = list.iter().zip(runs);
    pairs.map(|(entry, runs)| read(entry, runs)).collect()
}

fn read(entry: &serde_json::Value, runs: &serde_json::Value) -> Problem {
    let id = size(&entry["i"]);
    assert_eq!(id, size(&runs["i"]), "both files list the same problems");
    let (function, n) = (function(size(&entry["nprob"])), size(&entry["n"]));
    let mut name = format!("{} {n}", text(&entry["name"]));
    let factor = number(&entry["factor"]);
    if factor != 1.0 {
        name.push_str(&format!(" from {factor} x₀"));
    }
    let solvers = runs["solvers"].as_object().expect("runs by solver");
    let bounds = &entry["box_variant"];
    Problem {
        number: id,
        least_squares: LeastSquares {
            name,
            function,
            rows: size(&entry["m"]),
            x0: numbers(&entry["x0"]),
        },
        f0: number(&entry["f_x0"]),
        least: number(&runs["f_L"]),
        least_squares_value: number(&entry["best_lsq_from_x0"]["f"]),
        bounds: Bounds {
            lower: numbers(&bounds["xl"]),
            upper: numbers(&bounds["xu"]),
            least: number(&bounds["f_ref"]),
        },
        baselines: solvers.iter().map(|(k, v)| (k.clone(), run(v))).collect(),
    }
}

fn run(run: &serde_json::Value) -> Baseline {
    Baseline {
        evaluations_to: ["0.1", "0.001", "1e-05", "1e-07"].map(|t| number(&run["evals_to_tau"][t])),
        best: number(&run["f_best"]),
        evaluations: number(&run["nf"]),
    }
}

/// The functions in the numbering of the collection.
fn function(number: usize) -> Function {
    use Function::*;
    const LIST: [Function; 22] = [
        LinearFullRank,
        LinearRank1,
        LinearRank1Zeros,
        ExtRosenbrock,
        HelicalValley,
        ExtPowellSingular,
        FreudensteinRoth,
        Bard,
        KowalikOsborne,
        Meyer,
        Watson,
        Box3d,
        JennrichSampson,
        BrownDennis,
        Chebyquad,
        BrownAlmostLinear,
        Osborne1,
        Osborne2,
        Bdqrtic,
        Cube,
        Mancino,
        Heart8,
    ];
    LIST[number - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_at_the_start_are_the_stored_ones() {
        let problems = problems();
        assert_eq!(problems.len(), 53);
        for problem in &problems {
            let f = problem.least_squares.value(&problem.least_squares.x0);
            let error = (f / problem.f0 - 1.0).abs();
            assert!(
                error <= 1e-12,
                "{}: {f}, differs by {error:e}",
                problem.name()
            );
        }
    }

    #[test]
    fn starts_are_multiples_of_the_standard_ones() {
        // Number 11 and 17 have other starts than in (MoreGarbowHillstrom1981).
        for p in problems() {
            let p = p.least_squares;
            if !matches!(p.function, Function::Watson | Function::Osborne1) {
                let x0 = p.function.start(p.x0.len());
                let factor = if p.name.ends_with("x₀") { 10.0 } else { 1.0 };
                for (a, b) in p.x0.iter().zip(x0) {
                    assert!((a - factor * b).abs() <= 1e-14 * a.abs(), "{}", p.name);
                }
            }
        }
    }

    #[test]
    fn stored_shares_follow_from_the_stored_runs() {
        let solved = |solver: &str, tau: usize| {
            let list = problems();
            let hits = list.iter().filter(|p| {
                p.baselines[solver].evaluations_to[tau]
                    <= 100.0 * (p.least_squares.nvar() + 1) as f64
            });
            hits.count() as f64 / 53.0
        };
        assert!((solved("prima_bobyqa", 3) - 0.868).abs() < 1e-3);
        assert!((solved("powell_f77", 2) - 0.925).abs() < 1e-3);
    }
}

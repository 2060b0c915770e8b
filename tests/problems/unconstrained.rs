//! The 55 unconstrained problems of `trust_region_baselines.json` with what other codes need for them.

use std::collections::BTreeMap;

use super::least_squares::LeastSquares;
use super::more_garbow_hillstrom::Function;
use super::{number, size, text};

/// An unconstrained problem with reference values.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The problem.
    pub least_squares: LeastSquares,
    /// Place among the 18 classical problems, from 1.
    pub classical: Option<usize>,
    /// f at the start.
    pub f0: f64,
    /// ‖∇f‖₂ at the start.
    pub gradient0: f64,
    /// The published minimum; NaN when there is none.
    pub published: f64,
    /// What other codes reached, by their names.
    pub baselines: BTreeMap<String, Baseline>,
}

/// A stored run; the numbers of a run that did not end are NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    /// Iterations.
    pub iterations: f64,
    /// Evaluations of f.
    pub evaluations: f64,
    /// f at the end.
    pub objective: f64,
    /// ‖∇f‖₂ at the end.
    pub gradient: f64,
}

impl Problem {
    /// Name with the number of variables where it is free.
    pub fn name(&self) -> &str {
        &self.least_squares.name
    }

    /// The least value of f that a stored run found; published values are rounded.
    pub fn best_known(&self) -> f64 {
        let found = self.baselines.values().map(|b| b.objective);
        found.fold(f64::NAN, f64::min)
    }
}

/// All problems, in the order of the file.
pub fn problems() -> Vec<Problem> {
    let data = crate::data("trust_region_baselines.json");
    let list = data["problems"].as_array().expect("a list of problems");
    list.iter()
        .map(|entry| {
            let name = text(&entry["name"]);
            let (function, n) = (function(name), size(&entry["n"]));
            let results = entry["results"].as_object().expect("results by solver");
            let run = |run: &serde_json::Value| Baseline {
                iterations: number(&run["iter"]),
                evaluations: number(&run["nf"]),
                objective: number(&run["f"]),
                gradient: number(&run["gnorm2"]),
            };
            Problem {
                least_squares: LeastSquares {
                    name: name.to_owned(),
                    function,
                    rows: function.rows(n),
                    x0: function.start(n),
                },
                classical: entry["uncon18"].as_u64().map(|k| k as usize),
                f0: number(&entry["f0"]),
                gradient0: number(&entry["g0norm2"]),
                published: number(&entry["fstar_published"]),
                baselines: results.iter().map(|(k, v)| (k.clone(), run(v))).collect(),
            }
        })
        .collect()
}

/// The problem of this name.
///
/// # Panics
/// When there is none.
pub fn problem(name: &str) -> Problem {
    let found = problems().into_iter().find(|p| p.name() == name);
    found.unwrap_or_else(|| panic!("no unconstrained problem {name}"))
}

/// The function behind a name; the number of variables stands after it.
fn function(name: &str) -> Function {
    use Function::*;
    let is_size = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let stem = match name.rsplit_once('_') {
        Some((stem, n)) if is_size(n) => stem,
        _ => name,
    };
    match stem {
        "helical_valley" => HelicalValleyAtan2,
        "biggs_exp6" => BiggsExp6,
        "gaussian" => Gaussian,
        "powell_badly_scaled" => PowellBadlyScaled,
        "box3d" => Box3d,
        "variably_dimensioned" => VariablyDimensioned,
        "watson" => Watson,
        "penalty1" => Penalty1,
        "penalty2" => Penalty2,
        "brown_badly_scaled" => BrownBadlyScaled,
        "brown_dennis" => BrownDennis,
        "gulf" => Gulf,
        "trigonometric" => Trigonometric,
        "ext_rosenbrock" => ExtRosenbrock,
        "ext_powell_singular" => ExtPowellSingular,
        "beale" => Beale,
        "wood" => Wood,
        "chebyquad" => Chebyquad,
        "freudenstein_roth" => FreudensteinRoth,
        "jennrich_sampson" => JennrichSampson,
        "bard" => Bard,
        "meyer" => Meyer,
        "kowalik_osborne" => KowalikOsborne,
        "osborne1" => Osborne1,
        "brown_almost_linear" => BrownAlmostLinear,
        "discrete_bv" => DiscreteBv,
        "discrete_integral" => DiscreteIntegral,
        "broyden_tridiagonal" => BroydenTridiagonal,
        "broyden_banded" => BroydenBanded,
        "linear_full_rank" => LinearFullRank,
        "chained_rosenbrock" => ChainedRosenbrock,
        other => panic!("no function is called {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linalg::slice::norm2;

    #[test]
    fn values_and_gradients_at_the_start_are_the_stored_ones() {
        let problems = problems();
        assert_eq!(problems.len(), 55);
        for problem in &problems {
            let model = problem.least_squares.model();
            let x0 = &problem.least_squares.x0;
            let f = model.obj(x0);
            let error = (f / problem.f0 - 1.0).abs();
            assert!(
                error <= 1e-12,
                "{}: {f}, differs by {error:e}",
                problem.name()
            );
            let mut g = vec![0.0; x0.len()];
            model.grad(x0, &mut g);
            let error = (norm2(&g) / problem.gradient0 - 1.0).abs();
            assert!(
                error <= 1e-12,
                "{}: ∇f differs by {error:e}",
                problem.name()
            );
        }
    }

    #[test]
    fn the_eighteen_classical_problems_are_numbered() {
        let mut numbers: Vec<usize> = problems().iter().filter_map(|p| p.classical).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=18).collect::<Vec<_>>());
    }

    #[test]
    fn the_best_known_value_is_below_no_true_minimum() {
        assert!(
            (problem("freudenstein_roth").best_known() - 48.9842).abs() < 1e-4
                || problem("freudenstein_roth").best_known() < 1e-15
        );
        assert!((problem("meyer").best_known() - 87.9458).abs() < 1e-4);
        assert_eq!(
            problem("linear_full_rank_10").baselines["ipopt"].iterations,
            1.0
        );
    }
}

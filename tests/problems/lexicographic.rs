//! Objectives in an order of importance: the 15 problems of `lexicographic.json`.

use std::collections::BTreeMap;

use nlp_model::{AutoModel, Meta};

use super::{number, numbers, size, text};
use crate::formula::{FormulaModel, formula_model, indexed};

/// min f_K over argmin f_{K−1} over … argmin f₁, with its solution.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Name.
    pub name: String,
    /// Number of variables n.
    pub nvar: usize,
    /// The objectives as formulas, the most important one first.
    pub levels: Vec<String>,
    /// Starting points.
    pub starts: Vec<Vec<f64>>,
    /// The solution, and local solutions that are right as well.
    pub solutions: Vec<Vec<f64>>,
    /// Values of the objectives at the first solution.
    pub values: Vec<f64>,
    /// The Hessian of the first level loses more rank on its solution set than next to it; a solver
    /// has to say so.
    pub is_degenerate: bool,
    /// Stored runs from each start, by the name of the prototype's variant.
    pub baselines: BTreeMap<String, Vec<Baseline>>,
}

/// A stored run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    /// It converged, to a solution.
    pub is_correct: bool,
    /// Iterations.
    pub iterations: f64,
    /// Evaluations of objectives.
    pub evaluations: f64,
}

impl Problem {
    /// Exact derivatives of the levels, the most important one first.
    pub fn models(&self) -> Vec<AutoModel<FormulaModel>> {
        let names = indexed("x", self.nvar);
        let model = |text: &String| {
            let meta = Meta::new(self.name.clone(), self.nvar, 0);
            formula_model(meta, &names, text, &[])
                .expect("the formulas of the collection are read in its tests")
        };
        self.levels.iter().map(model).collect()
    }

    /// x is a solution to 1e-4 (1 + ‖x*‖), the measure of the stored runs.
    pub fn is_solution(&self, x: &[f64]) -> bool {
        self.solutions.iter().any(|solution| {
            let distance: f64 = x.iter().zip(solution).map(|(a, b)| (a - b).powi(2)).sum();
            distance.sqrt() <= 1e-4 * (1.0 + linalg::slice::norm2(solution))
        })
    }
}

/// All problems.
pub fn problems() -> Vec<Problem> {
    let data = crate::data("lexicographic.json");
    let list = data["problems"].as_array().expect("a list of problems");
    list.iter().map(read).collect()
}

fn read(entry: &serde_json::Value) -> Problem {
    let list = |key: &str| entry[key].as_array().expect("a list").clone();
    let run = |run: &serde_json::Value| Baseline {
        is_correct: run["correct"] == true,
        iterations: number(&run["iters"]),
        evaluations: number(&run["counts"]["f"]),
    };
    let runs = entry["prototype_runs"]
        .as_object()
        .expect("runs by variant");
    let runs = runs.iter().map(|(variant, runs)| {
        let runs = runs.as_array().expect("one run a start");
        (variant.clone(), runs.iter().map(run).collect())
    });
    let mut solutions = vec![numbers(&entry["xstar"])];
    solutions.extend(list("other_local_solutions").iter().map(numbers));
    let levels = list("levels_most_important_first");
    Problem {
        name: text(&entry["name"]).to_owned(),
        nvar: size(&entry["n"]),
        levels: levels.iter().map(|level| text(level).to_owned()).collect(),
        starts: list("starts").iter().map(numbers).collect(),
        solutions,
        values: numbers(&entry["fvals"]),
        is_degenerate: text(&entry["cls"]).starts_with("DEGENERATE"),
        baselines: runs.collect(),
    }
}

/// The partitions and counts of the stored runs of the block method on the equality problems of
/// (HockSchittkowski1981): problem, partition, iterations.
pub fn block_baselines() -> Vec<(String, String, f64)> {
    let data = crate::data("lexicographic.json");
    let list = data["block_multilevel_on_HS_equality"].as_array();
    let list = list.expect("a list of runs");
    list.iter()
        .map(|run| {
            let partition = format!("{} {}", text(&run["blocks"]), text(&run["linearise"]));
            (
                text(&run["problem"]).to_owned(),
                partition,
                number(&run["iters"]),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use linalg::slice::norm_inf;
    use nlp_model::{Model, Smooth};

    #[test]
    fn solutions_have_the_stored_values_and_minimize_the_first_level() {
        let problems = problems();
        assert_eq!(problems.iter().map(|p| p.starts.len()).sum::<usize>(), 38);
        for p in &problems {
            let models = p.models();
            for (model, value) in models.iter().zip(&p.values) {
                let f = model.obj(&p.solutions[0]);
                let error = (f - value).abs();
                assert!(error <= 1e-10 * value.abs().max(1.0), "{}: {f}", p.name);
            }
            let mut g = vec![0.0; p.nvar];
            for solution in &p.solutions {
                models[0].grad(solution, &mut g);
                assert!(norm_inf(&g) <= 1e-8, "{}: {g:?}", p.name);
                assert!(p.is_solution(solution));
            }
            assert!(!p.is_solution(&vec![1e3; p.nvar]));
        }
        let degenerate: Vec<_> = problems.iter().filter(|p| p.is_degenerate).collect();
        assert_eq!(degenerate.len(), 1);
        assert_eq!(degenerate[0].name, "quartic_degenerate");
    }

    #[test]
    fn every_start_has_a_stored_run() {
        for p in problems() {
            for variant in ["c_P1gn_L", "d_REST"] {
                assert_eq!(p.baselines[variant].len(), p.starts.len(), "{}", p.name);
            }
        }
        assert_eq!(block_baselines().len(), 60);
    }
}

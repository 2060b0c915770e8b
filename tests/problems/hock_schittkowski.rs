//! Constrained problems of (HockSchittkowski1981): 30 with runs of other codes
//! (`hock_schittkowski.json`) and others with the printed minimum only (`hock_schittkowski_more.json`).

use std::collections::BTreeMap;

use nlp_model::{AutoModel, Meta};

use super::{number, numbers, size, text};
use crate::formula::{FormulaModel, formula_model, indexed};

/// A problem with its minimum.
#[derive(Clone, Debug)]
pub struct Problem {
    /// `HS` and the number of the collection.
    pub name: String,
    /// Sizes, start and bounds.
    pub meta: Meta,
    /// f as a formula.
    pub objective: String,
    /// c as formulas.
    pub rows: Vec<String>,
    /// The minimum f*.
    pub least: f64,
    /// A solution, when it is stated.
    pub solution: Option<Vec<f64>>,
    /// Stored runs by solver.
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
    /// Largest violation of a constraint or bound at the end.
    pub violation: f64,
}

impl Problem {
    /// Exact derivatives of the formulas.
    pub fn model(&self) -> AutoModel<FormulaModel> {
        let names = indexed("x", self.meta.nvar());
        formula_model(self.meta.clone(), &names, &self.objective, &self.rows)
            .expect("the formulas of the collection are read in its tests")
    }

    /// There are constraints, all of them equalities, and no bounds.
    pub fn has_only_equalities(&self) -> bool {
        let rows = 0..self.meta.ncon();
        !rows.is_empty()
            && !self.meta.has_bounds()
            && rows.into_iter().all(|i| self.meta.is_equality(i))
    }
}

/// All problems, those with stored runs first.
pub fn problems() -> Vec<Problem> {
    let mut list = stored();
    list.extend(file("hock_schittkowski_more.json"));
    list
}

/// The 30 problems with runs of other codes.
pub fn stored() -> Vec<Problem> {
    file("hock_schittkowski.json")
}

fn file(name: &str) -> Vec<Problem> {
    let data = crate::data(name);
    let list = data["problems"].as_array().expect("a list of problems");
    list.iter().map(read).collect()
}

/// The problem of this name.
///
/// # Panics
/// When there is none.
pub fn problem(name: &str) -> Problem {
    let found = problems().into_iter().find(|p| p.name == name);
    found.unwrap_or_else(|| panic!("no problem {name}"))
}

fn read(entry: &serde_json::Value) -> Problem {
    let rows = entry["g"].as_array().expect("a list of constraints");
    let column = |k: usize| -> Vec<f64> { rows.iter().map(|row| bound(number(&row[k]))).collect() };
    let bounds = |key: &str| -> Vec<f64> { numbers(&entry[key]).into_iter().map(bound).collect() };
    let name = text(&entry["name"]);
    let meta = Meta::new(name, size(&entry["n"]), rows.len())
        .start(&numbers(&entry["x0"]))
        .and_then(|meta| meta.variable_bounds(&bounds("lb"), &bounds("ub")))
        .and_then(|meta| meta.constraint_bounds(&column(1), &column(2)))
        .expect("the reference data is consistent");
    let results = entry["results"].as_object().expect("results by solver");
    let run = |run: &serde_json::Value| Baseline {
        iterations: number(&run["iter"]),
        evaluations: number(&run["nf"]),
        objective: number(&run["f"]),
        violation: number(&run["viol"]),
    };
    Problem {
        name: name.to_owned(),
        meta,
        objective: text(&entry["f"]).to_owned(),
        rows: rows.iter().map(|row| text(&row[0]).to_owned()).collect(),
        least: number(&entry["fstar"]),
        solution: entry["xstar"].is_array().then(|| numbers(&entry["xstar"])),
        baselines: results.iter().map(|(k, v)| (k.clone(), run(v))).collect(),
    }
}

/// 1e20 stands for none.
fn bound(value: f64) -> f64 {
    if value.abs() >= 1e20 {
        value * f64::INFINITY
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nlp_model::Model;

    /// Largest violation of a constraint or bound.
    fn violation(meta: &Meta, x: &[f64], c: &[f64]) -> f64 {
        let outside = |v: &[f64], l: &[f64], u: &[f64]| {
            let parts = v.iter().zip(l).zip(u).map(|((v, l), u)| (l - v).max(v - u));
            parts.fold(0.0, f64::max)
        };
        outside(x, meta.lvar(), meta.uvar()).max(outside(c, meta.lcon(), meta.ucon()))
    }

    #[test]
    fn names_are_unique_and_every_formula_is_read() {
        let list = problems();
        assert_eq!(stored().len(), 30);
        let mut names: Vec<&str> = list.iter().map(|p| p.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), list.len());
        for p in &list {
            let model = p.model();
            assert!(model.obj(p.meta.x0()).is_finite(), "{}", p.name);
        }
        assert_eq!(list.iter().filter(|p| p.has_only_equalities()).count(), 20);
    }

    #[test]
    fn stated_solutions_are_feasible_and_have_the_stated_value() {
        let mut stated = 0;
        for p in problems() {
            let Some(x) = &p.solution else { continue };
            stated += 1;
            let model = p.model();
            let mut c = vec![0.0; p.rows.len()];
            model.cons(x, &mut c);
            let (f, scale) = (model.obj(x), p.least.abs().max(1.0));
            assert!((f - p.least).abs() <= 1e-6 * scale, "{}: {f}", p.name);
            let outside = violation(&p.meta, x, &c);
            assert!(outside <= 1e-5, "{}: {outside:e}", p.name);
        }
        assert_eq!(stated, 49);
    }

    #[test]
    fn stored_runs_that_reach_the_minimum_have_its_value_at_their_point() {
        for p in stored() {
            let run = &p.baselines["ipopt"];
            let scale = p.least.abs().max(1.0);
            assert!(
                (run.objective - p.least).abs() <= 1e-6 * scale,
                "{}",
                p.name
            );
            assert!(run.violation <= 1e-6, "{}", p.name);
        }
    }
}

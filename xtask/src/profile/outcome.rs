//! What a solver achieved on a problem, by a measure that is the same for all.

use super::costs;
use serde::Serialize;

/// One solver on one problem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Problem, with start and parameters where there are several.
    pub problem: String,
    /// Solver or variant.
    pub solver: String,
    /// Number of variables of the problem.
    pub variables: usize,
    /// The solver says that it has succeeded.
    pub claimed: bool,
    /// The common measure is within the tolerance.
    pub solved: bool,
    /// The common measure.
    pub measure: f64,
    /// Solves with smaller and smaller tolerances; the last one counts.
    pub solves: usize,
    /// Costs, in the order of [`Outcomes::costs`].
    pub costs: Vec<f64>,
    /// The solver's own measure by iteration; too long for files.
    #[serde(skip)]
    pub history: Vec<f64>,
}

/// A kind of cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Its name in files.
    pub name: String,
    /// What axes call it.
    pub label: String,
}

impl Cost {
    /// A cost whose label is its name.
    pub fn new(name: &str) -> Self {
        let label = if name == "microseconds" { "time" } else { name };
        Cost {
            name: name.into(),
            label: label.into(),
        }
    }
}

/// All outcomes of a set of solvers on a set of problems.
#[derive(Clone, Debug)]
pub struct Outcomes {
    /// Names of the solvers, in the order of the columns.
    pub solvers: Vec<String>,
    /// Kinds of cost.
    pub costs: Vec<Cost>,
    /// One row a problem, one outcome a solver.
    pub rows: Vec<Vec<Outcome>>,
}

impl Outcomes {
    /// Sorts outcomes into rows; problems and solvers keep the order of their first outcome. Also says how many
    /// problems are dropped since some solver did not run on them.
    pub fn new(costs: Vec<Cost>, list: Vec<Outcome>) -> crate::Result<(Self, usize)> {
        let mut solvers: Vec<String> = Vec::new();
        let mut problems: Vec<String> = Vec::new();
        let mut place = std::collections::HashMap::new();
        for outcome in &list {
            if !solvers.contains(&outcome.solver) {
                solvers.push(outcome.solver.clone());
            }
            place.entry(outcome.problem.clone()).or_insert_with(|| {
                problems.push(outcome.problem.clone());
                problems.len() - 1
            });
        }
        let mut rows: Vec<Vec<Option<Outcome>>> = vec![vec![None; solvers.len()]; problems.len()];
        for outcome in list {
            let column = solvers.iter().position(|s| *s == outcome.solver);
            let cell = &mut rows[place[&outcome.problem]][column.unwrap_or(0)];
            if cell.is_some() {
                let (problem, solver) = (&outcome.problem, &outcome.solver);
                return Err(format!("two runs of {solver} on {problem}").into());
            }
            *cell = Some(outcome);
        }
        let all = rows.len();
        let rows: Vec<Vec<Outcome>> = rows
            .into_iter()
            .filter_map(|r| r.into_iter().collect())
            .collect();
        let dropped = all - rows.len();
        let outcomes = Outcomes {
            solvers,
            costs,
            rows,
        };
        Ok((outcomes, dropped))
    }

    /// The costs number `k`; ∞ where the measure was not met, and at least 1, so that a problem solved at its start has
    /// a ratio.
    pub fn matrix(&self, k: usize) -> Vec<Vec<f64>> {
        let cost = |o: &Outcome| {
            if o.solved {
                o.costs[k].max(1.0)
            } else {
                f64::INFINITY
            }
        };
        self.rows
            .iter()
            .map(|row| row.iter().map(cost).collect())
            .collect()
    }

    /// Iterations until the own measure falls to least + τ (first − least), least being the smallest value of any solver.
    pub fn reductions(&self, tau: f64) -> Vec<Vec<f64>> {
        let of_row = |row: &Vec<Outcome>| {
            let values = row.iter().flat_map(|o| o.history.iter().copied());
            let least = values
                .filter(|v| v.is_finite())
                .fold(f64::INFINITY, f64::min);
            row.iter()
                .map(|o| costs::reduction(&o.history, least, tau))
                .collect()
        };
        self.rows.iter().map(of_row).collect()
    }

    /// Variables of each problem.
    pub fn sizes(&self) -> Vec<usize> {
        self.rows.iter().map(|row| row[0].variables).collect()
    }

    /// Outcomes of the solver number `s`.
    pub fn of_solver(&self, s: usize) -> impl Iterator<Item = &Outcome> {
        self.rows.iter().map(move |row| &row[s])
    }
}

/// An outcome for tests: solved at these costs, with a history that begins at 1.
#[cfg(test)]
pub fn example(problem: &str, solver: &str, costs: &[f64]) -> Outcome {
    Outcome {
        problem: problem.into(),
        solver: solver.into(),
        variables: 3,
        claimed: true,
        solved: true,
        measure: 1e-9,
        solves: 1,
        costs: costs.to_vec(),
        history: vec![1.0, 1e-2, 1e-9],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_rows_solvers_are_columns_and_gaps_are_dropped() {
        let list = vec![
            example("P", "a", &[2.0]),
            example("P", "b", &[3.0]),
            example("Q", "b", &[0.0]),
            example("Q", "a", &[5.0]),
            example("R", "a", &[7.0]),
        ];
        let (outcomes, dropped) = Outcomes::new(vec![Cost::new("iterations")], list).unwrap();
        assert_eq!(
            (outcomes.solvers.len(), outcomes.rows.len(), dropped),
            (2, 2, 1)
        );
        // A cost of 0 counts as 1.
        assert_eq!(outcomes.matrix(0), [[2.0, 3.0], [5.0, 1.0]]);
        assert_eq!(outcomes.sizes(), [3, 3]);
    }

    #[test]
    fn a_claim_that_the_measure_refutes_is_a_failure() {
        let mut liar = example("P", "a", &[2.0]);
        liar.solved = false;
        let (outcomes, _) = Outcomes::new(vec![Cost::new("iterations")], vec![liar]).unwrap();
        assert_eq!(outcomes.matrix(0), [[f64::INFINITY]]);
    }

    #[test]
    fn the_same_run_twice_is_an_error() {
        let list = vec![example("P", "a", &[2.0]); 2];
        assert!(Outcomes::new(vec![Cost::new("iterations")], list).is_err());
    }

    #[test]
    fn reductions_are_measured_from_the_least_value_of_all_solvers() {
        let mut worse = example("P", "b", &[1.0]);
        worse.history = vec![1.0, 0.5, 0.05];
        let list = vec![example("P", "a", &[1.0]), worse];
        let (outcomes, _) = Outcomes::new(vec![Cost::new("iterations")], list).unwrap();
        assert_eq!(outcomes.reductions(0.1), [[1.0, 2.0]]);
        assert_eq!(outcomes.reductions(1e-3), [[2.0, f64::INFINITY]]);
    }
}

//! A foreign solver in a buffer: `argmin`'s steepest descent, asked again until our score agrees.

use argmin::core::{CostFunction, Error, Executor, Gradient, State, TerminationReason};
use argmin::solver::gradientdescent::SteepestDescent;
use argmin::solver::linesearch::MoreThuenteLineSearch;
use stopping::{Budget, Claim, Limits, Norm, Resolve, Status, Stopping};

/// f(x) = x₁⁴ + x₂², in the words of `argmin`.
#[derive(Clone)]
struct Quartic;

impl CostFunction for Quartic {
    type Param = Vec<f64>;
    type Output = f64;
    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        Ok(x[0].powi(4) + x[1].powi(2))
    }
}

impl Gradient for Quartic {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;
    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok(vec![4.0 * x[0].powi(3), 2.0 * x[1]])
    }
}

/// Limits go in, a claim comes out. The solver's own test is f ≤ tolerance.
fn descend(problem: &Quartic, x: &mut Vec<f64>, limits: &Limits) -> Claim {
    let solver = SteepestDescent::new(MoreThuenteLineSearch::new());
    let run = Executor::new(problem.clone(), solver).configure(|state| {
        let iterations = limits.max_iterations.try_into().unwrap_or(u64::MAX);
        state.param(x.clone()).max_iters(iterations).target_cost(limits.tolerance)
    });
    let exception = Claim { status: Status::Exception, iterations: 0 };
    let Ok(result) = run.run() else { return exception };
    let Some(best) = result.state.get_best_param() else { return exception };
    x.clone_from(best);
    let status = match result.state.get_termination_reason() {
        Some(TerminationReason::TargetCostReached | TerminationReason::SolverConverged) => Status::Optimal,
        Some(TerminationReason::MaxItersReached) => Status::IterationLimit,
        _ => Status::Exception,
    };
    Claim { status, iterations: result.state.get_iter() as usize }
}

/// Runs the example and asserts its numbers.
pub fn main() {
    let measure = |problem: &Quartic, x: &Vec<f64>| problem.gradient(x).ok().map(|g| Norm::Inf.of(&g));
    let solve = |budget: Budget| {
        let mut stopping = Stopping::new(vec![3.0, 1.0], measure).with_budget(budget);
        (Resolve::default().run(&Quartic, &mut stopping, descend), stopping)
    };
    let (status, stopping) = solve(Budget::default());
    assert_eq!(status, Status::Optimal);
    assert!(stopping.score().is_some_and(|score| score <= 1e-6));
    // Four iterations fewer are not enough, and the solver says why.
    let (status, _) = solve(Budget::iterations(stopping.iterations() - 4));
    assert_eq!(status, Status::IterationLimit);
}

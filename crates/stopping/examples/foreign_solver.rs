//! A foreign solver in a buffer: `argmin`'s golden-section search, asked again until our score agrees.

use argmin::core::{CostFunction, Error, Executor, State, TerminationReason as Reason};
use argmin::solver::goldensectionsearch::GoldenSectionSearch;
use stopping::{Budget, Claim, Limits, Resolve, Status, Stopping};

/// h(x) = (x² − 2)², in the words of `argmin`.
#[derive(Clone)]
struct Well;

impl CostFunction for Well {
    type Param = f64;
    type Output = f64;
    fn cost(&self, x: &f64) -> Result<f64, Error> {
        Ok((x * x - 2.0).powi(2))
    }
}

/// Limits go in, a claim comes out. The solver's own test is the width of its bracket.
fn search(problem: &Well, x: &mut f64, limits: &Limits) -> Result<Claim, Error> {
    let solver = GoldenSectionSearch::new(0.0, 2.0)?.with_tolerance(limits.tolerance)?;
    let result = Executor::new(problem.clone(), solver)
        .configure(|state| state.param(1.0).max_iters(limits.max_iterations as u64))
        .run()?;
    let state = result.state;
    *x = *state.get_best_param().unwrap_or(x);
    Ok(Claim {
        status: match state.get_termination_reason() {
            Some(Reason::SolverConverged) => Status::Optimal,
            Some(Reason::MaxItersReached) => Status::IterationLimit,
            _ => Status::Exception,
        },
        iterations: state.get_iter() as usize,
    })
}

/// Runs the example and asserts its numbers.
pub fn main() {
    let foreign = |problem: &Well, x: &mut f64, limits: &Limits| {
        search(problem, x, limits).unwrap_or(Claim {
            status: Status::Exception,
            iterations: 0,
        })
    };
    // Our score is h′, which the solver never looks at.
    let mut stopping = Stopping::new(1.0, |_: &Well, x: &f64| 4.0 * x * (x * x - 2.0));
    let status = Resolve::default().run(&Well, &mut stopping, foreign);
    assert_eq!(status, Status::Optimal);
    assert!((stopping.state - 2.0_f64.sqrt()).abs() < 1e-6);
    // With half the iterations the point is not good enough, and the solver says why.
    stopping.set_budget(Budget::iterations(stopping.iterations() / 2));
    stopping.state = 1.0;
    let status = Resolve::default().run(&Well, &mut stopping, foreign);
    assert_eq!(status, Status::IterationLimit);
}

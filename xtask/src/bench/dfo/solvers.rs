//! The variants of BOBYQA that are compared.

use crate::bench::peers::{self, Ending, Objective, Setup};
use dfo::bobyqa::{Options, Variant, minimize};

/// A solver without derivatives.
#[derive(Clone, Copy, Debug)]
pub struct Solver {
    /// Its name.
    pub name: &'static str,
    /// Minimizes without bounds, with the default number of points.
    pub run: fn(Objective, &[f64], &Setup) -> Ending,
}

/// Ours first, the default before the other.
pub const SOLVERS: [Solver; 4] = [
    Solver {
        name: "Modern",
        run: |f, x0, setup| ours(f, x0, setup, Variant::Modern, None),
    },
    Solver {
        name: "Powell",
        run: |f, x0, setup| ours(f, x0, setup, Variant::Powell, None),
    },
    Solver {
        name: "bobyqa",
        run: peers::prima_port,
    },
    Solver {
        name: "basin",
        run: peers::basin_port,
    },
];

/// All with 2n + 1 points, for times that can be compared; then the default, which has more.
pub const TIMED: [Solver; 5] = [
    Solver {
        name: "Modern",
        run: |f, x0, setup| ours(f, x0, setup, Variant::Modern, Some(2 * x0.len() + 1)),
    },
    SOLVERS[1],
    SOLVERS[2],
    SOLVERS[3],
    Solver {
        name: "Default",
        run: SOLVERS[0].run,
    },
];

fn ours(
    f: Objective,
    x0: &[f64],
    setup: &Setup,
    variant: Variant,
    points: Option<usize>,
) -> Ending {
    let options = Options {
        variant,
        points,
        radius: setup.radius,
        final_radius: setup.final_radius,
        max_evaluations: setup.evaluations,
        ..Options::default()
    };
    let (lower, upper) = (
        vec![f64::NEG_INFINITY; x0.len()],
        vec![f64::INFINITY; x0.len()],
    );
    match minimize(|x: &[f64]| f(x), x0, &lower, &upper, &options) {
        Ok(solution) => Ending {
            claimed: solution.status.is_regular(),
            status: solution.status.to_string(),
            iterations: solution.evaluations,
            x: solution.x,
        },
        Err(error) => Ending::failure(x0.to_vec(), error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_solver_finds_the_minimum_of_a_quadratic_within_its_budget() {
        let setup = Setup {
            radius: 0.5,
            final_radius: 1e-8,
            evaluations: 200,
        };
        for solver in SOLVERS {
            let (mut least, mut count) = (f64::INFINITY, 0);
            let mut f = |x: &[f64]| {
                let value = (x[0] - 1.0).powi(2) + 4.0 * (x[1] + x[0]).powi(2);
                least = value.min(least);
                count += 1;
                value
            };
            let ending = (solver.run)(&mut f, &[3.0, 2.0], &setup);
            assert!(
                least <= 1e-10 && count <= 200,
                "{}: {ending:?}",
                solver.name
            );
        }
    }
}

//! The quasi-variational examples, for many values of λ.

use super::selection::Variant;
use ssn::value_function::solve_qvi;

/// F of one example against λ.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Name of the example.
    pub name: &'static str,
    /// F at its solution.
    pub known: f64,
    /// Variant of the algorithm.
    pub variant: Variant,
    /// Solutions for λ ascending, from the first start of the example.
    pub points: Vec<CurvePoint>,
    /// ‖Φ‖ by iteration at λ = 1.
    pub history: Vec<f64>,
}

/// A solved example.
#[derive(Clone, Copy, Debug)]
pub struct CurvePoint {
    pub lambda: f64,
    pub objective: f64,
    pub has_converged: bool,
}

/// Values of λ a decade, from 0.001 to 10.
const PER_DECADE: i32 = 6;

impl Curve {
    /// |F − known| at λ = 1; NaN when that was not solved.
    pub fn error_at_one(&self) -> f64 {
        let one = self.points.iter().find(|p| (p.lambda - 1.0).abs() < 1e-9);
        one.map_or(f64::NAN, |p| (p.objective - self.known).abs())
    }

    /// Share of the runs with λ in [lo, hi] that converge and whose F is the known value to 1e-6,
    /// relative above 1.
    pub fn share(&self, lo: f64, hi: f64) -> f64 {
        let room = 1e-6 * self.known.abs().max(1.0);
        let inside =
            |p: &&CurvePoint| p.lambda >= lo * (1.0 - 1e-9) && p.lambda <= hi * (1.0 + 1e-9);
        let runs: Vec<&CurvePoint> = self.points.iter().filter(inside).collect();
        let is_known =
            |p: &&&CurvePoint| p.has_converged && (p.objective - self.known).abs() <= room;
        runs.iter().filter(is_known).count() as f64 / runs.len() as f64
    }
}

/// Solves the examples with `variants` for λ from 0.001 to 10.
pub fn curves(variants: &[Variant]) -> crate::Result<Vec<Curve>> {
    let mut curves = Vec::new();
    for problem in bolib::qvi_problems() {
        let model = problem.build();
        let start = &problem.starts[0];
        for &variant in variants {
            let solve = |lambda: f64| {
                let options = variant.options();
                solve_qvi(model.as_ref(), start.x, start.y, lambda, &options)
            };
            let mut points = Vec::new();
            for k in -3 * PER_DECADE..=PER_DECADE {
                let lambda = 10f64.powf(f64::from(k) / f64::from(PER_DECADE));
                let solution = solve(lambda)?;
                points.push(CurvePoint {
                    lambda,
                    objective: solution.objective,
                    has_converged: solution.residual <= variant.tolerance(),
                });
            }
            curves.push(Curve {
                name: problem.name,
                known: problem.value,
                variant,
                points,
                history: solve(1.0)?.history,
            });
        }
    }
    Ok(curves)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_counts_when_it_converges_to_the_known_value() {
        let point = |lambda, objective, has_converged| CurvePoint {
            lambda,
            objective,
            has_converged,
        };
        let curve = Curve {
            name: "E",
            known: -49.0,
            variant: Variant::Production,
            points: vec![
                point(0.1, -49.0, true),
                point(0.5, -49.0, false),
                point(1.0, -49.25, true),
                point(10.0, -49.0, true),
            ],
            history: vec![],
        };
        assert_eq!(curve.error_at_one(), 0.25);
        assert_eq!(curve.share(0.1, 1.0), 1.0 / 3.0);
        assert_eq!(curve.share(0.1, 10.0), 0.5);
    }

    #[test]
    fn the_first_example_has_its_value_for_every_small_parameter() {
        let curves = curves(&[Variant::Production]).unwrap();
        let first = &curves[0];
        assert_eq!(first.points.len(), 25);
        assert_eq!(first.share(0.001, 1.0), 1.0, "{first:?}");
    }
}

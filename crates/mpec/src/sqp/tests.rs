//! Programs with known solutions, infeasible, unbounded and degenerate ones.

use super::{Ended, Limits, Sqp};
use nlp_model::{AutoModel, Functions, Meta, Model, Scalar};

const LIMITS: Limits = Limits {
    tolerance: 1e-9,
    iterations: 100,
};

struct Hs71;
impl Functions for Hs71 {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[0] * x[1] * x[2] * x[3];
        c[1] = x[0] * x[0] + x[1] * x[1] + x[2] * x[2] + x[3] * x[3];
    }
}

fn run(model: &dyn nlp_model::TwiceSmooth, x0: &[f64]) -> (Ended, Vec<f64>, f64, usize) {
    let mut sqp = Sqp::new(model);
    let (l, u) = (model.meta().lcon(), model.meta().ucon());
    let ended = sqp.solve(x0, l, u, LIMITS);
    (ended, sqp.x().to_vec(), sqp.objective(), sqp.iterations)
}

#[test]
fn problem_71_of_hock_and_schittkowski_is_solved_fast() {
    let meta = Meta::new("HS71", 4, 2)
        .variable_bounds(&[1.0; 4], &[5.0; 4])
        .and_then(|m| m.constraint_bounds(&[25.0, 40.0], &[f64::INFINITY, 40.0]));
    let model = AutoModel::new(Hs71, meta.unwrap());
    let (ended, _, f, iterations) = run(&model, &[1.0, 5.0, 5.0, 1.0]);
    assert_eq!(ended, Ended::Optimal);
    assert!((f - 17.0140173).abs() < 1e-7, "{f}");
    assert!(iterations <= 10, "{iterations}");
}

struct Circle;
impl Functions for Circle {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[0] + x[1]
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[0] * x[0] + x[1] * x[1];
        c[1] = x[0];
    }
}

#[test]
fn an_infeasible_program_ends_at_a_stationary_point_of_the_violation() {
    // x₀² + x₁² ≤ 1 and x₀ ≥ 3: ½(r² − 1)² + ½(3 − x₀)² is stationary at x₁ = 0, 2x₀(x₀² − 1) = 3 − x₀.
    let meta = Meta::new("infeasible", 2, 2)
        .constraint_bounds(&[f64::NEG_INFINITY, 3.0], &[1.0, f64::INFINITY]);
    let model = AutoModel::new(Circle, meta.unwrap());
    let (ended, x, ..) = run(&model, &[2.0, 1.0]);
    assert_eq!(ended, Ended::Infeasible);
    let residual = 2.0 * x[0] * (x[0] * x[0] - 1.0) - (3.0 - x[0]);
    assert!(residual.abs() < 1e-3 && x[1].abs() < 1e-2, "{x:?}");
}

#[test]
fn repeated_constraints_and_a_nonconvex_lagrangian_are_no_obstacle() {
    // x₀ + x₁ on the circle of radius 1, given as two inequalities, from a point outside.
    let meta = Meta::new("circle", 2, 2)
        .constraint_bounds(&[1.0, f64::NEG_INFINITY], &[1.0, f64::INFINITY]);
    let model = AutoModel::new(Circle, meta.unwrap());
    let (ended, x, f, _) = run(&model, &[0.3, -2.0]);
    assert_eq!(ended, Ended::Optimal);
    let root = -(0.5f64.sqrt());
    assert!(
        (f - 2.0 * root).abs() < 1e-8 && (x[0] - root).abs() < 1e-5,
        "{x:?}"
    );
}

#[test]
fn unbounded_programs_and_bad_starts_are_told_apart() {
    let meta = || Meta::new("free", 2, 2);
    let free = [f64::NEG_INFINITY; 2];
    let up = [f64::INFINITY; 2];
    let model = AutoModel::new(Circle, meta().constraint_bounds(&free, &up).unwrap());
    assert_eq!(run(&model, &[0.0, 0.0]).0, Ended::Diverging);
    assert_eq!(run(&model, &[f64::MAX, 0.0]).0, Ended::Domain);
    assert_eq!(model.meta().ncon(), 2);
}

#[test]
fn a_run_does_not_allocate_once_the_room_is_made() {
    let hs71 = Meta::new("HS71", 4, 2)
        .variable_bounds(&[1.0; 4], &[5.0; 4])
        .and_then(|m| m.constraint_bounds(&[25.0, 40.0], &[f64::INFINITY, 40.0]));
    let hs71 = AutoModel::new(Hs71, hs71.unwrap());
    // This one needs steps towards feasibility.
    let infeasible = Meta::new("infeasible", 2, 2)
        .constraint_bounds(&[f64::NEG_INFINITY, 3.0], &[1.0, f64::INFINITY]);
    let infeasible = AutoModel::new(Circle, infeasible.unwrap());
    let programs: [(&dyn nlp_model::TwiceSmooth, &[f64], Ended); 2] = [
        (&hs71, &[1.0, 5.0, 5.0, 1.0], Ended::Optimal),
        (&infeasible, &[2.0, 1.0], Ended::Infeasible),
    ];
    for (model, x0, expected) in programs {
        let mut sqp = Sqp::new(model);
        let (l, u) = (model.meta().lcon(), model.meta().ucon());
        sqp.solve(x0, l, u, LIMITS);
        let before = sqp.iterations;
        let counted = allocation_counter::measure(|| {
            assert_eq!(sqp.solve(x0, l, u, LIMITS), expected);
        });
        assert!(sqp.iterations > before + 1, "the loop runs");
        assert_eq!(counted.count_total, 0);
    }
}

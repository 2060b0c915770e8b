//! Bound constraints: known minimizers, bad input, properties.

use nlp_model::{AutoModel, Functions, Meta, Model, Scalar, Smooth};
use proptest::prelude::*;
use stopping::Status;
use trust_region::bound::{self, Options};

struct Rosenbrock;
impl Functions for Rosenbrock {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        (x[1] - x[0] * x[0]).powi(2) * 100.0 + (x[0] - 1.0).powi(2)
    }
}

/// x − ln x: minimal at 1, no value at x ≤ 0.
struct Barrier;
impl Functions for Barrier {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[0] - x[0].ln()
    }
}

struct Line;
impl Functions for Line {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        -x[0]
    }
}

/// −x₀² + x₁² with a maximum in x₀ at 0.
struct Saddle;
impl Functions for Saddle {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[1] * x[1] - (x[0] - 0.1).powi(2)
    }
}

/// Σ (xⱼ − xⱼ₊₁)² + 0.1 (xⱼ − j)⁴
struct Chain(usize);
impl Functions for Chain {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        let mut sum = T::from(0.0);
        for j in 0..self.0 {
            sum += (x[j] - j as f64).powi(4) * 0.1;
            if j + 1 < self.0 {
                sum += (x[j] - x[j + 1]).powi(2);
            }
        }
        sum
    }
}

#[test]
fn the_bound_that_holds_is_reached_exactly_and_has_its_multiplier() {
    let meta = Meta::new("Rosenbrock", 2, 0)
        .variable_bounds(&[-2.0, -2.0], &[0.5, 2.0])
        .unwrap();
    let model = AutoModel::new(Rosenbrock, meta);
    let solution = bound::solve(&model, &[-1.2, 1.0], &Options::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal);
    // at (0.5, 0.25): ∂f/∂x₀ = −1
    assert_eq!(solution.x[0], 0.5);
    assert!((solution.x[1] - 0.25).abs() < 1e-9);
    assert!((solution.bound_multipliers[0] - 1.0).abs() < 1e-6);
    assert_eq!(solution.bound_multipliers[1], 0.0);
}

#[test]
fn products_and_entries_of_the_hessian_lead_to_the_same_point() {
    let n = 30;
    let (lower, upper) = (vec![2.0; n], vec![20.0; n]);
    let meta = Meta::new("chain", n, 0)
        .variable_bounds(&lower, &upper)
        .unwrap();
    let model = AutoModel::new(Chain(n), meta);
    let solve = |products| {
        let options = Options {
            products,
            ..Options::default()
        };
        let solution = bound::solve(&model, &vec![0.0; n], &options).unwrap();
        assert_eq!(solution.status, Status::Optimal, "{solution}");
        solution.x
    };
    for (a, b) in solve(true).iter().zip(&solve(false)) {
        assert!((a - b).abs() < 1e-6);
    }
}

#[test]
fn trial_points_outside_of_the_domain_shorten_the_step() {
    let model = AutoModel::new(Barrier, Meta::new("barrier", 1, 0));
    let solution = bound::solve(&model, &[50.0], &Options::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal);
    assert!((solution.x[0] - 1.0).abs() < 1e-8);
    let outside = bound::solve(&model, &[-1.0], &Options::default()).unwrap();
    assert_eq!(outside.status, Status::DomainError);
}

#[test]
fn an_objective_without_lower_bound_is_reported() {
    let model = AutoModel::new(Line, Meta::new("line", 1, 0));
    let solution = bound::solve(&model, &[0.0], &Options::default()).unwrap();
    assert_eq!(solution.status, Status::UnboundedObjective);
}

#[test]
fn negative_curvature_leads_to_a_bound() {
    let meta = Meta::new("saddle", 2, 0)
        .variable_bounds(&[-1.0; 2], &[2.0; 2])
        .unwrap();
    let model = AutoModel::new(Saddle, meta);
    let solution = bound::solve(&model, &[0.0, 1.0], &Options::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal);
    assert!(solution.x[0] == -1.0 || solution.x[0] == 2.0);
}

#[test]
fn misuse_is_an_error() {
    let model = AutoModel::new(Line, Meta::new("line", 1, 0));
    let options = Options::default();
    assert!(bound::solve(&model, &[0.0, 0.0], &options).is_err());
    assert!(bound::solve(&model, &[f64::NAN], &options).is_err());
    let options = Options {
        tolerance: 0.0,
        ..options
    };
    assert!(bound::solve(&model, &[0.0], &options).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn success_means_a_small_projected_gradient(
        lower in prop::collection::vec(-3.0..3.0_f64, 4),
        width in prop::collection::vec(0.0..4.0_f64, 4),
        x0 in prop::collection::vec(-5.0..5.0_f64, 4),
    ) {
        let upper: Vec<f64> = lower.iter().zip(&width).map(|(l, w)| l + w).collect();
        let meta = Meta::new("chain", 4, 0).variable_bounds(&lower, &upper).unwrap();
        let model = AutoModel::new(Chain(4), meta);
        let solution = bound::solve(&model, &x0, &Options::default()).unwrap();
        prop_assert_eq!(solution.status, Status::Optimal);
        let mut g = [0.0; 4];
        model.grad(&solution.x, &mut g);
        for j in 0..4 {
            let x = solution.x[j];
            prop_assert!(lower[j] <= x && x <= upper[j]);
            prop_assert!((x - (x - g[j]).clamp(lower[j], upper[j])).abs() <= 1e-8);
        }
        prop_assert!((model.obj(&solution.x) - solution.objective).abs() == 0.0);
    }
}

//! Nonlinear programs: residuals, multipliers, filling in.

mod common;

use nlp_model::{AutoModel, Functions, Meta, Model, Scalar, Smooth, Verb};
use stopping::residual::{Kkt, bounded, infeasibility_gradient, unconstrained, violation};
use stopping::{NlpState, Norm, State, Status, Stopping, StoppingError, Tolerance, multipliers};

/// min x₁ + x₂  s.t.  (x₁ − 1)(x₂ − 1) ≤ 0, x ≥ 0: minimizers (1, 0) and (0, 1).
struct Corner;
impl Functions for Corner {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[0] + x[1]
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = (x[0] - 1.0) * (x[1] - 1.0);
    }
}

fn corner() -> AutoModel<Corner> {
    let meta = Meta::new("corner", 2, 1)
        .variable_bounds(&[0.0; 2], &[f64::INFINITY; 2])
        .expect("bounds in order");
    AutoModel::new(Corner, meta)
}

#[test]
fn filling_in_computes_what_is_missing_and_no_more() {
    let free = AutoModel::new(
        common::SumOfSquares,
        Meta::new("squares", 5, 0).start(&[1.0; 5]).expect("finite"),
    );
    let mut state = NlpState::new(vec![1.0; 5]);
    state.fill_in(&free);
    assert_eq!((state.f, state.g.get()), (Some(5.0), Some(&[2.0; 5][..])));
    assert!(
        !(state.c.is_known() || state.y.is_known() || state.z.is_known() || state.hess.is_known())
    );
    state.fill_in(&free);
    let count = |verb| free.counters().map(|c| c.get(verb));
    assert_eq!((count(Verb::Obj), count(Verb::Grad)), (Some(1), Some(1)));
    state.fill_in_hessian(&free);
    assert_eq!(state.hess.get().map(|h| h.iter().sum::<f64>()), Some(10.0));

    let meta = Meta::new("bounded squares", 5, 0)
        .variable_bounds(&[1.0; 5], &[f64::INFINITY; 5])
        .expect("in order");
    let model = AutoModel::new(common::SumOfSquares, meta);
    let mut state = NlpState::new(vec![1.0; 5]);
    state.fill_in(&model);
    // At the lower bounds, z = −∇f.
    assert_eq!(state.z.get(), Some(&[-2.0; 5][..]));
}

#[test]
fn a_residual_names_what_it_misses() {
    let model = common::constrained_valley();
    let mut kkt = Kkt::new(model.meta(), Norm::Inf);
    let mut state = NlpState::new(vec![1.0; 6]);
    assert_eq!(kkt.score(&model, &state), Err(StoppingError::Missing("g")));
    state.g.fill(6, |g| model.grad(&[1.0; 6], g));
    assert_eq!(kkt.score(&model, &state), Err(StoppingError::Missing("z")));
    state.z.set(&[0.0; 6]);
    assert_eq!(kkt.score(&model, &state), Err(StoppingError::Missing("c")));
    assert_eq!(
        violation(model.meta(), &state, Norm::One),
        Err(StoppingError::Missing("c"))
    );
    state.c.set(&[6.0]);
    state.y.set(&[0.0]);
    assert_eq!(kkt.score(&model, &state), Ok(0.0));
    assert_eq!(unconstrained(&NlpState::new(vec![1.0]), Norm::Two), None);
}

#[test]
fn the_constrained_valley_is_solved_at_ones_and_not_at_zero() {
    let model = common::constrained_valley();
    let mut stopping = Stopping::kkt(&model, Norm::Inf);
    assert_eq!(stopping.start(&model), None);
    assert_eq!(stopping.score(), None);
    stopping.state.fill_in(&model);
    assert_eq!(stopping.start(&model), None);
    // ∇R(0) = (−2, 0, …): no bound is active there.
    assert_eq!(stopping.score(), Some(2.0));
    stopping.state.set_x(&[1.0; 6]);
    stopping.state.fill_in(&model);
    assert_eq!(stopping.stop(&model), Some(Status::Optimal));
    let mut kkt = Kkt::new(model.meta(), Norm::Inf);
    assert_eq!(stopping.score(), kkt.score(&model, &stopping.state).ok());
}

#[test]
fn a_vector_of_fourteen_scores_may_ask_for_exact_complementarity() {
    // The KKT vector of n = 2 variables and m = 1 constraint: dual (n), violation of the constraint and
    // of the bounds (2m + 2n), complementarity of the bounds and of the constraint (2n + 2m).
    let scores = |model: &AutoModel<Corner>, state: &NlpState, out: &mut [f64]| {
        let mut full = state.clone();
        full.fill_in(model);
        let (x, c, g) = (full.x(), full.c.get()?[0], full.g.get()?);
        let (y, z) = (full.y.get()?[0], full.z.get()?);
        let (l, u) = (model.meta().lvar(), model.meta().uvar());
        let jac = [x[1] - 1.0, x[0] - 1.0];
        for j in 0..2 {
            out[j] = g[j] + y * jac[j] + z[j];
            out[4 + j] = (x[j] - u[j]).max(0.0);
            out[6 + j] = (l[j] - x[j]).max(0.0);
            out[8 + j] = z[j].max(0.0).min(u[j] - x[j]);
            out[10 + j] = (-z[j]).max(0.0).min(x[j] - l[j]);
        }
        out[2] = c.max(0.0);
        out[3] = 0.0; // c has no lower limit
        out[12] = y.max(0.0).min(-c);
        out[13] = 0.0;
        Some(())
    };
    let model = corner();
    let run = |x: [f64; 2], tolerance: Option<Tolerance>| {
        let mut stopping = Stopping::with_scores(NlpState::new(x.to_vec()), 14, scores);
        if let Some(tolerance) = tolerance {
            stopping = stopping.with_tolerance(tolerance).expect("14 tolerances");
        }
        stopping.start(&model)
    };
    let exact = || Tolerance::each([vec![1e-6; 6], vec![0.0; 8]].concat());
    assert_eq!(run([1.0, 1.0], None), None);
    assert_eq!(run([1.0, 0.0], None), Some(Status::Optimal));
    assert_eq!(run([1.0 + 1e-7, 0.0], None), Some(Status::Optimal));
    assert_eq!(run([1.0 + 1e-7, 0.0], Some(exact())), None);
    assert_eq!(run([1.0, 0.0], Some(exact())), Some(Status::Optimal));
    let lower = exact().with_lower(|_, _, _| -1e-3);
    assert_eq!(run([1.0, 0.0], Some(lower)), Some(Status::Optimal));
}

#[test]
fn multipliers_of_a_corner_are_those_of_the_geometry() {
    // At (1, 0): ∇f = (1, 1), ∇c = (x₂ − 1, x₁ − 1) = (−1, 0), bound x₂ ≥ 0: y = 1, z = (0, −1).
    let model = corner();
    let (y, z) = multipliers(&model, &NlpState::new(vec![1.0, 0.0]));
    assert!((y[0] - 1.0).abs() < 1e-14 && z[0] == 0.0 && (z[1] + 1.0).abs() < 1e-14);
    // Away from all of them there is nothing to multiply.
    let (y, z) = multipliers(&model, &NlpState::new(vec![0.5, 3.0]));
    assert_eq!((y, z), (vec![0.0], vec![0.0; 2]));
    let (y, _) = multipliers(&model, &NlpState::new(vec![f64::NAN, 0.0]));
    assert!(y[0] == 0.0 || y[0].is_nan());
}

#[test]
fn the_norms_of_the_parts_make_the_norm_of_the_whole() {
    let model = corner();
    let mut state = NlpState::new(vec![-0.5, 3.0]);
    state.fill_in(&model);
    state.y.set(&[0.25]);
    state.z.set(&[0.5, -1.0]);
    // By hand: c = (−1.5)(2) = −3, ∇c = (2, −1.5); dual = (1 + 0.5 + 0.5, 1 − 0.375 − 1) = (2, −0.375);
    // violation ½; bounds: z₁⁺ = 0.5 against ∞, min(0, x₁ − 0) = −½; z₂⁻ = 1 against 3; constraint: min(0.25, 3).
    let entries = [2.0, 0.375, 0.5, 0.5, 0.5, 1.0, 0.25];
    for norm in [Norm::One, Norm::Two, Norm::Inf] {
        let score = Kkt::new(model.meta(), norm)
            .score(&model, &state)
            .expect("all known");
        assert!(
            (score - norm.of(&entries)).abs() < 1e-14,
            "{norm:?}: {score}"
        );
    }
}

#[test]
fn a_projected_gradient_step_measures_bounds_only() {
    let model = corner();
    let mut state = NlpState::new(vec![0.0, 0.25]);
    state.g.set(&[1.0, 1.0]);
    // P(x − g) = (0, 0).
    assert_eq!(bounded(model.meta(), &state, Norm::One), Some(0.25));
    state.g.set(&[-2.0, f64::NAN]);
    assert!(bounded(model.meta(), &state, Norm::Inf).is_some_and(f64::is_nan));
}

/// c(x) = x² + 1 ≤ 0, which no x satisfies; 0 is stationary for the violation.
struct Impossible;
impl Functions for Impossible {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[0]
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[0] * x[0] + 1.0;
    }
}

#[test]
fn a_stationary_point_of_infeasibility_can_be_reported_by_a_check() {
    use std::ops::ControlFlow;
    let model = AutoModel::new(Impossible, Meta::new("impossible", 1, 1));
    let mut stopping =
        Stopping::kkt(&model, Norm::Inf).with_observer(|model, state: &NlpState, _| {
            let slope = infeasibility_gradient(model, state, Norm::Inf);
            let far = violation(model.meta(), state, Norm::Inf).is_ok_and(|v| v > 1e-3);
            if far && slope < 1e-8 {
                ControlFlow::Break(Status::Infeasible)
            } else {
                ControlFlow::Continue(())
            }
        });
    stopping.state.set_x(&[1.0]);
    stopping.state.fill_in(&model);
    assert_eq!(stopping.start(&model), None);
    stopping.state.set_x(&[0.0]);
    stopping.state.fill_in(&model);
    assert_eq!(stopping.stop(&model), Some(Status::Infeasible));
}

#[test]
fn an_observer_may_keep_the_feasibility_of_the_last_point() {
    use std::ops::ControlFlow;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let model = common::constrained_valley();
    let feasible = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&feasible);
    let rho = 0.1;
    let mut stopping =
        Stopping::kkt(&model, Norm::Inf).with_observer(move |_, state: &NlpState, _| {
            let sum: f64 = state.point().iter().sum();
            told.store(sum - 6.0 <= rho + 1e-12, Ordering::Relaxed);
            ControlFlow::Continue(())
        });
    stopping.state.set_x(&[2.0; 6]);
    let _ = stopping.start(&model);
    assert!(!feasible.load(Ordering::Relaxed));
    stopping.state.set_x(&[1.1, 1.0, 1.0, 1.0, 1.0, 1.0]);
    let _ = stopping.stop(&model);
    assert!(feasible.load(Ordering::Relaxed));
}

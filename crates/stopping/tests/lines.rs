//! Line searches: the acceptance decides and nothing else.

mod common;

use nlp_model::{Model, Smooth, Verb};
use stopping::line_search::{Backtracking, Interpolation, StepRegion};
use stopping::{
    Acceptance, Line, ModelLine, OneDState, Solver, Status, Stopping, Tolerance, any_of,
};

const ARMIJO: Acceptance = Acceptance::Armijo { tau0: 0.01 };
const WOLFE: Acceptance = Acceptance::Wolfe { tau1: 0.99 };
const BOTH: Acceptance = Acceptance::ArmijoWolfe {
    tau0: 0.01,
    tau1: 0.99,
};

/// Searches R from (1.5, …) along −∇R, from the step 1; returns the stopping and the evaluations of R in the search.
fn search(
    solver: &mut dyn for<'a> Solver<ModelLine<'a, dyn Smooth>, OneDState>,
    acceptance: Acceptance,
) -> (Status, OneDState, usize, u64) {
    let model = common::valley();
    let x = [1.5; 6];
    let mut d = [0.0; 6];
    model.grad(&x, &mut d);
    d.iter_mut().for_each(|d| *d = -*d);
    let slope: f64 = -d.iter().map(|d| d * d).sum::<f64>();
    let h0 = model.obj(&x);
    assert_eq!(h0, 2.4375);
    let before = model.counters().map_or(0, |c| c.get(Verb::Obj));
    let dynamic: &dyn Smooth = &model;
    let mut line = ModelLine::new(dynamic);
    line.set(&x, &d);
    let mut stopping = Stopping::line_search(OneDState::from_zero(1.0, h0, slope), acceptance);
    let status = solver.solve(&line, &mut stopping);
    let after = model.counters().map_or(0, |c| c.get(Verb::Obj));
    (
        status,
        stopping.state.clone(),
        stopping.iterations(),
        after - before,
    )
}

#[test]
fn backtracking_ends_where_the_acceptance_says() {
    let (status, state, halvings, values) = search(&mut Backtracking::default(), ARMIJO);
    assert_eq!((status, state.t(), halvings), (Status::Optimal, 0.0625, 4));
    assert_eq!(state.h, Some(0.271_136_283_874_511_7));
    assert_eq!(values, halvings as u64 + 1);

    // The slope alone is met at a point that is worse than the start.
    let (status, state, halvings, _) = search(&mut Backtracking::default(), WOLFE);
    assert_eq!((status, state.t(), halvings), (Status::Optimal, 0.5, 1));
    assert_eq!(state.h, Some(16.605_468_75));

    let (status, state, halvings, _) = search(&mut Backtracking::default(), BOTH);
    assert_eq!((status, state.t(), halvings), (Status::Optimal, 0.0625, 4));
}

#[test]
fn the_same_searches_give_an_exact_minimizer_when_asked() {
    for solver in [
        &mut Interpolation as &mut dyn for<'a> Solver<ModelLine<'a, dyn Smooth>, OneDState>,
        &mut StepRegion::default(),
    ] {
        let (status, state, _, _) = search(solver, Acceptance::Exact);
        assert_eq!(status, Status::Optimal);
        assert!(state.dh.is_some_and(|dh| dh.abs() <= 1e-6));
        assert!(state.h < Some(2.4375));
        for acceptance in [ARMIJO, BOTH, Acceptance::Goldstein { tau0: 1e-4 }] {
            assert_eq!(
                search(solver, acceptance).0,
                Status::Optimal,
                "{acceptance:?}"
            );
        }
    }
}

#[test]
fn exact_minimizers_of_a_cosine_are_found_by_both_methods() {
    // h(t) = −sin t: h′(0) = −1, the first minimizer is π/2.
    let line = (|t: f64| -t.sin(), |t: f64| -t.cos());
    let state = || OneDState::from_zero(0.1, 0.0, -1.0);
    let mut a = Stopping::line_search(state(), Acceptance::Exact).with_tolerances(1e-12, 0.0);
    assert_eq!(Interpolation.solve(&line, &mut a), Status::Optimal);
    let mut b = Stopping::line_search(state(), Acceptance::Exact).with_tolerances(1e-12, 0.0);
    assert_eq!(StepRegion::default().solve(&line, &mut b), Status::Optimal);
    for stopping in [&a, &b] {
        assert!((stopping.state.t() - std::f64::consts::FRAC_PI_2).abs() < 1e-11);
        assert!(stopping.iterations() <= 12, "{}", stopping.iterations());
    }
}

#[test]
fn a_search_that_cannot_succeed_confesses() {
    // h(t) = t: no descent to the right.
    let line = (|t: f64| t, |_: f64| 1.0);
    let state = || OneDState::from_zero(1.0, 0.0, 1.0);
    let tight = |acceptance| Stopping::line_search(state(), acceptance).with_tolerances(0.0, 0.0);
    assert_eq!(
        Interpolation.solve(&line, &mut tight(Acceptance::Exact)),
        Status::SubproblemFailure
    );
    let mut armijo = tight(Acceptance::Wolfe { tau1: 0.5 });
    assert_eq!(
        Backtracking::default().solve(&line, &mut armijo),
        Status::SubproblemFailure
    );
    let nan = (|t: f64| if t > 0.0 { f64::NAN } else { 0.0 }, |_: f64| -1.0);
    let mut stopping = Stopping::line_search(OneDState::from_zero(1.0, 0.0, -1.0), ARMIJO);
    assert_eq!(
        Backtracking::default().solve(&nan, &mut stopping),
        Status::DomainError
    );
}

#[test]
fn a_one_sided_test_on_the_raw_armijo_value_does_not_accept_the_unknown() {
    let raw =
        |_: &(), state: &OneDState| Some(state.h? - state.h0? - 0.01 * state.t() * state.dh0?);
    let mut stopping = Stopping::new(OneDState::new(1.0), raw)
        .with_tolerance(Tolerance::new(0.0, 0.0).one_sided())
        .expect("one score");
    assert_eq!(stopping.start(&()), None);
    stopping.state = OneDState::from_zero(1.0, 1.0, -1.0);
    stopping.state.h = Some(0.5);
    assert_eq!(stopping.stop(&()), Some(Status::Optimal));
}

#[test]
fn and_as_a_vector_of_scores_and_or_as_a_closure() {
    // The step 1/2 has a small slope and an increase, the step 1/16 both.
    let run = |and: bool| {
        let state = OneDState::from_zero(1.0, 0.0, -1.0);
        type L = (fn(f64) -> f64, fn(f64) -> f64);
        let line: L = (|t| -t + 2.0 * t * t, |t| -1.0 + 4.0 * t);
        let mut stopping = if and {
            Stopping::with_scores(state, 2, |line: &L, s: &OneDState, out: &mut [f64]| {
                out[0] = s.armijo(0.5)?;
                out[1] = (line.slope(s.t()).abs() - 0.9 * s.dh0?.abs()).max(0.0);
                Some(())
            })
        } else {
            Stopping::new(state, |line: &L, s: &OneDState| {
                let slope = (line.slope(s.t()).abs() - 0.9 * s.dh0?.abs()).max(0.0);
                Some(any_of(&[s.armijo(0.5)?, slope]))
            })
        };
        assert_eq!(
            Backtracking { factor: 0.9 }.solve(&line, &mut stopping),
            Status::Optimal
        );
        stopping.state.t()
    };
    // Armijo with ½ holds for t ≤ ¼, the slope for 0.025 ≤ t ≤ 0.475.
    let (and, or) = (run(true), run(false));
    assert!((0.9 * 0.25..=0.25).contains(&and), "{and}");
    assert!((0.9 * 0.475..=0.475).contains(&or), "{or}");
}

#[test]
fn newton_with_armijo_solves_the_valley_in_five_iterations() {
    use linalg::DenseLu;
    use nlp_model::TwiceSmooth;
    use stopping::Norm;

    let model = common::valley();
    let mut stopping = Stopping::unconstrained(&model, Norm::Inf);
    let mut line = ModelLine::new(&model);
    let mut lu = DenseLu::new(6);
    let (mut hess, mut dense) = (vec![0.0; model.hess_structure().nnz()], vec![0.0; 36]);
    stopping.state.fill_in(&model);
    let mut status = stopping.start(&model);
    while status.is_none() {
        let x = stopping.state.x().to_vec();
        let g = stopping.state.g.get().expect("filled in").to_vec();
        model.hess_coord(&x, &[], 1.0, &mut hess);
        model.hess_structure().to_dense_symmetric(&hess, &mut dense);
        lu.factor_dense(&dense).expect("nonsingular");
        let mut d: Vec<f64> = g.iter().map(|g| -g).collect();
        linalg::Factorization::solve(&mut lu, &mut d);
        line.set(&x, &d);
        let slope = linalg::slice::dot(&g, &d);
        let state = OneDState::from_zero(1.0, stopping.state.f.expect("filled in"), slope);
        let mut inner = Stopping::line_search(state, ARMIJO).inside_sharing_counters(&stopping);
        assert_eq!(
            Backtracking::default().solve(&line, &mut inner),
            Status::Optimal
        );
        line.point(inner.state.t(), stopping.state.x_mut());
        stopping.state.fill_in(&model);
        status = stopping.stop(&model);
    }
    assert_eq!((status, stopping.iterations()), (Some(Status::Optimal), 5));
    assert!(stopping.state.x().iter().all(|x| (x - 1.0).abs() < 1e-6));
}

#[test]
fn a_search_ends_when_the_evaluations_of_the_outer_run_are_spent() {
    use stopping::{Budget, Norm};

    let model = common::valley();
    let mut outer = Stopping::unconstrained(&model, Norm::Inf)
        .with_budget(Budget::default().with_evaluations(Verb::Obj, 3));
    outer.state.fill_in(&model); // one value
    assert_eq!(outer.start(&model), None);
    let mut line = ModelLine::new(&model);
    let d: Vec<f64> = outer
        .state
        .g
        .get()
        .expect("filled in")
        .iter()
        .map(|g| -g)
        .collect();
    line.set(outer.state.x(), &d);
    let state = OneDState::from_zero(1.0, 2.4375, -linalg::slice::dot(&d, &d));
    let mut inner = Stopping::line_search(state, ARMIJO).inside_sharing_counters(&outer);
    // Four halvings are needed; the values at t = 1 and ½ are allowed, the one at ¼ is too much.
    assert_eq!(
        Backtracking::default().solve(&line, &mut inner),
        Status::ParentLimit
    );
    assert_eq!(
        (inner.state.t(), outer.status()),
        (0.25, Some(Status::EvaluationLimit))
    );
}

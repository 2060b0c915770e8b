//! The valley in a box, by an active-set method whose inner runs know no bound: the inner criterion is tweaked from outside.

mod common;

use linalg::{DenseLu, Factorization};
use nlp_model::{AutoModel, Meta, Model, TwiceSmooth};
use stopping::{NlpState, Norm, Status, Stopping};

const LOWER: f64 = -10.0;
const UPPER: f64 = 1.5;

type Boxed = AutoModel<common::Valley>;

/// R in the box −10 ≤ x ≤ 1.5 from (1.5, …, 1.5, 1).
fn boxed_valley() -> Boxed {
    let meta = Meta::new("boxed valley", 6, 0)
        .variable_bounds(&[LOWER; 6], &[UPPER; 6])
        .and_then(|meta| meta.start(&[1.5, 1.5, 1.5, 1.5, 1.5, 1.0]))
        .expect("bounds in order");
    AutoModel::new(common::Valley, meta)
}

fn project(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x.clamp(LOWER, UPPER)).collect()
}

fn is_inside(x: &[f64]) -> bool {
    x.iter().all(|x| (LOWER..=UPPER).contains(x))
}

/// A working set: the model and the variables that may move.
struct Face<'a> {
    model: &'a Boxed,
    free: [bool; 6],
}

/// Newton's method in the free variables; the rows and columns of the others are those of the identity.
fn newton<'a>(face: &Face<'a>, inner: &mut Stopping<Face<'a>, NlpState>) -> Status {
    let model = face.model;
    let (mut lu, mut dense) = (DenseLu::new(6), vec![0.0; 36]);
    inner.state.fill_in_hessian(model);
    if let Some(status) = inner.start(face) {
        return status;
    }
    loop {
        let hess = inner.state.hess.get().expect("filled in");
        model.hess_structure().to_dense_symmetric(hess, &mut dense);
        let mut d = inner.state.g.get().expect("filled in").to_vec();
        for i in (0..6).filter(|&i| !face.free[i]) {
            d[i] = 0.0;
            for j in 0..6 {
                (dense[6 * i + j], dense[6 * j + i]) = (0.0, 0.0);
            }
            dense[7 * i] = 1.0;
        }
        if lu.factor_dense(&dense).is_err() {
            return inner.fail(Status::SubproblemFailure);
        }
        lu.solve(&mut d);
        linalg::slice::axpy(-1.0, &d, inner.state.x_mut());
        inner.state.fill_in_hessian(model);
        if let Some(status) = inner.stop(face) {
            return status;
        }
    }
}

#[test]
fn inner_runs_end_outside_the_box_or_at_optima_of_faces_and_the_whole_at_ones() {
    let model = boxed_valley();
    let mut outer = Stopping::bounded(&model, Norm::Inf);
    let start = model.meta().x0().to_vec();
    assert_eq!(project(&start), start, "the projected start is feasible");

    let (mut left, mut solved) = (0, 0);
    outer.state.fill_in(&model);
    let mut status = outer.start(&model);
    while status.is_none() {
        let (x, g) = (outer.state.x(), outer.state.g.get().expect("filled in"));
        let holds = |i: usize| (x[i] >= UPPER && g[i] < 0.0) || (x[i] <= LOWER && g[i] > 0.0);
        let face = Face {
            model: &model,
            free: std::array::from_fn(|i| !holds(i)),
        };
        // "Infeasible: stop with the score 0; else ‖∇f‖ on the face."
        let mut inner = outer.child(NlpState::new(x.to_vec()), |face: &Face, s: &NlpState| {
            let g = s.g.get()?;
            let free = (0..6).filter(|&i| face.free[i] && is_inside(s.x()));
            Some(Norm::Inf.of_iter(free.map(|i| g[i])))
        });
        assert_eq!(newton(&face, &mut inner), Status::Optimal);
        if is_inside(inner.state.x()) {
            solved += 1;
        } else {
            assert_eq!(inner.score(), Some(0.0));
            left += 1;
        }
        let next = project(inner.state.x());
        outer.state.set_x(&next);
        outer.state.z.forget();
        outer.state.fill_in(&model);
        status = outer.stop(&model);
        assert!(outer.iterations() < 50);
    }
    assert_eq!(status, Some(Status::Optimal));
    assert!(
        left > 0 && solved > 0,
        "{left} left the box, {solved} solved"
    );
    assert!(outer.state.x().iter().all(|x| (x - 1.0).abs() < 1e-6));
    // No bound is active at the solution: all multipliers are zero.
    assert_eq!(outer.state.z.get(), Some(&[0.0; 6][..]));
}

//! Newton's method for f(x) = ½ xᵀQx, as in the talk of 2019.

use linalg::{DenseLu, Factorization};
use nlp_model::{ClosureModel, Meta, TwiceSmooth};
use stopping::{NlpState, Norm, Solver, Status, Stopping};

/// Newton's method for any smooth model without constraints.
struct Newton;
impl<M: TwiceSmooth> Solver<M, NlpState> for Newton {
    fn solve(&mut self, model: &M, stopping: &mut Stopping<M, NlpState>) -> Status {
        let n = model.meta().nvar();
        let (mut lu, mut q, mut d) = (DenseLu::new(n), vec![0.0; n * n], vec![0.0; n]);
        stopping.state.fill_in_hessian(model);
        if let Some(status) = stopping.start(model) {
            return status;
        }
        loop {
            let hess = stopping.state.hess.get().expect("filled in");
            model.hess_structure().to_dense_symmetric(hess, &mut q);
            if lu.factor_dense(&q).is_err() {
                return stopping.fail(Status::SubproblemFailure);
            }
            d.copy_from_slice(stopping.state.g.get().expect("filled in"));
            lu.solve(&mut d);
            linalg::slice::axpy(-1.0, &d, stopping.state.x_mut());
            stopping.state.fill_in_hessian(model);
            if let Some(status) = stopping.stop(model) {
                return status;
            }
        }
    }
}

/// Q = tridiag(−1, 2.5, −1), lower triangle on a dense pattern.
fn quadratic(n: usize) -> ClosureModel {
    let entry = |i: usize, j: usize| [2.5, -1.0, 0.0][i.abs_diff(j).min(2)];
    let row = move |x: &[f64], i: usize| (0..x.len()).map(|j| entry(i, j) * x[j]).sum::<f64>();
    let pattern = linalg::Pattern::lower_triangle(n);
    let values: Vec<f64> = pattern.iter().map(|(i, j)| entry(i, j)).collect();
    let meta = Meta::new("quadratic", n, 0)
        .start(&vec![1.0; n])
        .expect("finite");
    ClosureModel::builder(meta)
        .obj(move |x| (0..x.len()).map(|i| 0.5 * x[i] * row(x, i)).sum())
        .grad(move |x, g| (0..x.len()).for_each(|i| g[i] = row(x, i)))
        .hess(pattern, move |_, _, sigma, h| {
            (0..h.len()).for_each(|k| h[k] = sigma * values[k])
        })
        .build()
        .expect("complete")
}

/// Runs the example and asserts its numbers.
pub fn main() {
    let model = quadratic(5);
    let mut stopping = Stopping::unconstrained(&model, Norm::Inf);
    assert_eq!(Newton.solve(&model, &mut stopping), Status::Optimal);
    assert!(stopping.iterations() == 1);
    assert!(stopping.state.x().iter().all(|x| x.abs() < 1e-14));
}

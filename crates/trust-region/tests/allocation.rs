//! No solver allocates in its loop.

use allocation_counter::measure;
use linalg::Pattern;
use nlp_model::{AutoModel, Functions, Meta, Scalar, TwiceSmooth};
use stopping::{NlpState, Solver, Stopping};
use trust_region::newton::{self, Method, Newton};
use trust_region::quasi_newton::{QuasiNewton, Update};
use trust_region::{
    MoreSorensen, Options, QuadraticModel, RadiusRule, SparseMoreSorensen, TrustRegion,
    least_squares,
};

/// Rosenbrock's function as an objective, and as residuals.
struct Valley;
impl Functions for Valley {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        (x[1] - x[0] * x[0]).powi(2) * 100.0 + (x[0] - 1.0).powi(2)
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        if let [first, second] = c {
            *first = (x[1] - x[0] * x[0]) * 10.0;
            *second = x[0] - 1.0;
        }
    }
}

/// Allocations of a second run, whose work space exists.
fn second_run<M: nlp_model::Smooth + ?Sized, Q: QuadraticModel<M>>(
    model: &M,
    quadratic: Q,
    mut stopping: Stopping<M, NlpState>,
) -> u64 {
    let mut solver = TrustRegion::new(2, quadratic, RadiusRule::default(), None);
    let mut run = || {
        stopping.state.reinit(&[-1.2, 1.0]);
        assert!(solver.solve(model, &mut stopping).is_success());
    };
    run();
    measure(&mut run).count_total
}

#[test]
fn loops_do_not_allocate() {
    let auto = AutoModel::new(Valley, Meta::new("valley", 2, 0));
    let model: &dyn TwiceSmooth = &auto;
    let options = Options::default();
    for method in [
        Method::Exact,
        Method::SteihaugToint,
        Method::GeneralizedLanczos,
        Method::MatrixFree,
    ] {
        let quadratic = Newton::new(model.hess_structure(), method);
        let count = second_run(model, quadratic, newton::stopping(model, &options));
        assert_eq!(count, 0, "{method:?}");
    }
    for update in [Update::Bfgs, Update::Sr1, Update::LimitedMemory(3)] {
        let stopping = Stopping::unconstrained(model, stopping::Norm::Two);
        let count = second_run(model, QuasiNewton::new(2, update), stopping);
        assert_eq!(count, 0, "{update:?}");
    }
    let zeros = [0.0; 2];
    let meta = Meta::new("residuals", 2, 2).constraint_bounds(&zeros, &zeros);
    let rows = AutoModel::new(Valley, meta.unwrap());
    let problem = trust_region::SumOfSquares::new(&rows).unwrap();
    for method in [
        least_squares::Method::LevenbergMarquardt,
        least_squares::Method::SteihaugToint,
    ] {
        let quadratic = least_squares::GaussNewton::new(2, 2, method);
        let stopping = least_squares::stopping(&problem, &options);
        assert_eq!(second_run(&problem, quadratic, stopping), 0, "{method:?}");
    }
}

#[test]
fn sparse_exact_steps_do_not_allocate() {
    let n = 40;
    let diagonal = || (0..n).map(|i| (i, i));
    let band: Vec<_> = diagonal().chain((1..n).map(|i| (i, i - 1))).collect();
    let arrow: Vec<_> = diagonal().chain((1..n).map(|i| (i, 0))).collect();
    for entries in [band, arrow] {
        let pattern = Pattern::from_entries(n, n, entries).unwrap();
        // indefinite, so that factorizations fail and λ is sought
        let value = |(i, j): (usize, usize)| if i == j { 1.0 - (i % 3) as f64 } else { 0.3 };
        let h: Vec<f64> = pattern.iter().map(value).collect();
        let g: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
        let (mut solver, mut s) = (SparseMoreSorensen::new(&pattern), vec![0.0; n]);
        let mut solve = || {
            let step = solver.solve(&h, &g, 2.0, MoreSorensen::EXACT, &mut s);
            assert!(step.unwrap().is_on_boundary());
        };
        solve();
        assert_eq!(measure(solve).count_total, 0);
    }
}

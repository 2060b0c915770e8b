//! Many λ and starts: each run as if it were alone.

use nlp_model::AutoBilevel;
use ssn::sweep::{Start, solve_all};
use ssn::value_function::solve_bilevel;
use ssn::{Options, SsnError};

nlp_model::bilevel! {
    /// A follower who comes near to x.
    pub struct Near(x; y);
    F = (x - 0.5).powi(2) + (y - 0.5).powi(2);
    G <= 0: [];
    f = 0.5 * (y - x).powi(2) + 0.1 * (x * y).sin();
    g <= 0: [-y, y - 4.0];
}

#[test]
fn runs_have_the_bits_of_single_ones_on_any_number_of_threads() {
    let problem = AutoBilevel::new("near", Near);
    let starts = [(0.0, 1.0), (2.0, 0.5), (-1.0, 3.0)].map(|(x, y)| Start {
        x: vec![x],
        y: vec![y],
    });
    let lambdas = [1.0 / 9.0, 1.0, 9.0];
    let options = Options::default();
    let expected: Vec<_> = starts
        .iter()
        .flat_map(|s| lambdas.map(|l| solve_bilevel(&problem, &s.x, &s.y, l, &options).unwrap()))
        .collect();
    assert!(expected.iter().any(|run| run.status.is_success()));
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        let found = pool.install(|| solve_all(&problem, &starts, &lambdas, &options));
        for (a, b) in found.unwrap().iter().zip(&expected) {
            assert_eq!((&a.x, &a.y, &a.xi), (&b.x, &b.y, &b.xi));
            assert_eq!((a.status, a.iterations), (b.status, b.iterations));
            assert_eq!(a.history, b.history);
        }
    }
}

#[test]
fn bad_input_is_an_error_of_the_whole_sweep() {
    let problem = AutoBilevel::new("near", Near);
    let start = |x: Vec<f64>| Start { x, y: vec![1.0] };
    let options = Options::default();
    let wrong = solve_all(
        &problem,
        &[start(vec![0.0]), start(vec![])],
        &[1.0],
        &options,
    );
    assert!(matches!(wrong, Err(SsnError::Model(_))), "{wrong:?}");
    assert!(solve_all(&problem, &[start(vec![0.0])], &[1.0, -1.0], &options).is_err());
    assert!(
        solve_all(&problem, &[], &[1.0], &options)
            .unwrap()
            .is_empty()
    );
}

//! Independent evaluations: the same bits on any number of threads, in the order of the points.

use nlp_model::{AutoModel, Functions, Meta, Model, Scalar, batch};

struct Waves;
impl Functions for Waves {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        (x[0] * 3.0).sin() * x[1].exp() - x[0] / (x[1] * x[1] + 1.0)
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[0] * x[1] - 1.0;
        c[1] = (x[0] + x[1]).cos();
    }
}

#[test]
fn batches_have_the_bits_of_single_evaluations_on_any_number_of_threads() {
    let model = AutoModel::new(Waves, Meta::new("waves", 2, 2));
    let points: Vec<Vec<f64>> = (0..1000)
        .map(|k| vec![0.01 * k as f64, 1.0 - 0.003 * k as f64])
        .collect();
    let expected: Vec<(u64, [u64; 2])> = points
        .iter()
        .map(|x| {
            let mut c = [0.0; 2];
            model.cons(x, &mut c);
            (model.obj(x).to_bits(), c.map(f64::to_bits))
        })
        .collect();
    for threads in [1, 2, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        let (f, both) = pool.install(|| {
            let f = batch::objectives(&model, &points);
            (f, batch::values(&model, &points))
        });
        for (k, (bits, rows)) in expected.iter().enumerate() {
            assert_eq!((f[k].to_bits(), both[k].0.to_bits()), (*bits, *bits));
            let c: Vec<u64> = both[k].1.iter().map(|c| c.to_bits()).collect();
            assert_eq!(c, rows);
        }
    }
}

#[test]
fn pieces_keep_their_order_and_a_panic_reaches_the_caller() {
    let items: Vec<usize> = (0..100).collect();
    assert_eq!(
        batch::map(&items, |k| 2 * k),
        (0..200).step_by(2).collect::<Vec<_>>()
    );
    assert!(batch::map(&[] as &[usize], |k| *k).is_empty());
    let panics = std::panic::catch_unwind(|| {
        batch::map(&items, |&k| assert!(k != 50, "in the user's function"))
    });
    assert!(panics.is_err());
}
